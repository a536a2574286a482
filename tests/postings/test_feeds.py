"""What other programs read is valid in its own format, and has what is open and nothing else."""

import datetime as dt
import re
import urllib.robotparser
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from flask import Flask
from time_machine import Traveller

from tests.plugins.apps import Client
from tests.plugins.clocks import QueryCounter
from tests.postings import factories
from tracker.core.access import access_of
from tracker.core.db import db
from tracker.postings import operations
from tracker.postings.content import SectionValue
from tracker.postings.exports import feeds
from tracker.postings.models import Posting
from tracker.postings.rules import PayUnit

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
ATOM = "{http://www.w3.org/2005/Atom}"
LISTS = ("/sitemap.xml", "/feeds/postings.atom", "/feeds/indeed.xml", "/api/v1/postings")
HOSTILE = "Page & <b>]]> \x0bclerk\u2028 \ufffe"

ended: list[Callable[[Posting], Any]] = [
    lambda each: operations.close(each, by=None),
    lambda each: operations.cancel(each, by=None, reason="cut"),
    lambda each: operations.fill(each, by=None),
    lambda each: operations.change(each, {"unlisted": True}, by=None),
]


def tree(client: Client, path: str) -> ET.Element:
    answer = client.get(path)
    assert answer.status_code == 200
    return ET.fromstring(answer.data)  # noqa: S314  our own answer


@pytest.mark.parametrize("path", [*LISTS, "/embed/postings"])
@pytest.mark.parametrize("end", ended, ids=["closed", "cancelled", "filled", "unlisted"])
def test_what_has_ended_is_in_no_list_from_then_on(
    client: Client, path: str, end: Callable[[Posting], Any]
) -> None:
    posting = factories.open_posting()
    assert posting.slug in client.get(path).text
    end(posting)
    db.session.commit()
    assert posting.slug not in client.get(path).text


@pytest.mark.parametrize("path", [*LISTS, "/embed/postings"])
def test_it_ends_by_the_clock_alone(client: Client, clock: Traveller, path: str) -> None:
    posting = factories.open_posting(closes_on=dt.date(2026, 11, 24))
    factories.draft_posting(title="Not yet")
    assert posting.slug in client.get(path).text
    clock.shift(dt.timedelta(days=2))
    said = client.get(path).text
    assert [each for each in (posting.slug, "not-yet") if each in said] == []


@pytest.mark.parametrize("path", LISTS)
def test_thirty_openings_take_as_many_queries_as_one(
    client: Client, count_queries: QueryCounter, path: str
) -> None:
    counts = []
    for number in (1, 29):
        for _ in range(number):
            factories.open_posting()
        db.session.expunge_all()
        with count_queries() as statements:
            client.get(path)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("path", [*LISTS, "/robots.txt", "/api/v1/openapi.json"])
def test_who_has_it_already_is_told_so(client: Client, clock: Traveller, path: str) -> None:
    posting = factories.open_posting()
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert (again.headers["ETag"], again.headers["Cache-Control"]) == (
        first.headers["ETag"],
        "public, no-cache",
    )
    assert "Set-Cookie" not in first.headers
    if path in LISTS:
        clock.shift(dt.timedelta(minutes=1))
        operations.change(posting, {"title": "Storyteller"}, by=None)
        db.session.commit()
        changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200


# Sitemap and robots


def test_the_sitemap_keeps_to_its_schema(client: Client, clock: Traveller) -> None:
    factories.open_posting(title="Page & shelver")
    root = tree(client, "/sitemap.xml")
    assert root.tag == f"{SITEMAP}urlset"
    for url in root:
        assert url.tag == f"{SITEMAP}url"
        places = url.findall(f"{SITEMAP}loc")
        assert [bool(re.fullmatch(r"https?://\S{5,2040}", each.text or "")) for each in places] == [
            True
        ]
        stamps = [
            dt.datetime.fromisoformat(each.text or "") for each in url.iter(f"{SITEMAP}lastmod")
        ]
        assert [each.tzinfo is not None for each in stamps] == [True]
        links = url.findall(f"{XHTML}link")
        assert {each.get("rel") for each in links} == {"alternate"}
        assert [each.get("hreflang") for each in links] == ["en", "es", "x-default"]
        assert places[0].text in {each.get("href") for each in links}
        assert len(url) == 2 + len(links)


