"""Names that a posting is called by from outside: its slug and its reference."""

import re
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
