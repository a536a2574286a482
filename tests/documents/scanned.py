"""Documents that wait for a virus scanner, and what it said."""

from flask import Flask

from tests.plugins.scanners import VIRUS
from tracker.core.db import db
from tracker.documents.models import Document

CLEAN_TEXT, INFECTED_TEXT = "Dear library,\n", f"Dear library, {VIRUS.decode()}\n"
LIMIT = 4 << 20


def fresh(document_id: int) -> Document:
    db.session.rollback()
    return db.session.get_one(Document, document_id, populate_existing=True)


def state(document_id: int) -> str:
    return fresh(document_id).scan_state


def set_scanner(app: Flask, url: str) -> None:
    app.config["CLAMD_URL"] = url
