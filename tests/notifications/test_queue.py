"""A mail is a row first: in the transaction of its cause, and at most once for it."""

import pytest
from flask import Flask

from tests.notifications.factories import queue, reload, side_by_side
from tests.plugins.snapshots import MailSnapshot
from tracker.core.db import db, writing
from tracker.core.errors import DomainError
from tracker.notifications import operations, queries
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState


def test_a_mail_carries_what_it_needs(app: Flask) -> None:
    email = queue(about=("application", 7), reply_to=("Ann Lee", "ann@example.org"))
    assert email.state is MailState.WAITING
    assert email.subject == "News for Ann Lee"
    assert (email.about_kind, email.about_id) == ("application", 7)
    assert email.headers == operations.AUTOMATIC
    assert (email.reply_to_name, email.reply_to_address) == ("Ann Lee", "ann@example.org")
    assert (email.sender_name, email.sender_address) == ("Tracker", "tracker@localhost")
    assert email.message_id.endswith("@localhost>")


def test_a_reply_is_announced_in_the_first_line(app: Flask, mail_snapshot: MailSnapshot) -> None:
    email = queue("head@example.org", name="Ida", reply_to=("Ann Lee", "ann@example.org"))
    assert email.text.splitlines()[0] == "Replying writes to Ann Lee directly."
    assert "Replying writes to Ann Lee directly." in email.html
    mail_snapshot(email)


@pytest.mark.settings(BASE_URL="https://jobs.example.org")
def test_mail_is_from_the_site_until_there_is_a_letterhead(app: Flask) -> None:
    assert queue().sender_address == "tracker@jobs.example.org"
    with writing():
        operations.write_letterhead(
            sender_name="Fernhollow Library",
            sender_address="hiring@fernhollow.example.org",
            time_zone="America/New_York",
            by=None,
        )
        db.session.commit()
    email = queue()
    assert (email.sender_name, email.sender_address) == (
        "Fernhollow Library",
        "hiring@fernhollow.example.org",
    )
    assert email.message_id.endswith("@fernhollow.example.org>")
    assert "Fernhollow Library" in email.text


def test_one_cause_makes_one_mail(any_app: Flask) -> None:
    first = queue(once_key="received:7").id
    assert queue("else@example.org", once_key="received:7").id == first
    assert db.session.query(OutgoingEmail).count() == 1


def test_two_at_once_with_one_cause_make_one_mail(any_app: Flask) -> None:
    ids: list[int] = []
    side_by_side(any_app, lambda: ids.append(queue(once_key="received:7").id), count=6)
    assert len(ids) == 6
    assert len(set(ids)) == 1


def test_a_cause_rolled_back_leaves_no_mail(any_app: Flask) -> None:
    with writing():
        operations.queue("test_news", to=("A", "a@example.org"), values={"name": "A", "news": "-"})
    assert db.session.query(OutgoingEmail).count() == 0


def test_an_impossible_address_fails_visibly_and_stops_nothing(app: Flask) -> None:
    email = queue("head of services\nBcc: eve@example.org")
    assert email.state is MailState.FAILED
    assert email.recipient_address == "head of services Bcc: eve@example.org"
    assert email.last_answer == (
        "“head of services Bcc: eve@example.org” is not an address that mail can be sent to."
    )


def test_a_reply_address_nobody_can_write_to_is_left_out(app: Flask) -> None:
    email = queue(reply_to=("Ann", "nonsense"))
    assert email.reply_to_address is None
    assert "Replying" not in email.text


def test_a_value_that_is_missing_is_a_mistake_of_ours(app: Flask) -> None:
    with pytest.raises(LookupError, match="news"):
        queue(values={"name": "Ann"})


def test_a_failed_mail_can_go_to_another_address(any_app: Flask) -> None:
    email_id = queue("nonsense").id
    with writing():
        operations.correct_address(reload_in(email_id), "ann@example.org", by=None)
        db.session.commit()
    email = reload(email_id)
    assert (email.state, email.recipient_address) == (MailState.WAITING, "ann@example.org")
    assert [each.id for each in queries.page_of_mail(state=MailState.WAITING).emails] == [email_id]


def test_mail_with_a_link_that_signs_in_goes_nowhere_else(app: Flask) -> None:
    email_id = queue("nonsense", about=("person", 3)).id
    with writing(), pytest.raises(DomainError, match="one person only"):
        operations.correct_address(reload_in(email_id), "eve@example.org", by=None)
    assert reload(email_id).recipient_address == "nonsense"


def test_after_a_restore_unsent_mail_is_held_until_somebody_sends_it(any_app: Flask) -> None:
    email_id = queue().id
    with writing():
        held = operations.hold_unsent(
            before=reload_in(email_id).created_at.replace(year=2100), by=None
        )
        db.session.commit()
    assert held == 1
    assert reload(email_id).state is MailState.HELD
    with writing():
        operations.retry(reload_in(email_id), by=None)
        db.session.commit()
    assert reload(email_id).state is MailState.WAITING


def reload_in(email_id: int) -> OutgoingEmail:
    """The mail inside a transaction that is open."""
    return queries.one_mail(email_id, locked=True)


def test_the_worker_is_nudged_once_the_mail_is_on_the_disk(any_app: Flask) -> None:
    queue()
    nudges = any_app.extensions["huey"].pending
    with writing():
        operations.queue("test_news", to=("A", "a@example.org"), values={"name": "A", "news": "-"})
        assert [each.name for each in nudges()] == ["job_deliver"]
        db.session.commit()
    assert [each.name for each in nudges()] == ["job_deliver", "job_deliver"]


def test_mail_to_a_list_says_how_it_ends(app: Flask) -> None:
    email = queue(unsubscribe="https://jobs.example.org/digest/end/abc")
    assert email.headers == operations.AUTOMATIC | {
        "List-Unsubscribe": "<https://jobs.example.org/digest/end/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
    }
    # One press works over https alone (RFC 8058).
    plain = queue(unsubscribe="http://127.0.0.1:8000/digest/end/abc")
    assert "List-Unsubscribe-Post" not in plain.headers
    assert "List-Unsubscribe" not in queue().headers


@pytest.mark.parametrize(
    "address",
    ["mailto:a@b", "https://a.example/x\r\nBcc: eve@example.org", "https://a.example/<x>",
     "https://a.example/ x", "javascript:x", "https://a.example/" + "x" * 400],
)  # fmt: skip
def test_what_a_header_cannot_carry_is_no_way_to_end_a_list(app: Flask, address: str) -> None:
    with pytest.raises(ValueError, match="plain http"):
        queue(unsubscribe=address)
