"""Settings: a wrong one is refused in one line, and production is not guessed at."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import pytest

from tracker.app import create_app
from tracker.core.config import database_url, kept_secret


def made(tmp_path: Path, **values: Any) -> Any:
    """The settings of an app made with these."""
    return create_app({"INSTANCE_PATH": str(tmp_path), **values}).config


def test_on_loopback_nothing_has_to_be_set(tmp_path: Path) -> None:
    config = made(tmp_path)
    assert config["BASE_URL"] == "http://127.0.0.1:8000"
    assert config["PRODUCTION"] is False
    assert config["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'tracker.db'}"
    assert config["SESSION_COOKIE_SECURE"] is False


def test_the_generated_secret_is_kept_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first, second = made(tmp_path)["SECRET_KEY"], made(tmp_path)["SECRET_KEY"]
    assert first == second
    assert len(first) >= 48
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_was_never_finished_is_made_anew(tmp_path: Path) -> None:
    """A death between making the file and filling it must not leave an empty secret for good."""
    (tmp_path / "secret_key").touch()
    first = made(tmp_path)["SECRET_KEY"]
    assert len(first) >= 48
    assert made(tmp_path)["SECRET_KEY"] == first


def test_several_first_starts_agree_on_one_secret(tmp_path: Path) -> None:
    """None may read what another is still writing."""
    at_once = 16
    for number in range(20):
        path = tmp_path / str(number) / "secret_key"
        ready = threading.Barrier(at_once)

        def start(path: Path = path, ready: threading.Barrier = ready) -> str:
            ready.wait()
            return kept_secret(path)

        with ThreadPoolExecutor(at_once) as threads:
            found = [each.result() for each in [threads.submit(start) for _ in range(at_once)]]
        assert found == [path.read_text()] * at_once
        assert [each.name for each in path.parent.iterdir()] == ["secret_key"]


def test_production_needs_a_secret(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="SECRET_KEY is required"):
        made(tmp_path, BASE_URL="https://jobs.example.org")


@pytest.mark.parametrize(
    ("base", "production"),
    [
        ("http://localhost:8000", False),
        ("http://127.0.0.1", False),
        ("http://[::1]:8000", False),
        ("https://jobs.example.org", True),
        ("http://192.168.1.20", True),
    ],
)
def test_anything_but_loopback_is_production(tmp_path: Path, base: str, production: bool) -> None:
    assert made(tmp_path, BASE_URL=base, SECRET_KEY="-")["PRODUCTION"] is production


@pytest.mark.parametrize("base", ["jobs.example.org", "ftp://x", "https://x/path", "https://"])
def test_an_unusable_address_is_refused_in_one_line(tmp_path: Path, base: str) -> None:
    with pytest.raises(click.ClickException) as caught:
        made(tmp_path, BASE_URL=base, SECRET_KEY="-")
    assert "BASE_URL" in caught.value.message
    assert "\n" not in caught.value.message


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.py").write_text("PORT = 9000\nWEB_WORKERS = 3\n")
    monkeypatch.setenv("PORT", "9001")
    config = made(tmp_path)
    assert (config["PORT"], config["WEB_WORKERS"]) == (9001, 3)


def test_a_wrong_number_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(click.ClickException, match="PORT='eighty' is not usable"):
        made(tmp_path)


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
    ],
)
def test_postgresql_is_spoken_to_with_psycopg_3(tmp_path: Path, url: str, uri: str) -> None:
    assert database_url(url, tmp_path) == uri


def test_another_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="DATABASE_URL must begin"):
        made(tmp_path, DATABASE_URL="mysql://x")


@pytest.mark.parametrize("address", ["jobs@example.org", "j" * 28 + "@example.org", "a.b-c_d@x"])
def test_an_address_for_replies_leaves_room_for_a_tag(tmp_path: Path, address: str) -> None:
    assert made(tmp_path, INTAKE_ADDRESS=f" {address} ")["INTAKE_ADDRESS"] == address


@pytest.mark.parametrize(
    "address", ["jobs", "jobs+x@example.org", "j" * 29 + "@example.org", "a b@example.org", "@x"]
)
def test_an_address_for_replies_that_cannot_be_tagged_is_refused(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(click.ClickException, match="INTAKE_ADDRESS="):
        made(tmp_path, INTAKE_ADDRESS=address)
