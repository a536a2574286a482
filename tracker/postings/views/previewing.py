"""What is typed, drawn as the public page: the same template, and nothing is saved."""

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import Field, FieldList, FormField

from tracker.accounts.models import Person
from tracker.core.access import Action, requires
from tracker.core.db import now
from tracker.core.leading import form_stands_at
from tracker.postings import operations, queries
from tracker.postings.forms import SOMEBODY_NEW, PostingForm
from tracker.postings.models import Posting
from tracker.postings.queries import starting
from tracker.postings.views import bp
from tracker.postings.views.editor import LARGEST
from tracker.postings.views.pacing import Pace
from tracker.postings.views.public import draw_page
from tracker.postings.views.typed import chosen_contact, offer_people, plain_values

pace = Pace(120, 60)


@bp.post("/staff/postings/new/preview")
@requires(Action.WRITE_POSTINGS)
def preview_new() -> ResponseReturnValue:
    """Show a posting that was never saved as its page would be."""
    return _preview(None)


@bp.post("/staff/postings/<int:posting_id>/preview")
@requires(Action.WRITE_POSTINGS)
@form_stands_at("postings.edit")
def preview(posting_id: int) -> ResponseReturnValue:
    """Show a posting's page as it would be with what is typed."""
    starting.version_for(current_user, posting_id)
    return _preview(queries.get_visible(current_user, posting_id))


def _preview(posting: Posting | None) -> ResponseReturnValue:
    if (request.content_length or 0) > LARGEST:
        abort(413)
    pace.check(current_user.id)
    form = PostingForm()
    offer_people(form, posting)
    form.validate()
    _leave_out_impossible(form)
    at = now()
    new = _somebody_new(form) if form.contact.data == SOMEBODY_NEW else None
    values = plain_values(form) | chosen_contact(form)
    shown = operations.sketch(values, like=posting, contact=new, at=at)
    contact = new or queries.contact_of(shown)
    page, status = draw_page(shown, contact, at=at, framed=True)
    return page, 200 if status == 410 else status


def _leave_out_impossible(form: PostingForm) -> None:
    """Let what cannot be saved so count as not given."""
    for field in form:
        if isinstance(field, FieldList):
            entries = [each for each in field.entries if not _is_odd(each)]
            field.entries = entries
        elif field.errors:
            field.data = None


def _is_odd(entry: Field) -> bool:
    assert isinstance(entry, FormField)
    return any(each.name.endswith("-kind") and each.errors for each in entry.form)


def _somebody_new(form: PostingForm) -> Person | None:
    name = (form.contact_name.data or "").strip()
    email = (form.contact_email.data or "").strip()
    if not email:
        return None
    return Person(name=name or email, title=(form.contact_title.data or "").strip(), email=email)
