"""``make mutants``: every behaviour, and what it breaks. Two processes.

With names, only those: ``PYTHONPATH=examples/naive:examples/reference .venv/bin/python
tests/mutants/mutants_run.py retry_pin``.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from behaviours import behaviours, find_behaviour
from mutants_play import Measured, Player, baseline, complaints, stimuli, wanted, without_behaviour

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


def run(names: list[str]) -> tuple[Measured, list[Measured]]:
    """The reference as it is, then each behaviour, in the order of the names."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        whole, visited = Measured(""), dict[str, set[str]]()
        for found, places in pool.map(_baseline, range(PROCESSES)):
            whole.merge(found)
            for place, ids in places.items():
                visited.setdefault(place, set()).update(ids)
        plans = [(name, wanted(find_behaviour(name), visited)) for name in names]
        longest = sorted(plans, key=lambda plan: -len(plan[1]))
        running = {name: pool.submit(_measure, name, ids) for name, ids in longest}
        return whole, [running[name].result() for name in names]


def line(found: Measured) -> str:
    """One row of the table."""
    rules = "  ".join(f"{rule}({len(ids)})" for rule, ids in sorted(found.broken.items()))
    return f"{found.name:36} {found.played:4} 件 {found.seconds:6.1f} 秒  {rules or '-'}"


def main() -> int:
    """Print the table; 1 where something is not as it should be."""
    began = time.perf_counter()
    names = sys.argv[1:] or list(behaviours())
    whole, found = run(names)
    wrong = [f"the reference breaks {rule}: {ids}" for rule, ids in whole.broken.items()]
    wrong += [f"the reference: {id}: {problem}" for id, problem in whole.problems.items()]
    print(line(whole))
    for kind in ("mistake", "legitimate"):
        print(f"\n{kind}")
        for one in found:
            behaviour = find_behaviour(one.name)
            if bool(behaviour.breaks) == (kind == "mistake"):
                print(line(one))
                wrong += [f"{one.name}: {text}" for text in complaints(behaviour, one)]
    if not sys.argv[1:]:
        judged = [id for id, text in load_rules().items() if text.level != "context"]
        wrong += [f"no behaviour breaks {id}" for id in without_behaviour(judged)]
    print(f"\n{len(found)} behaviours, {time.perf_counter() - began:.0f} s")
    for text in wrong:
        print("!!", text)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
