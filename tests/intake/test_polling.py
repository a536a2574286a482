"""Mail is fetched over IMAP, whole and once, and stays on the server as is asked."""

import time

import pytest
from flask import Flask

from tests.intake.polled import box, fetch, kept, mail, states
from tests.plugins.mailboxes import TestMailbox
from tracker.core.files import files
from tracker.intake import imap
from tracker.intake.mailbox import parse_intake_url
from tracker.intake.polling import Report

# What is fetched


def test_without_a_mailbox_nothing_is_done(app: Flask) -> None:
    assert fetch(app, "") == Report()


def test_mail_is_fetched_byte_for_byte_and_once(any_app: Flask, mailbox: TestMailbox) -> None:
    sent = [mail(1), mail(2, body="Grüße.\r\n".encode("latin-1"))]
    mailbox.put(*sent)
    assert fetch(any_app, mailbox.url).kept == 2
    assert kept() == sent
    mailbox.put(mail(3))
    assert fetch(any_app, mailbox.url).kept == 1
    assert fetch(any_app, mailbox.url).kept == 0
    assert kept() == [*sent, mail(3)]
    assert states() == {"kept": 3}


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls", "imap"])
def test_mail_is_fetched_over_every_kind_of_connection(
    app: Flask, mailbox: TestMailbox, scheme: str
) -> None:
    mailbox.put(mail(1))
    assert fetch(app, mailbox.server.url(mailbox.user, scheme=scheme)).kept == 1


def test_a_large_mail_comes_in_pieces(app: Flask, mailbox: TestMailbox) -> None:
    lengths = [imap.PIECE - 1, imap.PIECE, imap.PIECE + 1, 3 * imap.PIECE]
    sent = []
    for length in lengths:
        head = mail(length, body=b"")
        sent.append(head + (b"0123456789\r\n" * length)[: length - len(head) - 2] + b"\r\n")
    assert [len(each) for each in sent] == lengths
    mailbox.put(*sent)
    assert fetch(app, mailbox.url).kept == len(sent)
    assert kept() == sent


def test_a_mail_past_the_limit_stays_on_the_server_and_is_told_of(
    app: Flask, mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.intake.polling.LARGEST_MAIL", 1000)
    mailbox.put(mail(1, body=b"x" * 2000 + b"\r\n"), mail(2))
    report = fetch(app, mailbox.url, "move")
    assert (report.kept, report.too_large) == (1, 1)
    assert states() == {"kept": 1, "too large": 1}
    assert len(mailbox.uids()) == 1


def test_only_mail_since_a_day_is_fetched(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1))
    assert fetch(app, f"{mailbox.url}?since=2199-01-01").kept == 0
    assert fetch(app, f"{mailbox.url}?since=2001-01-01").kept == 1


def test_the_same_bytes_are_one_mail(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1), mail(1))
    assert fetch(app, mailbox.url).kept == 1
    assert states() == {"kept": 2}
    assert len(list(files().list())) == 1


def test_a_mailbox_that_was_counted_anew_doubles_nothing(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1), mail(2))
    fetch(app, mailbox.url)
    before = box().uid_validity
    time.sleep(1.1)  # Dovecot counts by seconds
    mailbox.count_anew()
    mailbox.put(mail(3))
    assert fetch(app, mailbox.url).kept == 1
    assert box().uid_validity != before
    assert sorted(kept()) == [mail(1), mail(2), mail(3)]


def test_a_mail_that_somebody_took_away_meanwhile_is_written_down(
    app: Flask, mailbox: TestMailbox
) -> None:
    app.config["INTAKE_URL"] = mailbox.url
    mailbox.put(mail(1), mail(2))
    with imap.Session(parse_intake_url(mailbox.url)) as session:
        first, second = session.new_uids(0)
        with mailbox.opened() as client:
            client.delete_messages([first])
            client.expunge([first])
        with imap.Session(parse_intake_url(mailbox.url)) as later:
            with pytest.raises(imap.GoneError):
                later.size_of(first)
            with pytest.raises(imap.GoneError):
                later.piece(first, 0)
            assert later.piece(second, 0) == mail(2)


# What becomes of it on the server


def test_mail_is_left_as_it_is_unless_asked(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1))
    fetch(app, mailbox.url)
    assert len(mailbox.uids(criteria="UNSEEN")) == 1


def test_mail_may_be_marked_as_seen(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1), mail(2))
    fetch(app, mailbox.url, "seen")
    assert (len(mailbox.uids()), mailbox.uids(criteria="UNSEEN")) == (2, [])


def test_mail_may_be_moved_to_a_folder_made_for_it(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1), mail(2))
    fetch(app, mailbox.url, "move:Taken in")
    mailbox.put(mail(3))
    fetch(app, mailbox.url, "move:Taken in")
    assert (mailbox.uids(), len(mailbox.uids("Taken in"))) == ([], 3)
    assert len(kept()) == 3


def test_what_was_left_is_moved_once_that_is_asked(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.put(mail(1))
    fetch(app, mailbox.url)
    fetch(app, mailbox.url, "move")
    assert (mailbox.uids(), len(mailbox.uids("Tracker")), len(kept())) == ([], 1, 1)
