"""The OpenAPI document: valid, complete, and what the process really answers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from onshi.serve.openapi import document, operations
from serving import Served

DESIGN = {
    ("POST", "/desks"),
    ("GET", "/desks/{desk}/patient"),
    ("POST", "/desks/{desk}/patient/next"),
    ("POST", "/desks/{desk}/troubles/{trouble}"),
    ("DELETE", "/desks/{desk}/troubles/{trouble}"),
    ("POST", "/desks/{desk}/faults/{fault}"),
    ("POST", "/desks/{desk}/card/insert"),
    ("POST", "/desks/{desk}/card/remove"),
    ("POST", "/desks/{desk}/card/replace"),
    ("POST", "/desks/{desk}/date"),
    ("GET", "/desks/{desk}/journal"),
    ("POST", "/desks/{desk}/reset"),
    ("POST", "/desks/{desk}/visits"),
    ("POST", "/visits/{visit}/present"),
    ("POST", "/visits/{visit}/pin"),
    ("POST", "/visits/{visit}/decide"),
    ("POST", "/visits/{visit}/claim"),
    ("POST", "/visits/{visit}/handling"),
}


@pytest.fixture(scope="module")
def told(process: Served) -> dict[str, Any]:
    """The document as the process gives it away."""
    found: dict[str, Any] = process.control("GET", "/openapi.json")
    return found


def test_it_is_valid(told: dict[str, Any]) -> None:
    validate(told)


def test_it_is_made_of_the_table_that_routes_are_made_of(told: dict[str, Any]) -> None:
    assert told == json.loads(json.dumps(document()))
    listed = {(m.upper(), path) for path, them in told["paths"].items() for m in them}
    assert listed == {(one.method, one.path) for one in operations()}


def test_every_path_of_the_design_is_there(told: dict[str, Any]) -> None:
    listed = {(m.upper(), path) for path, them in told["paths"].items() for m in them}
    assert listed >= DESIGN


def test_every_listed_operation_is_routed(process: Served, told: dict[str, Any]) -> None:
    """Each answers with one of its statuses; none is unknown to the router."""
    for path, them in told["paths"].items():
        for method, one in them.items():
            if (method, path) == ("post", "/desks"):
                continue
            at = re.sub(r"\{\w+\}", "none", path)
            reply = process.ask(method.upper(), at)
            assert str(reply.status) in one["responses"], (method, at, reply.body)
            assert b"/openapi.json" not in reply.body


def test_every_operation_says_what_it_is_for(told: dict[str, Any]) -> None:
    ids = [one["operationId"] for them in told["paths"].values() for one in them.values()]
    assert len(ids) == len(set(ids))
    for them in told["paths"].values():
        for one in them.values():
            assert len(one["summary"]) > 10
            assert one["tags"][0] in {t["name"] for t in told["tags"]}


def test_refusals_list_every_method(process: Served) -> None:
    reply = process.ask("PUT", "/desks")
    assert reply.status == 405
    assert set(reply.headers["allow"].split(", ")) >= {"GET", "POST"}
