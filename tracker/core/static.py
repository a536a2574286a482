"""Static files, compressed once and named by their content, so that they cache for ever."""

import gzip
import hashlib
from functools import lru_cache
from importlib.resources import files as package_files
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

from tracker.core.access import public

blueprint = Blueprint("static_files", __name__)
ROOT = Path(__file__).resolve().parent.parent / "static"
FROM_PACKAGES = {
    "bootstrap.css": ("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css"),
}
TEXT = {".css", ".js", ".svg", ".json", ".txt"}


class Asset:
    """One file's bytes, plain and gzipped, its type and a fingerprint of its content."""

    def __init__(self, name: str, content: bytes) -> None:
        self.content = content
        suffix = Path(name).suffix
        self.gzipped = gzip.compress(content, 9, mtime=0) if suffix in TEXT else None
        self.media_type = guess_type(name)[0] or "application/octet-stream"
        if suffix == ".js":
            self.media_type = "text/javascript"
        self.fingerprint = hashlib.sha256(content).hexdigest()[:12]


@lru_cache(maxsize=256)
def asset(name: str) -> Asset | None:
    """Read and compress an asset once a process; None where there is no such file."""
    if name in FROM_PACKAGES:
        package, path = FROM_PACKAGES[name]
        content = package_files(package).joinpath(path).read_bytes()
        if name.endswith(".css"):  # the map is not served; browsers would ask for it
            content = content.split(b"/*# sourceMappingURL")[0]
        return Asset(name, content)
    try:
        path_on_disk = (ROOT / name).resolve()
        if not path_on_disk.is_relative_to(ROOT) or not path_on_disk.is_file():
            return None
    except (OSError, ValueError):  # longer than a name can be
        return None
    return Asset(name, path_on_disk.read_bytes())


@lru_cache(maxsize=256)
def asset_url(name: str) -> str:
    """Address an asset by name and content. An unknown name is our own mistake: KeyError."""
    found = asset(name)
    if found is None:
        raise KeyError(name)
    return url_for("static_files.send", fingerprint=found.fingerprint, name=name)


@blueprint.get("/static/<fingerprint>/<path:name>")
@public
def send(fingerprint: str, name: str) -> Response:
    """Send an asset, gzipped where the browser takes it."""
    found = asset(name)
    if found is None:
        abort(404)
    zipped = found.gzipped is not None and request.accept_encodings.quality("gzip") > 0
    body = found.gzipped if zipped else found.content
    response = Response(body, content_type=f"{found.media_type}; charset=utf-8")
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    fresh = fingerprint == found.fingerprint
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if fresh else "public, max-age=60"
    )
    return response
