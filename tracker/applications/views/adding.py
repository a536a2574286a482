"""A candidate adds documents on their own page: what was asked for, and what nobody asked for."""

from collections.abc import Sequence
from typing import BinaryIO, cast

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.applications import operations, queries
from tracker.applications.forms import add_error
from tracker.applications.forms.mine import AddForm
from tracker.applications.models import DocumentRequest
from tracker.applications.operations import AddedError, FullError
from tracker.applications.views import bp
from tracker.applications.views.keeping import digest_of
from tracker.applications.views.mine import (
    ADDING,
    Refused,
    locked,
    my_page,
    no_room,
    unknown,
)
from tracker.applications.views.pages import sentence
from tracker.applications.views.receiving import receive, sent_files, too_large, typed_before
from tracker.core.access import signed_link
from tracker.core.db import db, now, writing
from tracker.core.errors import DomainError, NotFoundError
from tracker.core.web import csrf, drain
from tracker.documents import operations as documents
from tracker.documents.operations import Received
from tracker.routing import operations as routing

# What was asked for


@bp.post("/my/<token>/requests/<int:request_id>")
@csrf.exempt
@signed_link
def add_document(token: str, request_id: int) -> ResponseReturnValue:
    """Take in a document that was asked for; what is wrong with it is told at its field."""
    try:
        sent = sent_files(f"request-{request_id}-file")
    except RequestEntityTooLarge:
        drain()
        return _asked_again(token, request_id, too_large(), 413)
    csrf.protect()
    asked = _request(token, request_id)
    if not asked.is_open:
        return _done(token, gettext("This document is here already."))
    if not sent:
        return _asked_again(token, request_id, gettext("Choose the file first."), 422)
    try:
        received = receive(sent)
    except DomainError as error:
        return _asked_again(token, request_id, sentence(error), error.status)
    try:
        _add_asked(token, request_id, received)
    except operations.AnsweredError:
        documents.forget_files(received.keys)
        return _done(token, gettext("This document is here already."))
    except DomainError:
        documents.forget_files(received.keys)
        raise
    return _done(token, gettext("Thank you. Your document has arrived."))


def _add_asked(token: str, request_id: int, received: Received) -> None:
    with writing():
        locked(token)
        asked = _request(token, request_id)
        db.session.refresh(asked)
        routing.add_requested(asked, documents.record(received), at=now())
        db.session.commit()


def _request(token: str, request_id: int) -> DocumentRequest:
    """Load a request that a link's application has, else `NotFoundError`."""
    application = queries.by_candidate_token(token)
    for each in application.requests if application else ():
        if each.id == request_id:
            return each
    raise NotFoundError


def _asked_again(token: str, request_id: int, why: str, status: int) -> ResponseReturnValue:
    db.session.rollback()
    link = queries.candidate_link(token)
    if link is None:
        return unknown()
    return my_page(link, token, refused=Refused(request_id, why), status=status)


# What nobody asked for


@bp.post("/my/<token>/documents")
@csrf.exempt
@signed_link
def add_unasked(token: str) -> ResponseReturnValue:
    """Take in a document that nobody asked for; what is wrong with it is told at its field."""
    try:
        sent = sent_files(f"{ADDING}file")
    except RequestEntityTooLarge:
        form = AddForm(formdata=typed_before(drain()), prefix=ADDING)
        return _again(token, form, too_large(), 413)
    csrf.protect()
    form, link = AddForm(prefix=ADDING), queries.candidate_link(token)
    if link is None:
        return unknown()
    try:
        operations.check_addable(link.application, sent_as=_digests(sent), at=now())
        if not form.validate() or not sent:
            again = gettext("Choose the file again: what you chose was not kept.")
            return _again(token, form, again if sent else gettext("Choose the file first."), 422)
        return _take(token, form, sent)
    except AddedError as error:
        return _done(token, sentence(error))
    except FullError as error:
        return _again(token, form, no_room(error.full), error.status)


def _digests(sent: Sequence[FileStorage]) -> list[str]:
    return [digest_of(cast("BinaryIO", each.stream)) for each in sent]


def _take(token: str, form: AddForm, sent: Sequence[FileStorage]) -> ResponseReturnValue:
    """Store what came while no lock is held, then add it under the application's."""
    try:
        received = receive(sent)
    except DomainError as error:
        return _again(token, form, sentence(error), error.status)
    try:
        _add(token, form, received)
    except DomainError:
        documents.forget_files(received.keys)
        raise
    return _done(token, gettext("Thank you. Your document has arrived."))


def _add(token: str, form: AddForm, received: Received) -> None:
    with writing():
        application = locked(token).application
        routing.add_unasked(
            application, documents.record(received), kind=form.kind, title=form.title, at=now()
        )
        db.session.commit()


def _again(token: str, form: AddForm, why: str, status: int) -> ResponseReturnValue:
    db.session.rollback()
    link = queries.candidate_link(token)
    if link is None:
        return unknown()
    add_error(form.file, why)
    return my_page(link, token, adding=form, status=status)


def _done(token: str, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("applications.my", token=token, _anchor="files"), 303)
