"""Fields that say in words what they want, and show again what was mistyped."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    DateField,
    DateTimeLocalField,
    DecimalField,
    Field,
    FieldList,
    IntegerField,
    TimeField,
)
from wtforms.utils import unset_value
from wtforms.validators import NumberRange
from wtforms.widgets import TextInput

from tracker.core.web import whole_number

FIRST_YEAR, LAST_YEAR = 1900, 2200  # beyond them zones run out of numbers


class Between(NumberRange):
    """A number within bounds; what could not be read as a number has been told already."""

    def __call__(self, form: Any, field: Field) -> None:
        """Raise `ValidationError` outside the bounds."""
        if field.data is not None:
            super().__call__(form, field)


class _Numbered:
    """Says in words what number a field wants, in place of the library's short line."""

    words: Any = lazy_gettext("Enter a number, for example 15.50.")

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read a number; a thousands comma and a dollar sign are forgiven."""
        cleaned = [each.replace(",", "").replace("$", "").strip() for each in valuelist]
        try:
            super().process_formdata(cleaned)  # type: ignore[misc]  # the field mixed in below
        except ValueError as error:
            raise ValueError(str(self.words)) from error
        found = getattr(self, "data", None)
        if found is not None and not math.isfinite(found):
            self.data = None
            raise ValueError(str(self.words))


class Amount(_Numbered, DecimalField):
    """An amount or a number of hours. Shown as text: number fields drop what is mistyped."""

    widget = TextInput()

    def _value(self) -> str:
        text: str = super()._value()
        return text if self.raw_data else text.removesuffix(".00")


class Hours(Amount):
    """Hours a week: 37.5 and not 37.50."""

    def _value(self) -> str:
        text = super()._value()
        return text if self.raw_data or "." not in text else text.rstrip("0").rstrip(".")


class Count(_Numbered, IntegerField):
    """A whole number."""

    widget = TextInput()
    words = lazy_gettext("Enter a whole number, for example 2.")


class Day(DateField):
    """A date, as the browser's date field sends it."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read a date such as 2027-05-14."""
        try:
            super().process_formdata(list(valuelist))
        except ValueError as error:
            raise ValueError(
                gettext("Enter a date such as 2027-05-14: year, month, day.")
            ) from error
        _check_year(self)


class Clock(TimeField):
    """A time of day, as the browser's time field sends it."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read a time such as 17:00."""
        try:
            super().process_formdata(list(valuelist))
        except ValueError as error:
            raise ValueError(gettext("Enter a time such as 17:00.")) from error


class Moment(DateTimeLocalField):
    """A date and a time, as the browser sends them."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read a time such as 2027-05-14T09:00."""
        try:
            super().process_formdata(list(valuelist))
        except ValueError as error:
            raise ValueError(gettext("Enter a date and a time.")) from error
        _check_year(self)


def _check_year(field: Field) -> None:
    if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        field.data = None
        raise ValueError(gettext("Check the year."))


class Rows(FieldList):
    """Rows of a form, of which a sender numbers each."""

    max_entries: int

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take the rows in; a posting that has more than the form offers keeps them all."""
        if isinstance(data, list):
            most: int = self.max_entries
            self.max_entries = max(most, len(data))
        super().process(formdata, data, extra_filters)

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        """Leave out rows whose number is none; int() would take or choke on them."""
        start = len(prefix) + 1
        numbered = (
            name for name in formdata if whole_number(name[start:].partition("-")[0]) is not None
        )
        found: Iterator[int] = super()._extract_indices(prefix, numbered)
        return found
