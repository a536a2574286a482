"""What goes wrong, said to a program: problem details (RFC 9457) in place of a page."""

import json

from flask import Response

PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"


def concerns(path: str) -> bool:
    """Tell whether it is a program that asks: its addresses begin alike."""
    return path.startswith(PREFIX)


def problem(status: int, title: str, detail: str | None = None) -> Response:
    """Write a problem; a page on any other site may read it, as it may read the answers."""
    said = {"type": "about:blank", "title": title, "status": status}
    if detail:
        said["detail"] = detail
    body = json.dumps(said, ensure_ascii=False)
    headers = {"Access-Control-Allow-Origin": "*"}
    return Response(body, status, headers, mimetype=MEDIA_TYPE)
