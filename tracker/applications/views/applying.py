"""The application form: it keeps what was typed and every file that was taken."""

import hashlib
from collections.abc import Mapping
from typing import BinaryIO, cast

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import Field

from tracker.applications import operations, queries
from tracker.applications.forms import ApplyForm, add_error, apply_form
from tracker.applications.models import Application, Draft
from tracker.applications.operations import Submission
from tracker.applications.rules import clean_source, said_of_source
from tracker.applications.throttle import Act
from tracker.applications.views import bp, checking, elsewhere, guarding, keeping, pages
from tracker.applications.views.browser import remember_sent, remember_shown
from tracker.applications.views.sitting import Sitting, sit_down
from tracker.core.access import public
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import NotFoundError, UnavailableError
from tracker.core.languages import LANGUAGES
from tracker.core.web import csrf, drain, whole_number
from tracker.documents import operations as documents
from tracker.documents.operations import Received
from tracker.routing import operations as routing


@bp.get("/postings/<slug>/apply")
@public
def apply(slug: str) -> ResponseReturnValue:
    """Show the form, or one of its steps, with all that this browser typed and sent before."""
    sitting = sit_down(slug, step=request.args.get("step", ""))
    draft = queries.draft_of(sitting.browser.hash, sitting.posting.id)
    if not guarding.is_taken(sitting.posting, draft):
        return pages.closed(sitting, draft)
    answers = dict(draft.answers) if draft else {}
    tag = clean_source(request.args.get("source", "")) or answers.get("source", "")
    if tag:
        answers["source"] = tag
        answers.setdefault("heard_from", said_of_source(tag))
    return pages.page(sitting, apply_form(sitting.posting, answers, formdata=None), draft)


@bp.post("/postings/<slug>/apply")
@csrf.exempt
@public
def send(slug: str) -> ResponseReturnValue:
    """Keep what was sent, then look at it, then make it an application, in that order."""
    try:
        sent = request.form  # read before anything is answered
    except RequestEntityTooLarge:
        drain()
        return pages.too_large(sit_down(slug))
    sitting = sit_down(slug, sent)
    form = apply_form(sitting.posting, formdata=sent, step=sitting.step)
    genuine = _is_genuine()
    known = queries.by_submission_token(sitting.token)
    if known is not None:
        return _sent_before(sitting, form, known)
    if not sitting.browser.owns(sitting.token):
        if not genuine:
            return pages.not_kept(sitting, form)
        sitting.token = sitting.browser.new_token()
    moved = queries.draft_move(sitting.token)
    if moved is not None:
        return elsewhere.keep_apart(sitting, form)
    try:
        keeping.save(sitting, form.typed())
    except operations.SentError:
        return _to_receipt(sitting, operations.receipt_token(sitting.token))
    keeping.take_files(sitting)
    if not genuine:
        return pages.ask_again(sitting, form, keeping.draft_of(sitting))
    return _act(sitting, form, request.form.get("action", "send"))


def _act(sitting: Sitting, form: ApplyForm, action: str) -> ResponseReturnValue:
    """Do what the pressed button says, now that everything is kept."""
    verb, _, which = action.partition(":")
    taken_out = _take_out(sitting, which) if verb in {"remove", "drop"} else None
    if taken_out is not None:
        return taken_out
    draft = keeping.draft_of(sitting)
    if not guarding.is_taken(sitting.posting, draft):
        return _receipt_of_winner(sitting) or pages.closed(sitting, draft)
    if verb in {"save", "shared", "go", "language"} and not sitting.refused:
        return _go_on(sitting, verb, which)
    if verb == "mail" and draft is not None and not sitting.refused:
        return elsewhere.mail_link(sitting, form, draft)
    if verb == "next" or sitting.refused:
        whole = _is_whole(sitting, form, draft, sending=verb in {"next", "send"})
        if whole and sitting.step is not None:
            return _go_on(sitting, "next", "")
        return _answer_of_winner_or_page(sitting, form, draft)
    form = _whole_form(sitting, form, draft)
    if draft is not None and _is_whole(sitting, form, draft, sending=True):
        if guarding.asks_again(draft.created_at):
            return pages.not_yet(sitting, form, draft, guarding.press_again())
        return _submit(sitting, form, draft)
    return _answer_of_winner_or_page(sitting, form, draft)


