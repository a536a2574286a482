"""The questions that a candidate who applied by mail was not asked yet."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.applications import operations, queries
from tracker.applications.forms.completing import CompleteForm, complete_form
from tracker.applications.models import Completion
from tracker.applications.rules import FAMILIARITY_WORDS
from tracker.applications.views import bp
from tracker.applications.views.mine import locked
from tracker.core.access import signed_link
from tracker.core.db import db, now, writing
from tracker.core.errors import NotFoundError
from tracker.routing import operations as routing


@bp.route("/my/<token>/questions", methods=["GET", "POST"])
@signed_link
def complete(token: str) -> ResponseReturnValue:
    """Ask what the posting asks and the mail did not answer; what is answered stays."""
    completion = _completion(token)
    if not operations.is_missing(completion):
        flash(gettext("There is nothing left to answer. Thank you."), "info")
        return redirect(url_for("applications.my", token=token), 303)
    form = complete_form(completion.application.posting)
    if request.method == "GET" or not form.validate():
        return _page(completion, token, form), 200 if request.method == "GET" else 422
    answers = form.typed()
    with writing():
        locked(token)
        completion = _completion(token)
        db.session.refresh(completion)
        routing.complete(completion, answers, at=now())
        db.session.commit()
    flash(gettext("Thank you. Your answers have arrived."), "success")
    return redirect(url_for("applications.my", token=token), 303)


def _completion(token: str) -> Completion:
    application = queries.by_candidate_token(token)
    completion = queries.completion_of(application) if application else None
    if completion is None:
        raise NotFoundError(gettext("This link opens nothing. Ask for a new one by mail."))
    return completion


def _page(completion: Completion, token: str, form: CompleteForm) -> str:
    return render_template(
        "applications/complete.html",
        application=completion.application,
        token=token,
        form=form,
        shared=False,
        levels={level.value: gettext(words) for level, words in FAMILIARITY_WORDS.items()},
    )
