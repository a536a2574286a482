"""The public interface's description (OpenAPI 3.1), which its answers are tested against."""

from typing import Any

from tracker.core import links
from tracker.postings.rules import DocumentKind, EmploymentType, PayUnit

LIST, ONE, DESCRIPTION = "/api/v1/postings", "/api/v1/postings/{slug}", "/api/v1/openapi.json"
PAGE, LARGEST_PAGE = 20, 100

_TEXT = {"type": "string"}
_FIGURE = {"type": ["number", "null"], "minimum": 0}
_DAY = {"type": ["string", "null"], "format": "date"}
_TIME = {"type": ["string", "null"], "format": "date-time"}
_ADDRESS = {"type": "string", "format": "uri"}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    closed = {"additionalProperties": False, "required": list(properties)}
    return {"type": "object", "properties": properties, **closed, **more}


_BRIEF: dict[str, Any] = {
    "reference": {**_TEXT, "description": "Names the posting for ever.", "examples": ["2026-014"]},
    "slug": {**_TEXT, "description": "The last part of its address."},
    "url": {**_ADDRESS, "description": "The page for people."},
    "apply_url": {
        "type": ["string", "null"],
        "format": "uri",
        "description": "Where to apply; null while applications are not taken.",
    },
    "title": _TEXT,
    "summary": _TEXT,
    "employment_types": {
        "type": "array",
        "items": {"type": "string", "enum": [each.value for each in EmploymentType]},
    },
    "hours": _object({"min": _FIGURE, "max": _FIGURE}, description="Hours a week."),
    "schedule": _TEXT,
    "pay": _object(
        {
            "min": _FIGURE,
            "max": _FIGURE,
            "unit": {"enum": [*(each.value for each in PayUnit), None]},
            "currency": {**_TEXT, "description": "ISO 4217."},
            "note": _TEXT,
        }
    ),
    "benefits": {**_TEXT, "description": "Markdown."},
    "location": _object(
        {
            "name": _TEXT,
            "street": _TEXT,
            "city": _TEXT,
            "region": _TEXT,
            "postal_code": _TEXT,
            "country": {**_TEXT, "description": "ISO 3166-1, two letters."},
        }
    ),
    "reports_to": _TEXT,
    "openings": {"type": "integer", "minimum": 1},
    "published_at": _TIME,
    "changed_at": _TIME,
    "closes_at": {**_TIME, "description": "From then on the posting is in no answer."},
    "open_until_filled": {"type": "boolean"},
    "first_review_on": _DAY,
    "interviews_begin_on": _DAY,
    "answer_by_on": _DAY,
}
_WHOLE: dict[str, Any] = {
    **_BRIEF,
    "sections": {
        "type": "array",
        "items": _object(
            {
                "heading": {**_TEXT, "description": "Empty for the opening words."},
                "markdown": _TEXT,
                "html": {**_TEXT, "description": "The same, without anything that can run."},
            }
        ),
    },
    "documents": {
        "type": "array",
        "items": _object(
            {
                "kind": {"type": "string", "enum": [each.value for each in DocumentKind]},
                "title": _TEXT,
                "instructions": _TEXT,
                "word_limit": {"type": ["integer", "null"], "minimum": 1},
                "required": {"type": "boolean"},
            }
        ),
    },
    "skills": {"type": "array", "items": _TEXT},
    "questions": {"type": "integer", "minimum": 0, "description": "How many are asked."},
}
SCHEMAS: dict[str, Any] = {
    "Brief": _object(_BRIEF),
    "Posting": _object(_WHOLE),
    "List": _object(
        {
            "postings": {"type": "array", "items": {"$ref": "#/components/schemas/Brief"}},
            "next": {
                "type": ["string", "null"],
                "format": "uri",
                "description": "The next page's address; null on the last page.",
            },
        }
    ),
    "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
        },
        "required": ["type", "title", "status"],
    },
}


def description() -> dict[str, Any]:
    """Describe the interface: what can be asked, and the shape of every answer."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Open positions",
            "version": "1",
            "description": "What the careers page lists, for other programs. Reading needs no"
            " key. A posting that has closed is in no answer from that moment on.",
        },
        "servers": [{"url": links.absolute("")}],
        "paths": {
            LIST: {"get": _listing()},
            ONE: {"get": _one()},
            DESCRIPTION: {"get": _described()},
        },
        "components": {"schemas": SCHEMAS},
    }


def _listing() -> dict[str, Any]:
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}
    return {
        "operationId": "listPostings",
        "summary": "The open positions, newest first",
        "parameters": [
            {"name": "limit", "in": "query", "schema": limit},
            {
                "name": "cursor",
                "in": "query",
                "schema": _TEXT,
                "description": "Where the page before ended, as its `next` says.",
            },
            _tag(),
        ],
        "responses": {"200": _answer("List"), **_else(400)},
    }


def _one() -> dict[str, Any]:
    slug = {"name": "slug", "in": "path", "required": True, "schema": _TEXT}
    return {
        "operationId": "readPosting",
        "summary": "One open position with its text",
        "parameters": [slug, _tag()],
        "responses": {"200": _answer("Posting"), **_else(404, 410)},
    }


def _described() -> dict[str, Any]:
    shape = {"application/json": {"schema": {"type": "object"}}}
    return {
        "operationId": "readDescription",
        "summary": "This description",
        "responses": {"200": {"description": "OpenAPI 3.1", "content": shape}},
    }


def _tag() -> dict[str, Any]:
    return {
        "name": "If-None-Match",
        "in": "header",
        "schema": _TEXT,
        "description": "An earlier answer's ETag; 304 says that nothing has changed.",
    }


def _answer(name: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {
        "description": "What was asked for",
        "headers": {"ETag": {"schema": _TEXT}},
        "content": {"application/json": {"schema": schema}},
    }


_SAID = {
    400: "The address asks for what cannot be answered",
    404: "There is no such posting",
    410: "The posting has closed",
}


def _else(*statuses: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema}}
    answers: dict[str, Any] = {"304": {"description": "Nothing has changed"}}
    for status in statuses:
        answers[str(status)] = {"description": _SAID[status], "content": content}
    return answers
