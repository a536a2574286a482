"""Tell me about new openings: asked for here, confirmed behind a mailed link, ended by a click."""

from typing import Any

from flask import Request, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tracker.accounts.throttle import network_of
from tracker.applications import operations as applications
from tracker.applications.operations import FloodError
from tracker.applications.throttle import BY_ADDRESS, BY_NETWORK, Act, Limit
from tracker.core import guarding, languages
from tracker.core.access import public, signed_link
from tracker.core.db import db, now, writing
from tracker.core.errors import GoneError, NotFoundError
from tracker.core.tokens import keyed_hash
from tracker.core.web import csrf
from tracker.postings import operations, queries
from tracker.postings.fitting import CONFIRM_WITHIN, KEPT, LINK_OPENS, PAUSED_KEPT, RETURNED_KEPT
from tracker.postings.forms.alerts import SubscribeForm, WishForm
from tracker.postings.models import Subscription, SubscriptionLink
from tracker.postings.queries import alerts
from tracker.postings.views import bp
from tracker.postings.views.facts import TYPES


@bp.route("/alerts", methods=["GET", "POST"])
@public
def subscribe() -> ResponseReturnValue:
    """Ask for an address and what its owner wants to hear of; mail it a link that confirms."""
    kind = request.args.get("type", "")
    asked = {
        "words": request.args.get("words", "").strip()[:100],
        "kinds": [kind] if kind in TYPES else [],
        "language": languages.current(),
    }
    form = SubscribeForm(data=asked, offered=alerts.offered_kinds())
    if request.method != "POST" or not form.validate():
        return _form_page(form), 422 if request.method == "POST" else 200
    if guarding.asks_again():
        form.form_errors = [guarding.press_again()]
        return _form_page(form), 422
    try:
        _ask(form)
    except FloodError as error:
        if error.place == _address(form):  # the page says the same to everybody
            return redirect(url_for("postings.asked"), 303)
        form.form_errors = [_too_many()]
        return _form_page(form), error.status, {"Retry-After": str(error.retry_after)}
    return redirect(url_for("postings.asked"), 303)


def _form_page(form: SubscribeForm) -> str:
    return render_template("postings/alerts.html", form=form, kept=_kept())


def _kept() -> dict[str, int]:
    """How many days what is kept; the pages say it."""
    return {
        "confirm": CONFIRM_WITHIN.days,
        "mails": KEPT.days,
        "link": LINK_OPENS.days,
        "returned": RETURNED_KEPT.days,
        "paused": PAUSED_KEPT.days,
    }


def _ask(form: SubscribeForm) -> None:
    kinds = form.kinds.data or []
    with writing():
        operations.ask_for_openings(
            form.email.data or "",
            words=form.words.data or "",
            kinds=kinds,
            kinds_in_words=[str(TYPES[each]) for each in TYPES if each.value in kinds],
            language=form.language.data,
            at=now(),
        )
        applications.count(Act.SUBSCRIBE, _places(form, request), at=now())
        db.session.commit()


def _places(form: SubscribeForm, came: Request) -> list[tuple[str, Limit]]:
    """Where a request is counted: always by the address, by the network as other forms are."""
    found = [(_address(form), BY_ADDRESS[Act.SUBSCRIBE])]
    if current_app.config["FLOOD_LIMITS"]:
        network = _keyed("tally", network_of(came.remote_addr))
        found.append((f"network {network}", BY_NETWORK[Act.SUBSCRIBE]))
    return found


def _address(form: SubscribeForm) -> str:
    return f"address {_keyed('subscriber', (form.email.data or '').strip().lower())}"


def _keyed(purpose: str, text: str) -> str:
    return keyed_hash(current_app.config["SECRET_KEY"], purpose, text)


def _too_many() -> str:
    return str(
        gettext(
            "Very many requests came from your network in the last hour, so this was not taken"
            " yet. What you typed is kept here: press the button again in an hour."
        )
    )


@bp.get("/alerts/asked")
@public
def asked() -> ResponseReturnValue:
    """Say what happens next, to whoever asked for whichever address."""
    return render_template("postings/alerts_asked.html", kept=_kept())


