"""The editor's page: what it shows when it is opened, and what is drawn again with everything."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from tracker.core.db import db, now, writing
from tracker.core.errors import N_, DomainError, TooManyRequestsError
from tracker.core.tokens import new_token
from tracker.core.web import whole_number
from tracker.postings import operations, queries
from tracker.postings.forms import PostingForm
from tracker.postings.merging import base_of, differs
from tracker.postings.models import Posting, UnsavedWords
from tracker.postings.queries import unsaved
from tracker.postings.views.checking import typed_checks
from tracker.postings.views.pacing import Pace
from tracker.postings.views.typed import data_of, empty_data, offer_people, with_places

Offered = tuple[UnsavedWords, bool]
NOT_TYPED = frozenset({"csrf_token", "act", "words", "beat", "left"})
LONGEST_TOKEN = 100
LARGEST = 1 << 20
"""Bytes of words that are kept, and that a preview is drawn of."""
TOO_LONG = N_(
    "Not kept: too long. Your words stay on this page. Shorten them, or save them elsewhere first."
)
pace = Pace(120, 60, N_("Not kept yet: your words came very often. It goes on in a moment."))


class TooLongError(DomainError):
    """More was typed than is kept."""

    status = 413


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
    """Keep what was sent with a page that is drawn again; None where the server does not keep it.

    That is where it is too large, comes too often, or beside too many others. The page itself
    still holds everything then, so that nothing is lost.
    """
    try:
        return keep_sent(posting_id)
    except (TooLongError, TooManyRequestsError, operations.FullError):
        return None


def keep_sent(posting_id: int | None) -> UnsavedWords | None:
    """Keep what was sent; None where it names no editor.

    Raises `TooLongError` past LARGEST bytes, `TooManyRequestsError` past the pace, and
    `FullError` where too many words of the same person wait already.
    """
    token = request.form.get("words", "")
    if not token or len(token) > LONGEST_TOKEN:
        return None
    typed = {
        name: request.form.getlist(name)
        for name in request.form
        if name not in NOT_TYPED and not name.startswith("choose-")
    }
    if sum(_size(name, values) for name, values in typed.items()) > LARGEST:
        raise TooLongError(TOO_LONG)
    pace.check(current_user.id)
    try:
        return _keep(token, posting_id, typed)
    except operations.FullError:
        if not _forget_what_is_saved(posting_id):
            raise
        return _keep(token, posting_id, typed)


def _size(name: str, values: list[str]) -> int:
    return sum(len(name.encode()) + len(each.encode(errors="replace")) for each in values)


def _keep(token: str, posting_id: int | None, typed: dict[str, list[str]]) -> UnsavedWords:
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


def _forget_what_is_saved(posting_id: int | None) -> bool:
    """Delete kept words that say no more than the posting does; tell whether there were any."""
    posting = queries.get_visible(current_user, posting_id) if posting_id else None
    wanted = {each.id for each in waiting_words(posting)}
    at = now()
    idle = [
        each.token
        for each in unsaved.unsaved_of(current_user, posting_id)
        if each.id not in wanted and not unsaved.is_open(each, at)
    ]
    with writing():
        for token in idle:
            operations.let_go(token, by=current_user)
        db.session.commit()
    return bool(idle)


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
