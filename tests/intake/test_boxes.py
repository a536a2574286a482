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
from tracker.intake.ahead import Begun
from tracker.intake.arrival import Arrival, Outcome
from tracker.intake.batch import take_all
from tracker.intake.rules import Verdict

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


def test_in_words_one_mail_is_one(app: Flask, tmp_path: Path) -> None:
    bookkeeper()
    put(tmp_path / "in", mail(files=[(resume(), "cv.pdf")]))
    result = app.test_cli_runner().invoke(args=["mail", "intake", str(tmp_path / "in")])
    assert result.stdout.splitlines()[-1] == "1 mail: application 1."


def from_lines(number: int) -> bytes:
    """A mail with lines that an mbox has to mark."""
    message = mail(
        message_id=f"<{number}@example.net>",
        sender=f"p{number}@example.net",
        subject="Bookkeeper",
        text="I apply for the position.\n\nFrom 2019 I worked at a desk, as my resume says.\n\n"
        "From Monday on I can be reached at 555-0134 only.\n",
        files=[(resume(), "cv.pdf")],
    )
    return message.as_bytes()


@pytest.mark.parametrize("marks", [b">", b">>"])
def test_a_mail_on_its_own_and_in_an_mbox_is_one_application(
    app: Flask, tmp_path: Path, marks: bytes
) -> None:
    """Also where an mbox marks lines that are marked already, and where it leaves those alone."""
    bookkeeper()
    content = from_lines(1)
    put(tmp_path / "in", content)
    stamp = b"From p1@example.net Fri Nov 27 10:00:00 2026\n"
    marked = content.replace(b"\nFrom Monday", b"\n" + marks + b"From Monday")
    (tmp_path / "in" / "box").write_bytes(
        stamp + marked.replace(b"\nFrom 2019", b"\n>From 2019") + b"\n"
    )
    verdicts = sorted(each["verdict"] for each in take_in(app, tmp_path / "in"))
    assert verdicts == ["application", "duplicate"]
    assert all("\nFrom 2019" in row.text for row in rows())


def test_a_name_that_is_no_text_is_a_mail_like_any_other(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder, numbered(1), numbered(2))
    with open(os.fsencode(folder) + b"/M\xfcller.eml", "wb") as file:
        file.write(numbered(3))
    said = take_in(app, folder)
    assert len(said) == 3
    assert [each["path"] for each in said if "ller" in each["path"]] == [f"{folder}/M\\xfcller.eml"]
    assert [each["verdict"] for each in take_in(app, folder)] == ["duplicate"] * 3


def test_links_in_a_folder_lead_to_nothing_and_a_named_one_to_its_file(
    app: Flask, tmp_path: Path
) -> None:
    """Whoever may put files there would have anything read that Tracker can read."""
    (tmp_path / "elsewhere.eml").write_bytes(numbered(1))
    folder = tmp_path / "in"
    put(folder, numbered(2))
    (folder / "link.eml").symlink_to(tmp_path / "elsewhere.eml")
    skipped: list[Path] = []
    assert [each.path.name for each in boxes.walk(folder, skipped=skipped)] == ["0000.eml"]
    assert skipped == [folder / "link.eml"]
    assert len(take_in(app, folder / "link.eml")) == 1


def test_a_file_that_becomes_a_link_is_not_followed(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.eml").write_bytes(numbered(1))
    (path,) = put(tmp_path / "in", numbered(2))
    found = list(boxes.walk(tmp_path / "in", skipped=[]))
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.eml")
    worker = Arrival()
    assert list(take_all(found, worker)) == []
    assert "cannot be read" in worker.unreadable[0]


def test_a_file_that_becomes_a_pipe_is_not_waited_for(app: Flask, tmp_path: Path) -> None:
    """Nobody writes into it: whoever opened it would wait for ever."""
    put(tmp_path / "in", numbered(1))
    stamp = b"From p@example.net Fri Nov 27 10:00:00 2026\n"
    (tmp_path / "in" / "box").write_bytes(stamp + numbered(2))
    found = list(boxes.walk(tmp_path / "in", skipped=[]))
    assert len(found) == 2
    for each in found:
        each.path.unlink()
        os.mkfifo(each.path)
    worker = Arrival()
    assert list(take_all(found, worker)) == []
    assert worker.unreadable == [f"{each.label} cannot be read: It is no file." for each in found]


@pytest.mark.parametrize("path", ["", "x" * 5_000, "x/" * 3_000, "/proc/self/mem"])
def test_a_path_that_no_system_has_ends_with_one_line(
    app: Flask, tmp_path: Path, path: str
) -> None:
    """An empty one too, as a script gives it: all that lies where it runs would be taken in."""
    result = app.test_cli_runner().invoke(args=["mail", "intake", path])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith("Nothing was taken in.\n")
    assert rows() == []


def test_one_mail_that_breaks_what_reads_it_leaves_the_others(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in", numbered(1), numbered(2), numbered(3))
    found = list(boxes.walk(tmp_path / "in", skipped=[]))

    class Broken(Arrival):
        """As though a fault of ours waited in the second mail."""

        def understand(self, begun: Begun) -> Outcome:
            if begun.label == found[1].label:
                raise ZeroDivisionError
            return super().understand(begun)

    worker = Broken()
    assert [each.label for each in take_all(found, worker)] == [found[0].label, found[2].label]
    assert worker.unreadable == [
        f"{found[1].label} could not be taken in: a fault of ours, see the log."
    ]
    again = {each.label: each.verdict for each in take_all(found, Arrival())}
    assert [again[each.label] for each in found] == [
        Verdict.DUPLICATE,
        Verdict.UNSORTED,
        Verdict.DUPLICATE,
    ]


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
    assert r"\xff.eml: " in said.stdout
    exact = runner.invoke(args=["mail", "intake", "--json", str(path)])
    assert json.loads(exact.stdout)[0]["path"] == str(path)
