"""Secret links in mail, hidden from everybody but the reader they were sent to. Pure.

Whoever holds such a link is taken for its owner; so a page that shows other people's mail
shows that a link was there, and not where it leads.
"""

import re

HIDDEN = "…hidden…"
_URL = re.compile(r"https?://[^\s<>\"'()]+")
# After these the rest of an address is a secret, whatever it looks like.
_SECRET_PATHS = re.compile(r"(/(?:my|for|drafts|sign-in|new-address|alerts)/)[^\s<>\"'()?#]+")
# Elsewhere a secret is known by its looks: long and with capitals, as no slug is.
_SECRET_PIECE = re.compile(r"(?<=[/=])(?=[a-z0-9_.-]*[A-Z])[A-Za-z0-9_.-]{20,}")


def mask(text: str) -> str:
    """Hide the secret in every private link of a text or of HTML."""
    return _URL.sub(lambda found: _mask_url(found[0]), text)


def _mask_url(url: str) -> str:
    host_end = url.find("/", url.index("//") + 2)
    if host_end < 0:
        return url
    head, path = url[:host_end], url[host_end:]
    path = _SECRET_PATHS.sub(lambda found: found[1] + HIDDEN, path)
    return head + _SECRET_PIECE.sub(HIDDEN, path)


def links_in(text: str) -> list[str]:
    """Every address in a text, once each, in order; a full stop after one is not part of it."""
    found = (match[0].rstrip(".,;:!?") for match in _URL.finditer(text))
    return list(dict.fromkeys(found))