def test_the_sitemap_has_each_page_in_each_language(client: Client, clock: Traveller) -> None:
    posting = factories.open_posting()
    at = posting.changed_at.replace(microsecond=0).isoformat()
    root = tree(client, "/sitemap.xml")
    assert [(each[0].text, each[1].text) for each in root] == [
        ("http://localhost/", at),
        ("http://localhost/?lang=es", at),
        ("http://localhost/postings/childrens-librarian", at),
        ("http://localhost/postings/childrens-librarian?lang=es", at),
    ]
    for url in root:
        page = client.page(url[0].text or "")
        said = {(each.get("hreflang"), each.get("href")) for each in page.all("link[@hreflang]")}
        assert {(each.get("hreflang"), each.get("href")) for each in url[2:]} == said


def test_a_close_makes_the_careers_page_newer(client: Client, clock: Traveller) -> None:
    factories.open_posting(closes_on=dt.date(2026, 11, 24))
    clock.shift(dt.timedelta(days=9))
    root = tree(client, "/sitemap.xml")
    assert [each[1].text for each in root] == ["2026-11-25T04:59:59+00:00"] * 2


def test_robots_may_read_what_is_public_and_nothing_that_is_not(app: Flask, client: Client) -> None:
    posting = factories.open_posting()
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(answer.text.splitlines())
    assert robots.site_maps() == ["http://localhost/sitemap.xml"]
    for path in ("/", f"/postings/{posting.slug}", *LISTS, "/j/CODE"):
        assert robots.can_fetch("*", path), path
    open_to_robots = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(access_of(app.view_functions[rule.endpoint]), "kind", "") != "public"
        and robots.can_fetch("*", rule.rule)
        and "/apply" not in rule.rule  # by a pattern, which Python's reader does not know
    ]
    assert open_to_robots == []


def may_fetch(rules: str, path: str) -> bool:
    """Read rules as RFC 9309 §2.2.2 says: the longest that matches decides, `*` is any text."""
    longest, allowed = -1, True
    for line in rules.splitlines():
        name, _, pattern = (each.strip() for each in line.partition(":"))
        if name not in {"Allow", "Disallow"} or not pattern:
            continue
        expression = re.escape(pattern.removesuffix("$")).replace(r"\*", ".*")
        ends = "$" if pattern.endswith("$") else ""
        if re.match(expression + ends, path) and len(pattern) > longest:
            longest, allowed = len(pattern), name == "Allow"
    return allowed


def test_robots_read_pages_and_no_forms_and_no_private_links(client: Client) -> None:
    rules = client.get("/robots.txt").text
    assert rules.splitlines()[0] == "User-agent: *"
    closed = ("/postings/x/apply", "/postings/x/question", "/my/x", "/for/x", "/alerts/x", "/staff")
    read = ("/", "/postings/x", "/postings/x?lang=es", "/alerts", "/privacy", *LISTS)
    assert [path for path in closed if may_fetch(rules, path)] == []
    assert [path for path in read if not may_fetch(rules, path)] == []


# Atom


def test_a_feed_reader_reads_the_openings(client: Client, clock: Traveller) -> None:
    posting = factories.open_posting()
    answer = client.get("/feeds/postings.atom")
    read = feedparser.parse(answer.data)
    assert (read.bozo, read.version, answer.mimetype) == (False, "atom10", "application/atom+xml")
    feed = read.feed
    assert (feed.title, feed.author, feed.language) == (
        "Open positions at Fernhollow Library",
        "Fernhollow Library",
        "en",
    )
    assert {each.rel: each.href for each in feed.links} == {
        "self": "http://localhost/feeds/postings.atom",
        "alternate": "http://localhost/",
    }
    (entry,) = read.entries
    assert (entry.id, entry.link) == ("http://localhost/postings/childrens-librarian",) * 2
    assert entry.title == "Children's Librarian"
    assert dt.datetime.fromisoformat(entry.published) == posting.published_at
    assert "<em>stories</em>" in entry.content[0].value


