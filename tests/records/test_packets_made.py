"""A packet is made behind the page, by one worker or the next, and forgotten after a day."""

import datetime as dt

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from tests.applications import desk
from tests.plugins.apps import Client
from tests.plugins.clocks import START
from tests.postings import factories as postings
from tests.records.packing import both, made, packets, place, url_of
from tracker.applications.models import Application
from tracker.core import jobs
from tracker.core.db import db, now, writing
from tracker.core.files import files
from tracker.documents.models import Document
from tracker.records import operations
from tracker.records.rules import MOST_WAITING, TRIES, PacketState, volumes
from tracker.upkeep import verification


@pytest.fixture
def application(app: Flask) -> Application:
    """Zoë Quist's, with two typed documents."""
    return desk.arrived(name="Zoë Quist", email="zoe@example.org", at=START)


@pytest.fixture
def client(app: Flask, application: Application) -> Client:
    """A coordinator's browser."""
    return desk.coordinator(app)


def test_while_it_is_made_the_page_says_how_far_it_is(
    client: Client, application: Application
) -> None:
    asked = client.post(
        url_of(application), data={"csrf_token": client.token(place(url_of(application)))}
    )
    page = client.page(asked.location)
    assert "0 of 1 application is set." in page.text
    assert client.get(f"{asked.location}/file").status_code == 404
    again = client.post(
        url_of(application), data={"csrf_token": client.token(place(url_of(application)))}
    )
    assert again.location == asked.location


@both
def test_only_so_many_are_made_for_one_person_at_once(app: Flask) -> None:
    made_for = [desk.arrived(email=f"{number}@example.org").id for number in range(6)]
    person_id = postings.coordinator().id
    with writing():
        for application_id in made_for[:MOST_WAITING]:
            operations.ask(
                db.session.get_one(Application, application_id),
                with_originals=False,
                by=desk.person(person_id),
            )
        db.session.commit()
    client = desk.signed_in(app, desk.person(person_id))
    url = f"/staff/applications/{made_for[-1]}/packet"
    answer = client.post(url, data={"csrf_token": client.token(place(url))})
    assert answer.status_code == 429


@both
def test_what_a_dead_worker_left_is_made_by_the_next_and_given_up_in_the_end(
    client: Client, application: Application, clock: time_machine.Traveller
) -> None:
    token = client.token(place(url_of(application)))
    asked = client.post(url_of(application), data={"csrf_token": token})
    with writing():
        assert operations.claim(at=now()) is not None
        db.session.commit()
    jobs.run_now("packets")
    assert packets()[0].state is PacketState.WAITING
    clock.shift(dt.timedelta(minutes=7))
    jobs.run_now("packets")
    assert packets()[0].state is PacketState.READY
    second = client.post(url_of(application), data={"csrf_token": token, "originals": "y"})
    assert second.location != asked.location
    for _ in range(TRIES):
        with writing():
            assert operations.claim(at=now()) is not None
            db.session.commit()
        clock.shift(dt.timedelta(minutes=7))
    jobs.run_now("packets")
    page = client.page(second.location)
    assert "It was tried several times" in page.text
    assert client.fill(page, {}, button="Try again").status_code == 303


@both
def test_it_is_forgotten_after_a_day_with_its_file(
    client: Client, application: Application, clock: time_machine.Traveller
) -> None:
    page, _content = made(client, url_of(application))
    key = packets()[0].file_key
    assert key is not None
    assert verification.verify().broken == []
    assert files().exists(key)
    clock.shift(dt.timedelta(hours=25))
    assert client.get(page.url).status_code == 404
    jobs.run_now("sweep_packets")
    assert (packets(), files().exists(key)) == ([], False)


def test_a_packet_with_a_file_in_which_a_virus_was_found_since_is_not_sent(
    client: Client, application: Application, clock: time_machine.Traveller
) -> None:
    page, _content = made(client, url_of(application))
    clock.shift(dt.timedelta(minutes=1))
    with writing():
        db.session.execute(update(Document).values(scan_state="infected", scanned_at=now()))
        db.session.commit()
    assert client.get(f"{page.url}/file").status_code == 410


def test_a_virus_found_while_a_packet_was_made_counts_too(
    client: Client, application: Application, clock: time_machine.Traveller
) -> None:
    asked = client.post(url_of(application), data={"csrf_token": client.token("/staff")})
    clock.shift(dt.timedelta(minutes=1))
    found_at = now()
    clock.shift(dt.timedelta(minutes=1))
    jobs.run_now("packets")
    with writing():
        db.session.execute(update(Document).values(scan_state="infected", scanned_at=found_at))
        db.session.commit()
    assert client.get(f"{asked.location}/file").status_code == 410


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(1, 10)], [range(1)]),
        ([(1999, 10), (1, 10), (1, 10)], [range(2), range(2, 3)]),
        ([(1, 90 << 20), (1, 90 << 20)], [range(1), range(1, 2)]),
        ([(9999, 10), (1, 10)], [range(1), range(1, 2)]),
    ],
)
def test_what_is_too_long_is_parted_between_applications(
    sizes: list[tuple[int, int]], expected: list[range]
) -> None:
    assert volumes(sizes) == expected
