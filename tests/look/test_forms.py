"""What the form macros promise: each error is said twice, and each time it leads to its control."""

from pathlib import Path

import html5lib
import pytest
from flask import Flask
from flask_babel import Babel
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    EmailField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGE = """
{% from "_forms.html" import errors_summary, field, radios, file_field, hidden, buttons %}
{{ hidden(form) }}{{ errors_summary(form) }}
{{ field(form.email, hint="We answer there.") }}{{ field(form.letter) }}{{ field(form.kind) }}
{{ radios(form.skill) }}{{ file_field(form.resume, existing=existing) }}
{{ field(form.part.years) }}{{ field(form.copies.entries[0]) }}
{{ buttons("Send") }}
"""


class Part(PlainForm):
    years = IntegerField("Years", [InputRequired("Enter the years.")])


class Everything(FlaskForm):
    class Meta:
        csrf = False

    email = EmailField("E-mail", [InputRequired("Enter your address.")])
    letter = TextAreaField("Letter")
    kind = SelectField("Kind", choices=[SelectChoice("a", "First"), SelectChoice("b", "Second")])
    skill = RadioField(
        "Skill",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("0", "No"), SelectChoice("1", "Yes")],
    )
    resume = FileField("Resume", [InputRequired("It is larger than 10 MB.")])
    part = FormField(Part)
    copies = FieldList(StringField("Copy", [Email("Enter an address.")]), min_entries=1)


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.config["SECRET_KEY"] = "for this test"
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    return app


def draw(app: Flask, data: dict[str, str] | None = None, existing: object = None):  # type: ignore[no-untyped-def]  # an element tree
    with app.test_request_context(method="POST" if data is not None else "GET"):
        form = Everything(formdata=MultiDict(data) if data is not None else None)
        if data is not None:
            form.validate()
        page = app.jinja_env.from_string(PAGE).render(form=form, existing=existing)
    source = f"<!DOCTYPE html><html><head><title>t</title></head><body>{page}</body></html>"
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(source)


def ids(tree) -> list[str]:  # type: ignore[no-untyped-def]  # an element tree
    return [element.get("id") for element in tree.iter() if element.get("id")]


BAD = {"copies-0": "nowhere", "kind": "a"}


def test_summary_leads_to_every_control_in_error(app: Flask) -> None:
    tree = draw(app, BAD)
    links = tree.findall(".//*[@id='error-summary']//a")
    assert [(link.get("href"), link.text) for link in links] == [
        ("#email", "Enter your address."),
        ("#skill-0", "Choose one."),
        ("#resume", "Resume: It is larger than 10 MB."),
        ("#part-years", "Enter the years."),
        ("#copies-0", "Enter an address."),
    ]
    assert {link.get("href")[1:] for link in links} <= set(ids(tree))


def test_no_summary_without_errors(app: Flask) -> None:
    assert draw(app).findall(".//*[@id='error-summary']") == []


def test_control_is_described_by_its_hint_and_its_error(app: Flask) -> None:
    tree = draw(app, BAD)
    control = tree.find(".//*[@id='email']")
    assert control.get("aria-invalid") == "true"
    assert control.get("aria-describedby") == "email-hint email-error"
    words = " ".join("".join(tree.find(".//*[@id='email-error']").itertext()).split())
    assert words == "Error: Enter your address."


def test_every_description_exists_and_no_id_is_used_twice(app: Flask) -> None:
    tree = draw(app, BAD, existing={"name": "a.pdf", "size": "2 KB"})
    known = ids(tree)
    assert sorted(known) == sorted(set(known))
    named = [element.get("aria-describedby", "").split() for element in tree.iter()]
    assert {name for names in named for name in names} <= set(known)


def test_only_what_may_be_left_out_is_marked_optional(app: Flask) -> None:
    tree = draw(app)
    labels = [*tree.iter("label"), *tree.iter("legend")]
    texts = [" ".join("".join(label.itertext()).split()) for label in labels]
    assert [text for text in texts if "(optional)" in text] == [
        "Letter (optional)",
        "Copy (optional)",
    ]


def test_stored_file_is_named_and_need_not_be_chosen_again(app: Flask) -> None:
    without = draw(app).find(".//*[@id='resume']")
    tree = draw(app, existing={"name": "a.pdf", "size": "2 KB"})
    control = tree.find(".//*[@id='resume']")
    stored = " ".join("".join(tree.find(".//*[@id='resume-stored']").itertext()).split())
    assert stored == "Stored: a.pdf 2 KB"
    assert (without.get("required") is None, control.get("required") is None) == (False, True)
    assert control.get("aria-describedby") == "resume-stored"


def test_chosen_radio_stays_chosen_and_described(app: Flask) -> None:
    tree = draw(app, BAD | {"skill": "1"})
    chosen = [option.get("id") for option in tree.iter("input") if "checked" in option.attrib]
    assert chosen == ["skill-1"]
