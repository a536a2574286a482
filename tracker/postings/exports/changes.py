"""Material changes of a posting in plain words, in the reader's language.

Each sentence stands behind a date ("Changed on 3 December 2026: …") or as a line of its own,
so it begins in small letters. Who the contact is now, the page says beneath.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from tracker.core.rendering import translated
from tracker.postings.exports import facts
from tracker.postings.rules import PayUnit, closing_instant
from tracker.postings.versions import Difference

Value = dict[str, Any]


def said(changes: Iterable[Difference], zone: str) -> list[str]:
    """Say in sentences what has changed, as it concerns those who have applied."""
    return [_SAY[each.name](each.old, each.new, zone) for each in changes if each.name in _SAY]


def closing(value: Value | None, zone: str) -> str:
    """Write when a version closes; '' where it does not say."""
    if not value:
        return ""
    on = dt.date.fromisoformat(value["on"]) if value["on"] else None
    time = dt.time.fromisoformat(value["time"]) if value["time"] else None
    at = closing_instant(on, time, zone) if on and time else None
    return facts.closing(on, at, zone, until_filled=value["until_filled"])


def pay(value: Value | None) -> str:
    """Write the pay of a version, its note behind it; '' where it says neither."""
    if not value:
        return ""
    low, high = (Decimal(value[end]) if value[end] else None for end in ("min", "max"))
    unit = PayUnit(value["unit"]) if value["unit"] else None
    amount = facts.pay(low, high, unit, value["currency"])
    note = " ".join(value["note"].split()).rstrip(".")
    return f"{amount} ({note})" if amount and note else amount or note


def hours(value: Value | None) -> str:
    """Write the hours of a version; '' where it does not say."""
    if not value:
        return ""
    low, high = (Decimal(value[end]) if value[end] else None for end in ("min", "max"))
    return facts.hours(
        low, high, evenings=value.get("evenings", False), weekends=value.get("weekends", False)
    )


def _closing(old: Value, new: Value, zone: str) -> str:
    words = closing(new, zone)
    if new["until_filled"]:
        return str(gettext("it now stays open until filled"))
    if not new["on"]:
        return str(gettext("the closing date no longer holds, and a new one is not decided"))
    if not old["on"]:
        return str(gettext("applications now close on %(date)s", date=words))
    if _instant(old, zone) < _instant(new, zone):
        return str(gettext("closing date extended to %(date)s", date=words))
    return str(gettext("closing date brought forward to %(date)s", date=words))


def _instant(value: Value, zone: str) -> dt.datetime:
    time = dt.time.fromisoformat(value["time"]) if value["time"] else None
    return closing_instant(dt.date.fromisoformat(value["on"]), time, zone)


def _pay(_old: Value, new: Value, _zone: str) -> str:
    if not (words := pay(new)):
        return str(gettext("the pay is no longer stated"))
    return str(gettext("the pay is now %(pay)s", pay=words))


def _hours(_old: Value, new: Value, _zone: str) -> str:
    if not (words := hours(new)):
        return str(gettext("the hours are no longer stated"))
    return str(gettext("the hours are now %(hours)s", hours=words))


def _types(_old: list[str], new: list[str], _zone: str) -> str:
    if not (words := facts.types(new)):
        return str(gettext("the kind of employment is no longer stated"))
    return str(gettext("the kind of employment is now %(kind)s", kind=words.lower()))


def _place(_old: str, new: str, _zone: str) -> str:
    if not new:
        return str(gettext("the place of work is now the employer's address"))
    return str(gettext("the place of work is now %(place)s", place=new))


def _documents(old: list[Value], new: list[Value], _zone: str) -> str:
    before, after = ([each["title"] for each in rows] for rows in (old, new))
    more = [translated(each) for each in after if each not in before]
    less = [translated(each) for each in before if each not in after]
    parts = []
    if more:
        parts.append(gettext("now also asked for: %(documents)s", documents=", ".join(more)))
    if less:
        parts.append(gettext("no longer asked for: %(documents)s", documents=", ".join(less)))
    return "; ".join(parts) or str(gettext("what is said about the documents has changed"))


def _words(sentence: str) -> Callable[[Any, Any, str], str]:
    return lambda _old, _new, _zone: translated(sentence)


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate later"
    """Mark a sentence for translation; it is translated where it is said."""
    return text


_SAY: dict[str, Callable[[Any, Any, str], str]] = {
    "reopened": _words(N_("applications are taken again")),
    "closing": _closing,
    "pay": _pay,
    "hours": _hours,
    "employment_types": _types,
    "location": _place,
    "requirements": _words(N_("the requirements have changed")),
    "skills": _words(N_("the skills that are asked about have changed")),
    "documents": _documents,
    "questions": _words(N_("the questions to candidates have changed")),
    "contact": _words(N_("the contact has changed")),
}
"""Every material matter, and how it is said; a test compares with `rules.MATTERS`."""
