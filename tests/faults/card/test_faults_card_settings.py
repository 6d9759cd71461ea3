"""Settings of the card's faults: what is refused, with which words; what is drawn."""

from __future__ import annotations

import math
import statistics
from datetime import date
from typing import Any

import pytest

from onshi import Desk
from onshi.eligibility.scenes import edit_patient
from onshi.errors import OnshiError
from onshi.faults import make_fault

SELECT = bytes.fromhex("00A4040C0AD392F000260100000001")


@pytest.mark.parametrize(
    ("fault", "settings", "words"),
    [
        ("card.oversized", {"extra": 0}, "extra is 1 to 65000 bytes, not 0"),
        ("card.oversized", {"extra": 65001}, "not 65001"),
        ("card.freeze", {"gives_up_after": -1}, "gives_up_after is a number of seconds"),
        ("card.freeze", {"gives_up_after": float("nan")}, "gives_up_after"),
        ("card.empty", {"executed": 3}, "executed"),
        ("card.first_6f00", {"after": True}, "did you mean after_reset"),
        ("card.blocked_6983", {"query": "9000"}, "query"),
        ("card.slow", {"seconds": float("inf")}, "seconds must be more than 0"),
        ("card.slow", {"distribution": "lognorml"}, "distribution: one of"),
        ("card.slow", {"distribution": "lognorml"}, "did you mean 'lognormal'?"),
        ("card.slow", {"seconds": "long"}, "seconds: Expected `float`, got `str`"),
        ("card.slow", {"distribution": "uniform"}, "uniform needs low and high"),
        ("card.slow", {"distribution": "uniform", "low": 2, "high": 1}, "not 2.0 and 1.0"),
        ("card.slow", {"low": 1, "high": 2}, "low and high are for distribution uniform"),
        ("card.slow", {"distribution": "lognormal", "sigma": -1}, "sigma is 0 to 5"),
        ("card.slow", {"distribution": "table"}, "table needs a table"),
        ("card.slow", {"table": [[0, 1]]}, "table needs a table, and no other has one"),
        ("card.slow", {"distribution": "table", "table": [[0, -1]]}, "seconds, 0 or more"),
        ("card.slow", {"distribution": "table", "table": [[0, 1], [101, 2]]}, "percent, 0 to 100"),
        ("card.slow", {"distribution": "table", "table": [[50, 1], [50, 2]]}, "percentages rise"),
        ("card.slow", {"distribution": "table", "table": [[1, 3], [2, 1]]}, "do not fall"),
        ("card.slow", {"distribution": "table", "table": [[1, 2, 3]]}, "table"),
        ("scene.damaged_certificate", {"how": "burn"}, "how"),
        ("scene.damaged_certificate", {"use": "ca"}, "use"),
        ("scene.certificate_not_yet_valid", {"days": 0}, "days counts from 1, not 0"),
        ("scene.certificate_renewed", {"days_ago": -1}, "days_ago is 0 or more, not -1"),
        ("scene.certificate_expired_early", {"reason": "lost"}, "reason"),
        ("scene.wrong_card", {"who": "dog"}, "who"),
    ],
)
def test_refused(fault: str, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(OnshiError) as caught:
        make_fault(fault, settings)
    assert str(caught.value).startswith(f"fault {fault}")
    assert words in str(caught.value)


def test_the_fifth_birthday_of_a_small_child() -> None:
    with Desk(date="2025-10-20") as desk:
        edit_patient(desk.scene, birthdate=date(2023, 4, 1))
        with pytest.raises(OnshiError, match="needs a patient of 5 or more"):
            desk.inject("scene.certificate_expired_early", reason="fifth_birthday")


def waits(seed: int, count: int, **settings: Any) -> list[float]:
    """How many simulated seconds each of some commands took."""
    found = []
    with Desk(date="2025-10-20", seed=seed, doors=()) as desk:
        desk.inject("card.slow", **settings)
        card = desk.board.card(desk.card)
        for _ in range(count):
            before = desk.clock.waited
            card.transmit(SELECT)
            found.append(desk.clock.waited - before)
    return found


LONG = 400
TABLE = [[10, 0.5], [50, 1.0], [90, 3.0]]


def test_fixed() -> None:
    assert waits(1, 3) == [3.0] * 3
    assert waits(1, 3, seconds=0.25) == [0.25] * 3


def test_uniform() -> None:
    found = waits(1, LONG, distribution="uniform", low=2, high=4)
    assert 2 <= min(found) < 2.1
    assert 3.9 < max(found) <= 4
    assert statistics.mean(found) == pytest.approx(3, abs=0.1)


def test_lognormal() -> None:
    found = waits(1, LONG, distribution="lognormal", seconds=0.8, sigma=0.5)
    assert statistics.median(found) == pytest.approx(0.8, rel=0.1)
    logs = [math.log(w) for w in found]
    assert statistics.stdev(logs) == pytest.approx(0.5, rel=0.15)


def test_lognormal_without_spread() -> None:
    assert waits(1, 3, distribution="lognormal", seconds=2, sigma=0) == pytest.approx([2.0] * 3)


def test_table() -> None:
    found = waits(1, LONG, distribution="table", table=TABLE)
    assert min(found) == 0.5
    assert max(found) == 3.0
    assert statistics.median(found) == pytest.approx(1.0, abs=0.1)
    assert found.count(0.5) / LONG == pytest.approx(0.1, abs=0.05)
    assert found.count(3.0) / LONG == pytest.approx(0.1, abs=0.05)
    assert sum(w < 2.0 for w in found) / LONG == pytest.approx(0.7, abs=0.07)


def test_a_table_of_one_line() -> None:
    assert waits(1, 3, distribution="table", table=[[50, 0.4]]) == pytest.approx([0.4] * 3)


@pytest.mark.parametrize(
    "settings",
    [
        {"distribution": "uniform", "low": 1, "high": 2},
        {"distribution": "lognormal"},
        {"distribution": "table", "table": TABLE},
    ],
)
def test_the_seed_decides(settings: dict[str, Any]) -> None:
    assert waits(1, 5, **settings) == waits(1, 5, **settings)
    assert waits(1, 5, **settings) != waits(2, 5, **settings)


def test_a_draw_is_bounded_by_the_deadline() -> None:
    with Desk(date="2025-10-20", doors=(), deadline=10) as desk:
        desk.inject("card.slow", distribution="lognormal", seconds=9, sigma=5)
        card = desk.board.card(desk.card)
        for _ in range(50):
            before = desk.clock.waited
            card.transmit(SELECT)
            assert 0 < desk.clock.waited - before <= 10.001


def test_each_instruction_has_its_own() -> None:
    with Desk(date="2025-10-20", doors=()) as desk:
        desk.inject("card.slow", {"match": "SELECT"}, seconds=1)
        desk.inject("card.slow", {"match": "VERIFY_QUERY"}, seconds=5)
        card = desk.board.card(desk.card)
        card.transmit(SELECT)
        assert desk.clock.waited == 1
        card.transmit(bytes.fromhex("00200098"))
        assert desk.clock.waited == 6


def test_a_fault_that_cannot_be_leaves_nothing_behind() -> None:
    with Desk(date="2025-10-20") as desk:
        before = desk.scene.card
        with pytest.raises(OnshiError, match="file in missing"):
            desk.inject("scene.missing", what="jpki/00AA")
        assert desk.scene.card == before
        assert desk.injections.faults == []
        desk.inject("scene.missing", what="jpki/0001")
        desk.injections.lift_fault("scene.missing")
        assert desk.scene.card == before
        assert desk.scene.truth in desk.scene.coverages
        assert any(c is desk.scene.truth for c in desk.scene.coverages)
