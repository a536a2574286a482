"""A question before applying: it reaches whoever would get the application."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from itsdangerous import BadData, URLSafeTimedSerializer

from tracker.applications import queries
from tracker.applications.forms import QuestionForm
from tracker.applications.models import Enquiry
from tracker.applications.operations import FloodError
from tracker.applications.throttle import Act
from tracker.applications.views import bp, guarding
from tracker.applications.views.sitting import posting_of
from tracker.core.access import public, signed_link
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import GoneError, NotFoundError
from tracker.postings.models import Posting
from tracker.postings.rules import PostingState
from tracker.routing import operations as routing

SHOWN_FOR_S = 24 * 3600


@bp.route("/postings/<slug>/question", methods=["GET", "POST"])
@public
def question(slug: str) -> ResponseReturnValue:
    """Show the form; pass what was asked on, and say what was sent."""
    posting = posting_of(slug)
    form = QuestionForm()
    if posting.state_at(now()) is not PostingState.OPEN:
        return _page(posting, form, open_now=False), 410
    if request.method == "GET" or not form.validate():
        return _page(posting, form), 200 if request.method == "GET" else 422
    if guarding.asks_again():
        form.form_errors = [guarding.press_again()]
        return _page(posting, form), 422
    try:
        enquiry_id = _ask(posting.id, form)
    except FloodError as error:
        form.form_errors = [guarding.flooded(error)]
        headers = {"Retry-After": str(error.retry_after)}
        return _page(posting_of(slug), form), error.status, headers
    except GoneError:
        return _page(posting_of(slug), form, open_now=False), 410
    token = _signer().dumps(enquiry_id)
    return redirect(url_for("applications.question_sent", token=token), 303)


@bp.get("/postings/question/<token>")
@signed_link
def question_sent(token: str) -> ResponseReturnValue:
    """Say what was sent, to the browser that sent it; for a day."""
    try:
        enquiry = db.session.get(Enquiry, _signer().loads(token, max_age=SHOWN_FOR_S))
    except BadData:
        enquiry = None
    if enquiry is None:
        raise NotFoundError
    return render_template(
        "applications/question_sent.html", enquiry=enquiry, zone=queries.time_zone()
    )


def _ask(posting_id: int, form: QuestionForm) -> int:
    with writing():
        enquiry = routing.ask(
            lock(Posting, posting_id),
            name=form.name.data or "",
            email=form.email.data or "",
            text=form.text.data or "",
            language=str(get_locale() or "en"),
            at=now(),
        )
        enquiry_id = enquiry.id
        guarding.count(Act.ENQUIRY, posting_id)
        db.session.commit()
    return enquiry_id


def _page(posting: Posting, form: QuestionForm, *, open_now: bool = True) -> str:
    return render_template(
        "applications/question.html", posting=posting, form=form, open_now=open_now
    )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="question")
