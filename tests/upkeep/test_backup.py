"""A backup is whole, taken while Tracker works, and comes back anywhere that is empty."""

import io
import json
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.plugins import databases
from tests.plugins.mail import MailServer
from tests.plugins.places import build_once
from tests.plugins.stores import ObjectStore
from tests.upkeep.journeys import apply, journey, posting
from tracker.app import create_app
from tracker.applications.models import Application
from tracker.core.db import db
from tracker.core.files import files
from tracker.documents.queries import key_columns
from tracker.notifications.delivery import deliver_due
from tracker.notifications.models import OutgoingEmail
from tracker.notifications.rules import MailState
from tracker.upkeep.backup import KEYS, BackupError, back_up, restore
from tracker.upkeep.verification import verify

Place = Callable[..., Flask]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Make other Trackers, empty, on SQLite, with a file store each."""
    made: list[Flask] = []

    def make(name: str, **settings: Any) -> Flask:
        folder = tmp_path / name
        folder.mkdir()
        template = build_once("template.db", databases._build_sqlite)
        shutil.copyfile(template, folder / "tracker.db")
        values = {
            "TESTING": True,
            "INSTANCE_PATH": str(folder),
            "FILES_URL": str(folder / "files"),
            "BASE_URL": "http://localhost",
            "SECRET_KEY": "only for tests",
        }
        made.append(create_app(values | settings))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def tables(path: Path) -> dict[str, bytes]:
    """The rows of a backup, table by table."""
    with tarfile.open(path) as archive:
        found = {}
        for member in archive.getmembers():
            if member.name.startswith("tables/"):
                file = archive.extractfile(member)
                assert file is not None
                found[member.name] = file.read()
    return found


def stored() -> dict[str, tuple[int, str]]:
    """Every file of the store with its length and SHA-256."""
    return {each.key: files().measure(each.key) for each in files().list()}


def test_it_comes_back_whole_in_an_empty_place(app: Flask, place: Place, tmp_path: Path) -> None:
    journey()
    before = stored()
    counts = back_up(tmp_path / "one.tar")
    with place("other").app_context():
        assert restore(tmp_path / "one.tar") == counts
        assert stored() == before
        assert verify().broken == []


def test_it_goes_from_sqlite_to_either_database_and_back(
    any_app: Flask, place: Place, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.tar" for number in range(3)]
    with place("first").app_context():
        journey()
        back_up(paths[0])
    restore(paths[0])
    assert verify().broken == []
    back_up(paths[1])
    with place("last").app_context():
        restore(paths[1])
        assert verify().broken == []
        back_up(paths[2])
    assert tables(paths[2]) == tables(paths[1])
    assert {name for name, rows in tables(paths[0]).items() if rows != tables(paths[1])[name]} == {
        "tables/outgoing_email.jsonl",  # held since
        "tables/mail_change.jsonl",
    }


def test_it_goes_from_a_folder_to_an_object_store_and_back(
    app: Flask, place: Place, object_store: ObjectStore, tmp_path: Path
) -> None:
    journey()
    before = stored()
    back_up(tmp_path / "one.tar")
    with place("shared", FILES_URL=object_store.url).app_context():
        restore(tmp_path / "one.tar")
        assert (stored(), verify().broken) == (before, [])
        back_up(tmp_path / "two.tar")
    with place("last").app_context():
        restore(tmp_path / "two.tar")
        assert (stored(), verify().broken) == (before, [])


def test_new_rows_get_new_numbers_after_a_restore(
    any_app: Flask, place: Place, tmp_path: Path
) -> None:
    with place("first").app_context():
        journey()
        back_up(tmp_path / "one.tar")
    restore(tmp_path / "one.tar")
    opening = db.session.scalars(select(Application.posting_id)).first()
    assert opening is not None
    assert apply(opening, "Cleo Marsh", with_pdf=False) == 3
    assert verify().broken == []


def test_a_backup_looks_for_every_file_that_a_row_names(app: Flask) -> None:
    stored = [each for each in key_columns() if each.unique and not each.table.info.get("derived")]
    named = {(each.table.name, each.name) for each in stored}
    named -= {("outgoing_email", "once_key")}  # which names a mail
    # A document's own file, that a mail carries along.
    named |= {("employer", "logo_key"), ("email_attachment", "file_key")}
    assert set(KEYS) == named


def test_a_backup_taken_while_applications_arrive_is_whole(
    any_app: Flask, place: Place, tmp_path: Path
) -> None:
    opening = posting().id
    apply(opening, with_pdf=False)
    stop, arrived = threading.Event(), threading.Event()

    def arrive() -> None:
        with any_app.app_context():
            while not stop.is_set():
                apply(opening, with_pdf=False)
                arrived.set()

    writer = threading.Thread(target=arrive)
    writer.start()
    try:
        held = []
        for number in range(3):
            arrived.clear()
            assert arrived.wait(20)
            back_up(tmp_path / f"{number}.tar")
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        with place(f"place {number}").app_context():
            restore(tmp_path / f"{number}.tar")
            assert verify().broken == []
            held.append(db.session.scalar(select(func.count(Application.id))) or 0)
    assert 1 < held[0] < held[1] < held[2]


def test_nothing_old_is_mailed_again(
    app: Flask, place: Place, tmp_path: Path, smtp_server: MailServer
) -> None:
    journey()
    back_up(tmp_path / "one.tar")
    with place("other", MAIL_URL=smtp_server.url).app_context():
        restore(tmp_path / "one.tar")
        report = deliver_due()
        states = db.session.scalars(select(OutgoingEmail.state)).all()
    assert (report.sent, smtp_server.received) == (0, [])
    assert set(states) == {MailState.HELD}


def refusal(act: Callable[[Path], object], path: Path) -> str:
    """The one line with which a backup or a restore is refused."""
    with pytest.raises(BackupError) as caught:
        act(path)
    line = str(caught.value.message)
    assert "\n" not in line
    return line


def test_it_never_overwrites(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "mine.tar"
    path.write_text("something else")
    assert refusal(back_up, path) == (
        f"{path} exists already. Choose another name; nothing was written."
    )
    assert path.read_text() == "something else"


def test_it_says_when_it_cannot_write(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "one.tar"
    assert refusal(back_up, path) == (f"Cannot write to {path.parent}: No such file or directory.")


def test_a_missing_file_is_no_backup(app: Flask, tmp_path: Path) -> None:
    apply(posting().id)
    for each in list(files().list()):
        files().delete(each.key)
    assert refusal(back_up, tmp_path / "one.tar") == (
        "2 files that rows name are not in the store. Run: flask verify"
    )
    assert [each.name for each in tmp_path.glob("*.tar")] == []


def test_it_restores_only_into_an_empty_database(app: Flask, tmp_path: Path) -> None:
    journey()
    back_up(tmp_path / "one.tar")
    assert refusal(restore, tmp_path / "one.tar").startswith("The database is not empty (table ")


def test_it_restores_only_into_an_empty_store(app: Flask, place: Place, tmp_path: Path) -> None:
    journey()
    back_up(tmp_path / "one.tar")
    with place("other").app_context():
        (Path(files().root or "") / "stray").write_text("somebody else's")
        assert refusal(restore, tmp_path / "one.tar") == (
            "The file store is not empty. Restore into a new one."
        )


def test_it_says_that_there_is_no_such_file(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "none.tar"
    assert refusal(restore, path) == f"There is no file {path}."


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribbled(path: Path) -> None:
    path.write_bytes(b"This is a letter and no backup.\n" * 100)


def without_its_files(path: Path) -> None:
    rewritten(path, leave_out="files/")


def without_a_table(path: Path) -> None:
    rewritten(path, leave_out="tables/answer.jsonl")


def with_other_rows(path: Path) -> None:
    rewritten(path, replace=("tables/person.jsonl", b'{"id": 1}\n'))


def with_a_changed_byte(path: Path) -> None:
    with tarfile.open(path) as archive:
        member = next(each for each in archive.getmembers() if each.name.startswith("files/"))
    with path.open("r+b") as file:
        file.seek(member.offset_data)
        byte = file.read(1)
        file.seek(member.offset_data)
        file.write(bytes([byte[0] ^ 1]))


def rewritten(path: Path, *, leave_out: str = "-", replace: tuple[str, bytes] = ("", b"")) -> None:
    """Write a backup anew without some members, or with other content in one."""
    other = path.with_suffix(".new")
    with tarfile.open(path) as old, tarfile.open(other, "w") as new:
        for member in old.getmembers():
            if member.name.startswith(leave_out):
                continue
            content = old.extractfile(member)
            assert content is not None
            data = replace[1] if member.name == replace[0] else content.read()
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    other.replace(path)


@pytest.mark.parametrize(
    "damage",
    [
        halved,
        scribbled,
        without_its_files,
        without_a_table,
        with_other_rows,
        with_a_changed_byte,
    ],
)
def test_a_broken_file_leaves_nothing_behind(
    any_app: Flask, place: Place, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "one.tar"
    with place("first").app_context():
        journey()
        back_up(path)
    damage(path)
    assert refusal(restore, path).startswith(f"{path} is not a whole backup: ")
    assert stored() == {}
    assert {
        table.name: count
        for table in db.metadata.sorted_tables
        if (count := db.session.scalar(select(func.count()).select_from(table)))
    } == {}


def test_a_backup_of_another_revision_is_refused(app: Flask, place: Place, tmp_path: Path) -> None:
    path = tmp_path / "one.tar"
    with place("first").app_context():
        back_up(path)
    with tarfile.open(path) as archive:
        file = archive.extractfile("manifest.json")
        assert file is not None
        manifest = json.load(file)
        manifest["revision"] = "0042"
    rewritten(path, replace=("manifest.json", json.dumps(manifest).encode()))
    here = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    assert refusal(restore, path) == (
        f"This backup was made at revision 0042, the database is at {here}."
        " Restore it with the version that made it, then upgrade."
    )


def test_the_commands_take_a_backup_to_a_machine_that_has_nothing(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "one.tar"
    first = create_app(settings | {"DATABASE_URL": f"sqlite:///{tmp_path / 'first.db'}"})
    run = first.test_cli_runner().invoke
    assert run(args=["db", "upgrade"]).exit_code == 0
    with first.app_context():
        journey()
    assert run(args=["backup", str(path)]).stdout.startswith("Saved ")
    second = create_app(
        settings
        | {
            "DATABASE_URL": f"sqlite:///{tmp_path / 'second.db'}",
            "FILES_URL": str(tmp_path / "second"),
        }
    )
    run = second.test_cli_runner().invoke
    brought = run(args=["restore", str(path)])
    assert (brought.exit_code, brought.stdout.startswith("Brought back ")) == (0, True)
    assert run(args=["verify"]).exit_code == 0
    again = run(args=["restore", str(path)])
    assert (again.exit_code, again.stderr.startswith("Error: The database is not empty")) == (
        1,
        True,
    )