def _answer_of_winner_or_page(
    sitting: Sitting, form: ApplyForm, draft: Draft | None
) -> ResponseReturnValue:
    """Give the receipt where another click was faster, since then its files are gone too."""
    return _receipt_of_winner(sitting) or pages.page(sitting, form, draft, status=sitting.status)


def _take_out(sitting: Sitting, which: str) -> ResponseReturnValue | None:
    """Take a file out of the draft, or one photographed page of it ("file:page")."""
    wanted, _, place = which.partition(":")
    requested_id, page = whole_number(wanted), whole_number(place)
    if requested_id is None:
        return None
    if page is not None:
        keeping.remove_page(sitting, requested_id, page)
        return _back(sitting, f"file_{requested_id}", gettext("The page was removed."))
    keeping.remove(sitting, requested_id)
    return _back(sitting, f"file_{requested_id}", gettext("The file was removed."))


def _go_on(sitting: Sitting, verb: str, which: str) -> ResponseReturnValue:
    """Lead to the next step, or to the one that a button names; all is kept."""
    if verb == "save":
        said = gettext("Saved. You can come back to this page in this browser.")
        return _back(sitting, "main", said)
    if verb == "shared":
        return _back(sitting, "main", "")
    if verb == "language":
        return _back(sitting, "", "", language=which)
    steps = sitting.steps or (None,)
    if verb == "go":
        sitting.step = next((each for each in steps if each == which), steps[0])
    elif sitting.step in steps:
        sitting.step = steps[min(steps.index(sitting.step) + 1, len(steps) - 1)]
    return _back(sitting, "", "")


def _whole_form(sitting: Sitting, form: ApplyForm, draft: Draft | None) -> ApplyForm:
    """Build the form with every field: what was sent as one, else what the draft holds."""
    if sitting.step is None or draft is None:
        return form
    kept = MultiDict({**draft.answers, "csrf_token": request.form.get("csrf_token", "")})
    return apply_form(sitting.posting, formdata=kept)


def _is_whole(sitting: Sitting, form: ApplyForm, draft: Draft | None, *, sending: bool) -> bool:
    """Look at everything in the form and say at each field what must be mended."""
    whole = form.validate() if sending else True
    for wanted, file, _text in form.documents():
        if wanted.id in sitting.refused:
            add_error(file, sitting.refused[wanted.id])
    if sending:
        held = {each.requested_id: each.document for each in (draft.files if draft else ())}
        whole = form.check_documents(held, checking.infected_of(held)) and whole
    return whole and not sitting.refused


def _submit(sitting: Sitting, form: ApplyForm, draft: Draft) -> ResponseReturnValue:
    """Store typed letters, then, under the lock, make the draft an application."""
    draft_id, seen = draft.id, _content(draft)
    try:
        token = _make_application(draft_id, seen, _store_letters(form))
    except UnavailableError as error:
        form.form_errors = [pages.sentence(error)]
        return pages.page(sitting, form, keeping.draft_of(sitting), status=error.status)
    except (IntegrityError, NotFoundError):
        winner = _receipt_of_winner(sitting)
        if winner is None:
            raise
        return winner
    except operations.ClosedError:
        return pages.closed(sitting, keeping.draft_of(sitting))
    except operations.FloodError as error:
        return pages.not_yet(
            sitting, form, keeping.draft_of(sitting), guarding.flooded(error), error=error
        )
    if token is None:
        return pages.changed_meanwhile(sitting, db.session.get(Draft, draft_id))
    return _to_receipt(sitting, token)


