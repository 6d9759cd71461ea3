"""The tests of the suite as pytest sees them: modules without a file, and their functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec
import pytest

from onshi.catalogue.records import Trouble
from onshi.errors import OnshiError
from onshi.outcomes import OUT_OF_TIME, Outcome, Row, row
from onshi.replay import person_seed, visit_of
from onshi.runner import Runner
from onshi.suite import applicable

if TYPE_CHECKING:
    from onshi.catalogue.encounters import Encounter
    from onshi.pytest_suite import Session

__all__ = ["EncounterModule", "TroubleModule"]


class TroubleModule(pytest.Module):
    """A module without a file: one function, parametrized by the profile's troubles."""

    def _getobj(self) -> ModuleType:
        module = ModuleType("onshi_suite")
        vars(module)["test_trouble"] = test_trouble
        return module

    def funcnamefilter(self, name: str) -> bool:
        """Whatever ``python_functions`` says, this is a test."""
        return name == "test_trouble"


class EncounterModule(TroubleModule):
    """The same for a day of encounters."""

    def _getobj(self) -> ModuleType:
        module = ModuleType("onshi_suite")
        vars(module)["test_encounter"] = test_encounter
        return module

    def funcnamefilter(self, name: str) -> bool:
        """Whatever ``python_functions`` says, this is a test."""
        return name == "test_encounter"


def test_trouble(
    onshi_trouble: Trouble, onshi_runner: Runner, request: pytest.FixtureRequest
) -> None:
    """One trouble: passed, failed, 観測なし (skipped) or waived (xfailed)."""
    from onshi.pytest_plugin import _session

    session = _session(request.config)
    outcome = _outcome(session, onshi_trouble, partial(session.run, onshi_trouble, onshi_runner))
    again = session.reproduce(onshi_trouble)
    _conclude(request, row(outcome, again, hide=session.site.codes.hide), outcome.order)


def test_encounter(
    onshi_encounter: Encounter, onshi_runner: Runner, request: pytest.FixtureRequest
) -> None:
    """One encounter of the day: troubled as drawn, or a plain patient who is just received."""
    from onshi.pytest_plugin import _session

    session = _session(request.config)
    encounter, config = onshi_encounter, session.config
    trouble = visit_of(encounter)
    if not applicable(trouble, session.surfaces):
        pytest.skip("対象外")
    seed = person_seed(config.seed, encounter)
    name = f"encounter-{encounter.number:04}"
    outcome = _outcome(session, trouble, partial(session.run, trouble, onshi_runner, name, seed))
    again = session.reproduce(trouble).split(" --onshi-trouble")[0]
    again += (
        f" --onshi-seed={config.seed} --onshi-encounters={config.encounters}"
        f" --onshi-rate={config.rate} --onshi-weight={config.weight} -k {encounter.number:04}-"
    )
    kept = row(outcome, again, encounter.name, session.site.codes.hide)
    _conclude(request, kept, outcome.order)


def _outcome(session: Session, trouble: Trouble, run: Callable[[], Outcome]) -> Outcome:
    """What came of it; a run that is over, or settings that cannot be, are outcomes as well."""
    if session.out_of_time():
        return Outcome(trouble, "skipped", problem=OUT_OF_TIME)
    try:
        return run()
    except OnshiError as e:
        return Outcome(trouble, "failed", problem=str(e))


def _conclude(request: pytest.FixtureRequest, row: Row, order: bytes) -> None:
    """Turn an outcome into pytest's, and carry it to the reports."""
    from onshi.reports.journals import pack
    from onshi.reports.text import failure_text, missing_text, waived_text

    request.node.onshi_outcome = msgspec.to_builtins(row)
    if row.result in ("failed", "waived"):
        request.node.onshi_journal = pack(order)
    if row.result == "skipped":
        pytest.skip(missing_text(row))
    if row.result == "waived":
        pytest.xfail(waived_text(row))
    if row.result == "failed":
        pytest.fail(failure_text(row), pytrace=False)
