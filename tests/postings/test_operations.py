"""Drafting, changing and moving postings."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import Traveller

from tests.postings.factories import (
    closed_posting,
    coordinator,
    draft_posting,
    employer,
    full_values,
    manager,
    open_posting,
    person,
)
from tracker.core import jobs
from tracker.core.db import db, now
from tracker.core.errors import DomainError, NotFoundError, StaleError
from tracker.organization.models import Position
from tracker.postings import operations, queries
from tracker.postings.content import DocumentValue, SectionValue
from tracker.postings.models import Posting, PostingChange
from tracker.postings.rules import DocumentKind, PostingState

S = PostingState


def test_a_draft_has_a_reference_and_an_address_of_its_own(
    any_app: Flask, clock: Traveller
) -> None:
    drafts = [draft_posting() for _ in range(3)]
    assert [(each.reference, each.slug) for each in drafts] == [
        ("2026-001", "childrens-librarian"),
        ("2026-002", "childrens-librarian-2"),
        ("2026-003", "childrens-librarian-3"),
    ]


def test_a_draft_without_a_title_is_called_by_its_reference(app: Flask, clock: Traveller) -> None:
    assert draft_posting(title="").slug == "posting-2026-001"


def test_the_address_follows_the_title_until_it_was_public(app: Flask) -> None:
    posting = draft_posting()
    operations.change(posting, {"title": "Story Teller"}, by=None)
    assert posting.slug == "story-teller"
    operations.publish(posting, by=None)
    operations.change(posting, {"title": "Teller of Stories"}, by=None)
    assert (posting.slug, posting.title) == ("story-teller", "Teller of Stories")


def test_all_fields_come_back_as_they_were_given(any_app: Flask) -> None:
    values = full_values()
    posting = draft_posting()
    db.session.expire_all()
    posting = queries.get_visible(coordinator(), posting.id)
    plain = {name: getattr(posting, name) for name in values if name not in operations.PARTS}
    assert plain == {name: value for name, value in values.items() if name in plain}
    assert [(each.heading, each.text) for each in posting.sections] == [
        ("", "Come and tell *stories*."),
        ("Duties", "- Plan story hours\n- Choose books"),
    ]
    assert [each.title for each in posting.documents] == ["Cover letter", "Resume"]
    assert [each.text for each in posting.questions] == ["Can you work on Saturdays?"]
    assert [each.name for each in posting.skills] == ["Spreadsheets", "Story time"]


def test_a_document_that_stays_keeps_its_row(app: Flask) -> None:
    posting = draft_posting()
    letter, resume = posting.documents
    operations.change(
        posting,
        {
            "documents": [
                DocumentValue(DocumentKind.RESUME, "Your resume", id=resume.id),
                DocumentValue(DocumentKind.ESSAY, "An essay"),
            ]
        },
        by=None,
    )
    db.session.commit()
    assert [(each.title, each.id == resume.id) for each in posting.documents] == [
        ("Your resume", True),
        ("An essay", False),
    ]
    assert letter not in db.session


def test_a_change_to_what_somebody_else_changed_is_refused(app: Flask) -> None:
    posting = draft_posting()
    seen = posting.version
    operations.change(posting, {"sections": [SectionValue("", "New words.")]}, by=None)
    with pytest.raises(StaleError):
        operations.change(posting, {"title": "Another"}, by=None, version=seen)
    assert posting.title == "Children's Librarian"


def test_closing_follows_the_employers_zone(app: Flask) -> None:
    employer(time_zone="America/Los_Angeles")
    posting = draft_posting(closes_on=dt.date(2027, 7, 1), closes_time=dt.time(17))
    assert posting.closes_at == dt.datetime(2027, 7, 2, 0, 0, tzinfo=dt.UTC)
    operations.change(posting, {"closes_on": None, "open_until_filled": True}, by=None)
    assert posting.closes_at is None


def test_publishing_opens_it_and_writes_who_and_when(any_app: Flask, clock: Traveller) -> None:
    posting, who = draft_posting(), coordinator()
    operations.publish(posting, by=who)
    db.session.commit()
    change = db.session.scalars(select(PostingChange)).one()
    assert (change.old, change.new, change.by_id, change.at) == (S.DRAFT, S.OPEN, who.id, now())
    assert (posting.state, posting.published_at) == (S.OPEN, now())


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"pay_min": None, "pay_max": None, "pay_unit": None}, ["pay-missing"]),
        ({"benefits": ""}, ["no-benefits"]),
        ({"closes_on": None}, ["no-closing-rule"]),
        ({"equal_opportunity_text": "We try."}, ["equal-opportunity-differs"]),
        ({"sections": []}, ["no-text"]),
        ({"benefits": "", "closes_on": None}, ["no-benefits", "no-closing-rule"]),
    ],
)
def test_a_warning_must_be_confirmed_by_name(
    app: Flask, values: dict[str, Any], codes: list[str]
) -> None:
    posting = draft_posting(**values)
    with pytest.raises(operations.UnconfirmedError) as caught:
        operations.publish(posting, by=None, confirmed=["something-else"])
    assert [each.code for each in caught.value.checks] == codes
    change = operations.publish(posting, by=None, confirmed=codes)
    assert (posting.state, change.confirmed) == (S.OPEN, codes)


def test_the_employers_statement_in_other_spaces_is_no_difference(app: Flask) -> None:
    statement = employer().equal_opportunity_statement.replace(" ", "  ")
    assert queries.checks_of(draft_posting(equal_opportunity_text=statement)) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"title": " "}, "no-title"),
        ({"contact_person_id": None}, "no-contact"),
        ({"closes_on": dt.date(2026, 1, 1)}, "closing-past"),
    ],
)
def test_what_a_posting_cannot_do_without_blocks_it(
    app: Flask, values: dict[str, Any], code: str
) -> None:
    posting = draft_posting(**values)
    with pytest.raises(operations.BlockedError) as caught:
        operations.publish(posting, by=None, confirmed=[code])
    assert [each.code for each in caught.value.checks] == [code]


def test_a_contact_who_cannot_be_reached_blocks_it(app: Flask) -> None:
    posting = draft_posting(contact=person("gone@example.org", disabled_at=now()))
    with pytest.raises(operations.BlockedError) as caught:
        operations.publish(posting, by=None)
    assert [each.code for each in caught.value.checks] == ["contact-unreachable"]


def test_an_unconfirmed_contact_does_not_block_it(app: Flask) -> None:
    posting = draft_posting(contact=person("met@example.org", unconfirmed=True))
    operations.publish(posting, by=None)
    assert posting.state is S.OPEN


def test_a_position_answers_through_its_holder_then_its_deputy(app: Flask) -> None:
    holder, deputy = person("holder@example.org"), person("deputy@example.org")
    position = Position(title="Head of Stories", holder=holder, deputy=deputy)
    db.session.add(position)
    db.session.flush()
    posting = draft_posting(contact_position_id=position.id)
    assert queries.contact_of(posting) == holder
    holder.disabled_at = now()
    assert queries.contact_of(posting) == deputy
    deputy.disabled_at = now()
    assert queries.contact_of(posting) is None


def test_a_public_posting_cannot_lose_its_contact(app: Flask) -> None:
    posting = open_posting()
    with pytest.raises(operations.BlockedError):
        operations.change(posting, {"contact_person_id": None}, by=None)


def test_a_time_to_come_schedules_it_and_the_clock_opens_and_closes_it(
    app: Flask, clock: Traveller
) -> None:
    start = now()
    posting = draft_posting(
        publish_at=start + dt.timedelta(hours=2), closes_on=dt.date(2026, 11, 24)
    )
    operations.publish(posting, by=None)
    db.session.commit()
    states = [posting.state]
    # The 24th ends in New York at 5:00 on the 25th, UTC.
    for hours in (1, 2, 37, 38):
        clock.move_to(start + dt.timedelta(hours=hours))
        jobs.run_now("postings_clock")
        db.session.expire_all()
        states.append(posting.state)
    assert states == [S.SCHEDULED, S.SCHEDULED, S.OPEN, S.OPEN, S.CLOSED]
    assert [(each.new, each.by_id) for each in queries.history_of(posting)] == [
        (S.SCHEDULED, None),
        (S.OPEN, None),
        (S.CLOSED, None),
    ]


def test_a_scheduled_posting_whose_contact_left_goes_back_and_says_why(
    app: Flask, clock: Traveller
) -> None:
    contact = person("leaves@example.org")
    posting = draft_posting(contact=contact, publish_at=now() + dt.timedelta(hours=1))
    operations.publish(posting, by=None)
    contact.disabled_at = now()
    db.session.commit()
    clock.shift(dt.timedelta(hours=2))
    jobs.run_now("postings_clock")
    db.session.expire_all()
    assert posting.state is S.DRAFT
    assert "could not be published" in queries.history_of(posting)[-1].reason


def test_past_its_closing_it_takes_nothing_before_any_job_ran(app: Flask, clock: Traveller) -> None:
    posting = open_posting(closes_on=dt.date(2026, 11, 23))
    listed = list(queries.open_listed())
    assert (listed, queries.is_accepting(posting)) == ([posting], True)
    clock.move_to(dt.datetime(2026, 11, 24, 4, 59, 59, tzinfo=dt.UTC))
    assert (posting.state, queries.is_accepting(posting), list(queries.open_listed())) == (
        S.OPEN,
        False,
        [],
    )
    assert queries.count_by_state(coordinator())[S.CLOSED] == 1


def test_a_page_that_takes_no_applications_is_open_and_takes_none(app: Flask) -> None:
    posting = open_posting(accepting=False)
    assert (posting.state, queries.is_accepting(posting)) == (S.OPEN, False)


def test_a_closed_one_reopens_with_a_reason_and_a_later_date(app: Flask, clock: Traveller) -> None:
    posting = open_posting(closes_on=dt.date(2026, 11, 24))
    clock.shift(dt.timedelta(days=5))
    with pytest.raises(DomainError):
        operations.reopen(posting, by=None, reason="")
    with pytest.raises(operations.BlockedError):
        operations.reopen(posting, by=None, reason="Too few applied.")
    db.session.rollback()
    operations.reopen(posting, by=None, reason="Too few.", closes_on=dt.date(2026, 12, 24))
    assert (posting.state_at(now()), posting.closed_at) == (S.OPEN, None)
    assert [(each.old, each.new) for each in queries.history_of(posting)] == [
        (S.DRAFT, S.OPEN),
        (S.OPEN, S.CLOSED),
        (S.CLOSED, S.OPEN),
    ]


def test_the_day_it_was_first_published_stays(app: Flask, clock: Traveller) -> None:
    posting = closed_posting()
    first = posting.published_at
    clock.shift(dt.timedelta(days=3))
    operations.reopen(posting, by=None, reason="The one we chose went elsewhere.")
    assert posting.published_at == first


Make = Callable[..., Posting]


@pytest.mark.parametrize(
    ("make", "act", "state"),
    [
        (open_posting, lambda each: operations.fill(each, by=None), S.FILLED),
        (closed_posting, lambda each: operations.fill(each, by=None), S.FILLED),
        (
            draft_posting,
            lambda each: operations.cancel(each, by=None, reason="Money."),
            S.CANCELLED,
        ),
        (open_posting, lambda each: operations.cancel(each, by=None, reason="Money."), S.CANCELLED),
    ],
)
def test_filling_and_cancelling(
    app: Flask, make: Make, act: Callable[[Posting], object], state: PostingState
) -> None:
    posting = make()
    act(posting)
    assert posting.state is state


def test_a_manager_sees_the_postings_they_are_on_and_no_other(any_app: Flask) -> None:
    who = manager()
    position = Position(title="Head of Stories", deputy=who)
    db.session.add(position)
    db.session.flush()
    mine = [
        draft_posting(managers=[who.id]),
        draft_posting(contact=who),
        draft_posting(contact_position_id=position.id),
    ]
    foreign = [draft_posting(), draft_posting(copied=[who.id])]
    assert sorted(each.id for each in queries.staff_list(who)) == [each.id for each in mine]
    for posting in foreign:
        with pytest.raises(NotFoundError):
            queries.get_visible(who, posting.id)


def test_a_manager_who_writes_a_draft_manages_it(app: Flask) -> None:
    who = manager()
    posting = operations.draft(by=who)
    operations.change(posting, {"managers": [], "title": "Page"}, by=who)
    assert list(queries.staff_list(who)) == [posting]
