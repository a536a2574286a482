"""What keeps everything that a candidate types and adds: saves, and files as they come."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, cast

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.applications import operations, queries
from tracker.applications.forms import apply_form
from tracker.applications.models import Draft, DraftFile
from tracker.applications.operations import FloodError
from tracker.applications.throttle import Act
from tracker.applications.views import bp, guarding, pages
from tracker.applications.views.browser import Browser, forget, shown_here
from tracker.applications.views.sitting import Sitting, posting_of, sit_down
from tracker.core import formats
from tracker.core.access import public
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import DomainError, NotFoundError, UnavailableError
from tracker.core.files import CHUNK
from tracker.core.web import csrf, drain
from tracker.documents import operations as documents
from tracker.documents.models import Document
from tracker.documents.operations import Original, Received

TRIES = 5
Originals = tuple[Original, ...]


def save(sitting: Sitting, answers: Mapping[str, str]) -> None:
    """Keep what was typed, in a short transaction of its own."""
    posting_id, language = sitting.posting.id, str(get_locale() or "en")
    with writing():
        draft = operations.start(posting_id, browser_hash=sitting.browser.hash, token=sitting.token)
        operations.save(draft, {**answers, "language": language}, at=guarding.arrived_at())
        sitting.draft_id = draft.id
        if sitting.shared or sitting.browser.shared:
            at = now() if sitting.shared else None
            operations.note_use(sitting.browser.hash, shown_here(), at=at)
        db.session.commit()


def draft_of(sitting: Sitting) -> Draft | None:
    """Load the draft of a sitting, as it is now."""
    return db.session.get(Draft, sitting.draft_id) if sitting.draft_id else None


def take_files(sitting: Sitting) -> None:
    """Take in each file that came along; what is refused is told at its field."""
    for wanted_id in [each.id for each in sitting.posting.documents]:
        sent = sent_files(f"file_{wanted_id}")
        if sent:
            try:
                take(sitting, wanted_id, sent)
            except DomainError as error:
                sitting.refused[wanted_id] = pages.sentence(error)
                sitting.away |= isinstance(error, UnavailableError)


def sent_files(field: str) -> list[FileStorage]:
    """List the files that came in a field; an empty field sends one without a name."""
    return [each for each in request.files.getlist(field) if each.filename]


def take(sitting: Sitting, requested_id: int, sent: Sequence[FileStorage]) -> Document:
    """Read and store what came for a document asked for, then name it in the draft.

    Photographs are pages: further ones come after those that are there. Anything else is
    one file, which takes the place of what is there.
    """
    guarding.check_room(Act.UPLOAD, sitting.posting.id)
    streams = [(cast("BinaryIO", each.stream), each.filename or "") for each in sent]
    limit = current_app.config["UPLOAD_LIMIT_MB"] << 20
    if all(documents.is_photograph(stream) for stream, _name in streams):
        fresh = {digest_of(each[0]): each for each in streams}  # chosen twice, it is one page

        def add(kept: Originals) -> Received | None:
            known = {each.sha256 for each in kept}
            added = [each for sha256, each in fresh.items() if sha256 not in known]
            for stream, _name in added:
                stream.seek(0)
            return documents.receive_photographs(kept, added, limit=limit) if added else None

        return _replace(sitting, requested_id, add)
    if len(streams) > 1:
        raise DomainError(
            gettext(
                "Several files came for one document. Put them into one file and add that;"
                " only photographs of pages may be several."
            )
        )
    db.session.rollback()
    received = documents.receive(streams[0][0], streams[0][1], limit=limit)
    return _replace(sitting, requested_id, lambda _kept: received)


def _replace(
    sitting: Sitting, requested_id: int, make: Callable[[Originals], Received | None]
) -> Document:
    """Put what `make` makes of a document's photographs in its place, while no lock is held.

    It is made again when another click has changed the document meanwhile; None keeps it.
    """
    assert sitting.draft_id is not None
    for _try in range(TRIES):
        before, kept = _there(sitting.draft_id, requested_id)
        try:
            received = make(kept)
        except (DomainError, FileNotFoundError):
            if _there(sitting.draft_id, requested_id)[0] == before:
                raise
            continue  # its photographs went with the document that another click replaced
        if received is None and before is not None:
            return db.session.get_one(Document, before)
        assert received is not None
        found = _record(sitting.draft_id, requested_id, before, received)
        if found is not None:
            return found
    raise DomainError(gettext("This document was changed in another window. Add it once more."))


def _there(draft_id: int, requested_id: int) -> tuple[int | None, Originals]:
    """Read which document a draft has for one asked for, with its photographs, and let go."""
    db.session.rollback()
    statement = select(DraftFile).filter_by(draft_id=draft_id, requested_id=requested_id)
    file = db.session.scalars(statement).one_or_none()
    found = (file.document_id, documents.originals_of(file.document)) if file else (None, ())
    db.session.rollback()
    return found


def _record(
    draft_id: int, requested_id: int, before: int | None, received: Received
) -> Document | None:
    """Name a stored file in the draft; None where another has come for it since `before`."""
    try:
        with writing():
            draft = lock(Draft, draft_id)
            there = [each.document_id for each in draft.files if each.requested_id == requested_id]
            if received.originals and there != ([before] if before else []):
                db.session.rollback()
                documents.forget_files(received.keys)
                return None
            document = documents.record(received)
            replaced = operations.attach(draft, requested_id, document, at=guarding.arrived_at())
            guarding.count(Act.UPLOAD, draft.posting_id, size=received.size)
            db.session.commit()
    except (NotFoundError, FloodError):
        documents.forget_files(received.keys)  # sent meanwhile by another click, or too much
        raise
    documents.forget_files(replaced)
    return document


def remove(sitting: Sitting, requested_id: int) -> None:
    """Take a file out of the draft."""
    assert sitting.draft_id is not None
    with writing():
        keys = operations.detach(lock(Draft, sitting.draft_id), requested_id)
        db.session.commit()
    documents.forget_files(keys)


def remove_page(sitting: Sitting, requested_id: int, place: int) -> None:
    """Take one photograph (from 1) out of a document; the last one takes the document along."""
    limit = current_app.config["UPLOAD_LIMIT_MB"] << 20
    assert sitting.draft_id is not None
    there = _there(sitting.draft_id, requested_id)[1]
    if not 1 <= place <= len(there):
        return
    if len(there) == 1:
        remove(sitting, requested_id)
        return

    def without(kept: Originals) -> Received | None:
        left = [each for each in kept if each.sha256 != there[place - 1].sha256]
        return (
            documents.receive_photographs(left, [], limit=limit) if len(left) < len(kept) else None
        )

    _replace(sitting, requested_id, without)


def digest_of(stream: BinaryIO) -> str:
    """Digest a stream from where it stands, and put it back there."""
    digest, before = hashlib.sha256(), stream.tell()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    stream.seek(before)
    return digest.hexdigest()


# For the page's script


@bp.post("/postings/<slug>/apply/save")
@csrf.exempt
@public
def autosave(slug: str) -> ResponseReturnValue:
    """Keep what was typed so far."""
    sitting = sit_down(slug, request.form)
    stopped = _check_script(sitting)
    if stopped is not None:
        return stopped
    form = apply_form(sitting.posting, formdata=request.form, step=sitting.step)
    save(sitting, form.typed())
    at = formats.time(now(), queries.time_zone())
    words = gettext("Saved at %(time)s.", time=at)
    if not guarding.is_taken(sitting.posting, draft_of(sitting)):
        words = gettext("%(saved)s Applications have closed, so it cannot be sent.", saved=words)
    answer = jsonify(message=words)
    return sitting.browser.remember(answer, shared=sitting.shared)


@bp.post("/postings/<slug>/apply/files/<int:requested_id>")
@csrf.exempt
@public
def upload(slug: str, requested_id: int) -> ResponseReturnValue:
    """Take one document at once, and tell what we read in it."""
    try:
        token = request.form.get("submission_token", "")
        sent = sent_files("file")
    except RequestEntityTooLarge:
        drain()
        return jsonify(error=pages.sentence(pages.too_large_error())), 413
    sitting = sit_down(slug, token=token)
    stopped = _check_script(sitting)
    if stopped is not None:
        return stopped
    if requested_id not in {each.id for each in sitting.posting.documents}:
        said = gettext("This posting does not ask for that document any more. Reload the page.")
        return jsonify(error=said), 404
    if not sent:
        return jsonify(error=gettext("No file arrived. Choose it again.")), 400
    try:
        save(sitting, {})
        if not guarding.is_taken(sitting.posting, draft_of(sitting)):
            raise operations.ClosedError
        document = take(sitting, requested_id, sent)
    except DomainError as error:
        return jsonify(error=pages.sentence(error)), error.status
    return jsonify(pages.told(sitting, requested_id, document))


def _check_script(sitting: Sitting) -> ResponseReturnValue | None:
    """Stop a script's request that cannot be kept; the page keeps it and the form sends it."""
    if queries.by_submission_token(sitting.token) is not None:
        return jsonify(error=gettext("This application was sent already.")), 409
    if not sitting.browser.owns(sitting.token):
        return jsonify(error=gettext("Reload the page, and choose the file again.")), 400
    if queries.draft_move(sitting.token) is not None:
        return jsonify(error=pages.moved_words()), 409
    return None


@bp.post("/postings/<slug>/apply/clear")
@public
def clear(slug: str) -> ResponseReturnValue:
    """Delete everything typed and sent so far, and forget this browser."""
    posting = posting_of(slug)
    browser, posting_id, keys = Browser(posting.id), posting.id, []
    with writing():
        while (draft := queries.draft_of(browser.hash, posting_id)) is not None:
            keys += operations.discard(draft)
        db.session.commit()
    documents.forget_files(keys)
    flash(gettext("Everything you typed and added here was deleted."), "success")
    return forget(redirect(url_for("applications.apply", slug=slug), 303))
