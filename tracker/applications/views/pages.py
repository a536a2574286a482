"""What a candidate at the form is shown: the form, or why it cannot be sent."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import Field

from tracker.applications import queries
from tracker.applications.forms import ApplyForm, apply_form
from tracker.applications.models import Draft
from tracker.applications.operations import FloodError
from tracker.applications.rules import FAMILIARITY_WORDS, STEP_NAMES, Step, step_of
from tracker.applications.views import checking, guarding
from tracker.applications.views.browser import sent_from_here
from tracker.applications.views.sitting import Sitting
from tracker.core import formats
from tracker.core.errors import DomainError, TooManyRequestsError
from tracker.core.languages import own_words
from tracker.documents.models import Document
from tracker.documents.operations import RefusedError
from tracker.documents.scanning import INFECTED
from tracker.postings.models import Posting, RequestedDocument
from tracker.postings.rules import PostingState, QuestionKind

MINUTES_FOR_ALL, MINUTES_A_DOCUMENT = 3, 2
MINUTES_AN_ANSWER = {QuestionKind.LONG_TEXT: 5, QuestionKind.SHORT_TEXT: 1, QuestionKind.LINK: 1}
SHOWN_LINES = 3


def page(
    sitting: Sitting, form: ApplyForm, draft: Draft | None, *, status: int = 200
) -> ResponseReturnValue:
    """Draw the form with what is kept; the token stays until the draft is sent."""
    sitting.step = _step_to_show(sitting, form)
    token = draft.submission_token if draft else sitting.token or sitting.browser.new_token()
    form.submission_token.data = token
    g.shared_computer = sitting.shared
    if "shared" in form:
        form.shared.data = sitting.shared
    html = render_template(
        "applications/apply_check.html"
        if sitting.step is Step.CHECK
        else "applications/apply.html",
        posting=sitting.posting,
        form=form,
        problems=_problems(sitting, form),
        steps=[(each, gettext(STEP_NAMES[each])) for each in sitting.steps],
        step=sitting.step,
        shared=sitting.shared,
        groups=checking.groups(sitting, draft) if sitting.step is Step.CHECK else [],
        stored={
            wanted.id: stored(wanted, file.document)
            for file in (draft.files if draft else ())
            for wanted in sitting.posting.documents
            if wanted.id == file.requested_id
        },
        levels=[gettext(words) for words in FAMILIARITY_WORDS.values()],
        draft=draft,
        can_mail=sitting.step in {None, Step.ABOUT} or bool(draft and draft.answers.get("email")),
        left=queries.left_draft(sitting.browser.hash, sitting.posting.id) if not draft else None,
        zone=queries.time_zone(),
        limit=current_app.config["UPLOAD_LIMIT_MB"],
        minutes=_minutes(sitting.posting),
        sent=sent_from_here(sitting.posting.id),
    )
    return private(sitting, html, status, shared=sitting.shared)


def _step_to_show(sitting: Sitting, form: ApplyForm) -> Step | None:
    """Choose the first step with something to mend, else the one asked for, else the first."""
    steps = sitting.steps
    if not steps:
        return None
    found = [step_of(field.short_name) for field, _sentence in form.wrong()]
    wrong = [each for each in steps if each in found]
    if wrong:
        return wrong[0]
    return sitting.step if sitting.step in steps else steps[0]


def _problems(sitting: Sitting, form: ApplyForm) -> list[tuple[str, str]]:
    """List what must be mended, each with the address of its field: here or on its step."""
    found = [(str(each), "") for each in form.form_errors]
    for field, sentence in form.wrong():
        # Of several files the sentence alone does not say which one it is about.
        named = field.type == "FileField" and str(field.label.text) not in sentence
        said = f"{field.label.text}: {sentence}" if named else sentence
        found.append((said, _address(sitting, field)))
    return found


def _address(sitting: Sitting, field: Field) -> str:
    if field.widget.__class__.__name__ == "HiddenInput":
        return ""
    name = f"{field.id}-0" if field.type == "RadioField" else field.id
    step = step_of(field.short_name)
    if not sitting.steps or step in {None, sitting.step}:
        return f"#{name}"
    slug = sitting.posting.slug
    return url_for("applications.apply", slug=slug, step=step, _anchor=name)


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
    labels |= {f"text_{each.id}": own_words(each.title) for each in posting.documents}
    labels |= {f"question_{each.id}": each.text for each in posting.questions}
    return [(label, answers[name]) for name, label in labels.items() if answers.get(name)]


def too_large(sitting: Sitting) -> ResponseReturnValue:
    """Answer a form that is too large as a whole: nothing of it could be read."""
    draft = queries.draft_of(sitting.browser.hash, sitting.posting.id)
    form = apply_form(sitting.posting, draft.answers if draft else None, formdata=None)
    form.form_errors = [sentence(too_large_error())]
    sitting.step = Step.DOCUMENTS
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


def stored(wanted: RequestedDocument, document: Document) -> dict[str, Any]:
    """Describe a stored file so that a wrong one is noticed: size, pages, first lines.

    Also while it waits for the virus scanner: these few lines of plain text go to nobody but
    the browser that sent them, and a wrong file must be noticed before it is sent.
    """
    if document.scan_state == INFECTED:
        return _locked(wanted, document)
    photographs = len(document.originals)
    parts = [_counted(document.pages, photographs)] if document.pages else []
    if wanted.word_limit and document.words is not None:
        parts.append(gettext("%(count)d words, as we read them.", count=document.words))
    lines = document.first_lines.splitlines()[:SHOWN_LINES]
    if lines:
        parts.append(gettext("It begins: “%(lines)s”", lines=" / ".join(lines)))
    elif not photographs:
        parts.append(gettext("We found no text in it: perhaps a scan."))
    return {
        "name": document.file_name,
        "size": formats.filesize(document.size),
        "summary": " ".join(parts),
        "note": _note(wanted, document),
        "photographs": [each.file_name for each in document.originals],
        "remove_name": "action",
        "remove_value": f"remove:{wanted.id}",
    }


def _locked(wanted: RequestedDocument, document: Document) -> dict[str, Any]:
    """Name a file in which a virus was found, and show nothing of it."""
    return {
        "name": document.file_name,
        "size": formats.filesize(document.size),
        "summary": gettext(
            "The virus scanner found something harmful in this file. Remove it, and add a clean"
            " copy."
        ),
        "note": "",
        "photographs": [],
        "remove_name": "action",
        "remove_value": f"remove:{wanted.id}",
    }


def _counted(pages: int, photographs: int) -> str:
    if photographs:
        if photographs == 1:
            return str(gettext("1 photographed page."))
        return str(gettext("%(count)d photographed pages.", count=photographs))
    return str(gettext("1 page.") if pages == 1 else gettext("%(count)d pages.", count=pages))


def _note(wanted: RequestedDocument, document: Document) -> str:
    """Say that a file seems longer than asked for; it is taken all the same."""
    limit = wanted.word_limit
    if not limit or document.words is None or document.words <= limit:
        return ""
    return str(
        gettext(
            "At most %(limit)d words are asked for. If we counted wrongly, leave it as it is;"
            " else choose a shorter one.",
            limit=limit,
        )
    )


def told(sitting: Sitting, requested_id: int, document: Document) -> dict[str, Any]:
    """Answer the page's script: what a stored file is, and how the page shows it."""
    wanted = next(each for each in sitting.posting.documents if each.id == requested_id)
    known = stored(wanted, document)
    html = render_template("applications/_stored.html", existing=known, wanted=wanted)
    return {**known, "html": html}


def sentence(error: DomainError) -> str:
    if isinstance(error, RefusedError):
        return str(gettext(error.template, **error.values))
    if isinstance(error, FloodError):
        return guarding.flooded(error)
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
    sitting.step = Step.CHECK
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


def not_yet(
    sitting: Sitting,
    form: ApplyForm,
    draft: Draft | None,
    words: str,
    *,
    error: TooManyRequestsError | None = None,
) -> ResponseReturnValue:
    """Show the form again with all that is kept, and say why it was not sent yet."""
    form.form_errors = [words]
    answer = current_app.make_response(page(sitting, form, draft, status=422))
    if error is not None:
        answer.status_code = error.status
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def moved_words() -> str:
    """Say that this browser's draft is worked on elsewhere now."""
    return str(
        gettext(
            "You went on with this application on another device. What you type here is not"
            " added to it. To go on here, open the link in your mail again."
        )
    )
