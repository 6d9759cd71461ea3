"""What comes of a trouble at the two clinics, as one line of text each.

``PYTHONPATH=tests/examples:examples/reference .venv/bin/python tests/examples/clinic_results.py``
prints the table anew. Per line: trouble, surface, clinic, result; then rules: ``+`` met, ``!``
broken, ``~`` broken at level warn, ``?`` nothing observed of it.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from onshi import Desk
from onshi.catalogue.load import load_troubles
from onshi.catalogue.records import Trouble
from onshi.config import Config
from onshi.judge.case import Verdict
from onshi.outcomes import Outcome
from onshi.runner import Runner
from onshi.suite import Played, applicable, desk_doors, judge_played, play

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
TABLE = Path(__file__).parent / "clinic_results.txt"
LAYERS = (
    "reader",
    "card",
    "patient-operation",
    "terminal PC",
    "human-process",
    "backend data",
    "billing-after-the-fact",
)
CLINICS = {"reference": "Reference", "naive": "Naive"}
INSTALLATIONS = {
    "pcsc": (frozenset({"pcsc", "webapi"}), 0.01),
    "webapi": (frozenset({"webapi"}), 0.01),
    "folder": (frozenset({"folder"}), 0.01),
    "face": (frozenset({"face"}), 0.005),
}
"""The surface a trouble is met on: what such a clinic has, and how fast its time runs."""


def adapter(clinic: str, surfaces: frozenset[str]) -> type:
    """The adapter of an example, for a clinic that has these surfaces."""
    name = f"adapter_of_{clinic}"
    if name not in sys.modules:
        for folder in ("reference", "naive"):
            if str(EXAMPLES / folder) not in sys.path:
                sys.path.append(str(EXAMPLES / folder))
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / clinic / "adapter.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    made: type = getattr(sys.modules[name], CLINICS[clinic])
    return type(made.__name__, (made,), {"surfaces": surfaces})


def troubles_on(surface: str) -> list[Trouble]:
    """The troubles of these layers that a product meets on the surface."""
    return [
        t
        for t in load_troubles().values()
        if t.layer in LAYERS and applicable(t, frozenset({surface}))
    ]


def outcomes(clinic: str, surface: str) -> Iterator[Outcome]:
    """Each trouble at one clinic; what does the same to it is played once, as a run does."""
    surfaces, scale = INSTALLATIONS[surface]
    config = Config(time_scale=scale)
    runner = Runner(adapter(clinic, surfaces), patience=config.patience)
    played: dict[bytes, Played] = {}
    try:
        for trouble in troubles_on(surface):
            key = trouble.stimulus(surfaces)
            if key not in played:
                played[key] = _play(trouble, runner, config)
            yield judge_played(played[key], trouble, ())
    finally:
        runner.stop()


def _play(trouble: Trouble, runner: Runner, config: Config) -> Played:
    with Desk(
        profile="hodanren2025",
        doors=desk_doors(runner.integration),
        time_scale=config.time_scale,
        deadline=config.deadline,
        keep_contexts=True,
    ) as desk:
        return play(desk, trouble, runner, config)


def line(clinic: str, surface: str, outcome: Outcome) -> str:
    """Trouble, surface, clinic, result, and the rules by verdict; ``?``: nothing observed."""
    by: dict[str, set[str]] = {"+": set(), "!": set(), "~": set(), "?": set()}
    for f in outcome.findings:
        if f.verdict is Verdict.BROKEN:
            by["!" if f.level == "fail" else "~"].add(f.rule)
        else:
            by["+" if f.verdict is Verdict.MET else "?"].add(f.rule)
    by["+"] -= by["!"] | by["~"]
    by["?"] -= by["+"] | by["!"] | by["~"]
    marked = [f"{mark}{rule}" for mark, rules in by.items() for rule in sorted(rules)]
    words = [outcome.trouble.id, surface, clinic, outcome.result, *marked]
    return " ".join([*words, *(["PROBLEM"] if outcome.problem else [])])


def table(clinic: str, surface: str) -> list[str]:
    """The lines of one clinic on one surface, in the order of the catalogue."""
    return [line(clinic, surface, outcome) for outcome in outcomes(clinic, surface)]


def main() -> None:
    """Print the table."""
    from onshi.endpoints import process_endpoints

    _ = process_endpoints().pcsc
    found: list[Any] = []
    for surface in INSTALLATIONS:
        for clinic in CLINICS:
            began = time.perf_counter()
            found += table(clinic, surface)
            print(f"{surface} {clinic} {time.perf_counter() - began:.1f} s", file=sys.stderr)
    print("\n".join(found))


if __name__ == "__main__":
    main()
