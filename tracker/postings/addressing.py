"""Names that a posting is called by from outside: its slug, its reference, its short links."""

import re
import secrets
import unicodedata

LONGEST_SLUG = 60


def slug_of(title: str) -> str:
    """Make a title the last part of an address: "Children's Librarian" → childrens-librarian.

    Returns '' where nothing of it can be written in plain letters.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['`]", "", plain.lower()))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:LONGEST_SLUG]
        if len(longer) > LONGEST_SLUG:
            break
        slug = longer
    return slug


def free_slug(wanted: str, taken: set[str]) -> str:
    """Return the wanted slug, or it with the first free number from 2."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def reference_of(year: int, number: int) -> str:
    """Write a reference: 2026-014."""
    return f"{year}-{number:03d}"


CODE_LETTERS = "3479CDFHJKMNPRTWXY"
"""None is mistaken for another on a poster (0 O D, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V), and without
vowels they make no words."""

CODE_LENGTH = 6


def new_code() -> str:
    """Make a short link's code: one of 34 million, so that trying finds nothing."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str:
    """Return a code as it is stored, however it was typed; '' for what can be none."""
    code = typed.strip().upper()
    fits = len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS)
    return code if fits else ""
