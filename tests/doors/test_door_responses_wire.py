"""Each wire fault at both doors, with ``requests``: the same answer, or the same exception."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import requests
from bothdoors import Place, at_requests, at_socket, chain, seen
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from onshi.doors.webapi import WebApiDoor
from onshi.eligibility.api import PRODUCTION_SEARCH, SEARCH_PATH
from onshi.faults.registry import fault_names, find_fault, make_fault
from onshi.people.generate import make_person
from onshi.schedule import Schedule

SCALE = 0.01
LIMIT = 0.25
"""Seconds that a client with a time-out waits on the wire where the answer never comes."""
DEADLINES = {True: 90.0, False: 10.0}
"""Of a desk whose client has a time-out, which comes first, and of others, in its own seconds."""


@dataclass(frozen=True)
class Case:
    """A fault, met at the search or the ``login``; ``limit``: the client has a time-out."""

    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    limit: bool = False
    login: bool = False
    times: int | None = 1

    def __str__(self) -> str:
        told = "-".join(f"{k}={v}" for k, v in self.settings.items())
        return "-".join(filter(None, (self.name, told, "limit" * self.limit, "login" * self.login)))


CASES = [
    Case("wire.bandwidth", {"rate": 500}),
    Case("wire.charset"),
    Case("wire.chunk_error"),
    Case("wire.chunk_error", {"kind": "no_last"}),
    Case("wire.chunked"),
    Case("wire.close"),
    Case("wire.close", {"answered": True}),
    Case("wire.content_length"),
    Case("wire.content_length", {"closes": True}),
    Case("wire.content_length", limit=True),
    Case("wire.content_length", {"off": -40}),
    Case("wire.content_length", {"off": -100_000}),
    Case("wire.content_length", {"characters": True}),
    Case("wire.congestion", {"lines": 1, "load": 1e9}),
    Case("wire.dribble", {"piece": 400, "gap": 2.0}),
    Case("wire.dribble", {"piece": 1}),
    Case("wire.dribble", {"gap": 60.0}, limit=True),
    Case("wire.garbage"),
    Case("wire.garbage", {"count": 1}),
    Case("wire.latency", {"seconds": 3.0, "distribution": "lognormal"}),
    Case("wire.redirect", {"to": "/login"}),
    Case("wire.redirect", {"to": "/login", "status": 307}),
    Case("wire.redirect", {"status": 308}, times=None),
    Case("wire.refuse"),
    Case("wire.refuse", login=True),
    Case("wire.refuse_tls"),
    Case("wire.reset"),
    Case("wire.reset", {"after_bytes": 100}),
    Case("wire.silent"),
    Case("wire.silent", limit=True),
    Case("wire.slow", {"seconds": 5}),
    Case("wire.slow", {"seconds": 80}, limit=True),
    Case("wire.stall"),
    Case("wire.stall", limit=True),
    Case("wire.stall", {"after_bytes": 50}),
    Case("wire.stall", {"after_bytes": 50}, limit=True),
    Case("wire.stall_tls"),
    Case("wire.stall_tls", limit=True),
    Case("wire.status"),
    Case("wire.status", {"status": 502}, login=True),
    Case("wire.tls_client_expired", login=True),
    Case("wire.tls_client_refused", login=True),
    Case("wire.tls_expired"),
    Case("wire.tls_not_yet_valid"),
    Case("wire.tls_old_protocol"),
    Case("wire.tls_slow", {"seconds": 0.2}),
    Case("wire.tls_slow", {"seconds": 5.0}),
    Case("wire.tls_slow", {"seconds": 60.0}, limit=True),
    Case("wire.tls_unknown_ca"),
    Case("wire.tls_wrong_host"),
    Case("wire.too_many_requests"),
    Case("wire.truncate", {"after_bytes": 0}),
    Case("wire.truncate", {"after_bytes": 100}),
    Case("wire.truncate", {"after_bytes": 100, "announced": False}),
    Case("wire.truncate", {"after_bytes": 9, "head": True}),
    Case("wire.truncate", {"after_bytes": 60, "head": True}),
    Case("wire.unauthorized"),
]


@pytest.fixture(scope="module")
def real_door() -> Iterator[WebApiDoor]:
    door = WebApiDoor()
    door.start()
    yield door
    door.close()


def limited(request: pytest.FixtureRequest) -> bool:
    """Whether this test's client has a time-out."""
    told = getattr(request.node, "callspec", None)
    case = told.params.get("case") if told is not None else None
    return case is None or case.limit


@pytest.fixture
def on_wire(request: pytest.FixtureRequest, real_door: WebApiDoor) -> Iterator[Place]:
    with at_socket(real_door, SCALE, DEADLINES[limited(request)]) as place:
        yield place


