"""The least that could be done: a page from memory; an upload, fsynced, and one row."""

import os
import secrets
import sqlite3
import threading

from flask import Flask, request

app = Flask(__name__)
FOLDER = os.environ["BARE_FOLDER"]
PAGES = {size: "x" * size for size in map(int, os.environ["BARE_SIZES"].split(","))}
local = threading.local()


def insert(name: str) -> None:
    if not hasattr(local, "database"):
        local.database = sqlite3.connect(f"{FOLDER}/bare.db", isolation_level=None, timeout=30)
        local.database.execute("PRAGMA journal_mode=WAL")
        local.database.execute("PRAGMA synchronous=FULL")
        local.database.execute("CREATE TABLE IF NOT EXISTS upload (id INTEGER PRIMARY KEY, name)")
    local.database.execute("INSERT INTO upload (name) VALUES (?)", [name])


@app.get("/page/<int:size>")
def page(size: int) -> str:
    return PAGES[size]


@app.post("/upload")
def upload() -> tuple[str, int, dict[str, str]]:
    name = secrets.token_hex(16)
    with open(f"{FOLDER}/{name}", "wb") as file:
        file.write(next(iter(request.files.values())).read())
        file.flush()
        os.fsync(file.fileno())
    insert(name)
    return "", 303, {"Location": "/page/1"}
