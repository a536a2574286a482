"""500 mangled pages, by command and by page: a draft or a clear refusal, in time, and never a fall.

And what became of them is shown: nothing in it can run.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import html5lib
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.plugins.apps import Client
from tests.plugins.cost import cost
from tests.postings.desk import READ, page_of, problems
from tests.postings.factories import coordinator, employer, person, sign_in
from tests.postings.mangling import EACH, KINDS, RUNS, Make, mangled
from tracker.core.db import db
from tracker.postings import operations, queries
from tracker.postings.content import PostingValues
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState

MOST_SECONDS = 2  # of the processor's: the machine may be busy with other things
NEVER = {"style", "svg", "math", "iframe", "object", "embed", "base", "frame", "applet"}
"""Elements that no page of the house has."""


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Posting)) or 0


def run(app: Flask, path: Path) -> tuple[Result, float]:
    """Import one page as a command does; returns what it said, and the processor's seconds."""
    with cost() as spent:
        result = app.test_cli_runner().invoke(args=["postings", "import", str(path)])
    return result, spent.seconds


def test_there_are_five_hundred_of_them() -> None:
    pages = {data for make in KINDS for _, data in mangled(make)}
    assert len(KINDS) * EACH >= 500
    assert len(pages) >= 500 - EACH  # of the huge ones some are the same


ON_POSTGRESQL = {"null_bytes", "wrong_encoding", "right_to_left", "what_runs_in_a_file"}
"""Kinds that a database may choke on and another not."""


