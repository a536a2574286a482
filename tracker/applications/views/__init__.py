"""The room's pages: the form in `applying`, the candidate's own in `public`, then `staff`."""

import importlib
from importlib.util import find_spec

from flask import Blueprint

bp = Blueprint("applications", __name__)
blueprints = (bp,)

# Each module puts its routes on `bp` when it is loaded.
for _each in ("applying", "public", "staff"):
    if find_spec(f"{__name__}.{_each}"):
        importlib.import_module(f"{__name__}.{_each}")
