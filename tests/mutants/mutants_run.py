"""``make mutants``: every behaviour, and what it breaks. Two processes.

With names, only those: ``PYTHONPATH=examples/naive:examples/reference .venv/bin/python
tests/mutants/mutants_run.py retry_pin``.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from behaviours import behaviours, find_behaviour
from mutants_play import Measured, Player, baseline, complaints, stimuli, wanted

from onshi.catalogue.load import load_rules

PROCESSES = 2
_mine: list[Player] = []


def _player() -> Player:
    """This process' clinic: started once."""
    if not _mine:
        from onshi.endpoints import process_endpoints

        _ = process_endpoints().pcsc
        _mine.append(Player())
    return _mine[0]


def _baseline(part: int) -> tuple[Measured, dict[str, set[str]]]:
    return baseline(_player(), list(stimuli())[part::PROCESSES])


def _measure(name: str, ids: list[str]) -> Measured:
    return _player().measure(name, ids)


@contextlib.contextmanager
def running(names: list[str]) -> Iterator[tuple[Measured, dict[str, Future[Measured]]]]:
    """The reference as it is, and each behaviour, those that take longest first."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        whole, visited = Measured(""), dict[str, set[str]]()
        for found, places in pool.map(_baseline, range(PROCESSES)):
            whole.merge(found)
            for place, ids in places.items():
                visited.setdefault(place, set()).update(ids)
        plans = [(name, wanted(find_behaviour(name), visited)) for name in names]
        longest = sorted(plans, key=lambda plan: -len(plan[1]))
        yield whole, {name: pool.submit(_measure, name, ids) for name, ids in longest}


def wrong_with_reference(whole: Measured) -> list[str]:
    """What the reference breaks as it is: nothing."""
    texts = [f"the reference breaks {rule}: {ids}" for rule, ids in whole.broken.items()]
    return texts + [f"the reference: {id}: {problem}" for id, problem in whole.problems.items()]


def not_failed(found: list[Measured]) -> list[str]:
    """Rules of level fail that no mistake fails; of level warn, that none breaks."""
    mistakes = [one for one in found if find_behaviour(one.name).breaks]
    failed = {rule for one in mistakes for rule in one.failed}
    broken = {rule for one in mistakes for rule in one.broken}
    seen = {"fail": failed, "warn": broken}
    return [
        f"no mistake breaks {id} at level {text.level}"
        for id, text in load_rules().items()
        if id not in seen.get(text.level, {id})
    ]


def line(found: Measured) -> str:
    """One row of the table; ``!`` marks what fails, the rest warns."""
    marked = (
        f"{rule}{'!' if rule in found.failed else ''}({len(ids)})"
        for rule, ids in sorted(found.broken.items())
    )
    name = found.name or "（リファレンスのまま）"
    return f"{name:36} {found.played:4} 件 {found.seconds:6.1f} 秒  {'  '.join(marked) or '-'}"


def main() -> int:
    """Print the table; 1 where something is not as it should be."""
    began = time.perf_counter()
    names = sys.argv[1:] or list(behaviours())
    with running(names) as (whole, futures):
        found = [futures[name].result() for name in names]
    print(line(whole))
    for heading, wrong in (("誤り", True), ("正当な製品", False)):
        print(f"\n{heading}: 崩した規則（トラブルの数、! は失敗）")
        for one in found:
            if bool(find_behaviour(one.name).breaks) == wrong:
                print(line(one))
    texts = wrong_with_reference(whole)
    for one in found:
        texts += [f"{one.name}: {text}" for text in complaints(find_behaviour(one.name), one)]
    texts += [] if sys.argv[1:] else not_failed(found)
    print(f"\n{len(found)} 通り、{time.perf_counter() - began:.0f} 秒")
    for text in texts:
        print("!!", text)
    return bool(texts)


if __name__ == "__main__":
    sys.exit(main())