@pytest.mark.parametrize(
    ("make", "database"),
    [
        pytest.param(make, kind, id=f"{make.__name__}-{kind}")
        for make in KINDS
        for kind in ("sqlite", "postgresql")
        if kind == "sqlite" or make.__name__ in ON_POSTGRESQL
    ],
    indirect=["database"],
)
def test_the_command_makes_a_draft_or_refuses_in_a_line(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    employer()
    drafts = 0
    for name, data in mangled(make):
        path = tmp_path / name
        path.write_bytes(data)
        had = count()
        result, seconds = run(app, path)
        assert seconds < MOST_SECONDS, name
        assert isinstance(result.exception, SystemExit | None), (name, result.exception)
        assert "Traceback" not in result.output
        if result.exit_code == 0:
            listed = re.search(r": a list of \d+$", result.stdout, re.M)
            assert (count() == had + 1) is not bool(listed), result.output
            drafts += count() - had
        else:
            assert (result.exit_code, count()) == (1, had), (name, result.output)
            (line,) = result.stderr.splitlines()
            assert line.startswith(str(path)), line
            assert re.search(r"(could not be read|was not taken): .{10,}\.$", line), line
    assert {each.state for each in db.session.scalars(select(Posting))} <= {PostingState.DRAFT}
    assert drafts == count()
    # Each kind is looked at from both sides, where it has two.
    refused = EACH - drafts
    assert {"huge": refused == EACH, "nested": drafts > 0}.get(make.__name__, drafts > EACH // 20)


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_the_page_shows_a_form_or_says_why_not(app: Flask, staff: Client, make: Make) -> None:
    employer()
    token = staff.token(READ)
    for number, (name, data) in enumerate(mangled(make)):
        sent = {"csrf_token": token, "file": FileStorage(io.BytesIO(data), name), "text": ""}
        # Put together here: the client's own way leaves a file open for a large body.
        boundary, body = encode_multipart(sent)
        kind = f'multipart/form-data; boundary="{boundary}"'
        with cost() as spent:
            answer = staff.post(READ, data=body, content_type=kind)
        assert spent.seconds < MOST_SECONDS, name
        if answer.status_code == 200:
            if number % 6 == 0:
                had = count()
                saved = staff.fill(page_of(answer), {}, form="/confirm", button="save")
                assert saved.status_code in {303, 422}, (name, saved.status_code)
                assert count() == had + (saved.status_code == 303)
                assert saved.status_code == 303 or problems(saved)
        else:
            assert answer.status_code in {303, 413, 422}, (name, answer.status_code)
            assert answer.status_code == 303 or problems(answer), name
    states = set(db.session.scalars(select(Posting.state)))
    assert states <= {PostingState.DRAFT}


def elements(html: str) -> Iterator[tuple[str, dict[Any, str], str]]:
    for element in html5lib.parse(html).iter():
        if isinstance(element.tag, str):
            name = element.tag.rpartition("}")[2]
            yield name, dict(element.attrib), (element.text or "")


def what_could_run(html: str) -> list[str]:
    """List what of a page would run, load or restyle, and is none of the house's."""
    odd = []
    for name, attributes, text in elements(html):
        if name in NEVER:
            odd.append(name)
        if name in {"script", "link", "meta", "img"} and not _is_ours(name, attributes, text):
            odd.append(f"{name} {attributes}")
        for key, value in attributes.items():
            local = str(key).rpartition("}")[2].lower()
            if local.startswith("on") or local in {"style", "srcdoc"}:
                odd.append(f"{name} {local}")
            if local in {"href", "src", "action", "formaction", "data", "poster"}:
                scheme = urlsplit(re.sub(r"[\x00-\x20]", "", value)).scheme
                if scheme not in {"", "http", "https", "mailto", "tel"}:
                    odd.append(f"{name} {value}")
    return odd


def _is_ours(name: str, attributes: dict[Any, str], text: str) -> bool:
    if name == "meta":
        return "http-equiv" not in attributes
    if name == "link":
        return (
            "stylesheet" not in attributes["rel"]
            or re.match("/[^/]", attributes["href"]) is not None
        )
    if attributes.get("type") == "application/ld+json":
        return "<" not in text  # data, which nothing in it can end
    return re.match("/[^/]", attributes.get("src", "")) is not None and not text.strip()


# What a browser takes for elements by itself; the others do by what is done to them.
AS_THEY_ARE = re.compile("<(?!scr<|javascript|noscript)[a-z]|<!--")


@pytest.mark.parametrize("piece", [each for each in RUNS if AS_THEY_ARE.match(each)])
def test_what_runs_would_be_seen(piece: str) -> None:
    assert what_could_run(f"<!DOCTYPE html><title>Page</title><p>{piece}</p>") != []


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_nothing_that_a_page_holds_can_run_where_it_is_shown(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    employer()
    reader = FlaskClient(app, app.response_class)  # it leaves the looking to us
    sign_in(reader, coordinator())
    contact = person("nora.whitfield@example.org", name="Nora", unconfirmed=False).id
    for name, data in mangled(make):
        (tmp_path / name).write_bytes(data)
    run(app, tmp_path)
    every = 1 if make.__name__.startswith("what_runs") else 5
    shown = 0
    for posting in db.session.scalars(select(Posting).order_by(Posting.id)).all()[::every]:
        title = posting.title or "Page"
        values: PostingValues = {"contact_person_id": contact, "title": title, "closes_on": None}
        operations.change(posting, values, by=None)
        codes = [each.code for each in queries.checks_of(posting)]
        if "nothing-written" in codes:  # and nobody can publish it
            continue
        operations.publish(posting, by=None, confirmed=codes)
        db.session.commit()
        slug, number = posting.slug, posting.id
        for url in (f"/postings/{slug}", f"/staff/postings/{number}"):
            assert what_could_run(reader.get(url).text) == [], (posting.source_name, url)
        shown += 1
    for url in ("/", "/embed/postings", "/feeds/postings.atom"):
        answer = reader.get(url)
        text = answer.text if answer.mimetype == "text/html" else _told(answer.text)
        assert what_could_run(text) == [], url
    assert shown or make.__name__ == "huge"


def _told(feed: str) -> str:
    """What a feed reader would show of a feed as HTML."""
    found = ET.fromstring(feed).iter()  # noqa: S314  our own feed
    return "\n".join(each.text or "" for each in found if each.get("type") == "html")
