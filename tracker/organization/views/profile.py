"""The employer's profile, its badges, and the test mail."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from tracker.accounts import queries as people
from tracker.core import colours
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, writing
from tracker.core.errors import NotFoundError
from tracker.core.files import files
from tracker.core.web import whole_number
from tracker.notifications.headers import AddressError
from tracker.notifications.queries import sender
from tracker.organization import operations, pictures, queries
from tracker.organization.forms import BadgeForm, NewBadgeForm, ProfileForm
from tracker.organization.models import Badge
from tracker.organization.views.public import bp
from tracker.postings import operations as postings


@bp.get("/staff/organization")
@requires(Action.MANAGE_ORGANIZATION)
def profile() -> ResponseReturnValue:
    """Show the profile, to change it."""
    letterhead, employer = sender(), queries.employer()
    values: dict[str, Any] = {"sender_address": letterhead.address}
    if employer is not None:
        values["sender_name"] = letterhead.name
        values["version"] = employer.version
    going_along = queries.contact_mail()
    values["attach_documents"] = going_along.attach_documents
    values["attach_limit_mb"] = going_along.limit_mb
    values["second_person"] = queries.publishing().second_person
    return _profile_page(ProfileForm(obj=employer, **values))


def _profile_page(form: ProfileForm) -> str:
    chosen = colours.normalize(form.accent_colour.data or "") or colours.DEFAULT
    return render_template(
        "organization/profile.html",
        form=form,
        palette=colours.palette(chosen),
        chosen=chosen,
        publishing=people.publishing_all(),
    )


@bp.post("/staff/organization")
@requires(Action.MANAGE_ORGANIZATION)
def save_profile() -> ResponseReturnValue:
    """Save the profile; the picture is stored before the row that names it."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return _profile_page(form), 422
    try:
        picture = _picture(form.logo.data, pictures.LOGO_BOX)
        with _stored(picture) as key:
            old = _save(form, key, picture.media_type if picture else None)
    except (AddressError, pictures.PictureError, operations.AloneError) as error:
        at_fault = {pictures.PictureError: form.logo, operations.AloneError: form.second_person}
        at_fault.get(type(error), form.sender_address).errors = [_(error.message)]
        return _profile_page(form), 422
    _forget(old)
    flash(_("Saved."), "success")
    return redirect(url_for(".profile"), 303)


def _save(form: ProfileForm, key: str | None, media_type: str | None) -> str | None:
    """Write the rows; returns the key of a picture that nothing names any more."""
    with writing():
        zone = sender().time_zone
        employer = operations.save_profile(
            form.profile(),
            sender_name=form.sender_name.data,
            sender_address=form.sender_address.data,
            version=whole_number(form.version.data),
            by=current_user,
        )
        operations.set_contact_mail(
            attach_documents=form.attach_documents.data,
            limit_mb=form.attach_limit_mb.data,
            by=current_user,
        )
        operations.set_publishing(second_person=form.second_person.data, by=current_user)
        if employer.time_zone != zone:
            postings.follow_zone(employer.time_zone, before=zone)
        old = None
        if key is not None or form.remove_logo.data:
            old = operations.set_logo(employer, key=key, media_type=media_type)
        db.session.commit()
    return old


def _picture(upload: FileStorage | None, box: tuple[int, int]) -> pictures.Picture | None:
    """Draw an uploaded picture anew; None where none was chosen."""
    if upload is None or not upload.filename:
        return None
    return pictures.redraw(upload.stream.read(pictures.LARGEST_FILE + 1), box=box)


@contextmanager
def _stored(picture: pictures.Picture | None) -> Iterator[str | None]:
    """Store a picture for the rows that the block writes; taken away again if it fails."""
    key = None
    if picture is not None:
        limit = len(picture.content)
        key = files().store(io.BytesIO(picture.content), limit=limit).key
    try:
        yield key
    except Exception:
        _forget(key)
        raise


def _forget(key: str | None) -> None:
    """Delete a picture that no row names."""
    if key is not None:
        files().delete(key)


@bp.post("/staff/organization/test-mail")
@requires(Action.MANAGE_ORGANIZATION)
def send_test_mail() -> ResponseReturnValue:
    """Queue a mail to oneself, and show what becomes of it."""
    with writing():
        email_id = operations.send_test(current_user).id
        db.session.commit()
    flash(_("The test mail is in the outbox. This page says what becomes of it."), "success")
    return redirect(url_for("notifications.message", email_id=email_id), 303)


@bp.get("/staff/organization/badges")
@requires(Action.MANAGE_ORGANIZATION)
def badges() -> ResponseReturnValue:
    """List the badges, to change them."""
    return _badges_page(NewBadgeForm(formdata=None))


def _badges_page(form: NewBadgeForm, edited: tuple[int, BadgeForm] | None = None) -> str:
    rows = [
        (badge, edited[1])
        if edited and edited[0] == badge.id
        else (badge, BadgeForm(formdata=None, obj=badge, prefix=f"badge-{badge.id}-"))
        for badge in queries.badges()
    ]
    return render_template("organization/badges.html", form=form, rows=rows)


@bp.post("/staff/organization/badges")
@requires(Action.MANAGE_ORGANIZATION)
def add_badge() -> ResponseReturnValue:
    """Add a badge."""
    form = NewBadgeForm()
    if not form.validate_on_submit():
        return _badges_page(form), 422
    try:
        picture = _picture(form.picture.data, pictures.BADGE_BOX)
    except pictures.PictureError as error:
        form.picture.errors = [_(error.message)]
        return _badges_page(form), 422
    assert picture is not None  # the form requires one
    with _stored(picture) as key, writing():
        operations.add_badge(
            key=str(key),
            media_type=picture.media_type,
            size=(picture.width, picture.height),
            alternative_text=form.alternative_text.data,
            link=form.link.data,
            by=current_user,
        )
        db.session.commit()
    flash(_("The badge stands on the careers page."), "success")
    return redirect(url_for(".badges"), 303)


@bp.post("/staff/organization/badges/<int:badge_id>")
@requires(Action.MANAGE_ORGANIZATION)
def edit_badge(badge_id: int) -> ResponseReturnValue:
    """Change a badge's words and link, or its place."""
    if db.session.get(Badge, badge_id) is None:
        raise NotFoundError
    form = BadgeForm(prefix=f"badge-{badge_id}-")
    if not form.validate_on_submit():
        return _badges_page(NewBadgeForm(formdata=None), (badge_id, form)), 422
    with writing():
        badge = lock(Badge, badge_id)
        operations.edit_badge(
            badge,
            alternative_text=form.alternative_text.data,
            link=form.link.data,
            by=current_user,
        )
        if "move" in request.form:
            earlier = request.form["move"] == "earlier"
            operations.move_badge(badge, earlier=earlier, by=current_user)
        db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for(".badges"), 303)


@bp.post("/staff/organization/badges/<int:badge_id>/remove")
@requires(Action.MANAGE_ORGANIZATION)
def remove_badge(badge_id: int) -> ResponseReturnValue:
    """Remove a badge and its picture."""
    with writing():
        key = operations.remove_badge(lock(Badge, badge_id), by=current_user)
        db.session.commit()
    _forget(key)
    flash(_("Removed."), "success")
    return redirect(url_for(".badges"), 303)
