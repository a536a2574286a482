"""New posting from a page: paste or upload it, confirm each field beside its words, save."""

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from tracker.core.access import Action, requires
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError
from tracker.core.tokens import new_token
from tracker.organization import queries as organization
from tracker.postings import operations, queries
from tracker.postings.checks import same_words
from tracker.postings.folder import FileReading, is_posting_file, read_file
from tracker.postings.folder.filling import values_of as values_in_file
from tracker.postings.forms import LARGEST_PAGE, SOMEBODY_NEW, ConfirmForm, PageForm
from tracker.postings.models import Posting, UnsavedWords
from tracker.postings.parsing import Contact, PageReading, PageUnreadableError, read_pages
from tracker.postings.queries import folder as files
from tracker.postings.queries import unsaved
from tracker.postings.readings import Source, source_of, values_of
from tracker.postings.views import bp
from tracker.postings.views.editor import keep_typed
from tracker.postings.views.typed import data_of_values, offer_people, values_from

# What the reader calls a field, and the field of the form that shows it.
SHOWN_AT = {
    "employment_type": "employment_types",
    "hours_per_week": "hours_min",
    "pay": "pay_min",
    "open_until_filled": "closing_rule",
    "closes_on": "closing_rule",
}
LONGEST_WORDS = 400


@dataclass
class Read:
    """A page that was read: what it says, where, and what was odd.

    `filed` is what it says as a posting's file, where it is one (`flask postings export`).
    """

    reading: PageReading
    source: Source
    data: bytes
    filed: FileReading | None = None
    lines: dict[str, tuple[int, str]] = field(default_factory=dict)
    findings: dict[str, list[Any]] = field(default_factory=dict)


@bp.route("/staff/postings/read", methods=["GET", "POST"])
@requires(Action.WRITE_POSTINGS)
def read() -> ResponseReturnValue:
    """Take a page in and show what was read, each field with the line it came from."""
    form = PageForm()
    if request.method == "GET":
        return render_template("postings/read.html", form=form)
    if not form.validate():
        return render_template("postings/read.html", form=form), 422
    name, data = _page(form)
    target = form.file if form.file.data else form.text
    if len(data) > LARGEST_PAGE:
        target.errors = [gettext("This page is too large: a posting is at most 300 KB of text.")]
        return render_template("postings/read.html", form=form), 413
    try:
        page = _read(name, data, form.as_of.data)
    except PageUnreadableError as error:
        target.errors = [gettext(error.message)]
        return render_template("postings/read.html", form=form), 422
    if page.reading.kind == "list":
        target.errors = [
            gettext("This page is a list of openings. Read the page of one opening instead.")
        ]
        return render_template("postings/read.html", form=form), 422
    known = _standing(page)
    if known is not None:
        return _known(known.id, filed=page.filed is not None)
    confirm = ConfirmForm(formdata=None, data=_data(page, form.as_of.data))
    offer_people(confirm)
    return _draw(confirm, page)


def resume_page(words: UnsavedWords) -> ResponseReturnValue | None:
    """Go on confirming what was read from a page; None for words that come from no page."""
    if "source_data" not in (words.typed or {}):
        return None
    form = ConfirmForm(formdata=MultiDict(words.typed or {}))
    form.words.data = new_token() if unsaved.is_open(words, now()) else words.token
    offer_people(form)
    try:
        return _draw(form, _carried(form))
    except (ValueError, binascii.Error, PageUnreadableError):
        return None


def _standing(page: Read) -> Posting | None:
    """Return the posting that was made of this page, or whose file this is."""
    filed = page.filed
    if filed is not None and filed.head.reference:
        found = files.by_reference(filed.head.reference)
        if found is not None and queries.may_see(current_user, found):
            return found
    return queries.by_source(page.source.name, page.source.sha256)


def _page(form: PageForm) -> tuple[str, bytes]:
    """Return the page's name and bytes; pasted text is called by its own digest."""
    if form.file.data:
        name = PurePath((form.file.data.filename or "page").replace("\\", "/")).name[:200]
        return name or "page", form.file.data.stream.read(LARGEST_PAGE + 1)
    data = (form.text.data or "").encode("utf-8", "replace")
    return "pasted page", data


def _read(name: str, data: bytes, as_of: Any) -> Read:
    filed = read_file(name, data) if is_posting_file(data) else None
    reading = _as_page(filed) if filed else read_pages([(name, data)], as_of, _statement())[0]
    source = source_of(name, data)
    if name == "pasted page":
        source = Source(f"pasted page {source.sha256[:12]}", source.sha256, source.text)
    page = Read(reading, source, data, filed)
    rows = source.text.split("\n")
    for key, line in reading.lines.items():
        # YAML has more ends of lines than a page has, so the last of a file may lie past it.
        own = "".join(rows[line - 1 : line]).strip()[:LONGEST_WORDS]
        words = own if filed else _words_from(rows, line)
        page.lines[SHOWN_AT.get(key, key)] = (line, words)
    for each in reading.findings:
        key = SHOWN_AT.get(each.field or "", each.field or "")
        page.findings.setdefault(key, []).append(each)
    return page


