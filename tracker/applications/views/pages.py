"""What a candidate at the form is shown: the form, or why it cannot be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from tracker.applications import queries
from tracker.applications.forms import ApplyForm, apply_form
from tracker.applications.models import Draft
from tracker.applications.views.browser import Browser, sent_from_here
from tracker.core import formats
from tracker.core.errors import DomainError
from tracker.documents.models import Document
from tracker.documents.operations import RefusedError
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState, QuestionKind

MINUTES_FOR_ALL, MINUTES_A_DOCUMENT = 3, 2
MINUTES_AN_ANSWER = {QuestionKind.LONG_TEXT: 5, QuestionKind.SHORT_TEXT: 1}
SHOWN_LINES = 3


@dataclass
class Sitting:
    """One candidate at one form: posting, browser, draft, and what is wrong so far."""

    posting: Posting
    browser: Browser
    draft_id: int | None = None
    token: str = ""
    refused: dict[int, str] = field(default_factory=dict)


def page(
    sitting: Sitting, form: ApplyForm, draft: Draft | None, *, status: int = 200
) -> ResponseReturnValue:
    """Draw the form with what is kept; the token stays until the draft is sent."""
    token = draft.submission_token if draft else sitting.token or sitting.browser.new_token()
    form.submission_token.data = token
    html = render_template(
        "applications/apply.html",
        posting=sitting.posting,
        form=form,
        stored={
            each.requested_id: stored(each.requested_id, each.document)
            for each in (draft.files if draft else ())
        },
        draft=draft,
        zone=queries.time_zone(),
        limit=current_app.config["UPLOAD_LIMIT_MB"],
        minutes=_minutes(sitting.posting),
        sent=sent_from_here(sitting.posting.id),
    )
    return private(sitting, html, status, shared=bool(form.shared.data))


def private(sitting: Sitting, html: str, status: int, *, shared: bool = False) -> Response:
    """Answer with a page that no cache keeps, and let the browser keep its draft."""
    answer = current_app.make_response((html, status))
    answer.headers["Cache-Control"] = "no-store"
    return sitting.browser.remember(answer, shared=shared)


def closed(sitting: Sitting, draft: Draft | None) -> ResponseReturnValue:
    """Say that the posting takes nothing more, and give back the words to copy."""
    html = render_template(
        "applications/closed.html",
        posting=sitting.posting,
        draft=draft,
        paused=sitting.posting.state is PostingState.OPEN and not sitting.posting.accepting,
        words=_words(sitting.posting, draft.answers) if draft else [],
    )
    return private(sitting, html, 410)


def _words(posting: Posting, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """List what was typed with what it was typed for."""
    labels = {"name": gettext("Your name"), "email": gettext("E-mail address")}
    labels["phone"] = gettext("Phone")
    labels |= {f"text_{each.id}": each.title for each in posting.documents}
    labels |= {f"question_{each.id}": each.text for each in posting.questions}
    return [(label, answers[name]) for name, label in labels.items() if answers.get(name)]


def too_large(sitting: Sitting) -> ResponseReturnValue:
    """Answer a form that is too large as a whole: nothing of it could be read."""
    draft = queries.draft_of(sitting.browser.hash, sitting.posting.id)
    form = apply_form(sitting.posting, draft.answers if draft else None, formdata=None)
    form.form_errors = [sentence(too_large_error())]
    return page(sitting, form, draft, status=413)


def too_large_error() -> DomainError:
    limit = current_app.config["MAX_CONTENT_LENGTH"] >> 20
    return DomainError(
        gettext(
            "What you sent at once is larger than %(limit)d MB, so it did not arrive. What was"
            " saved before is kept and shown below. Add the files one at a time: choose one,"
            " then press “Save and go on later”.",
            limit=limit,
        )
    )


def stored(requested_id: int, document: Document) -> dict[str, str]:
    """Describe a stored file so that a wrong one is noticed: size, pages, first lines."""
    parts = []
    if document.pages:
        parts.append(
            gettext("1 page.")
            if document.pages == 1
            else gettext("%(count)d pages.", count=document.pages)
        )
    lines = document.first_lines.splitlines()[:SHOWN_LINES]
    if lines:
        parts.append(gettext("It begins: “%(lines)s”", lines=" / ".join(lines)))
    else:
        parts.append(gettext("We found no text in it: perhaps a scan."))
    return {
        "name": document.file_name,
        "size": formats.filesize(document.size),
        "summary": " ".join(parts),
        "remove_name": "action",
        "remove_value": f"remove:{requested_id}",
    }


def sentence(error: DomainError) -> str:
    if isinstance(error, RefusedError):
        return str(gettext(error.template, **error.values))
    return str(gettext(error.message))


def _minutes(posting: Posting) -> int:
    """Guess how long the form takes somebody whose documents are ready."""
    answers = sum(MINUTES_AN_ANSWER.get(each.kind, 0) for each in posting.questions)
    skills = (len(posting.skills) + 3) // 4
    return MINUTES_FOR_ALL + MINUTES_A_DOCUMENT * len(posting.documents) + answers + skills


def changed_meanwhile(sitting: Sitting, draft: Draft | None) -> ResponseReturnValue:
    """Show the draft as another window has left it, instead of sending either."""
    form = apply_form(sitting.posting, draft.answers if draft else None, formdata=None)
    form.form_errors = [
        gettext(
            "The form was changed in another window while you sent it. Look through it and"
            " send it again."
        )
    ]
    return page(sitting, form, draft, status=409)


def not_kept(sitting: Sitting, form: ApplyForm) -> ResponseReturnValue:
    """Show a form again that came without any of this browser's cookies."""
    form.form_errors = [
        gettext(
            "The page was open for too long, or cookies are switched off, so nothing was sent."
            " What you typed is still here. Choose your files again and send the form again."
        )
    ]
    sitting.token = sitting.browser.new_token()
    return page(sitting, form, None, status=400)


def ask_again(sitting: Sitting, form: ApplyForm, draft: Draft | None) -> ResponseReturnValue:
    """Ask for a second press: all is kept, but the session that the form began in is over."""
    form.form_errors = [
        gettext(
            "The page was open for a long time, so the application was not sent yet. Everything"
            " is kept. Look through it and send it again."
        )
    ]
    for wanted, file, _text in form.documents():
        if wanted.id in sitting.refused:
            file.errors = [sitting.refused[wanted.id]]
    return page(sitting, form, draft, status=400)
