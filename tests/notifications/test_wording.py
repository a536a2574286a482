"""What an employer may write into a message, and what is refused with a sentence."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.notifications.factories import NEWS
from tracker.core.db import db, writing
from tracker.core.errors import StaleError
from tracker.notifications import operations, queries
from tracker.notifications.wording import Message, WordingError, check_wording, declare, fill


@pytest.mark.parametrize(
    "trick",
    ["{x.y}", "{name.__class__}", "{name[0]}", "{name!r}", "{name:>10}", "{}", "{0}", "{ name }"],
)
def test_only_declared_names_stand_between_braces(trick: str) -> None:
    with pytest.raises(WordingError) as refused:
        check_wording(NEWS, "News", f"Dear {trick}")
    assert refused.value.message == (
        f"{trick} is not a placeholder of this message. It knows: {{name}}, {{news}}."
    )
    assert refused.value.field == "body"


@pytest.mark.parametrize("text", ["a { b", "a } b", "{name", "name}", "{{name}}", "{na\nme}"])
def test_a_stray_brace_is_refused(text: str) -> None:
    with pytest.raises(WordingError) as refused:
        check_wording(NEWS, "News", text)
    assert refused.value.message.startswith("There is a “")


@pytest.mark.parametrize(
    "subject", ["", "  ", "a\nb", "a\r\nBcc: x@example.org", "a\u2028b", "=?utf-8?q?a?="]
)
def test_a_subject_is_one_plain_line(subject: str) -> None:
    with pytest.raises(WordingError) as refused:
        check_wording(NEWS, subject, "Text")
    assert refused.value.field == "subject"


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(WordingError) as refused:
        check_wording(NEWS, "News", " \n ")
    assert (refused.value.message, refused.value.field) == ("Enter the text of the mail.", "body")


@given(st.text(), st.text())
def test_values_are_filled_in_once(name: str, news: str) -> None:
    filled = fill("{name}|{news}", {"name": "{news}" + name, "news": "{name}" + news})
    assert filled.startswith("{news}")
    assert filled.count("{name}") - news.count("{name}") - name.count("{name}") == 1


@given(st.text(max_size=80))
def test_whatever_passes_the_check_can_be_filled(text: str) -> None:
    try:
        check_wording(NEWS, "News", text)
    except WordingError:
        return
    fill(text, NEWS.samples)


def test_a_second_message_of_one_name_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="test_news"):
        declare(Message("test_news", "staff", "Other.", "Other", "Other", {}))


def test_own_words_go_out_and_can_be_taken_back(app: Flask) -> None:
    with writing():
        operations.reword("test_news", subject="Hello {name}", body="{news} Bye.", by=None)
        db.session.commit()
    assert operations.preview("test_news").subject == "Hello Ann Lee"
    assert "The library has a new door. Bye." in operations.preview("test_news").text
    with writing():
        operations.restore_wording("test_news", by=None)
        db.session.commit()
    assert operations.preview("test_news").subject == "News for Ann Lee"


def test_two_who_edit_the_same_words_do_not_overwrite_each_other(any_app: Flask) -> None:
    def save(subject: str, version: int | None) -> int:
        with writing():
            own = operations.reword(
                "test_news", subject=subject, body="Text", version=version, by=None
            )
            saved = own.version
            db.session.commit()
        return saved

    first = save("One", None)
    with pytest.raises(StaleError):
        save("Two", None)
    second = save("Three", first)
    with pytest.raises(StaleError):
        save("Four", first)
    own = queries.own_wording("test_news")
    assert own is not None
    assert (own.subject, own.version) == ("Three", second)


def test_own_words_with_a_placeholder_that_has_gone_give_way_to_the_built_in_ones(
    app: Flask,
) -> None:
    with writing():
        own = operations.reword("test_news", subject="Hello", body="Text", by=None)
        own.body = "Dear {nickname}"  # as an older release may have allowed
        db.session.commit()
    assert operations.preview("test_news").subject == "News for Ann Lee"


def test_unsaved_words_can_be_tried_out(app: Flask) -> None:
    shown = operations.preview("test_news", subject="Try {name}", body="So & so")
    assert (shown.subject, shown.text) == ("Try Ann Lee", "So & so\n\n-- \nTracker\n")
    assert "<p>So &amp; so</p>" in shown.html
    with pytest.raises(WordingError):
        operations.preview("test_news", subject="Try", body="{nobody}")


def test_html_in_a_value_stays_text(app: Flask) -> None:
    shown = operations.preview("test_news", {"name": "<b>A</b>", "news": "<script>x</script>"})
    assert "<p>Dear &lt;b&gt;A&lt;/b&gt;,</p>" in shown.html
    assert "<script>" not in shown.html
    assert "Dear <b>A</b>," in shown.text


def test_own_english_words_stay_with_who_reads_english(app: Flask) -> None:
    """Unless there are no words at all in the other language: then they say more than ours."""
    receipt = "application_received"
    with writing():
        for name in ("test_news", receipt):
            operations.reword(name, subject="In our words", body="Ours.", by=None)
        db.session.commit()
    assert operations.preview(receipt).subject == "In our words"
    assert operations.preview(receipt, language="es").subject.startswith("Recibimos su solicitud")
    assert operations.preview("test_news", language="es").subject == "In our words"
    with writing():
        operations.reword(receipt, subject="A nuestro modo", body="Aquí.", language="es", by=None)
        db.session.commit()
    assert operations.preview(receipt, language="es").subject == "A nuestro modo"
    assert operations.preview(receipt).subject == "In our words"