def _statement() -> str:
    employer = organization.employer()
    return employer.equal_opportunity_statement if employer else ""


def _as_page(filed: FileReading) -> PageReading:
    """Show a posting's file as pages are shown; its fields need no guessing."""
    contact = filed.content["contact"]
    page = PageReading(filed.file, "posting", title=filed.title or None, lines=dict(filed.lines))
    if contact:
        email = contact.get("email")
        name, title = filed.people.get(email, ("", contact.get("position", "")))
        page.contact = Contact(name, title, email)
    return page


def _words_from(rows: list[str], line: int) -> str:
    """Return the words that begin on a line, on to the next ones where a sentence goes on."""
    words: list[str] = []
    for row in rows[line - 1 : line + 4]:
        text = " ".join(row.split())
        if words and (not text or text.startswith(("#", "*", "-", "<"))):
            break
        words.append(text)
        if text.endswith((".", "!", "?", ":")) or text.startswith("#"):
            break
    return " ".join(words)[:LONGEST_WORDS]


def _data(page: Read, as_of: Any) -> dict[str, Any]:
    """Fill the confirmation form with what was read."""
    content = page.filed.content if page.filed else None
    values = values_in_file(content, list(content)) if content else values_of(page.reading)
    if same_words(values.get("equal_opportunity_text", ""), _statement()):
        values["equal_opportunity_text"] = ""
    data = data_of_values(values) | {
        "words": new_token(),
        "source_name": page.reading.file,
        "source_data": base64.b64encode(page.data).decode(),
        "source_as_of": as_of.isoformat() if as_of else "",
    }
    contact = page.reading.contact
    if contact is not None:
        data |= {
            "contact": _known_contact(contact) or SOMEBODY_NEW,
            "contact_name": contact.name or "",
            "contact_title": contact.title or "",
            "contact_email": contact.email or "",
        }
    return data


def _known_contact(contact: Any) -> str:
    """Return the choice for a position of that title, else for a person with that address."""
    position, person = queries.known_contact(contact.title or "", contact.email or "")
    if position is not None:
        return f"position:{position.id}"
    return f"person:{person.id}" if person is not None else ""


@bp.post("/staff/postings/read/confirm")
@requires(Action.WRITE_POSTINGS)
def confirm() -> ResponseReturnValue:
    """Save what a person has confirmed as a draft; the same page makes one draft only."""
    form = ConfirmForm()
    offer_people(form)
    try:
        page = _carried(form)
    except (ValueError, binascii.Error, PageUnreadableError):
        flash(gettext("The page did not arrive whole. Nothing was saved: read it again."), "error")
        return redirect(url_for("postings.read"), 303)
    if (act := request.form.get("act", "save")) != "save":
        goto = form.act_on_rows(act)
        keep_typed(None)
        return _draw(form, page, goto=goto)
    if not form.validate():
        keep_typed(None)
        return _draw(form, page, status=422)
    try:
        with writing():
            done = operations.import_reading(
                page.reading, page.source, by=current_user, values=values_from(form)
            )
            posting_id, known = done.posting.id, done.outcome == "unchanged"
            operations.let_go(form.words.data or "", by=current_user)
            db.session.commit()
    except DomainError as error:
        form.form_errors = [gettext(error.message)]
        return _draw(form, page, status=error.status)
    if known:
        return _known(posting_id)
    flash(gettext("The draft was saved. Look at its findings, then publish it."), "success")
    return redirect(url_for("postings.staff_show", posting_id=posting_id), 303)


def _known(posting_id: int, *, filed: bool = False) -> ResponseReturnValue:
    said = gettext("This page was read before; here is the posting that was made of it.")
    if filed:
        said = gettext(
            "This is the file of a posting that Tracker has; here it is. What was changed in the"
            " file comes in with: flask postings import"
        )
    flash(said, "info")
    return redirect(url_for("postings.staff_show", posting_id=posting_id), 303)


def _carried(form: ConfirmForm) -> Read:
    """Read the page again that the form carries: its findings are not for the form to say."""
    data = base64.b64decode(form.source_data.data or "", validate=True)
    return _read((form.source_name.data or "page")[:200], data, form.as_of())


def _draw(
    form: ConfirmForm, page: Read, *, goto: str = "", status: int = 200
) -> ResponseReturnValue:
    drawn = render_template(
        "postings/confirm.html", form=form, page=page, goto=goto, zone=queries.zone()
    )
    return drawn, status
