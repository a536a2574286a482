"""A form that asks much comes in steps, and no step, in whatever order, loses anything."""

import pytest

from tests.applications import factories
from tests.applications.factories import EMAIL, NAME, long_posting
from tests.documents import samples
from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tracker.applications.models import Application, Draft
from tracker.applications.rules import Step, clean_source, said_of_source, steps_for
from tracker.core.db import db
from tracker.postings.models import Posting

ALL = (Step.ABOUT, Step.DOCUMENTS, Step.QUESTIONS, Step.SKILLS, Step.CHECK)


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ((2, 0, 0, 0), ()),
        ((3, 4, 1, 2), ()),
        ((10, 0, 0, 0), ()),
        ((11, 0, 0, 0), (Step.ABOUT, Step.DOCUMENTS, Step.CHECK)),
        ((2, 4, 4, 4), ALL),
        ((2, 8, 0, 0), ()),
        ((2, 9, 0, 0), (Step.ABOUT, Step.DOCUMENTS, Step.QUESTIONS, Step.CHECK)),
        ((0, 0, 0, 40), ()),
        ((0, 0, 0, 41), (Step.ABOUT, Step.SKILLS, Step.CHECK)),
    ],
)
def test_little_is_one_page_and_much_is_steps(
    asked: tuple[int, int, int, int], steps: tuple[Step, ...]
) -> None:
    documents, answers, essays, skills = asked
    found = steps_for(documents=documents, answers=answers, essays=essays, skills=skills)
    assert found == steps


@pytest.mark.parametrize(
    ("tag", "clean", "said"),
    [
        ("notice-board", "notice-board", "Notice board"),
        ("  Job fair 2026 ", "Job-fair-2026", "Job fair 2026"),
        ("<script>alert(1)</script>", "script-alert-1-script", "Script alert 1 script"),
        ("é" * 300, "é" * 60, "É" + "é" * 59),
        ("\x00\n&=", "", ""),
    ],
)
def test_a_source_is_a_short_clean_tag(tag: str, clean: str, said: str) -> None:
    assert clean_source(tag) == clean
    assert said_of_source(clean) == said


def url(posting: Posting, step: str = "") -> str:
    return f"/postings/{posting.slug}/apply" + (f"?step={step}" if step else "")


def names(page: Page) -> set[str]:
    """The fields that a page asks for, but for hidden ones and buttons."""
    return {
        each.get("name") or ""
        for each in page.form("apply").controls
        if each.tag != "button" and each.get("type") != "hidden" and each.get("name") != "homepage"
    }


def answers(posting: Posting) -> dict[str, dict[str, object]]:
    """What a candidate enters on each step."""
    cover, resume = posting.documents[:2]
    return {
        "about": {"name": NAME, "email": EMAIL, "phone": "203 555 0100"},
        "documents": {
            f"text_{cover.id}": "Dear library,\nhere I am.",
            f"file_{resume.id}": (samples.docx(), "resume.docx"),
        },
        "questions": {
            f"question_{each.id}": each.choices[0] if each.choices else "Because."
            for each in posting.questions
        },
        "skills": {f"skill_{each.id}": "2" for each in posting.skills},
    }


def walk(client: Client, posting: Posting, *, without: str = "") -> Page:
    """Fill in every step, or all but one, and arrive at the last."""
    page = client.page(url(posting))
    for step, entered in answers(posting).items():
        if step != without:
            answer = client.fill(page, entered, form="apply", button="next")
            assert answer.status_code == 303, answer.text
            page = client.page(answer.location)
        else:
            page = client.page(url(posting, {"questions": "skills"}.get(step, "check")))
    return page


def test_each_step_asks_for_its_own_and_names_all(client: Client) -> None:
    posting = long_posting()
    page = client.page(url(posting))
    assert page.texts("nav[@class='form-steps']//li") == [
        "About you",
        "Documents",
        "Questions",
        "What you know",
        "Check and send",
    ]
    assert page.texts("*[@aria-current='step']") == ["About you"]
    assert names(page) == {"shared", "name", "email", "phone", "heard_from"}
    assert len(page.all("section[@aria-labelledby='needed']")) == 1
    skills = client.page(url(posting, "skills"))
    assert names(skills) == {f"skill_{each.id}" for each in posting.skills}
    assert skills.title.startswith("What you know – Apply")


def test_walking_through_the_steps_ends_on_a_receipt_with_everything(client: Client) -> None:
    posting = long_posting()
    page = walk(client, posting)
    said = page.texts("div[@class='check-row']/dd[1]")
    assert said[:2] == [NAME, EMAIL]
    assert "I use it regularly" in said
    answer = client.fill(page, form="apply", button="send")
    assert client.page(answer.location).texts("h1") == ["Your application has arrived"]
    made = db.session.query(Application).one()
    assert [(each.title, each.typed) for each in made.documents] == [
        ("Cover letter", True),
        ("Resume", False),
    ]
    assert [each.text for each in made.answers] == ["Days", *["Because."] * 9]
    assert [each.level for each in made.skills] == [2, 2]


def test_sending_the_last_step_twice_is_one_application(client: Client) -> None:
    page = walk(client, long_posting())
    first, second = (client.fill(page, form="apply", button="send") for _ in range(2))
    assert first.location == second.location
    assert db.session.query(Application).count() == 1


