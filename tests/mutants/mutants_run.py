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
    """The reference as it is, and what becomes of each behaviour, one after the other."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        whole, visited = Measured(""), dict[str, set[str]]()
        for found, places in pool.map(_baseline, range(PROCESSES)):
            whole.merge(found)
            for place, ids in places.items():
                visited.setdefault(place, set()).update(ids)
        plans = {name: wanted(find_behaviour(name), visited) for name in names}
        yield whole, {name: pool.submit(_measure, name, ids) for name, ids in plans.items()}


def wrong_with_reference(whole: Measured) -> list[str]:
    """What the reference breaks as it is: nothing."""
    texts = [f"the reference breaks {rule}: {ids}" for rule, ids in whole.broken.items()]
    return texts + [f"the reference: {id}: {problem}" for id, problem in whole.problems.items()]


def judged() -> dict[str, str]:
    """The rules that fail or warn, with their level."""
    return {id: text.level for id, text in load_rules().items() if text.level != "context"}


def is_mistake(one: Measured) -> bool:
    return bool(find_behaviour(one.name).breaks)


def unproven(found: list[Measured]) -> list[str]:
    """Rules that no mistake breaks at their level, or that no legitimate product meets."""
    failed = {rule for one in found if is_mistake(one) for rule in one.failed}
    broken = {rule for one in found if is_mistake(one) for rule in one.broken}
    met = {rule for one in found if not is_mistake(one) for rule in one.met}
    seen = {"fail": failed, "warn": broken}
    levels = judged()
    texts = [
        f"no mistake breaks {id} at level {lv}" for id, lv in levels.items() if id not in seen[lv]
    ]
    return texts + [f"no legitimate product meets {id}" for id in levels if id not in met]


def by_rule(found: list[Measured]) -> list[str]:
    """Rule × behaviour: the mistakes that broke it, and how many legitimate products met it."""
    right = [one for one in found if not is_mistake(one)]
    rows = []
    for id, level in judged().items():
        wrong = (
            f"{one.name}{'!' if id in one.failed else ''}({len(one.broken[id])})"
            for one in found
            if is_mistake(one) and id in one.broken
        )
        green = sum(1 for one in right if id in one.met and id not in one.broken)
        warned = "、".join(one.name for one in right if id in one.broken)
        rows.append(
            f"{id} {level:4}  {green:2} / {len(right)} 適合{warned and f'、{warned} は注意'}  "
            + "  ".join(wrong)
        )
    return rows


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
            if is_mistake(one) == wrong:
                print(line(one))
    texts = wrong_with_reference(whole)
    for one in found:
        texts += [f"{one.name}: {text}" for text in complaints(find_behaviour(one.name), one)]
    if not sys.argv[1:]:
        print("\n規則: 正当な製品のうち適合したもの、崩した誤り", *by_rule(found), sep="\n")
        texts += unproven(found)
    print(f"\n{len(found)} 通り、{time.perf_counter() - began:.0f} 秒")
    for text in texts:
        print("!!", text)
    return bool(texts)


if __name__ == "__main__":
    sys.exit(main())