@bp.get("/alerts/<token>")
@signed_link
def subscription(token: str) -> ResponseReturnValue:
    """Show what is asked for, to be confirmed; once it is, what is mailed and how to change it."""
    link = _opened(token)
    assert link.subscription is not None
    return _page(token, link.subscription, _wish_of(link.subscription, sent=False))


def _page(token: str, subscription: Subscription, form: WishForm) -> str:
    confirmed = subscription.confirmed_at is not None
    return render_template(
        f"postings/alerts_{'manage' if confirmed else 'confirm'}.html",
        subscription=subscription,
        token=token,
        form=form,
        chosen=_chosen(subscription),
        before=None if confirmed else _before(subscription),
        days=alerts.days_of(subscription),
        zone=queries.zone(),
        kept=_kept(),
    )


def _before(asked: Subscription) -> dict[str, Any] | None:
    known = alerts.confirmed_of(asked.email_key)
    return None if known is None else {"words": known.words, "chosen": _chosen(known)}


def _chosen(subscription: Subscription) -> list[str]:
    return [str(TYPES[each]) for each in TYPES if each.value in subscription.kinds]


def _wish_of(subscription: Subscription, *, sent: bool) -> WishForm:
    data = {
        "words": subscription.words,
        "kinds": subscription.kinds,
        "language": subscription.language,
    }
    source = {} if sent else {"formdata": None}
    return WishForm(data=data, offered=alerts.offered_kinds(), **source)


@bp.post("/alerts/<token>/<any(confirm, change, pause, resume):act>")
@signed_link
def change_subscription(token: str, act: str) -> ResponseReturnValue:
    """Do what a button on the subscriber's page says."""
    link = _opened(token)
    assert link.subscription is not None
    form = _wish_of(link.subscription, sent=act == "change")
    if act == "change" and not form.validate():
        return _page(token, link.subscription, form), 422
    with writing():
        said = _act(_opened(token), act, form)
        db.session.commit()
    flash(said, "success")
    return redirect(url_for("postings.subscription", token=token), 303)


def _act(link: SubscriptionLink, act: str, form: WishForm) -> str:
    subscription = link.subscription
    assert subscription is not None
    if act == "confirm":
        operations.confirm_subscription(link, at=now())
        return str(gettext("Thank you. You hear from us when something new opens."))
    if act == "pause":
        operations.pause_subscription(subscription, at=now())
        return str(gettext("Nothing is mailed to you until you resume it here."))
    if act == "resume":
        operations.resume_subscription(subscription, at=now())
        return str(gettext("You hear from us again when something new opens."))
    operations.change_subscription(
        subscription,
        words=form.words.data or "",
        kinds=form.kinds.data or [],
        language=form.language.data,
    )
    return str(gettext("Your changes are saved."))


def _opened(token: str) -> SubscriptionLink:
    """Load a link that still opens a page, and speak its subscriber's language."""
    link = _known(token)
    if link.subscription is None:
        raise GoneError(
            "This has ended: nothing is mailed, and the address was erased. To hear of new"
            " openings, ask for it on the page with the open positions."
        )
    if link.expires_at <= now():
        raise GoneError(
            "This link has run out. To change what you hear of, ask for mail about new openings"
            " on the page with the open positions once more: a new link is mailed to you."
        )
    return link


def _known(token: str) -> SubscriptionLink:
    link = alerts.subscription_link(token)
    if link is None:
        raise NotFoundError
    if link.subscription is not None:
        languages.begin_in(link.subscription.language)
    return link


@bp.route("/alerts/<token>/end", methods=["GET", "POST"])
@csrf.exempt
@signed_link
def end_subscription(token: str) -> ResponseReturnValue:
    """Ask whether the mail shall end; a POST ends it, also that of a mail program (RFC 8058).

    The only form without a token against forgery: whoever has the secret of the link may end
    what it was mailed for, without a cookie, a second page, or a redirect.
    """
    link = _known(token)
    if request.method != "POST":  # also a mail scanner's HEAD
        page = "ended" if link.subscription is None else "end"
        return render_template(f"postings/alerts_{page}.html", token=token)
    with writing():
        operations.end_subscription(_known(token), at=now())
        db.session.commit()
    return render_template("postings/alerts_ended.html", token=token)