@pytest.mark.parametrize(("name", "changed"), [(NAME, False), ("Somebody Else", True)])
def test_an_old_step_sent_again_tells_only_a_change_from_what_was_sent(
    client: Client, name: str, changed: bool
) -> None:
    posting = long_posting()
    walk(client, posting)
    old = client.page(url(posting))
    receipt = client.fill(client.page(url(posting, "check")), form="apply", button="send").location
    answer = client.fill(old, {"name": name}, form="apply", button="next")
    assert answer.location == receipt + ("?changed=1" if changed else "")
    assert [each.answers["name"] for each in db.session.query(Draft)] == [name] * changed
    assert db.session.query(Application).one().name == NAME


def test_sending_with_something_missing_leads_to_its_step(client: Client) -> None:
    posting = long_posting()
    page = walk(client, posting, without="questions")
    marked = page.texts("div[@class='check-row is-missing']/dt")
    assert marked == [each.text for each in posting.questions if each.required]
    answer = client.fill(page, form="apply", button="send")
    page = Page(answer.text, url(posting))
    assert answer.status_code == 422
    assert page.texts("*[@aria-current='step']") == ["Questions"]
    summary = page.one("div[@id='error-summary']")
    links = [each.get("href") for each in summary.iter("a")]
    assert links[0] == f"#question_{posting.questions[0].id}-0"
    assert db.session.query(Application).count() == 0


def test_what_is_missing_on_two_steps_is_listed_with_the_way_to_each(client: Client) -> None:
    posting = long_posting()
    page = walk(client, posting, without="skills")
    client.submit(url(posting), {"name": ""}, form="apply", button="go:check")
    page = Page(client.fill(page, form="apply", button="send").text, url(posting))
    assert page.texts("*[@aria-current='step']") == ["About you"]
    links = [each.get("href") for each in page.one("div[@id='error-summary']").iter("a")]
    skill = posting.skills[0].id
    assert links[:2] == ["#name", f"{url(posting, 'skills')}#skill_{skill}-0"]


def test_next_tells_what_is_missing_and_keeps_what_is_there(client: Client) -> None:
    posting = long_posting()
    answer = client.submit(url(posting), {"name": NAME}, form="apply", button="next")
    page = Page(answer.text, url(posting))
    assert answer.status_code == 422
    assert page.texts("div[@id='email-error']") == ["Error: Enter your e-mail address."]
    assert client.page(url(posting)).form("apply").values["name"] == [NAME]


@pytest.mark.parametrize("button", ["go:documents", "save", "go:about"])
def test_leaving_a_step_unfinished_keeps_it(client: Client, button: str) -> None:
    posting = long_posting()
    entered = {f"question_{posting.questions[3].id}": "Because of the garden."}
    answer = client.submit(url(posting, "questions"), entered, form="apply", button=button)
    assert answer.status_code == 303
    kept = client.page(url(posting, "questions")).form("apply").values
    assert kept[f"question_{posting.questions[3].id}"] == ["Because of the garden."]


def test_a_step_says_nothing_of_the_others(client: Client) -> None:
    posting = long_posting()
    walk(client, posting)
    client.submit(url(posting, "skills"), form="apply", button="save")
    draft = db.session.query(Draft).one()
    assert draft.answers["name"] == NAME
    assert draft.answers[f"question_{posting.questions[3].id}"] == "Because."


def test_the_script_saves_one_step_alone(client: Client) -> None:
    posting = long_posting()
    client.submit(url(posting), {"name": NAME}, form="apply", button="save")
    typed = client.page(url(posting, "questions")).form("apply").values
    sent = {name: value[0] for name, value in typed.items() if value}
    sent[f"question_{posting.questions[3].id}"] = "Because."
    assert client.post(f"{url(posting)}/save", data=sent).status_code == 200
    answers = db.session.query(Draft).one().answers
    assert (answers["name"], answers[f"question_{posting.questions[3].id}"]) == (NAME, "Because.")


def test_a_form_sent_whole_is_taken_also_where_the_page_has_steps(client: Client) -> None:
    posting = long_posting()
    page = client.page(url(posting))
    whole = {name: value for part in answers(posting).values() for name, value in part.items()}
    form = page.form("apply").filled({})
    sent = {**form.data, **{k: factories.sendable(v) for k, v in whole.items()}, "action": "send"}
    del sent["step"]
    answer = client.post(form.action, data=sent, content_type=form.enctype)
    assert answer.status_code == 303
    assert db.session.query(Application).one().name == NAME


def test_where_somebody_came_from_is_kept_and_proposed(client: Client) -> None:
    posting = long_posting()
    page = client.page(f"/postings/{posting.slug}?source=notice-board")
    page = client.page(page.link("Apply"))
    assert page.form("apply").values["heard_from"] == ["Notice board"]
    client.fill(page, {"name": NAME, "heard_from": "A friend"}, form="apply", button="save")
    answers = db.session.query(Draft).one().answers
    assert (answers["source"], answers["heard_from"]) == ("notice-board", "A friend")
    assert client.page(url(posting)).form("apply").values["heard_from"] == ["A friend"]
