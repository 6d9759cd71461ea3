"""wire.congestion: how many are refused follows from the load, and it ends with the fault."""

from __future__ import annotations

import pytest
import requests

import onshi
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN
from onshi.faults.wire.congestion import Congestion


@pytest.mark.parametrize(
    ("lines", "load", "share"),
    [(10, 10.0, 0.2146), (10, 20.0, 0.5380), (1, 1.0, 0.5), (20, 12.0, 0.0098), (5, 0.0, 0.0)],
)
def test_the_share_is_the_one_of_published_tables(lines: int, load: float, share: float) -> None:
    assert Congestion(lines=lines, load=load).refused == pytest.approx(share, abs=5e-5)


def statuses(desk: onshi.Desk, count: int) -> list[int]:
    return [
        requests.post(PRODUCTION_LOGIN + LOGIN_PATH, json={}, cert="c.pem", timeout=5).status_code
        for _ in range(count)
    ]


def test_a_program_is_refused_about_as_often_and_then_no_more() -> None:
    with onshi.Desk(doors=("responses",), seed=3, date="2025-10-20", time="virtual") as desk:
        run = desk.inject("wire.congestion", lines=10, load=20.0)
        seen = statuses(desk, 300)
        assert set(seen) == {200, 503}
        assert 130 <= seen.count(503) <= 190
        desk.board.remove(run)
        assert set(statuses(desk, 20)) == {200}


def test_the_same_seed_refuses_the_same_ones() -> None:
    def once() -> list[int]:
        with onshi.Desk(doors=("responses",), seed=9, date="2025-10-20", time="virtual") as desk:
            desk.inject("wire.congestion")
            return statuses(desk, 30)

    assert once() == once()
