"""Compressed answers, where the length of one tells nobody a secret."""

import gzip

from flask import Response, g, request

from tracker.core import pages

SMALLEST_COMPRESSED = 600
COMPRESSED = frozenset(
    {
        *("text/html", "text/css", "text/plain", "image/svg+xml"),
        *("application/json", "application/xml", "application/atom+xml"),
    }
)


def compress(response: Response) -> Response:
    """Compress what a stranger gets of a public page that is made anew: a form, a picture.

    Never for a browser with a cookie: what it typed and a secret that stays the same would stand
    in one compressed answer, whose length tells of both (BREACH). Whoever has no cookie yet gets
    another token with each answer, so there is nothing to guess at.
    """
    access = g.get("access")
    if (
        access is None
        or access.kind != "public"
        or request.cookies
        or pages.is_offered()
        or response.is_streamed
        or response.direct_passthrough
        or response.mimetype not in COMPRESSED
        or "Content-Encoding" in response.headers
        or response.status_code in {204, 304}
    ):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= SMALLEST_COMPRESSED and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        if etag := response.get_etag()[0]:
            response.set_etag(etag, weak=True)  # the same words in other bytes
    return response
