"""The application form: it keeps what was typed and every file that was taken."""

import hashlib
from collections.abc import Mapping
from typing import IO, BinaryIO, cast

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import Field

from tracker.applications import operations, queries
from tracker.applications.forms import ApplyForm, add_error, apply_form
from tracker.applications.models import Application, Draft
from tracker.applications.operations import Submission
from tracker.applications.views import bp, pages
from tracker.applications.views.browser import Browser, forget, remember_sent
from tracker.applications.views.pages import Sitting
from tracker.core import formats
from tracker.core.access import public
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.core.files import CHUNK
from tracker.core.web import csrf, drain, whole_number
from tracker.documents import operations as documents
from tracker.documents.models import Document
from tracker.documents.operations import Received
from tracker.postings import queries as postings
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.routing import operations as routing


@bp.get("/postings/<slug>/apply")
@public
def apply(slug: str) -> ResponseReturnValue:
    """Show the form, with everything that this browser typed and sent before."""
    sitting = _sitting(slug)
    draft = queries.draft_of(sitting.browser.hash, sitting.posting.id)
    if not sitting.posting.is_accepting(now()):
        return pages.closed(sitting, draft)
    form = apply_form(sitting.posting, draft.answers if draft else None, formdata=None)
    return pages.page(sitting, form, draft)


@bp.post("/postings/<slug>/apply")
@csrf.exempt
@public
def send(slug: str) -> ResponseReturnValue:
    """Keep what was sent, then look at it, then make it an application, in that order."""
    try:
        token = request.form.get("submission_token", "")  # read before anything is answered
    except RequestEntityTooLarge:
        drain()
        return pages.too_large(_sitting(slug))
    sitting = _sitting(slug, token)
    form = apply_form(sitting.posting, formdata=request.form)
    genuine = _is_genuine()
    known = queries.by_submission_token(sitting.token)
    if known is not None:
        return _sent_before(sitting, form, known)
    if not sitting.browser.owns(sitting.token):
        if not genuine:
            return pages.not_kept(sitting, form)
        sitting.token = sitting.browser.new_token()
    try:
        _save(sitting, form.typed())
    except operations.SentError:
        return _to_receipt(sitting, form, operations.receipt_token(sitting.token))
    _take_files(sitting)
    if not genuine:
        return pages.ask_again(sitting, form, _draft(sitting))
    return _act(sitting, form, request.form.get("action", "send"))


def _act(sitting: Sitting, form: ApplyForm, action: str) -> ResponseReturnValue:
    """Do what the pressed button says, now that everything is kept."""
    verb, _, which = action.partition(":")
    removed = whole_number(which) if verb == "remove" else None
    if removed is not None:
        _remove(sitting, removed)
        return _back(sitting, form, f"file_{which}", gettext("The file was removed."))
    draft = _draft(sitting)
    if not sitting.posting.is_accepting(now()):
        return pages.closed(sitting, draft)
    if verb == "save" and not sitting.refused:
        said = gettext("Saved. You can come back to this page in this browser.")
        return _back(sitting, form, "main", said)
    if draft is not None and _is_whole(sitting, form, draft, sending=verb != "save"):
        return _submit(sitting, form, draft)
    return _receipt_of_winner(sitting, form) or pages.page(sitting, form, draft, status=422)


def _is_whole(sitting: Sitting, form: ApplyForm, draft: Draft, *, sending: bool) -> bool:
    """Look at everything and say at each field what must be mended."""
    whole = form.validate() if sending else True
    for wanted, file, _text in form.documents():
        if wanted.id in sitting.refused:
            add_error(file, sitting.refused[wanted.id])
    if sending:
        whole = form.check_documents(each.requested_id for each in draft.files) and whole
    return whole and not sitting.refused


def _submit(sitting: Sitting, form: ApplyForm, draft: Draft) -> ResponseReturnValue:
    """Store typed letters, then, under the lock, make the draft an application."""
    draft_id, seen, letters = draft.id, _content(draft), _store_letters(form)
    try:
        token = _make_application(draft_id, seen, letters)
    except (IntegrityError, NotFoundError):
        winner = _receipt_of_winner(sitting, form)
        if winner is None:
            raise
        return winner
    except operations.ClosedError:
        return pages.closed(sitting, _draft(sitting))
    if token is None:
        return pages.changed_meanwhile(sitting, db.session.get(Draft, draft_id))
    return _to_receipt(sitting, form, token)


