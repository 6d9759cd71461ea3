"""The clock of Python code under test goes with the steps, and so does what it is told."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from onshi import Desk
from onshi.catalogue.load import find_trouble
from onshi.clock import JST
from onshi.config import Config
from onshi.integration import Integration
from onshi.runner import Runner
from onshi.suite import play
from onshi.visit import Handling


class Watcher(Integration):
    """Looks at the clock whenever it is called."""

    surfaces = frozenset({"webapi"})
    in_process = True

    def __init__(self) -> None:
        self.saw: list[tuple[str, datetime]] = []

    def _look(self, what: str) -> None:
        self.saw.append((what, datetime.now(JST)))

    def set_date(self, on: date) -> None:
        self._look(f"set_date {on}")
        assert date.today() == on

    def check_in(self, visit) -> Handling:
        self._look("check_in")
        assert date.today() == visit.date
        return Handling(status="valid", copay_percent=20)

    def close_month(self, on: date) -> None:
        self._look("close_month")
        assert date.today() == on

    def claim(self, visit) -> None:
        self._look("claim")
        assert date.today() == visit.date


def watched(id: str) -> list[tuple[str, datetime]]:
    runner = Runner(Watcher, patience=10)
    try:
        with Desk(date="2025-01-06", doors=("responses",)) as desk:
            played = play(desk, find_trouble(id), runner, Config())
        assert played.problem == ""
        return runner.integration.saw
    finally:
        runner.stop()


def test_the_days_of_visits_claims_and_returns() -> None:
    saw = [(what.split()[0], f"{at:%m-%d}") for what, at in watched("T8")]
    assert saw == [
        ("set_date", "10-30"),
        ("check_in", "10-30"),
        ("set_date", "11-10"),
        ("close_month", "11-10"),
        ("claim", "11-10"),
        ("set_date", "12-05"),
        ("set_date", "12-15"),
        ("check_in", "12-15"),
        ("set_date", "01-10"),
        ("close_month", "01-10"),
        ("claim", "01-10"),
    ]


def test_the_hours_of_one_day_without_a_new_date() -> None:
    saw = watched("T26")
    assert [what for what, _ in saw].count("set_date 2023-07-20") == 1
    hours = [f"{at:%H:%M}" for what, at in saw if what == "check_in"]
    assert hours == ["09:00", "10:00", "10:05", "11:00", "11:05", "12:00", "12:05"]


def test_the_clock_is_put_back() -> None:
    before = date.today()
    watched("T26")
    assert date.today() in (before, date.fromordinal(before.toordinal() + 1))


@pytest.mark.parametrize("id", ["T8", "T26"])
def test_other_programs_are_told_the_date(id: str) -> None:
    """Without in_process nobody moves their clock: set_date and the visit say the day."""

    class Elsewhere(Watcher):
        in_process = False

        def set_date(self, on: date) -> None:
            self.saw.append(("told", datetime.combine(on, datetime.min.time(), JST)))

        def check_in(self, visit) -> Handling:
            assert visit.date == self.saw[-1][1].date()
            return Handling()

        def close_month(self, on: date) -> None:
            assert on == self.saw[-1][1].date()

        def claim(self, visit) -> None:
            assert visit.date == self.saw[-1][1].date()

    runner = Runner(Elsewhere, patience=10)
    try:
        with Desk(date="2025-01-06", doors=("webapi",)) as desk:
            played = play(desk, find_trouble(id), runner, Config())
            assert played.problem == ""
            days = [at.date() for _, at in runner.integration.saw]
        assert days == sorted(set(days))
        assert len(days) == {"T8": 5, "T26": 1}[id]
    finally:
        runner.stop()
