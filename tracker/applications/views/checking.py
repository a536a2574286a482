"""The last step of a form in steps: everything that would be sent, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import Field

from tracker.applications.forms import ApplyForm, apply_form
from tracker.applications.models import Draft
from tracker.applications.rules import STEP_NAMES, Step, step_of
from tracker.applications.views.sitting import Sitting
from tracker.core import formats
from tracker.documents.models import Document
from tracker.documents.scanning import INFECTED


@dataclass(frozen=True)
class Row:
    """One thing that would be sent: its label and text, where to change it, what is wrong."""

    label: str
    text: str
    change: str
    problem: str


@dataclass(frozen=True)
class Group:
    """The rows of one step."""

    step: Step
    name: str
    rows: list[Row]


def groups(sitting: Sitting, draft: Draft | None) -> list[Group]:
    """List everything that a draft would send, by step, as it would be looked at."""
    form = apply_form(sitting.posting, formdata=MultiDict(draft.answers if draft else {}))
    form.validate()
    files = {each.requested_id: each.document for each in (draft.files if draft else ())}
    form.check_documents(files, infected_of(files))
    found = []
    for step in sitting.steps[:-1]:
        rows = [_row(sitting, form, files, field) for field in _fields(form, step)]
        found.append(Group(step, str(gettext(STEP_NAMES[step])), rows))
    return found


def infected_of(files: Mapping[int, Document]) -> set[int]:
    """Name those of a draft's documents, by what was asked for, in which a virus was found."""
    return {key for key, document in files.items() if document.scan_state == INFECTED}


def _fields(form: ApplyForm, step: Step) -> list[Field]:
    """List the fields of a step that are rows: a typed letter stands in its document's."""
    return [
        each
        for each in form
        if step_of(each.short_name) is step
        and not each.short_name.startswith("text_")
        and each.short_name != "shared"
        and not (each.short_name in {"accommodation", "heard_from"} and not each.data)
    ]


def _row(sitting: Sitting, form: ApplyForm, files: dict[int, Document], field: Field) -> Row:
    problems = [str(each) for each in field.errors]
    text = _said(field)
    if field.type == "FileField":
        wanted = int(field.short_name.removeprefix("file_"))
        letter = form._fields.get(f"text_{wanted}")
        problems += [str(each) for each in letter.errors] if letter is not None else []
        text = _file(files[wanted]) if wanted in files else (letter.data or "" if letter else "")
    name = f"{field.id}-0" if field.type == "RadioField" else field.id
    change = url_for(
        "applications.apply",
        slug=sitting.posting.slug,
        step=step_of(field.short_name),
        _anchor=name,
    )
    return Row(str(field.label.text), text, change, " ".join(problems))


def _said(field: Field) -> str:
    """Write what a field holds as its page says it."""
    if field.type in {"RadioField", "SelectField"}:
        chosen = [label for value, label, *_rest in field.iter_choices() if value == field.data]
        return str(chosen[0]) if chosen and field.data else ""
    return str(field.data or "")


def _file(document: Document) -> str:
    size = formats.filesize(document.size)
    if not document.pages:
        return f"{document.file_name}, {size}"
    pages = (
        gettext("1 page")
        if document.pages == 1
        else gettext("%(count)d pages", count=document.pages)
    )
    return f"{document.file_name}, {size}, {pages}"
