"""Applications are found by their words: the same ones on both databases, by those who may."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from tests.applications import desk
from tests.plugins.clocks import START, QueryCounter
from tests.plugins.databases import _build_sqlite
from tests.plugins.pages import Page, text_of
from tests.plugins.places import build_once
from tests.postings import factories as postings
from tracker.accounts.models import Person
from tracker.app import create_app
from tracker.applications.models import AccommodationRequest, Application, ApplicationDocument
from tracker.applications.queries import Filters
from tracker.applications.rules import Stage
from tracker.core import jobs
from tracker.core.access import Role
from tracker.core.db import db, lock, writing
from tracker.documents.models import Document, DocumentText
from tracker.records.models.search import SearchChange, SearchEntry
from tracker.records.operations import indexing as operations
from tracker.records.queries import finding as queries
from tracker.records.words import Entry, Term, asked, entry_of
from tracker.upkeep.backup import back_up, restore

URL = "/staff/applications"
WORDS = ("library", "librarian", "the", "story", "times", "Élodie", "O'Brien", "straße", "of")
TEXTS = (
    "The librarian of the library told a story",
    "Story times, told three times by Élodie O’Brien of Straße 5",
    "jane.doe@example.org, (203) 555-0100",
    "the times the times the story",
    "山田太郎 told the library",
    "again and " * 300 + "the end of the story",
    "'quoted' \\ back & | ! <-> :* slashes (brackets) {braces} ^ ~ NEAR(the story)",
)


def indexed() -> None:
    """Let the worker index what has changed."""
    jobs.run_now("index")


def found(typed: str, person: Person | None = None, **options: Any) -> list[str]:
    """The names of those whom a search finds, in its order."""
    person = person or postings.coordinator()
    return [each.name for each in queries.find(person, asked(typed), **options).applications]


def stands_in(entry: Entry, term: Term) -> bool:
    """What a hit is, said as simply as it can be."""
    *whole, last = term.words

    def fits(row: list[str]) -> bool:
        final = row[-1].startswith(last) if term.prefix else row[-1] == last
        return row[:-1] == whole and final

    size = len(term.words)
    rows = [entry.places[at : at + size] for at in range(len(entry.places) - size + 1)]
    return any(map(fits, rows + ([[each] for each in entry.loose] if size == 1 else [])))


@pytest.fixture
def shelf(any_app: Flask) -> dict[int, Entry]:
    """Applications whose indexed words are exactly those of the texts above."""
    original = desk.arrived(name="Nobody", at=START)
    posting_id = original.posting_id
    copies = [
        {
            "number": f"2026-T{number}",
            "posting_id": posting_id,
            "submission_token": f"text {number}",
            "content_sha256": "-",
            "name": "-",
            "email": "-",
            "email_key": "-",
            "submitted_at": START,
        }
        for number in range(len(TEXTS))
    ]
    with writing():
        ids = db.session.scalars(insert(Application).returning(Application.id), copies).all()
        entries = {each: entry_of([text]) for each, text in zip(ids, TEXTS, strict=True)}
        rows = [operations.row_of(each, entry) for each, entry in entries.items()]
        db.session.execute(insert(SearchEntry), rows)
        db.session.commit()
    return entries


@tries(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.one_of(
        st.text(max_size=40),
        st.lists(
            st.one_of(st.sampled_from(WORDS), st.sampled_from(['"', "*", " ", "lib*", "-", "'"])),
            max_size=9,
        ).map(" ".join),
    )
)
def test_any_words_give_the_hits_that_stand_there(shelf: dict[int, Entry], typed: str) -> None:
    terms = asked(typed)
    page = queries.find(Person(role=Role.COORDINATOR), terms, Filters())
    expected = [
        each
        for each, entry in shelf.items()
        if terms and all(stands_in(entry, term) for term in terms)
    ]
    assert page.ids == expected[::-1]
    db.session.rollback()


EXAMPLES = {
    "library": [0, 4],
    "librar*": [0, 4],
    "doe": [2],
    "JANE.DOE@example.org": [2],
    '"doe jane"': [],
    "203.555.0100": [2],
    '"555 0100"': [2],
    "obrien strasse": [1],
    '"told the lib*"': [4],
    '"end of the story"': [5],
    '"again and again"': [5],
    "太郎": [4],
    "near the story quoted": [6],
    "lib": [],
}


def test_words_beginnings_and_phrases_are_found(shelf: dict[int, Entry]) -> None:
    numbers, person = {each: number for number, each in enumerate(shelf)}, postings.coordinator()
    hits = {typed: queries.find(person, asked(typed)).ids for typed in EXAMPLES}
    assert {typed: sorted(numbers[each] for each in ids) for typed, ids in hits.items()} == EXAMPLES


def test_past_the_limits_words_are_found_and_phrases_are_not(any_app: Flask) -> None:
    application_id = desk.arrived(name="Ann Lee").id
    entry = entry_of(["again and " * 8_200 + "a long end", "the next text"])
    with writing():
        operations.store({application_id: entry}, queries.waiting_changes(100))
        db.session.commit()
    assert [found(each) for each in ("again", "long next", "again*", '"and again"')] == [
        ["Ann Lee"]
    ] * 4
    assert [found(each) for each in ('"a long end"', '"next text"')] == [[], []]


def test_a_name_an_address_a_number_an_answer_and_a_document_are_found(any_app: Flask) -> None:
    wanted = desk.arrived(name="Zelda Quist", email="zq@example.org", phone="203 555 0123")
    desk.arrived(name="Somebody Else", email="else@example.org")
    number = wanted.number
    indexed()
    for typed in ("quist", "zq@example.org", number.lower(), "2035550123", "quist candidate"):
        assert found(typed) == ["Zelda Quist"], typed
    assert found("candidate") == ["Somebody Else", "Zelda Quist"]


def test_every_change_is_indexed_again(any_app: Flask) -> None:
    application = desk.arrived(name="Ann Lee", email="ann@example.org")
    document = application.documents[0].document
    application_id, document_id = application.id, document.id
    indexed()
    assert found("lee") == ["Ann Lee"]
    with writing():
        lock(Application, application_id).name = "Ann Winter"
        db.session.commit()
    with writing():
        lock(Document, document_id)
        db.session.execute(update(DocumentText).values(text="Read again, at length: hedgehogs."))
        db.session.commit()
    indexed()
    assert (found("lee"), found("winter hedgehogs")) == ([], ["Ann Winter"])
    assert db.session.scalar(select(func.count(SearchChange.id))) == 0


@pytest.mark.parametrize("state", ["waiting", "infected"])
def test_what_the_scanner_has_not_cleared_is_not_found(any_app: Flask, state: str) -> None:
    application = desk.arrived(name="Ann Lee")
    document_id = application.documents[0].document_id
    indexed()
    assert found("candidate") == ["Ann Lee"]
    with writing():
        db.session.execute(
            update(Document).where(Document.id == document_id).values(scan_state=state)
        )
        db.session.commit()
    indexed()
    assert found("cover") == []
    sources = queries.sources_of([db.session.get_one(Application, application.id)])
    assert [each.title for each in sources[application.id] if each.kind == "document"] == ["Resume"]


def test_what_a_candidate_needs_is_not_found(any_app: Flask) -> None:
    application_id = desk.arrived(name="Ann Lee").id
    with writing():
        db.session.add(AccommodationRequest(application_id=application_id, text="wheelchair"))
        db.session.commit()
    with writing():
        operations.note([application_id])
        db.session.commit()
    indexed()
    assert (found("wheelchair"), found("lee")) == ([], ["Ann Lee"])


def test_a_worker_with_older_words_does_not_overwrite_newer_ones(any_app: Flask) -> None:
    application_id = desk.arrived(name="Ann Lee").id
    slow = queries.waiting_changes(100)
    old = queries.entries_of(slow)
    with writing():
        lock(Application, application_id).name = "Ann Winter"
        db.session.commit()
    indexed()
    with writing():
        operations.store(old, slow)
        db.session.commit()
    indexed()
    assert (found("lee"), found("winter")) == ([], ["Ann Winter"])


def test_what_was_never_indexed_is_found_by_the_sweep(any_app: Flask) -> None:
    application_id = desk.arrived(name="Ann Lee").id
    with writing():
        db.session.query(SearchChange).delete()
        db.session.commit()
    jobs.run_now("index_missing")
    assert found("lee") == ["Ann Lee"]
    with writing():
        db.session.execute(update(SearchEntry).values(rules_version=0))
        db.session.commit()
    assert queries.unindexed(10) == [application_id]
    jobs.run_now("index_missing")
    assert queries.unindexed(10) == []


def test_a_backup_that_comes_back_is_indexed_anew(app: Flask, tmp_path: Path) -> None:
    desk.arrived(name="Ann Lee")
    indexed()
    back_up(tmp_path / "one.tar")
    folder = tmp_path / "other"
    folder.mkdir()
    url = (
        f"sqlite:///{shutil.copyfile(build_once('template.db', _build_sqlite), folder / 'new.db')}"
    )
    settings = {"DATABASE_URL": url, "FILES_URL": str(folder / "files"), "SECRET_KEY": "-"}
    other = create_app({"TESTING": True, "INSTANCE_PATH": str(folder), **settings})
    with other.app_context():
        restore(tmp_path / "one.tar")
        assert db.session.scalar(select(func.count()).select_from(SearchEntry)) == 0
        indexed()
        assert found("lee candidate") == ["Ann Lee"]
        db.session.remove()
        db.engine.dispose()


def test_a_deleted_application_leaves_no_word(any_app: Flask) -> None:
    application_id = desk.arrived(name="Ann Lee").id
    indexed()
    with writing():
        db.session.query(SearchEntry).filter_by(application_id=application_id).delete()
        db.session.commit()
    assert found("lee") == []


# Who finds what, and in which order


def test_everybody_finds_what_they_may_see(any_app: Flask) -> None:
    ours = postings.open_posting(title="Page")
    theirs = postings.open_posting(title="Clerk")
    mine = desk.arrived(ours, name="Sought Mine")
    seat = desk.arrived(theirs, name="Sought Seat")
    desk.arrived(theirs, name="Sought Other")
    manager = desk.make_manager_of(ours)
    panelist = desk.panelist(seat_on=seat)
    nobody = desk.panelist("nobody@example.org")
    posting_id = mine.posting_id
    indexed()
    assert found("sought") == ["Sought Other", "Sought Seat", "Sought Mine"]
    assert found("sought", manager) == ["Sought Mine"]
    assert found("sought", panelist) == ["Sought Seat"]
    assert found("sought", nobody) == []
    assert found("sought", filters=Filters(posting_id=posting_id)) == ["Sought Mine"]
    assert found("sought", filters=Filters(standing=Stage.OFFER)) == []
    assert found(f"§{posting_id}") == []


def test_pages_lead_on_and_back_and_miss_nobody(any_app: Flask) -> None:
    for number in range(7):
        desk.arrived(name=f"Sought {number}", email=f"{number}@example.org")
    indexed()
    person, terms = postings.coordinator(), asked("sought")
    for oldest_first in (False, True):
        whole = queries.find(person, terms, oldest_first=oldest_first).ids
        assert len(whole) == 7
        assert whole == sorted(whole, reverse=not oldest_first)

        def read(where: dict[str, Any], oldest: bool = oldest_first) -> Any:
            return queries.find(person, terms, oldest_first=oldest, size=3, **where)

        first = read({})
        second = read({"after": first.later})
        third = read({"after": second.later})
        assert first.ids + second.ids + third.ids == whole
        assert (first.earlier, third.later) == (None, None)
        assert read({"before": third.earlier}).ids == second.ids
        assert read({"before": second.earlier}).ids == first.ids
        assert read({"before": second.earlier}).earlier is None
        assert read({"after": "x"}).ids == first.ids


# The page


def places(page: Page) -> list[str]:
    """Where a page says that words were found."""
    return page.texts("tr[@class='table-found']/td/p")


def test_the_list_says_where_the_words_were_found(app: Flask) -> None:
    posting = postings.open_posting()
    for name in ("Ann <Lee>", "Bo Lee"):
        application = desk.arrived(posting, name=name, email=f"{name[:2].lower()}@example.org")
        item = application.documents[-1]
        text = "I love books & <script>alert(1)</script> hedgehogs more than anything."
        db.session.get_one(DocumentText, item.document_id).text = text
        db.session.commit()
    indexed()
    client = desk.coordinator(app)
    page = client.page(f"{URL}?words=hedgeh*")
    expected = "I love books & <script>alert(1)</script> hedgehogs more than anything."
    title = db.session.scalars(select(ApplicationDocument.title)).all()[-1]
    assert places(page) == [f"{title}: {expected}"] * 2
    assert [text_of(each) for each in page.all("mark")] == ["hedgehogs"] * 2
    assert places(client.page(f"{URL}?words=lee")) == ["Name: Bo Lee", "Name: Ann <Lee>"]


def test_words_without_a_letter_find_nothing_and_say_so(app: Flask) -> None:
    desk.arrived()
    page = desk.coordinator(app).page(f"{URL}?words=%25%25")
    assert page.texts("h2") == ["No application fits"]


def test_the_list_of_hits_takes_as_many_queries_for_many_as_for_one(
    any_app: Flask, count_queries: QueryCounter
) -> None:
    client = desk.coordinator(any_app)
    counts = []
    for wanted in (1, 6):
        for number in range(wanted):
            desk.arrived(name=f"Sought {wanted} {number}", email=f"{wanted}{number}@example.org")
        indexed()
        with count_queries() as statements:
            page = client.page(f"{URL}?words=sought+candidate")
        assert len(page.all("tr[@class='table-found']")) == (1 if wanted == 1 else 7)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_hits_are_found_while_the_order_of_arrival_is_another(app: Flask) -> None:
    desk.arrived(name="Sought first", at=START)
    desk.arrived(name="Sought later", email="b@example.org", at=START - dt.timedelta(days=9))
    indexed()
    assert found("sought") == ["Sought later", "Sought first"]
