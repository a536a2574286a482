"""The editor's page: what it shows when it is opened, and what is drawn again with everything."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from tracker.core.db import db, now, writing
from tracker.core.tokens import new_token
from tracker.core.web import whole_number
from tracker.postings import operations, queries
from tracker.postings.forms import PostingForm
from tracker.postings.merging import base_of, differs
from tracker.postings.models import Posting, UnsavedWords
from tracker.postings.queries import unsaved
from tracker.postings.views.checking import typed_checks
from tracker.postings.views.typed import data_of, empty_data, offer_people, with_places

Offered = tuple[UnsavedWords, bool]
NOT_TYPED = frozenset({"csrf_token", "act", "words", "beat", "left"})
LONGEST_TOKEN = 100


def open_editor(posting: Posting | None, *, copied: bool = False) -> ResponseReturnValue:
    """Open the editor: with the words that were asked for, else as saved.

    A draft that was never public goes on with the words that wait, since nobody sees either.
    """
    posting_id = posting.id if posting else None
    asked = whole_number(request.args.get("words"))
    waiting = waiting_words(posting)
    words = unsaved.get_unsaved(current_user, asked, posting_id) if asked else None
    public = posting is None or posting.published_at is not None
    if words is None and not public and "saved" not in request.args and len(waiting) == 1:
        words = None if unsaved.is_open(waiting[0], now()) else waiting[0]
    form = resumed_form(words) if words else fresh_form(posting)
    offer_people(form, posting)
    rest = [each for each in waiting if words is None or each.id != words.id]
    return draw_editor(form, posting, words=words, offered=offered(rest), copied=copied)


def offered(waiting: Sequence[UnsavedWords]) -> list[Offered]:
    """Pair words that wait with whether they are open in a window just now."""
    at = now()
    return [(each, unsaved.is_open(each, at)) for each in waiting]


def fresh_form(posting: Posting | None) -> PostingForm:
    """Make the form of a posting as it is saved, or of a new one."""
    data = empty_data() if posting is None else data_of(posting)
    data |= {"base": base_of(data).as_text(), "words": new_token()}
    if posting is not None and posting.published_at is None:
        data = with_places(data)
    return PostingForm(formdata=None, data=data)


def resumed_form(words: UnsavedWords) -> PostingForm:
    """Make the form with the words that were kept; beside an open window, as another editor."""
    form = PostingForm(formdata=MultiDict(words.typed or {}))
    form.words.data = new_token() if unsaved.is_open(words, now()) else words.token
    return form


def waiting_words(posting: Posting | None) -> list[UnsavedWords]:
    """Return the words that say anything else than what is saved."""
    rows = unsaved.unsaved_of(current_user, posting.id if posting else None)
    saved = empty_data() if posting is None else data_of(posting)
    return [row for row in rows if _says_more(row, saved)]


def _says_more(words: UnsavedWords, saved: dict[str, Any]) -> bool:
    typed = words.typed or {}
    return "source_data" in typed or differs(PostingForm(formdata=MultiDict(typed)).data, saved)


def keep_typed(posting_id: int | None) -> UnsavedWords | None:
    """Keep what was sent, unless it is more than a browser's editor would send."""
    token = request.form.get("words", "")
    if not token or len(token) > LONGEST_TOKEN:
        return None
    typed = {
        name: request.form.getlist(name)
        for name in request.form
        if name not in NOT_TYPED and not name.startswith("choose-")
    }
    for last in (False, True):
        try:
            with writing():
                words = operations.keep(
                    token,
                    by=current_user,
                    posting_id=posting_id,
                    at=now(),
                    typed=None if request.form.get("beat") else typed,
                    version=whole_number(request.form.get("version")),
                )
                db.session.commit()
            break
        except IntegrityError:  # the same editor sent twice at once, and this came second
            if last:
                raise
    return words


def draw_editor(
    form: PostingForm,
    posting: Posting | None = None,
    *,
    goto: str = "",
    status: int = 200,
    words: UnsavedWords | None = None,
    offered: Sequence[Offered] = (),
    copied: bool = False,
) -> ResponseReturnValue:
    """Draw the page; `words` are those that it goes on with, `offered` others that wait."""
    # Of a new posting nothing is written yet, and everything would be found missing.
    untouched = posting is None and request.method == "GET" and words is None
    at = now()
    page = render_template(
        "postings/edit.html",
        form=form,
        posting=posting,
        checks=None if untouched else typed_checks(form),
        goto=goto,
        zone=queries.zone(),
        words=words,
        offered=offered,
        others=unsaved.others_at(posting.id, current_user, at) if posting else [],
        copied=copied,
    )
    return page, status