def test_the_feed_has_what_the_format_requires(client: Client) -> None:
    """RFC 4287 §4.1.1 and §4.1.2, by their own words."""
    employer = factories.employer(name="Library & <Friends>")
    for title in ("One", "Two"):
        factories.open_posting(title=title)
    root = tree(client, "/feeds/postings.atom")
    assert employer.name == root.findtext(f"{ATOM}author/{ATOM}name")
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        moment = element.findtext(f"{ATOM}updated") or ""
        assert dt.datetime.fromisoformat(moment).tzinfo is not None
    assert len({each.findtext(f"{ATOM}id") for each in entries}) == 2


def test_a_feed_is_in_the_readers_language(client: Client) -> None:
    factories.open_posting()
    answer = client.get("/feeds/postings.atom", headers={"Accept-Language": "es"})
    assert feedparser.parse(answer.data).feed.language == "es"
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_careers_page_names_the_feed(client: Client) -> None:
    page = client.page("/")
    assert page.one("link[@type='application/atom+xml']").get("href") == "/feeds/postings.atom"


# Indeed


def test_indeed_finds_every_field_that_it_asks_for(client: Client, clock: Traveller) -> None:
    factories.open_posting(closes_on=dt.date(2026, 12, 5))
    root = tree(client, "/feeds/indeed.xml")
    assert (root.tag, [each.tag for each in root]) == (
        "source",
        ["publisher", "publisherurl", "lastBuildDate", "job"],
    )
    job = root.find("job")
    assert job is not None
    said = {each.tag: each.text or "" for each in job}
    assert "<h2>Duties</h2>" in said.pop("description")
    assert said == {
        "title": "Children's Librarian",
        "date": "Mon, 23 Nov 2026 15:00:00 +0000",
        "referencenumber": "2026-001",
        "requisitionid": "2026-001",
        "url": "http://localhost/postings/childrens-librarian?source=indeed",
        "company": "Fernhollow Library",
        "city": "Fernhollow",
        "state": "CT",
        "country": "US",
        "postalcode": "06000",
        "streetaddress": "12 Mill Lane",
        "salary": "$52,000.00 - $61,000.00 per year",
        "jobtype": "fulltime",
        "expirationdate": "Sat, 05 Dec 2026 23:59:59 -0500",
    }
    assert client.get("/feeds/indeed.xml").text.count("<description><![CDATA[") == 1


def test_the_reference_never_changes(client: Client) -> None:
    posting = factories.open_posting()

    def reference() -> str | None:
        return tree(client, "/feeds/indeed.xml").findtext("job/referencenumber")

    first = reference()
    operations.change(posting, {"title": "Storyteller"}, by=None)
    operations.close(posting, by=None)
    operations.reopen(posting, by=None, reason="too few")
    db.session.commit()
    assert reference() == first == "2026-001"


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (15, 15, "HOUR", "$15.00 per hour"),
        (15, 18, "HOUR", "$15.00 - $18.00 per hour"),
        (60000, None, "YEAR", "From $60,000.00 per year"),
        (None, 800, "WEEK", "Up to $800.00 per week"),
        (None, None, None, ""),
    ],
)
def test_pay_is_written_as_job_boards_write_it(low: Any, high: Any, unit: Any, words: str) -> None:
    posting = Posting(
        pay_min=low, pay_max=high, pay_unit=PayUnit(unit) if unit else None, currency="USD"
    )
    assert feeds.salary(posting) == words


@pytest.mark.parametrize("path", LISTS[:3])
def test_no_word_breaks_a_feed(client: Client, path: str) -> None:
    """Signs that XML cannot hold are left out; everything else is text."""
    factories.employer(name=HOSTILE, city=HOSTILE)
    factories.open_posting(
        title=HOSTILE, summary=HOSTILE, sections=[SectionValue(HOSTILE, f"`{HOSTILE}`")]
    )
    kept = HOSTILE.replace("\x0b", "").replace("\ufffe", "")
    root = tree(client, path)
    titles = [each.text for each in root.iter() if each.tag.endswith("title")]
    assert titles[-1:] == ([] if "sitemap" in path else [kept.strip()])