def _receipt_of_winner(sitting: Sitting) -> ResponseReturnValue | None:
    """Find the receipt when another click with the same token has been faster."""
    db.session.rollback()
    if queries.by_submission_token(sitting.token) is None:
        return None
    return _to_receipt(sitting, operations.receipt_token(sitting.token))


def _content(draft: Draft) -> tuple[str, dict[str, str]]:
    """All that a draft holds, to notice a change between looking and sending."""
    letters = {name: text for name, text in draft.answers.items() if name.startswith("text_")}
    files = {each.requested_id: each.document.sha256 for each in draft.files}
    return operations.digest_content(draft.answers, files), letters


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
        posting_id = draft.posting_id
        submission: Submission = routing.receive(draft, at=now())
        token = submission.token
        if submission.created:
            guarding.count(Act.SEND, posting_id)
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


# Answering


def _sent_before(sitting: Sitting, form: ApplyForm, known: Application) -> ResponseReturnValue:
    """Answer a used token with its receipt; what was changed since becomes a new draft."""
    token = operations.receipt_token(sitting.token)
    if known.posting_id != sitting.posting.id or not sitting.browser.owns(sitting.token):
        return _to_receipt(sitting, token)
    if not _is_changed(form, known):
        return _to_receipt(sitting, token)
    sitting.token = sitting.browser.new_token()
    keeping.save(sitting, form.typed())
    keeping.take_files(sitting)
    answer = redirect(url_for("applications.receipt", token=token, changed=1), 303)
    return sitting.browser.remember(answer, shared=sitting.shared)


def _is_changed(form: ApplyForm, known: Application) -> bool:
    """Tell whether a form holds anything else than what its token already sent.

    What a step does not ask for is as it was sent.
    """
    came = [each for each in known.documents if each.added_at is None]
    files = {each.rank: each.document.sha256 for each in came}
    photographs = {
        each.rank: {page.sha256 for page in documents.originals_of(each.document)} for each in came
    }
    typed = {each.rank for each in came if each.typed}
    for wanted, _file, text in form.documents():
        words = _letter(text)
        if wanted.rank in typed:
            files.pop(wanted.rank, None)
        if words:
            files[wanted.rank] = hashlib.sha256(words.encode()).hexdigest()
        sent = {keeping.digest_of(stream) for stream in _streams(f"file_{wanted.id}")}
        if sent and not sent <= photographs.get(wanted.rank, set()):
            files[wanted.rank] = "".join(sorted(sent))
    answers = {**queries.answers_sent(known), **form.typed()}
    return operations.digest_content(answers, files) != known.content_sha256


def _streams(field: str) -> list[BinaryIO]:
    return [cast("BinaryIO", each.stream) for each in keeping.sent_files(field)]


def _to_receipt(sitting: Sitting, token: str) -> ResponseReturnValue:
    answer = redirect(url_for("applications.receipt", token=token), 303)
    # Only of its own: another site could plant here what somebody else has sent.
    if sitting.browser.owns(sitting.token):
        if sitting.shared:
            with writing():
                operations.note_use(sitting.browser.hash, [token], at=now())
                db.session.commit()
            sitting.browser.remember(answer, shared=True)
            remember_shown(answer, token)
        else:
            remember_sent(answer, sitting.posting.id, token)
    return answer


def _back(
    sitting: Sitting, anchor: str, sentence: str, *, language: str | None = None
) -> ResponseReturnValue:
    if sentence:
        flash(sentence, "success")
    place = url_for(
        "applications.apply",
        slug=sitting.posting.slug,
        step=sitting.step if sitting.steps else None,
        lang=language if language in LANGUAGES else None,
        _anchor=anchor or None,
    )
    return sitting.browser.remember(redirect(place, 303), shared=sitting.shared)


def _is_genuine() -> bool:
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True
