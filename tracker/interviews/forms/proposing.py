"""The times that a contact offers a candidate, as typed."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, FieldList, Form, FormField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from tracker.core.errors import DomainError
from tracker.interviews import rules, slots
from tracker.interviews.forms import PlaceForm, length_words
from tracker.interviews.rules import LENGTHS


class SlotForm(Form):
    """One of the times that are offered; a row that is left empty offers none."""

    day = DateField(_("Day"), validators=[Optional()])
    time = TimeField(_("Begins at"), validators=[Optional()])
    length = SelectField(
        _("Length"),
        choices=[SelectChoice(each, length_words(each)) for each in LENGTHS],
        coerce=int,
        default=45,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the half that is missing."""
        sound: bool = super().validate(extra_validators)
        if sound and (self.day.data is None) != (self.time.data is None):
            missing, words = (
                (self.day, _("Choose a day."))
                if self.day.data is None
                else (self.time, _("Choose a time."))
            )
            missing.errors = [words]
            return False
        return sound

    def span(self, zone: str) -> tuple[dt.datetime, dt.datetime] | None:
        """Start and end as instants; None for an empty row.

        Raises `DomainError` for a time that the clock skips, or shows twice.
        """
        if self.day.data is None or self.time.data is None:
            return None
        slots.check_shown_once(self.day.data, self.time.data, zone)
        start = rules.instant(self.day.data, self.time.data, zone)
        return start, start + dt.timedelta(minutes=self.length.data)


class ProposalForm(PlaceForm):
    """Up to five times, with what they have in common. Times are the employer's."""

    slots = FieldList(
        FormField(SlotForm), min_entries=slots.MOST_SLOTS, max_entries=slots.MOST_SLOTS
    )
    answer_by = DateField(_("Answer wanted by"), validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Name at its row a time that cannot be meant; above the form, what is wrong with all."""
        sound: bool = super().validate(extra_validators)
        if self.slots.errors:
            return False
        return self._has_sound_times() and sound  # in this order: all is said at once

    def _has_sound_times(self) -> bool:
        for each in self.slots:
            try:
                each.form.span(self.zone)
            except DomainError as error:
                each.form.time.errors = [_(error.message)]
        if any(each.form.time.errors for each in self.slots):
            return False
        try:
            slots.check_slots(self.spans(), at=dt.datetime.now(dt.UTC))
        except DomainError as error:
            self.form_errors = [_(error.message)]
            return False
        return True

    def spans(self) -> list[tuple[dt.datetime, dt.datetime]]:
        """The times that were filled in, as (start, end). Raises `DomainError` as rows do."""
        found = (each.form.span(self.zone) for each in self.slots)
        return [each for each in found if each is not None]

    def answered_by(self) -> dt.datetime | None:
        """The end of the day by which an answer is wanted."""
        if self.answer_by.data is None:
            return None
        return rules.instant(self.answer_by.data, dt.time(23, 59), self.zone)
