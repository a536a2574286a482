"""A draft goes on in another browser: a private link by mail, and a button behind it."""

import datetime as dt
import hmac

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.accounts.throttle import network_of
from tracker.applications import operations, queries
from tracker.applications.forms import ApplyForm, apply_form
from tracker.applications.models import Draft, DraftLink
from tracker.applications.rules import Step
from tracker.applications.views import bp, keeping, pages
from tracker.applications.views.browser import Browser, on_shared_computer, shown_here
from tracker.applications.views.sitting import Sitting
from tracker.core import languages
from tracker.core.access import signed_link
from tracker.core.db import db, lock, now, writing
from tracker.core.errors import TooManyRequestsError
from tracker.core.web import error_page

REQUESTS_AN_HOUR, REQUESTS_AN_ADDRESS = 3, 60
HOUR = dt.timedelta(hours=1)


def mail_link(sitting: Sitting, form: ApplyForm, draft: Draft) -> ResponseReturnValue:
    """Mail a link to the draft to the address in it; the page says the same whatever it is."""
    if "email" not in form:
        form = apply_form(sitting.posting, draft.answers, formdata=None)
    if not form.email.validate(form):
        sitting.step = Step.ABOUT
        return pages.page(sitting, form, draft, status=422)
    try:
        _queue(draft.id, str(form.email.data))
    except TooManyRequestsError as error:
        form.form_errors = [pages.sentence(error)]
        return pages.page(sitting, form, queries.draft_of(*_whose(sitting)), status=error.status)
    flash(
        gettext(
            "Saved. A link to go on with this application is on its way to %(email)s. It works"
            " on any device for a week after your last change.",
            email=form.email.data,
        ),
        "success",
    )
    place = url_for("applications.apply", slug=sitting.posting.slug, step=sitting.step)
    return sitting.browser.remember(redirect(f"{place}#main", 303), shared=sitting.shared)


def _whose(sitting: Sitting) -> tuple[str, int]:
    return sitting.browser.hash, sitting.posting.id


def _queue(draft_id: int, email: str) -> None:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    key = hmac.new(secret, b"draft link:" + email.strip().lower().encode(), "sha256").hexdigest()
    with writing():
        operations.note_request(
            key,
            network_of(request.remote_addr),
            most_for_key=REQUESTS_AN_HOUR,
            most_for_address=REQUESTS_AN_ADDRESS,
            since=now() - HOUR,
            purpose=operations.DRAFT_LINK,
        )
        operations.mail_draft_link(lock(Draft, draft_id), email)
        db.session.commit()


@bp.get("/drafts/<token>")
@signed_link
def draft(token: str) -> ResponseReturnValue:
    """Offer to go on here. A look moves nothing and shows nothing typed: scanners look too."""
    link = queries.draft_link(token)
    if link is None:
        return _unknown()
    return render_template(
        "applications/draft.html",
        posting=link.draft.posting,
        changed_at=link.draft.changed_at,
        zone=queries.time_zone(),
        token=token,
        shared=on_shared_computer(),
        own=queries.draft_of(*_here(link)),
        here=link.draft.browser_hash == _here(link)[0],
    )


def _here(link: DraftLink) -> tuple[str, int]:
    posting_id = link.draft.posting_id
    return Browser(posting_id).hash, posting_id


@bp.post("/drafts/<token>")
@signed_link
def continue_draft(token: str) -> ResponseReturnValue:
    """Tie the draft to this browser; the other one is told, and keeps what it still types."""
    shared = bool(request.form.get("shared"))
    with writing():
        link = queries.draft_link(token)
        if link is None:
            return _unknown()
        moved = lock(Draft, link.draft_id)
        browser, slug = Browser(moved.posting_id), moved.posting.slug
        operations.move_draft(moved, browser_hash=browser.hash, token=browser.new_token())
        if shared or browser.shared:
            operations.note_use(browser.hash, shown_here(), at=now() if shared else None)
        db.session.commit()
    flash(gettext("Here is what you typed and added. Go on where you left off."), "success")
    answer = redirect(url_for("applications.apply", slug=slug, lang=languages.carried()), 303)
    return browser.remember(answer, shared=shared)


def keep_apart(sitting: Sitting, form: ApplyForm) -> ResponseReturnValue:
    """Keep what a browser sent whose draft is elsewhere now, in a draft of its own."""
    sitting.token = sitting.browser.new_token()
    keeping.save(sitting, form.typed())
    keeping.take_files(sitting)
    form.form_errors = [
        gettext(
            "You went on with this application on another device, so nothing was sent from"
            " here. What you typed here is kept on this page, apart from it. To go on here with"
            " the whole, open the link in your mail again."
        )
    ]
    return pages.page(sitting, form, keeping.draft_of(sitting), status=409)


def _unknown() -> ResponseReturnValue:
    return error_page(
        404,
        gettext(
            "This link opens nothing any more. The application was sent, or it was deleted a"
            " week after the last change."
        ),
        next_url=url_for("postings.careers"),
        next_label=gettext("All open positions"),
    )
