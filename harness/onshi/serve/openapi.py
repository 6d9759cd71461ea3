"""The OpenAPI document of the control API, made from the table of operations."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from onshi.serve import desk_calls, look_calls, visit_calls  # noqa: F401 - they fill the table
from onshi.serve.bodies import ErrorAnswer
from onshi.serve.operations import BYTES, JSON, OPERATIONS, Operation

__all__ = ["LIMIT", "document", "operations"]

LIMIT = 2 * 1024 * 1024
"""The largest body that is taken, in bytes."""

_REFUSALS = {
    400: "The request is wrong; `field` says where.",
    401: "The token is missing or wrong.",
    403: "From a page of another origin, or by another host name.",
    404: "There is no such thing.",
    409: "Not at this moment, or not by these doors.",
    422: "The file cannot be read; the message names record and item.",
    503: "The desk cannot be had at the moment: its folder is away, a disk is full.",
    413: f"Larger than {LIMIT} bytes.",
}
_TEXT = {"type": "string"}
_ALWAYS = (400, 401, 403, 413)
_TAGS = {
    "desks": "Isolated worlds, each with a card reader and an eligibility system of its own.",
    "patient": "Who is at the desk.",
    "faults": "Troubles and faults, without a visit.",
    "card": "Hands.",
    "journal": "What happened at a desk, in order.",
    "visits": "One patient coming to the desk, from the card to the verdict.",
    "catalogue": "Surveys and troubles.",
    "results": "The verdicts that were kept.",
    "certificates": "The test certificates.",
}


def operations() -> list[Operation]:
    """Every operation: those that the modules named above have entered."""
    return OPERATIONS


@cache
def document() -> dict[str, Any]:
    """The document (OpenAPI 3.1), without a server address: paths are relative to it."""
    from importlib.metadata import version

    table = operations()
    kinds = [k for o in table for k in (o.body, o.answer) if k is not None and k is not bytes]
    schemas, components = msgspec.json.schema_components(
        [*kinds, ErrorAnswer], ref_template="#/components/schemas/{name}"
    )
    by_kind = dict(zip([repr(k) for k in (*kinds, ErrorAnswer)], schemas, strict=True))
    paths: dict[str, Any] = {}
    for one in table:
        paths.setdefault(one.path, {})[one.method.lower()] = _described(one, by_kind)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "onshi control API",
            "version": version("pytest-onshi"),
            "description": "Desks, visits and verdicts for products in any language. Every request "
            "carries `Authorization: Bearer $ONSHI_CONTROL_TOKEN`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(one: Operation, by_kind: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "parameters": _parameters(one),
        "responses": _responses(one, by_kind),
    }
    if one.body is bytes:
        octets = {"schema": {"type": "string", "contentMediaType": one.takes}}
        found["requestBody"] = {"required": True, "content": {one.takes: octets}}
    elif one.body is not None:
        required = _needs_body(one.body)
        content = {one.takes: {"schema": by_kind[repr(one.body)]}}
        found["requestBody"] = {"required": required, "content": content}
    return found


def _needs_body(kind: type) -> bool:
    return any(f.required for f in msgspec.structs.fields(kind))


def _parameters(one: Operation) -> list[dict[str, Any]]:
    text = {"type": "string", "minLength": 1}
    in_path = [
        {"name": n, "in": "path", "required": True, "schema": text}
        for n in re.findall(r"\{(\w+)\}", one.path)
    ]
    in_query = [
        {"name": n, "in": "query", "required": False, "schema": text, "description": d}
        for n, d in one.query.items()
    ]
    return [*in_path, *in_query]


def _responses(one: Operation, by_kind: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {str(one.status): {"description": "Done."}}
    if one.status != 204:
        schema = by_kind[repr(one.answer)] if one.answer is not None else _TEXT
        if one.gives == BYTES:
            schema = {**_TEXT, "contentMediaType": BYTES}
        content = {one.gives: {"schema": schema}}
        if one.streams:
            content["text/event-stream"] = {"schema": {"type": "string"}}
        found[str(one.status)]["content"] = content
    refusal = {"content": {JSON: {"schema": by_kind[repr(ErrorAnswer)]}}}
    for status in sorted({*_ALWAYS, *one.refusals}):
        found[str(status)] = {"description": _REFUSALS[status], **refusal}
    return found
