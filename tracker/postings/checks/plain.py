"""Compare words whatever their spaces, quotes and mark-up."""

import re
import unicodedata

STRAIGHT = str.maketrans("’‘“”–—", "''\"\"--")


def same_words(one: str, other: str) -> bool:
    """Tell whether two statements say the same, whatever their spaces, quotes and marks-up."""
    return plain_words(one) == plain_words(other)


def plain_words(text: str) -> str:
    """Reduce a text to its words: no mark-up, one kind of quotes and dashes, lower case."""
    text = unicodedata.normalize("NFKC", text).translate(STRAIGHT)
    return " ".join(re.sub(r"[*_#>`]", "", text).split()).casefold()
