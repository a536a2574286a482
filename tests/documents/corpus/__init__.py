"""Hundreds of files that no honest person sends: malformed, hostile, or both.

Made here from their formats' own parts, the same at every call. A file that would fetch
something asks the address it is given, where a test listens. `collection` has them all.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hostile:
    """A file, under a name that says what is wrong with it.

    A `bomb` would grow to far more than it is: it must be refused, and soon.
    """

    name: str
    content: bytes
    bomb: bool = False
