"""Lists of openings for other programs: Atom (RFC 4287), Indeed's XML, and a sitemap."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from email.utils import format_datetime
from xml.dom.minidom import Document, Element, getDOMImplementation
from zoneinfo import ZoneInfo

from tracker.core import links
from tracker.organization.models import Employer
from tracker.postings.exports.structured import description
from tracker.postings.models import Posting
from tracker.postings.rules import PayUnit

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
CAREERS, FEED = "/", "/feeds/postings.atom"

PER = {
    PayUnit.HOUR: "per hour",
    PayUnit.DAY: "per day",
    PayUnit.WEEK: "per week",
    PayUnit.MONTH: "per month",
    PayUnit.YEAR: "per year",
}
JOB_TYPES = {
    "FULL_TIME": "fulltime",
    "PART_TIME": "parttime",
    "TEMPORARY": "temporary",
    "CONTRACTOR": "contract",
    "INTERN": "internship",
    "VOLUNTEER": "volunteer",
    "PER_DIEM": "perdiem",
    "OTHER": "other",
}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(
    postings: Sequence[Posting],
    *,
    title: str,
    employer: str,
    language: str,
    changed_at: dt.datetime,
) -> bytes:
    """Write openings as an Atom feed. An entry's id is its page, which is no other's ever."""
    document, feed = _document("feed", ATOM)
    feed.setAttribute("xml:lang", language)
    _put(feed, "title", title)
    _put(feed, "id", links.absolute(FEED))
    _put(feed, "updated", changed_at.isoformat())
    _put(feed, "link", rel="self", type="application/atom+xml", href=links.absolute(FEED))
    _put(feed, "link", rel="alternate", type="text/html", href=links.absolute(CAREERS))
    author = _put(feed, "author")
    _put(author, "name", employer)
    _put(author, "uri", links.absolute(CAREERS))
    for posting in postings:
        _entry(feed, posting)
    return _bytes(document)


def _entry(feed: Element, posting: Posting) -> None:
    address = links.posting(posting.slug)
    entry = _put(feed, "entry")
    _put(entry, "title", posting.title)
    _put(entry, "id", address)
    _put(entry, "link", rel="alternate", type="text/html", href=address)
    if posting.published_at is not None:
        _put(entry, "published", posting.published_at.isoformat())
    _put(entry, "updated", posting.changed_at.isoformat())
    if posting.summary:
        _put(entry, "summary", posting.summary)
    _put(entry, "content", description(posting), type="html")


def indeed(postings: Sequence[Posting], employer: Employer, *, changed_at: dt.datetime) -> bytes:
    """Write openings as Indeed reads them. Times are as mail writes them (RFC 5322)."""
    document, source = _document("source")
    _put(source, "publisher", employer.name)
    _put(source, "publisherurl", employer.website or links.absolute(CAREERS))
    _put(source, "lastBuildDate", format_datetime(changed_at))
    for posting in postings:
        _job(_put(source, "job"), posting, employer)
    return _bytes(document)


def _job(job: Element, posting: Posting, employer: Employer) -> None:
    published = posting.published_at
    fields = {
        "title": posting.title,
        "date": format_datetime(published) if published else "",
        # Of every name that a posting has, the reference is the one that nobody can change.
        "referencenumber": posting.reference,
        "requisitionid": posting.reference,
        "url": f"{links.posting(posting.slug)}?source=indeed",
        "company": employer.name,
        "city": employer.city,
        "state": employer.region,
        "country": employer.country,
        "postalcode": employer.postal_code,
        "streetaddress": employer.street,
        "description": description(posting),
        "salary": salary(posting),
        "jobtype": ", ".join(JOB_TYPES[each] for each in posting.employment_types),
        "expirationdate": _closing(posting, employer),
    }
    for name, text in fields.items():
        if text:
            _put_verbatim(job, name, text)


def _closing(posting: Posting, employer: Employer) -> str:
    """Write the closing by the employer's clock: its day is the one that the page says."""
    if posting.closes_at is None:
        return ""
    return format_datetime(posting.closes_at.astimezone(ZoneInfo(employer.time_zone)))


def salary(posting: Posting) -> str:
    """Write the pay as job boards do: $15.00 - $18.00 per hour; '' where it is not known."""
    figures = [each for each in (posting.pay_min, posting.pay_max) if each is not None]
    if posting.pay_unit is None or not figures:
        return ""
    sign = "$" if posting.currency == "USD" else f"{posting.currency} "
    amounts = " - ".join(f"{sign}{each:,.2f}" for each in dict.fromkeys(figures))
    if len(figures) == 1:
        amounts = f"{'From' if posting.pay_min is not None else 'Up to'} {amounts}"
    return f"{amounts} {PER[posting.pay_unit]}"


def sitemap(pages: Iterable[tuple[str, dt.datetime]], languages: Mapping[str, str]) -> bytes:
    """Write addresses for search engines, each page in each language, all naming each other.

    `languages` are by their codes what an address ends with in each. The empty end is the
    one for everybody else.
    """
    document, urlset = _document("urlset", SITEMAP)
    urlset.setAttribute("xmlns:xhtml", XHTML)
    for plain, changed_at in pages:
        known = {code: plain + end for code, end in languages.items()}
        for address in known.values():
            url = _put(urlset, "url")
            _put(url, "loc", address)
            _put(url, "lastmod", changed_at.replace(microsecond=0).isoformat())
            for code, other in {**known, "x-default": plain}.items():
                _put(url, "xhtml:link", rel="alternate", hreflang=code, href=other)
    return _bytes(document)


def _document(root: str, namespace: str | None = None) -> tuple[Document, Element]:
    implementation = getDOMImplementation()
    assert implementation is not None
    document = implementation.createDocument(namespace, root, None)
    element = document.documentElement
    assert element is not None
    if namespace:
        element.setAttribute("xmlns", namespace)
    return document, element


def _put(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    document = parent.ownerDocument
    assert document is not None
    element = document.createElement(name)
    for key, value in attributes.items():
        element.setAttribute(key, _plain(value))
    if text:
        element.appendChild(document.createTextNode(_plain(text)))
    parent.appendChild(element)
    return element


def _put_verbatim(parent: Element, name: str, text: str) -> None:
    """Put text in CDATA; where it holds the end of one, another begins."""
    document = parent.ownerDocument
    assert document is not None
    element = _put(parent, name)
    parts = _plain(text).split("]]>")
    for place, part in enumerate(parts):
        before, after = ">" if place else "", "]]" if place < len(parts) - 1 else ""
        element.appendChild(document.createCDATASection(before + part + after))


def _plain(text: str) -> str:
    """Leave out the signs that XML has no way to write."""
    return _NOT_XML.sub("", text)


def _bytes(document: Document) -> bytes:
    return document.toxml(encoding="utf-8")