@pytest.fixture
def in_process(request: pytest.FixtureRequest) -> Iterator[Place]:
    with at_requests(SCALE, DEADLINES[limited(request)]) as place:
        yield place


def met(place: Place, case: Case) -> tuple[Any, float]:
    """What is seen of the fault, and how long the caller took of its own time."""
    token = "" if case.login else place.token()
    place.stage.inject(case.name, Schedule(first=case.times), **case.settings)
    limits = place.limits(LIMIT) if case.limit else {}
    began, waited = time.monotonic(), place.stage.clock.waited
    if case.login:
        what = seen(partial(place.log_in, **limits))
    else:
        what = seen(partial(place.search, token, **limits))
    passed = time.monotonic() - began
    if place.stage.clock.virtual:
        passed = place.stage.clock.waited - waited
    return what, passed


@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_doors_alike(on_wire: Place, in_process: Place, case: Case) -> None:
    there, took = met(on_wire, case)
    here, passed = met(in_process, case)
    assert here == there
    # On the wire at least as long as in-process, where time is exact: a lower bound on any machine.
    assert took >= passed * SCALE * 0.95
    for place in (on_wire, in_process):
        place.stage.board.clear()
        assert place.search(place.token()).status_code == 200, "nothing is left of the fault"


def test_every_wire_fault_is_compared() -> None:
    """Those that are about the address have tests of their own: there is no connection to make."""
    names = [n for n in fault_names() if n.startswith("wire.")]
    here = [n for n in names if getattr(find_fault(n), "STAGE", "") != "address"]
    assert sorted({c.name for c in CASES}) == here


# ---------------------------------------------------------- first n, then well
def retrying(place: Place, **how: Any) -> None:
    retries = Retry(total=3, backoff_factor=0, allowed_methods=None, **how)
    place.session.mount("https://", HTTPAdapter(max_retries=retries))


@pytest.mark.parametrize("where", ["on_wire", "in_process"])
@pytest.mark.parametrize(
    ("name", "settings", "limit"),
    [
        ("wire.refuse", {}, None),
        ("wire.refuse_tls", {}, None),
        ("wire.reset", {}, None),
        ("wire.garbage", {}, None),
        ("wire.stall", {}, LIMIT),
        ("wire.status", {"status": 503}, None),
        ("wire.too_many_requests", {"retry_after": 0}, None),
    ],
)
def test_a_client_that_tries_again_gets_there(
    request: pytest.FixtureRequest, where: str, name: str, settings: dict[str, Any], limit: Any
) -> None:
    place: Place = request.getfixturevalue(where)
    token = place.token()
    retrying(place, status_forcelist=[503])
    place.stage.inject(name, Schedule(first=2), **settings)
    limits = place.limits(limit) if limit else {}
    assert place.search(token, **limits).status_code == 200
    struck = list(place.stage.journal.events("fault", "fault"))
    assert [e["operation"] for e in struck] == [1, 2]


@pytest.mark.parametrize("where", ["on_wire", "in_process"])
def test_a_client_that_gives_up_says_so(request: pytest.FixtureRequest, where: str) -> None:
    place: Place = request.getfixturevalue(where)
    token = place.token()
    retrying(place)
    place.stage.inject("wire.reset")
    with pytest.raises(requests.exceptions.ConnectionError, match="Max retries exceeded") as found:
        place.search(token)
    assert chain(found.value)[1:3] == ["urllib3.MaxRetryError", "urllib3.ProtocolError"]
    assert len(list(place.stage.journal.events("fault", "fault"))) == 4


def test_pauses_between_tries_are_simulated_time(in_process: Place) -> None:
    token = in_process.token()
    retries = Retry(total=3, backoff_factor=20, allowed_methods=None)
    in_process.session.mount("https://", HTTPAdapter(max_retries=retries))
    in_process.stage.inject("wire.refuse", Schedule(first=2))
    assert in_process.search(token).status_code == 200
    assert in_process.stage.clock.waited == 40, "none before the second try, 40 before the third"


# --------------------------------------------------------------------- time
def test_waits_one_after_another_are_one_silence(in_process: Place) -> None:
    """Two delays of 8 s before the first byte are longer than a time-out of 10 s."""
    token = in_process.token()
    in_process.stage.inject("inquiry.slow", seconds=8)
    in_process.stage.inject("wire.slow", seconds=8)
    with pytest.raises(requests.exceptions.ReadTimeout):
        in_process.search(token, timeout=10)
    assert in_process.stage.clock.waited == 10


