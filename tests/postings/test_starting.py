"""Postings begun from others: copies and templates."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings.desk import page_of
from tests.postings.factories import (
    coordinator,
    draft_posting,
    manager,
    open_posting,
    person,
    sign_in,
)
from tracker.core.db import db, now
from tracker.core.errors import DomainError
from tracker.postings import operations, queries
from tracker.postings.content import DocumentValue, SectionValue
from tracker.postings.models import Posting, PostingMember
from tracker.postings.rules import DocumentKind, MemberRole, PostingState, SectionKind

START = "/staff/postings/start"
DATES = {
    "closes_on",
    "closes_time",
    "closes_at",
    "first_review_on",
    "interviews_begin_on",
    "answer_by_on",
    "publish_at",
    "published_at",
    "closed_at",
}
ITS_OWN = {"id", "slug", "reference", "state", "created_at", "created_by_id", "version"} | {
    "changed_at",
    "changed_by_id",
    "source_name",
    "source_sha256",
    "source_text",
    "findings",
    "is_demo",
    "is_template",
}


def newest() -> Posting:
    db.session.rollback()
    return db.session.scalars(select(Posting).order_by(Posting.id.desc()).limit(1)).one()


def whole() -> Posting:
    """A public posting with everything that can be said."""
    day = (now() + dt.timedelta(days=20)).date()
    return open_posting(
        pay_note="With experience",
        evenings=True,
        weekends=True,
        accepts_late=True,
        subject_keyword="Stories",
        equal_opportunity_text="Everybody.",
        first_review_on=day,
        interviews_begin_on=day,
        answer_by_on=day,
        copied=[person("copied@example.org").id],
        managers=[manager().id],
        documents=[
            DocumentValue(DocumentKind.ESSAY, "Essay", "On a book.", required=False, word_limit=350)
        ],
    )


def test_a_copy_has_everything_but_dates(staff: Client) -> None:
    posting = whole()
    operations.make_link(posting, source="poster", by=coordinator())
    db.session.commit()
    answer = staff.submit(
        f"/staff/postings/{posting.id}", {}, form=f"/staff/postings/{posting.id}/copy"
    )
    made, posting = newest(), db.session.get_one(Posting, posting.id)
    assert answer.location == f"/staff/postings/{made.id}/edit?copied=1"
    assert (made.state, made.slug) == (PostingState.DRAFT, "childrens-librarian-2")
    for column in Posting.__table__.columns:
        if column.name not in DATES | ITS_OWN:
            assert getattr(made, column.name) == getattr(posting, column.name), column.name
    assert {getattr(made, name) for name in DATES} == {None}
    for name, fields in (
        ("sections", ("kind", "heading", "text")),
        ("documents", ("kind", "title", "instructions", "word_limit", "required")),
        ("questions", ("text", "kind", "choices", "word_limit", "required")),
        ("skills", ("name",)),
        ("members", ("person_id", "role")),
    ):
        rows, copies = getattr(posting, name), getattr(made, name)
        assert not {each.id for each in rows} & {each.id for each in copies}
        said = [[getattr(each, field) for field in fields] for each in rows]
        assert (said, rows != []) == (
            [[getattr(each, field) for field in fields] for each in copies],
            True,
        )
    assert queries.short_links(made) == []
    page = staff.page(answer.location)
    assert "Look it over: this is a copy" in page.text
    assert "Applications go to Ida Moreno. Is that still so?" in page.text


def test_the_start_page_finds_earlier_postings_by_words_of_the_title(staff: Client) -> None:
    draft_posting(title="Page at the 100% branch")
    draft_posting(title="Clerk")
    names = "ul[@class='starts']//span[@class='starts-name']"
    assert staff.page(START).texts(names) == ["Clerk", "Page at the 100% branch"]
    assert staff.page(f"{START}?words=100%25+page").texts(names) == ["Page at the 100% branch"]
    page = staff.page(f"{START}?words=cook")
    assert (page.texts(names), "No posting has these words" in page.text) == ([], True)
    assert staff.page("/staff/postings").link("New posting").endswith(START)


def test_a_public_posting_is_copied_into_a_template(staff: Client) -> None:
    posting = whole()
    where = f"/staff/postings/{posting.id}"
    staff.submit(where, {}, form=f"{where}/template")
    made = newest()
    assert (made.is_template, made.id != posting.id) == (True, True)
    assert made.slug == f"posting-{made.reference}"  # the title's own stays free
    assert [each.role for each in made.members] == [MemberRole.COPIED]
    assert not db.session.get_one(Posting, posting.id).is_template
    assert staff.page("/staff/postings").texts("tbody//th/a") == ["Children's Librarian"]
    answer = staff.submit(START, {}, form=f"/staff/postings/{made.id}/copy")
    begun = newest()
    assert (begun.is_template, begun.title) == (False, "Children's Librarian")
    assert "Look it over" in staff.page(answer.location).text


def test_a_template_is_shown_nowhere_and_never_published(staff: Client, client: Client) -> None:
    posting = draft_posting()
    where = f"/staff/postings/{posting.id}"
    staff.submit(where, {}, form=f"{where}/template")
    template = newest()
    assert (template.id, template.is_template) == (posting.id, True)
    page = staff.page(where)
    assert "Template" in page.text
    assert page.all(f"a[@href='{where}/publish']") == []
    answer = staff.get(f"{where}/publish")
    assert (answer.status_code, "This is a template." in answer.text) == (404, True)
    data = {"csrf_token": page.token()}
    assert staff.post(f"{where}/publish", data=data).status_code == 404
    assert newest().state is PostingState.DRAFT
    with pytest.raises(DomainError, match="This is a template"):
        operations.publish(newest(), by=None)
    stranger = staff.application.test_client()
    assert stranger.get(f"/postings/{newest().slug}").status_code == 404
    assert queries.to_check(now()) == []
    staff.submit(where, {}, form=f"{where}/template/end")
    assert (newest().is_template, newest().slug) == (False, "childrens-librarian")


@pytest.mark.both_databases
def test_the_database_lets_no_template_be_public(app: Flask) -> None:
    posting = open_posting()
    posting.is_template = True
    with pytest.raises(IntegrityError, match="template_is_draft"):
        db.session.commit()
    db.session.rollback()


def test_a_manager_begins_with_a_template_and_manages_what_they_began(
    client: Client, employed: None
) -> None:
    template = draft_posting(title="Page", managers=[])
    operations.make_template(template, by=coordinator())
    other = draft_posting(title="Somebody else's")
    db.session.commit()
    who = manager()
    sign_in(client, who)
    page = client.page(START)
    assert page.texts("ul[@class='starts']//span[@class='starts-name']") == ["Page"]
    client.submit(START, {}, form=f"/staff/postings/{template.id}/copy")
    begun = newest()
    found = db.session.scalars(
        select(PostingMember.person_id).where(PostingMember.posting_id == begun.id)
    ).all()
    assert (begun.title, list(found)) == ("Page", [who.id])
    token = client.token(START)
    for where, status in ((f"{other.id}/copy", 404), (f"{begun.id}/template", 403)):
        answer = client.post(f"/staff/postings/{where}", data={"csrf_token": token})
        assert answer.status_code == status
    assert client.get(f"/staff/postings/{template.id}").status_code == 404


def test_headings_say_what_a_section_is(staff: Client) -> None:
    headings = [
        "",
        "Duties & Responsibilities",
        "Skills & Qualifications",
        "Education",
        "Physical requirements",
        "Salary & Benefits",
        "Hours",
        "Contact Information",
        "A day here",
    ]
    posting = draft_posting(sections=[SectionValue(each, "Words.") for each in headings])
    kinds = SectionKind
    assert [each.kind for each in posting.sections] == [
        kinds.SUMMARY,
        kinds.DUTIES,
        kinds.QUALIFICATIONS,
        kinds.OTHER,
        kinds.OTHER,
        kinds.PAY_AND_BENEFITS,
        kinds.SCHEDULE,
        kinds.HOW_TO_APPLY,
        kinds.OTHER,
    ]
    page = page_of(staff.get(f"/postings/{posting.slug}"))
    shown = [each for each in page.texts("main//h2") if each != "Share or print"]
    assert shown == [
        "Duties & Responsibilities",
        "Skills & Qualifications",
        "Education",
        "Physical requirements",
        "Salary & Benefits",
        "Hours",
        "A day here",
        "Contact Information",
    ]


def test_the_start_page_asks_as_much_for_many_as_for_one(
    staff: Client, count_queries: QueryCounter
) -> None:
    counts = []
    for wanted in (1, 29):
        for number in range(wanted):
            made = draft_posting(title=f"Page {wanted} of {number}")
            operations.make_template(draft_posting(title="Template"), by=coordinator())
            assert made.id
        db.session.commit()
        staff.get(START)
        with count_queries() as statements:
            staff.get(START)
        counts.append(len(statements))
    assert counts[0] == counts[1]
