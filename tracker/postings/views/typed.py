"""Between the form and a posting: what is shown in the fields, what is made of them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from tracker.accounts import operations as accounts
from tracker.accounts import queries as people
from tracker.accounts.models import Person
from tracker.core.access import Role
from tracker.core.web import whole_number
from tracker.organization import queries as organization
from tracker.postings import queries
from tracker.postings.content import (
    DOCUMENT_TITLES,
    TEXTS,
    DocumentValue,
    PostingValues,
    QuestionValue,
    SectionValue,
    tidy,
)
from tracker.postings.forms import NOBODY, SOMEBODY_NEW, PostingForm, lines
from tracker.postings.forms.rows import kind_from
from tracker.postings.models import Posting
from tracker.postings.naming import HEADINGS, NAMES, ORDER, kinds_of, missing, place_for
from tracker.postings.rules import (
    DocumentKind,
    MemberRole,
    PayUnit,
    QuestionKind,
    SectionKind,
    opening_instant,
)

PLAIN = (
    "employment_types",
    "hours_min",
    "hours_max",
    "pay_min",
    "pay_max",
    "currency",
    "evenings",
    "weekends",
    "closes_time",
    "first_review_on",
    "interviews_begin_on",
    "answer_by_on",
)
SAID = ("openings", "unlisted", "listed_on", "accepting", "accepts_late")
DOCUMENT = ("id", "kind", "title", "instructions", "word_limit", "required")
QUESTION = ("id", "text", "kind", "choices", "word_limit", "required")


def empty_data() -> dict[str, Any]:
    """What a new posting's form shows: a letter and a resume are what most ask for."""
    asked = (DocumentKind.COVER_LETTER, DocumentKind.RESUME)
    return {
        "openings": 1,
        "accepting": True,
        "closing_rule": "unknown",
        "currency": own_currency(),
        "sections": [section_shown("", "", kind) for kind in ORDER],
        "documents": [
            {"kind": kind.value, "title": DOCUMENT_TITLES[kind], "required": True} for kind in asked
        ],
    }


def own_currency() -> str:
    """Return the currency in which the employer pays, unless a posting says otherwise."""
    employer = organization.employer()
    return employer.currency if employer else "USD"


def section_shown(
    heading: str, text: str, kind: SectionKind, number: int | None = None
) -> dict[str, Any]:
    """What a section's row shows; one that is yet to be written has its usual heading."""
    usual = HEADINGS.get(kind, "")
    return {
        "id": number,
        "kind": kind.value,
        "heading": heading if text else heading or usual,
        "text": text,
    }


def section_name(kind: str | None) -> str:
    """Say what a section is."""
    return str(gettext(NAMES[kind_from(kind)]))


def missing_sections(form: PostingForm) -> list[SectionKind]:
    """Return the named sections that a form has no place for."""
    return missing(kind_from(entry.form.kind.data) for entry in form.sections)


def with_places(data: dict[str, Any]) -> dict[str, Any]:
    """Add an empty place for each named section that a posting lacks, where it belongs."""
    sections = list(data["sections"])
    for kind in missing(kind_from(each["kind"]) for each in sections):
        place = place_for(kind, [kind_from(each["kind"]) for each in sections])
        sections.insert(place, section_shown("", "", kind))
    return {**data, "sections": sections}


def data_of(posting: Posting) -> dict[str, Any]:
    """What a posting's form shows."""
    data: dict[str, Any] = {name: getattr(posting, name) for name in (*TEXTS, *PLAIN)}
    return data | {
        "version": posting.version,
        **{name: getattr(posting, name) for name in SAID},
        "closes_on": posting.closes_on,
        "pay_unit": posting.pay_unit.value if posting.pay_unit else "",
        "closing_rule": _rule(posting.closes_on, until_filled=posting.open_until_filled),
        "publish_at": _local(posting.publish_at),
        "contact": _contact_key(posting.contact_position_id, posting.contact_person_id),
        "skills": "\n".join(each.name for each in posting.skills),
        "managers": _ids(posting, MemberRole.MANAGER),
        "copied": _ids(posting, MemberRole.COPIED),
        "sections": [
            section_shown(each.heading, each.text, each.kind, each.id) for each in posting.sections
        ],
        "documents": [_shown(each, DOCUMENT) for each in posting.documents],
        "questions": [_shown(each, QUESTION) for each in posting.questions],
    }


