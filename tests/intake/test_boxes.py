"""Where mails are found: .eml files, mbox files, maildirs, folders of these, and nowhere."""

import json
import mailbox
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.intake.mails import MAILBOX, bookkeeper, mail, put, resume, rows, take_in
from tests.plugins.servers import ROOT
from tracker.intake import boxes
from tracker.intake.arrival import Arrival, take_all

pytestmark = pytest.mark.settings(INTAKE_ADDRESS=MAILBOX)


def numbered(number: int) -> bytes:
    """A mail unlike the others, with a line that an mbox has to escape."""
    message = mail(
        message_id=f"<{number}@example.net>",
        sender=f"p{number}@example.net",
        subject=f"Number {number}",
        text=f"Hello.\n\nFrom here on all is well. {number}\n",
    )
    return message.as_bytes()


def test_a_folder_of_everything_is_read_whole(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    put(folder / "deep" / "deeper", numbered(1), numbered(2))
    box = mailbox.mbox(folder / "inbox")
    for number in (3, 4, 5):
        box.add(numbered(number))
    box.close()
    maildir = mailbox.Maildir(folder / "Maildir")
    for number in (6, 7):
        maildir.add(numbered(number))
    maildir.add_folder("Archive").add(numbered(8))
    (folder / "notes.txt").write_text("No mail at all, just some words\nof somebody.")
    os.symlink(folder, folder / "circle")
    said = take_in(app, folder)
    assert len(said) == 8
    ids = sorted(each["message_id"] for each in said)
    assert ids == [f"<{number}@example.net>" for number in range(1, 9)]
    assert {each["path"].rpartition("#")[2] for each in said if "inbox" in each["path"]} == set(
        "123"
    )
    assert len({row.sha256 for row in rows()}) == 8
    assert [each["verdict"] for each in take_in(app, folder)] == ["duplicate"] * 8


def test_a_mail_of_an_mbox_is_kept_without_its_from_line(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "box"
    one, two = b"Subject: a\n\nHello\n\nFrom the river.\n", b"Subject: b\n\nBye\n"
    stamp = b"From kim@example.net Fri Nov 27 10:00:00 2026\n"
    path.write_bytes(stamp + one + b"\n" + stamp + two)
    found = list(boxes.walk(path, skipped=[]))
    assert [each.label for each in found] == [f"{path}#1", f"{path}#2"]
    assert [each.open().read() for each in found] == [one, two]


@pytest.mark.parametrize("wrong", ["nothing-here", "words.txt", "picture.png"])
def test_a_path_without_mail_ends_with_one_line(app: Flask, tmp_path: Path, wrong: str) -> None:
    (good,) = put(tmp_path / "in", numbered(1))
    (tmp_path / "words.txt").write_text("Just words.")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    result = app.test_cli_runner().invoke(
        args=["mail", "intake", "--json", str(good), str(tmp_path / wrong)]
    )
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert str(tmp_path / wrong) in result.stderr
    assert rows() == []


def test_the_array_is_all_that_standard_output_holds(tmp_path: Path) -> None:
    """In a process of its own, as scripts run it; an empty folder is an empty array."""
    environment = {
        **os.environ,
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "SECRET_KEY": "only for tests",
        "INTAKE_ADDRESS": MAILBOX,
    }
    flask = [sys.executable, "-m", "flask"]
    subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=environment, check=True)
    (tmp_path / "in").mkdir()
    for expected in (0, 1):
        done = subprocess.run(
            [*flask, "mail", "intake", str(tmp_path / "in"), "--json"],
            cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert len(json.loads(done.stdout)) == expected
        put(tmp_path / "in", numbered(1))


def test_a_mail_that_vanishes_meanwhile_is_said_and_the_others_are_taken_in(
    app: Flask, tmp_path: Path
) -> None:
    first, second = put(tmp_path / "in", numbered(1), numbered(2))
    found = list(boxes.walk(tmp_path / "in", skipped=[]))
    first.unlink()
    worker = Arrival()
    assert [each.label for each in take_all(found, worker)] == [str(second)]
    assert worker.unreadable == [f"{first} cannot be read: No such file or directory."]


def test_in_words_the_counts_add_up(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    applying = mail(files=[(resume(), "cv.pdf")])
    put(tmp_path / "in", applying, numbered(1), numbered(2))
    result = app.test_cli_runner().invoke(args=["mail", "intake", str(tmp_path / "in")])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "3 mails: application 1, unsorted 2."


STEERS = "a\x1b]0;gone\x07\n\x1b[2Jb\u202ec\r"


def test_a_files_name_steers_no_terminal(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / STEERS
    (path,) = put(folder, numbered(1))
    (folder / f"no mail {STEERS}").write_bytes(b"\x00\x01")
    (folder / os.fsdecode(b"\xff.eml")).write_bytes(numbered(2))
    runner = app.test_cli_runner()
    said = runner.invoke(args=["mail", "intake", str(folder)])
    assert said.exit_code == 0, said.output
    gone = runner.invoke(args=["mail", "intake", f"{folder}/none {STEERS}"])
    assert gone.exit_code == 1
    for words in (said.stdout, said.stderr, gone.output):
        assert r"a\x1b]0;gone\x07\n\x1b[2Jb\u202ec\r" in words
        assert not set(words) & set("\x1b\x07\r\u202e")
    assert len(said.stdout.splitlines()) == 3
    assert r"\udcff.eml: " in said.stdout
    exact = runner.invoke(args=["mail", "intake", "--json", str(path)])
    assert json.loads(exact.stdout)[0]["path"] == str(path)