def _receipt_of_winner(sitting: Sitting, form: ApplyForm) -> ResponseReturnValue | None:
    """Find the receipt when another click with the same token has been faster."""
    db.session.rollback()
    if queries.by_submission_token(sitting.token) is None:
        return None
    return _to_receipt(sitting, form, operations.receipt_token(sitting.token))


def _content(draft: Draft) -> tuple[str, dict[str, str]]:
    """All that a draft holds, to notice a change between looking and sending."""
    letters = {name: text for name, text in draft.answers.items() if name.startswith("text_")}
    return operations.digest_draft(draft), letters


def _make_application(
    draft_id: int, seen: tuple[str, dict[str, str]], letters: Mapping[int, Received]
) -> str | None:
    """Submit under the lock; None when the draft is no longer what was looked at."""
    with writing():
        draft = lock(Draft, draft_id)
        if _content(draft) != seen:
            return None
        for requested_id, received in letters.items():
            operations.attach(draft, requested_id, documents.record(received))
        submission: Submission = routing.receive(draft, at=now())
        token = submission.token
        db.session.commit()
    return token


def _store_letters(form: ApplyForm) -> dict[int, Received]:
    return {
        wanted.id: documents.receive_text(words, f"{wanted.title}.txt")
        for wanted, _file, text in form.documents()
        if (words := _letter(text))
    }


def _letter(text: Field | None) -> str:
    """The typed letter as it is stored; empty where there is none."""
    words = operations.clean_text(text.data or "").strip() if text is not None else ""
    return f"{words}\n" if words else ""


# Keeping


def _save(sitting: Sitting, answers: Mapping[str, str]) -> None:
    """Keep what was typed, in a short transaction of its own."""
    posting_id, language = sitting.posting.id, str(get_locale() or "en")
    with writing():
        draft = operations.start(posting_id, browser_hash=sitting.browser.hash, token=sitting.token)
        operations.save(draft, {**answers, "language": language})
        sitting.draft_id = draft.id
        db.session.commit()


def _take_files(sitting: Sitting) -> None:
    """Take in each file that came along; what is refused is told at its field."""
    for wanted_id in [each.id for each in sitting.posting.documents]:
        upload = request.files.get(f"file_{wanted_id}")
        if upload is not None and upload.filename:
            try:
                _take(sitting, wanted_id, upload)
            except DomainError as error:
                sitting.refused[wanted_id] = pages.sentence(error)


def _take(sitting: Sitting, requested_id: int, upload: FileStorage) -> Document:
    """Read and store a file while no lock is held, then name it in the draft."""
    db.session.rollback()
    received = documents.receive(
        cast("BinaryIO", upload.stream),
        upload.filename or "",
        limit=current_app.config["UPLOAD_LIMIT_MB"] << 20,
    )
    assert sitting.draft_id is not None
    try:
        with writing():
            draft = lock(Draft, sitting.draft_id)
            document = documents.record(received)
            replaced = operations.attach(draft, requested_id, document)
            db.session.commit()
    except NotFoundError:
        documents.forget_files([received.file_key])  # sent meanwhile, by another click
        raise
    documents.forget_files(replaced)
    return document


def _remove(sitting: Sitting, requested_id: int) -> None:
    assert sitting.draft_id is not None
    with writing():
        keys = operations.detach(lock(Draft, sitting.draft_id), requested_id)
        db.session.commit()
    documents.forget_files(keys)


@bp.post("/postings/<slug>/apply/save")
@csrf.exempt
@public
def autosave(slug: str) -> ResponseReturnValue:
    """Keep what was typed so far: for the page's script."""
    sitting = _sitting(slug, request.form.get("submission_token", ""))
    stopped = _check_script(sitting)
    if stopped is not None:
        return stopped
    _save(sitting, apply_form(sitting.posting, formdata=request.form).typed())
    at = formats.time(now(), queries.time_zone())
    return jsonify(message=gettext("Saved at %(time)s.", time=at))


