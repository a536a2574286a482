"""Save a posting; where somebody else saved first, show both sides and let the person choose."""

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from wtforms import BooleanField, Field, FieldList, FormField, SelectMultipleField
from wtforms.fields.choices import SelectFieldBase

from tracker.applications import operations as applications
from tracker.core.access import Action, requires
from tracker.core.db import db, lock, writing
from tracker.core.errors import DomainError, StaleError
from tracker.core.leading import form_stands_at
from tracker.core.web import whole_number
from tracker.postings import operations, queries
from tracker.postings.forms import PostingForm
from tracker.postings.forms.rows import kind_from
from tracker.postings.merging import GROUPS, ROWS, Merged, Point, Row, base_from, base_of, merge
from tracker.postings.models import Posting
from tracker.postings.naming import NAMES
from tracker.postings.views import bp
from tracker.postings.views.editor import draw_editor, keep_typed
from tracker.postings.views.typed import data_of, offer_people, values_from

Words = list[tuple[str, str]]
TOGETHER = {
    "hours_min": lazy_gettext("Hours"),
    "evenings": lazy_gettext("Evenings and weekends"),
    "pay_min": lazy_gettext("Pay"),
}
ORDERS = {
    "sections": lazy_gettext("Order of the sections"),
    "documents": lazy_gettext("Order of the documents"),
    "questions": lazy_gettext("Order of the questions"),
}


def save(form: PostingForm, posting_id: int, version: int) -> ResponseReturnValue:
    """Save a valid form in place of that version; else show both sides, or why it was refused."""
    try:
        with writing():
            posting: Posting = lock(Posting, posting_id)
            operations.change(
                posting,
                values_from(form),
                by=current_user,
                version=version,
                reason=form.reason.data or "",
            )
            applications.tell_changes_of(posting_id)
            operations.let_go(form.words.data or "", by=current_user)
            db.session.commit()
    except StaleError:
        return _stale(form, posting_id)
    except DomainError as error:
        if isinstance(error, operations.ReasonNeededError):
            form.ask_reason(error.changes)
        else:
            form.form_errors = [*form.form_errors, gettext(error.message)]
        keep_typed(posting_id)
        posting = queries.get_visible(current_user, posting_id)
        return draw_editor(form, posting, status=error.status)
    flash(gettext("The posting was saved."), "success")
    return redirect(url_for("postings.staff_show", posting_id=posting_id), 303)


def _stale(form: PostingForm, posting_id: int) -> ResponseReturnValue:
    """Ask about what somebody else changed; a mere move of the posting is no reason to ask."""
    keep_typed(posting_id)
    posting = queries.get_visible(current_user, posting_id)
    merged = merge(base_from(form.base.data), form.data, data_of(posting))
    if merged.from_them or merged.clashes:
        return _draw(form, posting, merged)
    joined = _joined(form, merged, posting)
    if not joined.validate():
        return draw_editor(joined, posting, status=422)
    return save(joined, posting_id, posting.version)


@bp.post("/staff/postings/<int:posting_id>/merge")
@requires(Action.WRITE_POSTINGS)
@form_stands_at("postings.edit")
def save_both(posting_id: int) -> ResponseReturnValue:
    """Take what was chosen of both sides: save it, or go on writing with it."""
    posting = queries.get_visible(current_user, posting_id)
    form = PostingForm()
    offer_people(form, posting)
    if not form.validate():
        return draw_editor(form, posting, status=422)
    merged = merge(base_from(form.base.data), form.data, data_of(posting), _chosen())
    if whole_number(request.form.get("seen")) != posting.version:
        return _draw(form, posting, merged, said=gettext("It was saved once more meanwhile."))
    if merged.open:
        said = gettext("Choose for each field that both of you changed.")
        return _draw(form, posting, merged, said=said, missing=True)
    joined = _joined(form, merged, posting)
    if request.form.get("act") == "edit":
        return draw_editor(joined, posting)
    if not joined.validate():
        return draw_editor(joined, posting, status=422)
    return save(joined, posting_id, posting.version)


def _chosen() -> dict[str, str]:
    prefix = "choose-"
    return {
        name.removeprefix(prefix): value
        for name, value in request.form.items()
        if name.startswith(prefix)
    }