def test_delays_add_up_and_what_else_is_due_happens_too(in_process: Place) -> None:
    token = in_process.token()
    in_process.stage.inject("wire.latency", seconds=2)
    in_process.stage.inject("wire.slow", seconds=3)
    in_process.stage.inject("wire.truncate", after_bytes=10)
    in_process.stage.inject("wire.status", status=500)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        in_process.search(token)
    assert in_process.stage.clock.waited == 5
    [wired] = [e for e in in_process.stage.journal.events("webapi", "wire") if "cut_after" in e]
    assert wired["delay"] == 5


def test_connect_and_read_time_outs_are_told_apart(in_process: Place) -> None:
    """During TLS the connect time-out counts; requests calls it a read time-out, too."""
    token = in_process.token()
    in_process.stage.inject("wire.stall_tls", Schedule(nth=1))
    with pytest.raises(requests.exceptions.ReadTimeout, match="timeout=3"):
        in_process.search(token, timeout=(3, 7))
    in_process.stage.inject("wire.stall")
    with pytest.raises(requests.exceptions.ReadTimeout, match="timeout=7"):
        in_process.search(token, timeout=(3, 7))
    assert in_process.stage.clock.waited == 10


def test_a_dribble_never_meets_the_time_out(in_process: Place) -> None:
    token = in_process.token()
    in_process.stage.inject("wire.dribble", piece=100, gap=1.0)
    assert in_process.search(token, timeout=1.5).status_code == 200
    assert 5 < in_process.stage.clock.waited < 60


def test_the_desk_closes_in_the_middle(in_process: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    token, clock, waits = in_process.token(), in_process.stage.clock, []
    wait = clock.wait

    def wait_and_close(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 5:
            clock.release()
        wait(seconds)

    monkeypatch.setattr(clock, "wait", wait_and_close)
    in_process.stage.inject("wire.dribble")
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection aborted"):
        in_process.search(token, timeout=1.5)
    assert clock.waited < 10


def test_head_has_no_body(in_process: Place) -> None:
    reply = requests.head(PRODUCTION_SEARCH + SEARCH_PATH)
    assert (reply.status_code, reply.content) == (405, b"")
    assert int(reply.headers["Content-Length"]) > 0


# ------------------------------------------------------------------- tokens
@pytest.mark.parametrize("by", ["waiting", "the date"])
def test_tokens_grow_old(in_process: Place, by: str) -> None:
    stage = in_process.stage
    old, forever = in_process.token(), in_process.token()
    stage.inject("scene.token_life", seconds=600)
    stage.clock.wait(600)
    assert in_process.search(old).status_code == 200
    if by == "waiting":
        stage.clock.wait(1)
    else:
        stage.clock.travel(stage.scene.date.replace(day=21))
    refused = in_process.search(old)
    assert (refused.status_code, refused.json()["msg"]) == (
        401,
        "the idToken has expired: log in again",
    )
    assert in_process.search(in_process.token()).status_code == 200
    stage.board.clear()
    assert in_process.search(forever).status_code == 200, "the life ended with the fault"


def test_a_token_is_refused_although_it_is_valid(in_process: Place) -> None:
    token = in_process.token()
    in_process.stage.inject("wire.unauthorized", Schedule(first=1))
    assert in_process.log_in().status_code == 200, "the login is not what it is about"
    assert in_process.search(token).status_code == 401
    assert in_process.search(token).status_code == 200


# ------------------------------------------------------------------- aiming
@pytest.mark.parametrize("where", ["on_wire", "in_process"])
@pytest.mark.parametrize("about", ["patient", "insurer", "municipality"])
def test_a_fault_is_about_somebody(request: pytest.FixtureRequest, where: str, about: str) -> None:
    """The login, other people's searches and what is no message go by uncounted."""
    place: Place = request.getfixturevalue(where)
    scene = place.stage.scene
    place.stage.board.scene = scene
    person, coverage = make_person(77, "p9", on=scene.date, kind="kokuho")
    scene.coverages.append(coverage)
    names = {
        "patient": "p9",
        "insurer": coverage.qualification.insurer_number,
        "municipality": person.municipality,
    }
    mine = {
        "insurer_number": coverage.qualification.insurer_number,
        "symbol": coverage.qualification.symbol,
        "number": coverage.qualification.number,
        "branch": coverage.qualification.branch,
        "birthdate": f"{person.birthdate:%Y%m%d}",
    }
    run = place.stage.board.add(
        make_fault("wire.reset", {}), Schedule(match=f"{about}:{names[about]}", nth=2)
    )
    token = place.token()
    asked = [{}, mine, {}, mine, {}, mine]
    got = [seen(partial(place.search, token, about=who))[0] for who in asked]
    assert got == [200, 200, 200, "requests.ConnectionError", 200, 200]
    assert place.search(token, data=b"{").status_code == 400
    assert run.runtime.count == 3
