"""Packets as somebody asks for them, and what is in them."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.plugins.apps import Client
from tests.plugins.pages import Page
from tracker.applications.models import Application
from tracker.core import jobs
from tracker.core.db import db
from tracker.records.models import Packet


def made(client: Client, url: str, **fields: Any) -> tuple[Page, bytes]:
    """Ask for a packet, let the worker make it, and download it."""
    asked = client.post(url, data={"csrf_token": client.token(place(url)), **fields})
    assert asked.status_code == 303, asked.text
    jobs.run_now("packets")
    page = client.page(asked.location)
    answer = client.get(page.link("Download"))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    return page, answer.data


def place(url: str) -> str:
    """The page whose form asks for a packet."""
    return url.removesuffix("/packet")


def packets() -> list[Packet]:
    """All packets, as they are now."""
    db.session.rollback()
    return list(db.session.scalars(select(Packet).order_by(Packet.id)))


both = pytest.mark.both_databases


def url_of(application: Application) -> str:
    """Where an application's packet is asked for."""
    return f"/staff/applications/{application.id}/packet"