def _joined(typed: PostingForm, merged: Merged, posting: Posting) -> PostingForm:
    """Make a form of both sides, as if it had been begun from what is saved now."""
    carried = {"words": typed.words.data or "", "reason": typed.reason.data or ""}
    base = base_of(data_of(posting)).as_text()
    data = merged.data | carried | {"base": base, "version": posting.version}
    form = PostingForm(formdata=None, data=data)
    offer_people(form, posting)
    return form


def _draw(
    form: PostingForm, posting: Posting, merged: Merged, *, said: str = "", missing: bool = False
) -> ResponseReturnValue:
    page = render_template(
        "postings/merge.html",
        form=form,
        posting=posting,
        by_me=posting.changed_by_id == current_user.id,
        who=posting.changed_by.name if posting.changed_by else gettext("Somebody else"),
        carried=list(_carried(form)),
        merged=merged,
        name_of=lambda point: _name(form, point),
        words_of=lambda point, side: _words(form, point, getattr(point, side)),
        said=said,
        missing=missing,
        orders=ORDERS,
        zone=queries.zone(),
    )
    return page, 422 if missing else 409


def _carried(fields: Any) -> Iterator[tuple[str, str]]:
    """Write a form as the pairs of names and values that a browser would send."""
    for field in fields:
        if isinstance(field, FieldList):
            yield from _carried(field)
        elif isinstance(field, FormField):
            yield from _carried(field.form)
        elif isinstance(field, SelectMultipleField):
            yield from ((field.name, str(each)) for each in field.data or [])
        elif isinstance(field, BooleanField):
            yield from [(field.name, "y")] if field.data else []
        elif isinstance(field, SelectFieldBase):
            yield field.name, str(field.data or "")
        elif field.name != "csrf_token":
            yield field.name, str(field._value())  # noqa: SLF001  WTForms names so what a field shows


def _name(form: PostingForm, point: Point) -> str:
    """Say what a point is about, in the words of the form."""
    if point.key in GROUPS:
        return str(TOGETHER.get(point.key) or form[point.key].label.text)
    if point.key in ROWS:
        return str(ORDERS[point.key])
    row = point.mine or point.theirs
    noun = point.key.partition(":")[0]
    named = _row_name(noun, row)
    return gettext("Document: %(name)s", name=named) if noun == "documents" else named


def _row_name(noun: str, row: Row) -> str:
    """Say which section, document or question a row is."""
    if noun == "sections":
        return str(row["heading"] or gettext(NAMES[kind_from(str(row["kind"]))]))
    return str(row["title"] if noun == "documents" else row["text"])


def _words(form: PostingForm, point: Point, side: Any) -> Words:
    """Write one side of a point as labels and words; nothing where it is not there."""
    if side is None:
        return []
    if point.key in GROUPS:
        fields = [form[name] for name in GROUPS[point.key]]
        pairs = [(str(each.label.text), _said(each, side.get(each.short_name))) for each in fields]
        said = [(label, words) for label, words in pairs if words]
        return [("", said[0][1])] if len(fields) == 1 and said else said
    if point.key in ROWS:
        return [("", _row_name(point.key, row)) for row in side]
    if point.key.startswith("sections"):
        return [("", str(side["heading"] or "")), ("", str(side["text"] or ""))]
    return [
        (_row_label(form, point, name), str(words))
        for name, words in side.items()
        if words and name != "id" and words is not True
    ] + ([("", gettext("Required"))] if side.get("required") else [])


def _row_label(form: PostingForm, point: Point, name: str) -> str:
    rows = form[point.key.partition(":")[0]].entries
    return str(rows[0].form[name].label.text) if rows else name


def _said(field: Field, value: Any) -> str:
    if isinstance(field, BooleanField):
        return str(gettext("Yes") if value else gettext("No"))
    if isinstance(field, SelectFieldBase):
        wanted = {str(each) for each in (value if isinstance(value, list) else [value])}
        chosen = [
            str(choice.label) for choice in field.choices or () if str(choice.value) in wanted
        ]
        return ", ".join(chosen)
    return "" if value is None else str(value)
