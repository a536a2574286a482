"""What a request brings: fields that can be stored, in a body that fits into memory."""

import re
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items

UNTYPED = re.compile("[\x00\u202a-\u202e\u2066-\u2069]")
URLENCODED = "application/x-www-form-urlencoded"
LARGEST_FORM = 8 * 1024 * 1024
"""Bytes of a form without files: a posting of many long sections, in any script, has a fourth."""


class PlainFields(ImmutableMultiDict):  # type: ignore[type-arg]  # holds files as well as texts
    """What was typed or asked for, without what no keyboard has.

    PostgreSQL has no place for NUL. Signs that turn the text around them would show a name as
    another one on every page and in every list; letters of all scripts stay as they are.
    """

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(
            [(_typed(name), _typed(each)) for name, each in iter_multi_items(mapping or ())]
        )


def _typed(value: Any) -> Any:
    return UNTYPED.sub("", value) if isinstance(value, str) else value


class PlainRequest(Request):
    """A request whose fields hold text that can be stored."""

    parameter_storage_class = PlainFields

    @property
    def max_content_length(self) -> int | None:
        """The largest body, in bytes: a form without files is read whole into memory.

        Werkzeug holds only the parts of `multipart/form-data` to `MAX_FORM_MEMORY_SIZE`.
        """
        most = super().max_content_length
        return min(most or LARGEST_FORM, LARGEST_FORM) if self.mimetype == URLENCODED else most

    @max_content_length.setter
    def max_content_length(self, most: int | None) -> None:
        Request.max_content_length.fset(self, most)  # type: ignore[attr-defined]
