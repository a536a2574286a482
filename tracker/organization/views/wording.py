"""The wording of every message: read, change, try out, take back."""

import hashlib
from base64 import b64encode
from itertools import groupby

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.core.access import Action, requires
from tracker.core.db import db, writing
from tracker.core.errors import NotFoundError
from tracker.core.languages import DEFAULT, IN_ENGLISH, LANGUAGES
from tracker.core.web import POLICY, whole_number
from tracker.notifications import operations as outbox
from tracker.notifications import queries as mail
from tracker.notifications.wording import Message, WordingError, all_messages, find_message
from tracker.organization.forms import WordingForm
from tracker.organization.views.public import bp

AUDIENCES = ("candidate", "contact", "panel", "staff")


def _audience_rank(message: Message) -> tuple[int, str]:
    known = message.audience in AUDIENCES
    return (AUDIENCES.index(message.audience) if known else len(AUDIENCES), message.audience)


@bp.get("/staff/organization/wording")
@requires(Action.MANAGE_WORDING)
def wording() -> ResponseReturnValue:
    """List every message by who reads it."""
    ordered = sorted(all_messages(), key=lambda each: (_audience_rank(each), each.name))
    groups = [
        (audience[1], list(messages)) for audience, messages in groupby(ordered, _audience_rank)
    ]
    return render_template(
        "organization/wording.html",
        groups=groups,
        languages=IN_ENGLISH,
        languages_of=languages_of,
        address=address_of,
        own={language: mail.own_wordings(language) for language in LANGUAGES},
        held=mail.held_kinds(),
    )


def languages_of(message: Message) -> list[str]:
    """The languages that a message goes in: all for candidates, English for colleagues."""
    return list(LANGUAGES) if message.audience == "candidate" else [DEFAULT]


def address_of(name: str, language: str, view: str = "edit_wording") -> str:
    """The address of a message's words in a language; English needs no naming."""
    return url_for(f".{view}", name=name, language=None if language == DEFAULT else language)


def _asked(name: str) -> tuple[Message, str]:
    """The message of that name, and the language in which it is looked at."""
    found = find_message(name)
    language = request.args.get("language", DEFAULT)
    if found is None or language not in languages_of(found):
        raise NotFoundError
    return found, language


@bp.get("/staff/organization/wording/<name>")
@requires(Action.MANAGE_WORDING)
def edit_wording(name: str) -> ResponseReturnValue:
    """Show a message's words, what they may hold, and how the mail looks with samples."""
    message, language = _asked(name)
    own = mail.own_wording(name, language)
    words = own or outbox.built_in(message, language)
    version = own.version if own else ""
    form = WordingForm(subject=words.subject, body=words.body, version=version)
    return _page(message, form, language)


def _page(message: Message, form: WordingForm, language: str) -> Response:
    """Draw the page, with the mail as it would go wherever the words can be used."""
    preview = None
    try:
        subject, body = form.subject.data or "", (form.body.data or "").replace("\r\n", "\n")
        preview = outbox.sample(message, subject=subject.strip(), body=body, language=language)
    except WordingError as error:
        if request.method == "POST":
            form[error.field].errors = [_(error.message)]
    own = {each: mail.own_wording(message.name, each) for each in languages_of(message)}
    page = render_template(
        "organization/edit_wording.html",
        message=message,
        form=form,
        preview=preview,
        frame=_framed(preview.html) if preview else "",
        samples=outbox.own_samples(message),
        own=own[language],
        built_in=outbox.built_in(message, language),
        language=language,
        languages=IN_ENGLISH,
        address=address_of,
        elsewhere={each: bool(own[each]) for each in own if each != language},
        held=mail.is_held(message.name),
    )
    response = make_response(page)
    if preview:
        response.headers["Content-Security-Policy"] = _with_style_of(preview.html)
    return response


def _framed(html: str) -> str:
    """A mail as a frame shows it: a link in it would open a window, which the frame may not."""
    return html.replace("<head>", '<head><base target="_blank">', 1)


def _with_style_of(html: str) -> str:
    """The policy of a page that shows a mail in a frame: the mail's own style, and no other.

    A frame without an address of its own obeys its page's policy (CSP 3, §7.8), so the style is
    named by its hash.
    """
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return POLICY.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")


@bp.post("/staff/organization/wording/<name>")
@requires(Action.MANAGE_WORDING)
def save_wording(name: str) -> ResponseReturnValue:
    """Save a message's words, or only show how they would look."""
    (message, language), form = _asked(name), WordingForm()
    if not form.validate_on_submit():
        return _page(message, form, language), 422
    if "preview" in request.form:
        page = _page(message, form, language)
        return page, 422 if form.errors else 200
    try:
        with writing():
            outbox.reword(
                name,
                subject=(form.subject.data or "").replace("\x00", ""),
                body=(form.body.data or "").replace("\x00", ""),
                version=whole_number(form.version.data),
                language=language,
                by=current_user,
            )
            db.session.commit()
    except WordingError:
        return _page(message, form, language), 422
    flash(_("Saved. Mail goes out in these words from now on."), "success")
    return redirect(address_of(name, language), 303)


@bp.post("/staff/organization/wording/<name>/test")
@requires(Action.MANAGE_WORDING)
def test_wording(name: str) -> ResponseReturnValue:
    """Mail the words as they stand in the form, with samples, to whoever asks."""
    (message, language), form = _asked(name), WordingForm()
    if not form.validate_on_submit():
        return _page(message, form, language), 422
    subject, body = form.subject.data or "", (form.body.data or "").replace("\r\n", "\n")
    try:
        with writing():
            outbox.queue_sample(
                name,
                to=(current_user.name, current_user.email),
                subject=subject.strip(),
                body=body,
                language=language,
            )
            db.session.commit()
    except WordingError:
        return _page(message, form, language), 422
    told = _("A test goes to %(address)s. Nothing was saved.", address=current_user.email)
    flash(told, "success")
    return _page(message, form, language)


@bp.post("/staff/organization/wording/<name>/hold")
@requires(Action.MANAGE_WORDING)
def hold_message(name: str) -> ResponseReturnValue:
    """Choose whether mails of this kind wait for a look before they go."""
    message, language = _asked(name)
    held = request.form.get("held") == "1"
    with writing():
        outbox.hold_kind(message.name, held=held, by=current_user)
        db.session.commit()
    flash(
        _("From now on each of these mails waits for a look before it goes.")
        if held
        else _("From now on these mails go at once. Those that are held stay held."),
        "success",
    )
    return redirect(address_of(name, language), 303)


@bp.post("/staff/organization/wording/<name>/restore")
@requires(Action.MANAGE_WORDING)
def restore_wording(name: str) -> ResponseReturnValue:
    """Go back to the built-in words."""
    message, language = _asked(name)
    with writing():
        outbox.restore_wording(message.name, language=language, by=current_user)
        db.session.commit()
    flash(_("The built-in words are back."), "success")
    return redirect(address_of(name, language), 303)
