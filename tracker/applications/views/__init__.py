"""The room's pages: `applying` and `public` for candidates, `staff` and `moving` for the desk."""

import importlib
from importlib.util import find_spec

from flask import Blueprint

bp = Blueprint("applications", __name__)
blueprints = (bp,)

# Each module puts its routes on `bp` when it is loaded.
for _each in (
    "speaking",
    "guarding",
    "applying",
    "elsewhere",
    "keeping",
    "leaving",
    "mine",
    "public",
    "adding",
    "contact",
    "copying",
    "staff",
    "moving",
    "requesting",
    "keying",
    "asking",
    "replacing",
    "accommodating",
    "behind",
    "following",
    "telling",
    "completing",
    "writing",
):
    if find_spec(f"{__name__}.{_each}"):
        importlib.import_module(f"{__name__}.{_each}")
