"""The posting check beside the editor: what is typed is looked at, and nothing is saved."""

import datetime as dt

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.accounts.models import Person
from tracker.accounts.rules import AddressError, clean_address
from tracker.core.access import Action, requires
from tracker.core.db import db, now
from tracker.core.web import whole_number
from tracker.organization.models import Position
from tracker.postings import queries
from tracker.postings.checks import Check, Facts, check
from tracker.postings.content import (
    DOCUMENT_TITLES,
    DocumentValue,
    QuestionValue,
    SectionValue,
)
from tracker.postings.forms import SOMEBODY_NEW, PostingForm, lines
from tracker.postings.queries import ContactFacts
from tracker.postings.rules import DocumentKind, PayUnit, QuestionKind, closing_instant
from tracker.postings.views import bp
from tracker.postings.views.typed import own_currency


@bp.post("/staff/postings/check")
@requires(Action.WRITE_POSTINGS)
def check_typed() -> ResponseReturnValue:
    """Answer, in JSON, what the check finds in a posting as it is typed now."""
    checks = typed_checks(PostingForm())
    return {
        "findings": [place for each in checks for place in each.as_json()],
        "html": render_template("postings/_check.html", checks=checks),
    }


def typed_checks(form: PostingForm) -> list[Check]:
    """Check what stands in the form, whether or not it could be saved so."""
    at = now()
    return check(typed_facts(form, at), at=at)


def typed_facts(form: PostingForm, at: dt.datetime) -> Facts:
    """Read the form as it stands: what is not possible in a field counts as not given."""
    dated = form.closing_rule.data in {"date", "unknown"}
    closes_on = form.closes_on.data if dated else None
    closes_time = form.closes_time.data
    unit = form.pay_unit.data
    return Facts(
        title=_text(form.title.data),
        closes_on=closes_on,
        closes_at=closing_instant(closes_on, closes_time, queries.zone()) if closes_on else None,
        open_until_filled=form.closing_rule.data == "filled",
        pay_min=form.pay_min.data,
        pay_max=form.pay_max.data,
        pay_unit=PayUnit(unit) if unit in set(PayUnit) else None,
        pay_note=_text(form.pay_note.data),
        currency=_text(form.currency.data).upper() or own_currency(),
        benefits=_text(form.benefits.data),
        own_statement=_text(form.equal_opportunity_text.data),
        summary=_text(form.summary.data),
        schedule=_text(form.schedule.data),
        reports_to=_text(form.reports_to.data),
        first_review_on=form.first_review_on.data,
        interviews_begin_on=form.interviews_begin_on.data,
        answer_by_on=form.answer_by_on.data,
        accepting=bool(form.accepting.data),
        sections=_sections(form),
        documents=_documents(form),
        questions=_questions(form),
        skills=tuple(lines(form.skills)),
        **_contact(form),
        **queries.employer_facts(at),
    )


def _text(typed: str | None) -> str:
    return (typed or "").strip()


def _sections(form: PostingForm) -> tuple[SectionValue, ...]:
    rows = [entry.form for entry in form.sections]
    return tuple(
        SectionValue(_text(row.heading.data), _text(row.text.data))
        for row in rows
        if not row.is_empty()
    )


def _documents(form: PostingForm) -> tuple[DocumentValue, ...]:
    kinds = set(DocumentKind)
    return tuple(
        DocumentValue(
            DocumentKind(row.kind.data),
            _text(row.title.data) or DOCUMENT_TITLES[DocumentKind(row.kind.data)],
            _text(row.instructions.data),
            required=bool(row.required.data),
        )
        for row in (entry.form for entry in form.documents)
        if row.kind.data in kinds
    )


def _questions(form: PostingForm) -> tuple[QuestionValue, ...]:
    kinds = set(QuestionKind)
    return tuple(
        QuestionValue(_text(row.text.data), QuestionKind(row.kind.data), tuple(lines(row.choices)))
        for row in (entry.form for entry in form.questions)
        if not row.is_empty() and row.kind.data in kinds
    )


def _contact(form: PostingForm) -> ContactFacts:
    """Say who is chosen; one who is no longer here is not named to those who guess numbers."""
    kind, _, number = (form.contact.data or "").partition(":")
    if kind == SOMEBODY_NEW:
        return _new_contact(form)
    number_of = whole_number(number) or 0
    who: Position | Person | None = None
    if kind == "position":
        who = db.session.get(Position, number_of)
    elif kind == "person":
        who = db.session.get(Person, number_of)
    facts = queries.contact_facts(who)
    return facts if facts["contact_reachable"] else {**facts, "contact": ""}


def _new_contact(form: PostingForm) -> ContactFacts:
    try:
        email = clean_address(form.contact_email.data or "")
    except AddressError:
        email = ""
    return ContactFacts(
        has_contact=bool(email),
        contact_reachable=bool(email),
        contact=_text(form.contact_name.data),
        contact_email=email,
        contact_unconfirmed=False,
        contact_away_until=None,
    )
