"""What the OpenAPI documents say of refusals: every operation may answer with a problem document (RFC 9457)."""

from __future__ import annotations

from typing import Any

from shouwang.ui.problems import MEDIA_TYPE

PROBLEM = {
    "title": "Problem",
    "description": "Why nothing was done. `code` is stable; `detail` is one Chinese sentence for the person in front.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:shouwang:problem:"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "which field the refusal is about"},
        "places": {
            "type": "array",
            "description": "where the input is not as described",
            "items": {
                "type": "object",
                "properties": {"at": {"type": "string"}, "kind": {"type": "string"}},
                "required": ["at", "kind"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
    "additionalProperties": False,
}
EVERYWHERE = {
    400: "the body is no JSON",
    404: "not there, or not yours",
    409: "refused: `code` says why",
    413: "the body is too large",
    422: "not as described",
}
KNOWN = {401: "nobody we know"}
BY_COOKIE = {403: "without the token that every write carries"}
BY_KEY = {429: "a quota is spent; `Retry-After` says when to come again"}


def problems_describe(document: Any) -> Any:
    """This function adds the problem documents that each operation may answer with; returns the document."""
    document["components"]["schemas"]["Problem"] = PROBLEM
    by_key = {
        name for name, scheme in document["components"].get("securitySchemes", {}).items() if scheme["type"] == "http"
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            schemes = {name for each in operation.get("security", ()) for name in each}
            told = dict(EVERYWHERE)
            if schemes:
                told |= KNOWN | (BY_KEY if schemes & by_key else BY_COOKIE)
            for status, words in sorted(told.items()):
                answer: dict[str, Any] = {
                    "description": words,
                    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                if status == 429:
                    answer["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer"}}}
                operation["responses"].setdefault(status, answer)
    return document