@bp.post("/postings/<slug>/apply/files/<int:requested_id>")
@csrf.exempt
@public
def upload(slug: str, requested_id: int) -> ResponseReturnValue:
    """Take one file at once: for the page's script, which shows what we read in it."""
    try:
        token = request.form.get("submission_token", "")
        file = request.files.get("file")
    except RequestEntityTooLarge:
        drain()
        return jsonify(error=pages.sentence(pages.too_large_error())), 413
    sitting = _sitting(slug, token)
    stopped = _check_script(sitting)
    if stopped is not None:
        return stopped
    if requested_id not in {each.id for each in sitting.posting.documents} or file is None:
        return jsonify(error=gettext("No file arrived. Choose it again.")), 400
    try:
        _save(sitting, {})
        document = _take(sitting, requested_id, file)
    except DomainError as error:
        return jsonify(error=pages.sentence(error)), error.status
    return jsonify(pages.stored(requested_id, document))


@bp.post("/postings/<slug>/apply/clear")
@public
def clear(slug: str) -> ResponseReturnValue:
    """Delete everything typed and sent so far, and forget this browser."""
    posting = _posting(slug)
    browser, posting_id, keys = Browser(posting.id), posting.id, []
    with writing():
        while (draft := queries.draft_of(browser.hash, posting_id)) is not None:
            keys += operations.discard(draft)
        db.session.commit()
    documents.forget_files(keys)
    flash(gettext("Everything you typed and added here was deleted."), "success")
    return forget(redirect(url_for("applications.apply", slug=slug), 303))


def _check_script(sitting: Sitting) -> ResponseReturnValue | None:
    """Stop a script's request that cannot be kept; the page keeps it and the form sends it."""
    if queries.by_submission_token(sitting.token) is not None:
        return jsonify(error=gettext("This application was sent already.")), 409
    if not sitting.browser.owns(sitting.token):
        return jsonify(error=gettext("Reload the page, and choose the file again.")), 400
    return None


# Answering


def _sent_before(sitting: Sitting, form: ApplyForm, known: Application) -> ResponseReturnValue:
    """Answer a used token with its receipt; what was changed since becomes a new draft."""
    token = operations.receipt_token(sitting.token)
    if known.posting_id != sitting.posting.id or not sitting.browser.owns(sitting.token):
        return _to_receipt(sitting, form, token)
    if not _is_changed(form, known):
        return _to_receipt(sitting, form, token)
    sitting.token = sitting.browser.new_token()
    _save(sitting, form.typed())
    _take_files(sitting)
    answer = redirect(url_for("applications.receipt", token=token, changed=1), 303)
    return sitting.browser.remember(answer, shared=bool(form.shared.data))


def _is_changed(form: ApplyForm, known: Application) -> bool:
    """Tell whether a form holds anything else than what its token already sent."""
    files = {each.rank: each.document.sha256 for each in known.documents if not each.typed}
    for wanted, _file, text in form.documents():
        words = _letter(text)
        sent = request.files.get(f"file_{wanted.id}")
        if words:
            files[wanted.rank] = hashlib.sha256(words.encode()).hexdigest()
        if sent is not None and sent.filename:
            files[wanted.rank] = _digest(sent.stream)
    return operations.digest_content(form.typed(), files) != known.content_sha256


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def _to_receipt(sitting: Sitting, form: ApplyForm, token: str) -> ResponseReturnValue:
    answer = redirect(url_for("applications.receipt", token=token), 303)
    # Only of its own: another site could plant here what somebody else has sent.
    if not form.shared.data and sitting.browser.owns(sitting.token):
        remember_sent(answer, sitting.posting.id, token)
    return answer


def _back(sitting: Sitting, form: ApplyForm, anchor: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    slug = sitting.posting.slug
    answer = redirect(url_for("applications.apply", slug=slug, _anchor=anchor), 303)
    return sitting.browser.remember(answer, shared=bool(form.shared.data))


def _sitting(slug: str, token: str = "") -> Sitting:
    posting = _posting(slug)
    return Sitting(posting, Browser(posting.id), token=token)


def _posting(slug: str) -> Posting:
    """Load a posting that the public may know of; a draft of one is not there."""
    posting = postings.by_slug(slug)
    unknown = {PostingState.DRAFT, PostingState.SCHEDULED}
    if posting is None or posting.published_at is None or posting.state in unknown:
        raise NotFoundError("There is no posting at this address.")
    return posting


def _draft(sitting: Sitting) -> Draft | None:
    return db.session.get(Draft, sitting.draft_id) if sitting.draft_id else None


def _is_genuine() -> bool:
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True
