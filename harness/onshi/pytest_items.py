"""The tests of the suite as pytest sees them: modules without a file, and their functions."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from onshi.catalogue.records import Trouble
from onshi.errors import OnshiError
from onshi.schedule import stream
from onshi.suite import UNTROUBLED, Outcome, Runner, applicable

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
    if session.out_of_time():
        pytest.skip("時間切れ (--onshi-max-time)")
    try:
        outcome = session.run(onshi_trouble, onshi_runner)
    except OnshiError as e:
        pytest.fail(f"{onshi_trouble.id}: {e}", pytrace=False)
    request.node.onshi_outcome = _row(outcome)
    _conclude(outcome, session.reproduce(onshi_trouble))


def test_encounter(
    onshi_encounter: tuple[int, Trouble | None],
    onshi_runner: Runner,
    request: pytest.FixtureRequest,
) -> None:
    """One encounter of the day: troubled as drawn, or a plain patient who is just received."""
    from onshi.pytest_plugin import _session

    session = _session(request.config)
    number, trouble = onshi_encounter
    if session.out_of_time():
        pytest.skip("時間切れ (--onshi-max-time)")
    if trouble is not None and not applicable(trouble, session.surfaces):
        pytest.skip("対象外")
    seed = stream(session.config.seed, f"encounter-seed/{number}").getrandbits(31) + 1
    name = f"encounter-{number:04}"
    try:
        outcome = session.run(trouble or UNTROUBLED, onshi_runner, name, seed)
    except OnshiError as e:
        pytest.fail(f"{name}: {e}", pytrace=False)
    request.node.onshi_outcome = _row(outcome)
    again = session.reproduce(trouble or UNTROUBLED).split(" --onshi-trouble")[0]
    _conclude(
        outcome,
        f"{again} --onshi-seed={session.config.seed} --onshi-encounters="
        f"{session.config.encounters} --onshi-rate={session.config.rate} -k {number:04}-",
    )


def _conclude(outcome: Outcome, reproduce: str) -> None:
    """Turn an outcome into pytest's."""
    from onshi.reports.text import failure_text

    if outcome.result == "skipped":
        pytest.skip("観測なし: " + _missing(outcome))
    if outcome.result == "waived":
        pytest.xfail(
            ", ".join(f"{w.rule} 猶予中 {w.until} まで: {w.reason}" for w in outcome.waived)
        )
    if outcome.result == "failed":
        pytest.fail(failure_text(outcome, reproduce), pytrace=False)


def _missing(outcome: Outcome) -> str:
    reasons = [f"{f.rule} {f.reason}" for f in outcome.findings if f.verdict == "not_observed"]
    return "; ".join(reasons[:3]) or "この規則を判定できる項目がありません"


def _row(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain values, for the way from a worker and for results.json."""
    return {
        "trouble": outcome.trouble.id,
        "title": outcome.trouble.title,
        "categories": list(outcome.trouble.categories),
        "result": outcome.result,
        "problem": outcome.problem,
        "met": sorted({f.rule for f in outcome.findings if f.verdict == "met"}),
        "broken": sorted({f.rule for f in outcome.broken()}),
        "warned": sorted({f.rule for f in outcome.broken("warn")}),
        "findings": [
            {
                "rule": f.rule,
                "verdict": str(f.verdict),
                "level": f.level,
                "reason": f.reason,
                "expected": f.expected,
                "seen": f.seen,
                "source": list(f.source),
            }
            for f in dict.fromkeys(outcome.findings)
        ],
    }
