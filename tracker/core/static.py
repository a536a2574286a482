"""Static files, compressed once and named by their content, so that they cache for ever."""

import gzip
import hashlib
from functools import lru_cache
from importlib.resources import files as package_files
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

from tracker.core.access import public
from tracker.core.sparing import spare, words_of

blueprint = Blueprint("static_files", __name__)
ROOT = Path(__file__).resolve().parent.parent / "static"
TEMPLATES = ROOT.parent.parent / "templates"
FROM_PACKAGES = {
    "bootstrap.css": ("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css"),
}
BUNDLES = {"css/base.css": ("bootstrap.css", "css/theme.css", "css/parts.css")}
"""What every page needs goes in one piece: each request costs a telephone another wait."""

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
    if name in BUNDLES:
        parts = [found for each in BUNDLES[name] if (found := asset(each)) is not None]
        return Asset(name, b"\n".join(each.content for each in parts))
    if name in FROM_PACKAGES:
        package, path = FROM_PACKAGES[name]
        content = package_files(package).joinpath(path).read_bytes()
        return Asset(name, _spared(content) if name.endswith(".css") else content)
    try:
        path_on_disk = (ROOT / name).resolve()
        if not path_on_disk.is_relative_to(ROOT) or not path_on_disk.is_file():
            return None
    except (OSError, ValueError):  # longer than a name can be
        return None
    return Asset(name, path_on_disk.read_bytes())


def _spared(sheet: bytes) -> bytes:
    """Leave out of a package's style sheet what none of our pages uses: most of it."""
    pages = [path for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts]
    if not pages:  # not where they are in the repository
        return sheet.split(b"/*# sourceMappingURL")[0]
    texts = [path.read_text(encoding="utf-8") for path in (*pages, *(ROOT / "js").glob("*.js"))]
    return spare(sheet.decode(), set().union(*map(words_of, texts))).encode()


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
