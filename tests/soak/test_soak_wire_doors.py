"""Any wire action at either HTTP door: ``requests`` sees the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onshi.doors.webapi import WebApiDoor
from onshi.faults import Fault, FaultRun, fault
from onshi.schedule import Schedule
from onshi.seams import Seam, WireAction, WireEvent, WireStage

sys.path.append(str(Path(__file__).parents[1] / "doors"))

from bothdoors import Place, at_requests, at_socket, seen

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def real_door() -> Iterator[WebApiDoor]:
    door = WebApiDoor()
    door.start()
    yield door
    door.close()


def lengths(body: bytes) -> int:
    return len(body) // 2


ACTIONS = st.builds(
    WireAction,
    delay=st.sampled_from([0.0, 0.0, 0.5]),
    status=st.sampled_from([None, None, 200, 204, 304, 404, 429, 503, 999]),
    reason=st.sampled_from(["", "As It Pleases"]),
    body=st.binary(max_size=600),
    raw=st.sampled_from(
        [None, None, None, b"", b"\r\n", b"HTTP/1.1 200 OK\r\n\r\nx", b"220 smtp\r\n"]
    ),
    rewrite=st.sampled_from([None, bytes.upper, lambda body: b""]),
    headers=st.lists(
        st.sampled_from(
            [("Content-Length", "7"), ("Content-Type", ""), ("X", "y"), ("Set-Cookie", "a=b")]
        ),
        max_size=2,
    ).map(tuple),
    length=st.sampled_from([None, None, 0, 5, 10**6, lengths]),
    framing=st.sampled_from(["", "", "chunked", "chunk_error", "no_last_chunk", "until_close"]),
    pace=st.sampled_from([None, None, (50, 0.1), (1000, 2.0)]),
    cut_after=st.sampled_from([None, None, 0, 1, 30, 400]),
    cut_from=st.sampled_from(["", "body", "head"]),
    end=st.sampled_from(["", "", "close", "farewell", "reset", "stall"]),
)


@fault("wire.as_told_at_the_request", Seam.WIRE, title="試験用")
class AtRequest(Fault, frozen=True, kw_only=True):
    STAGE: ClassVar[WireStage] = WireStage.REQUEST
    action: Any

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return self.action


@fault("wire.as_told_at_the_answer", Seam.WIRE, title="試験用")
class AtAnswer(AtRequest, frozen=True, kw_only=True):
    STAGE: ClassVar[WireStage] = WireStage.ANSWER


def met(place: Place, before: WireAction | None, after: WireAction | None) -> Any:
    token = place.token()
    match = Schedule(match="search")
    if before is not None:
        place.stage.board.add(AtRequest(action=before), match)
    if after is not None:
        place.stage.board.add(AtAnswer(action=after), match)
    return seen(partial(place.search, token))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=st.none() | ACTIONS, after=st.none() | ACTIONS)
def test_whatever_happens(
    real_door: WebApiDoor, before: WireAction | None, after: WireAction | None
) -> None:
    with at_socket(real_door, 0.01, 5.0) as wired, at_requests(0.01, 5.0) as inside:
        assert met(inside, before, after) == met(wired, before, after)