def _shown(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a row's fields show of a row, or of the value of one."""
    data = {name: getattr(row, name) for name in names}
    if "choices" in data:
        data["choices"] = "\n".join(row.choices)
    if "kind" in data:
        data["kind"] = row.kind.value
    return data


def data_of_values(values: PostingValues) -> dict[str, Any]:
    """What the form shows of values that were read from a page."""
    given: Mapping[str, Any] = values
    data: dict[str, Any] = {
        name: given[name] for name in (*TEXTS, *PLAIN, *SAID, "closes_on") if name in given
    }
    unit = values.get("pay_unit")
    rule = _rule(values.get("closes_on"), until_filled=values.get("open_until_filled", False))
    sections = values.get("sections", [])
    kinds = kinds_of(each.heading for each in sections)
    return (
        {"openings": 1}
        | data
        | {
            "currency": values.get("currency") or own_currency(),
            "pay_unit": unit.value if unit else "",
            "closing_rule": rule,
            "publish_at": _local(values.get("publish_at")),
            "skills": "\n".join(values.get("skills", [])),
            "sections": [
                section_shown(each.heading, each.text, each.kind or kind)
                for each, kind in zip(sections, kinds, strict=True)
            ],
            "documents": [_shown(each, DOCUMENT) for each in values.get("documents", [])],
            "questions": [_shown(each, QUESTION) for each in values.get("questions", [])],
        }
    )


def _local(at: dt.datetime | None) -> dt.datetime | None:
    """Return a moment as the form shows it: in the employer's zone, without naming that."""
    return at.astimezone(ZoneInfo(queries.zone())).replace(tzinfo=None) if at else None


def _rule(closes_on: dt.date | None, *, until_filled: bool) -> str:
    return "date" if closes_on else "filled" if until_filled else "unknown"


def _contact_key(position_id: int | None, person_id: int | None) -> str:
    if position_id:
        return f"position:{position_id}"
    return f"person:{person_id}" if person_id else NOBODY


def _ids(posting: Posting, role: MemberRole) -> list[str]:
    return [str(each.person_id) for each in posting.members if each.role is role]


def offer_people(form: PostingForm, posting: Posting | None = None) -> None:
    """Give the form the persons and positions to choose from, those now chosen among them."""
    active = people.confirmed_people()
    chosen = [] if posting is None else [each.person for each in posting.members]
    contact = None if posting is None else posting.contact_person
    known = {each.id: each for each in [*active, *chosen, *([contact] if contact else [])]}
    ordered = sorted(known.values(), key=lambda each: each.name.casefold())
    choices = [SelectChoice(NOBODY, gettext("Nobody yet"))]
    found = organization.directory()
    for position in found.positions.values():
        answering = found.who(position.id)
        who = answering.name if answering else gettext("nobody now")
        words = f"{position.title} ({who})"
        key = f"position:{position.id}"
        choices.append(SelectChoice(key, words, optgroup=gettext("Positions")))
    for each in ordered:
        key = f"person:{each.id}"
        choices.append(SelectChoice(key, _described(each), optgroup=gettext("People")))
    choices.append(SelectChoice(SOMEBODY_NEW, gettext("Somebody else, named below")))
    form.contact.choices = choices
    form.copied.choices = [SelectChoice(str(each.id), _described(each)) for each in ordered]
    signing_in = {Role.ADMINISTRATOR, Role.COORDINATOR, Role.MANAGER}
    managing = {each.person_id for each in posting.members} if posting else set()
    form.managers.choices = [
        SelectChoice(str(each.id), _described(each))
        for each in ordered
        if each.role in signing_in or each.id in managing
    ]


def _described(person: Person) -> str:
    words = f"{person.name}, {person.title}" if person.title else person.name
    return f"{words} (disabled)" if person.disabled_at else words


def values_from(form: PostingForm) -> PostingValues:
    """Make values of a valid form. Adds a new contact as a person; call it while writing."""
    values = plain_values(form) | chosen_contact(form)
    if form.contact.data == SOMEBODY_NEW:
        person = accounts.find_or_add(
            email=form.contact_email.data or "",
            name=form.contact_name.data or "",
            title=form.contact_title.data or "",
            by=current_user,
        )
        values["contact_person_id"] = person.id
    return values


def plain_values(form: PostingForm) -> PostingValues:
    """Make values of a valid form, without its contact."""
    values: PostingValues = {
        "employment_types": list(form.employment_types.data or []),
        "hours_min": form.hours_min.data,
        "hours_max": form.hours_max.data,
        "pay_min": form.pay_min.data,
        "pay_max": form.pay_max.data,
        "pay_unit": PayUnit(form.pay_unit.data) if form.pay_unit.data else None,
        "currency": form.currency.data or own_currency(),
        "evenings": bool(form.evenings.data),
        "weekends": bool(form.weekends.data),
        "openings": form.openings.data or 1,
        "unlisted": bool(form.unlisted.data),
        "listed_on": form.listed_on.data if form.unlisted.data else None,
        "accepting": bool(form.accepting.data),
        "accepts_late": bool(form.accepts_late.data),
        "first_review_on": form.first_review_on.data,
        "interviews_begin_on": form.interviews_begin_on.data,
        "answer_by_on": form.answer_by_on.data,
        "publish_at": in_zone(form.publish_at.data),
        "skills": lines(form.skills),
        "managers": [int(each) for each in form.managers.data or []],
        "copied": [int(each) for each in form.copied.data or []],
        "sections": _sections(form),
        "documents": _documents(form),
        "questions": _questions(form),
    }
    for name in TEXTS:
        values[name] = plain_text(form[name].data)  # type: ignore[literal-required]  # all are keys
    values["title"] = " ".join(values["title"].split())
    _put_closing(values, form)
    return values


def in_zone(local: dt.datetime | None) -> dt.datetime | None:
    """Read a time that was typed as the employer's clock shows it."""
    return opening_instant(local, queries.zone()) if local else None


def _put_closing(values: PostingValues, form: PostingForm) -> None:
    rule = form.closing_rule.data
    dated = rule == "date" or (rule == "unknown" and form.closes_on.data is not None)
    values["closes_on"] = form.closes_on.data if dated else None
    values["closes_time"] = form.closes_time.data if dated else None
    values["open_until_filled"] = rule == "filled"


def chosen_contact(form: PostingForm) -> PostingValues:
    """Say which position or person of those who are known is the contact."""
    kind, _, number = (form.contact.data or "").partition(":")
    return {
        "contact_position_id": _number(number) if kind == "position" else None,
        "contact_person_id": _number(number) if kind == "person" else None,
    }


def plain_text(typed: str | None) -> str:
    """What was typed, without the white space around it, its lines ended as everywhere else.

    What nobody can see goes first: it may hide white space behind it.
    """
    return "\n".join(tidy(typed or "").strip().splitlines())


def _sections(form: PostingForm) -> list[SectionValue]:
    return [
        SectionValue(
            plain_text(row.heading.data),
            plain_text(row.text.data),
            kind_from(row.kind.data),
            _number(row.id.data),
        )
        for row in (entry.form for entry in form.sections)
        if not row.is_empty()
    ]


def _documents(form: PostingForm) -> list[DocumentValue]:
    wanted = []
    for row in (entry.form for entry in form.documents):
        if row.is_empty():
            continue
        kind = DocumentKind(row.kind.data)
        title = plain_text(row.title.data) or DOCUMENT_TITLES[kind]
        note = plain_text(row.instructions.data)
        wanted.append(
            DocumentValue(
                kind,
                title,
                note,
                required=bool(row.required.data),
                id=_number(row.id.data),
                word_limit=row.word_limit.data,
            )
        )
    return wanted


def _questions(form: PostingForm) -> list[QuestionValue]:
    return [
        QuestionValue(
            text=plain_text(row.text.data),
            kind=QuestionKind(row.kind.data),
            choices=tuple(lines(row.choices)) if row.kind.data == QuestionKind.CHOICE else (),
            word_limit=row.word_limit.data,
            required=bool(row.required.data),
            id=_number(row.id.data),
        )
        for row in (entry.form for entry in form.questions)
        if not row.is_empty()
    ]


def _number(given: str | int | None) -> int | None:
    """Read a row's number, from a browser or from the row itself."""
    return whole_number(str(given)) if given else None
