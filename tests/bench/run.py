"""`make bench`: the speeds that the project promises, as ratios measured in one run.

Prints the door table and the promises, medians of 7, and exits 1 when a promise is not kept. Not
part of the tests: no test depends on wall-clock speed.
"""

from __future__ import annotations

import json
import sys

import door_table
from door_table import BARE, CHILD, INSIDE, JAVA, PATCH, STOCK, VPCD, Row
from fifty import fifty_over_one
from folder_speed import folder_ms
from mock_speed import mock_ratio
from register_speed import many_over_few
from replay_speed import all_profiles_s, page_of_rows_s, replay_figures
from serve_speed import call_and_effect_ms, ready_s
from startup import fixture_ms, plugin_import_ms, reference_run_s
from timing import delays_off_ms
from web_speed import web_ratios

Promise = tuple[str, float, str, float]

RATIOS = {INSIDE: 3.5, CHILD: 5.0, JAVA: 5.0, PATCH: 1.5, VPCD: 15.0}
"""What a command may cost on one processor, in bare exchanges of the same bytes."""
SET_UPS = {INSIDE: 10.0, CHILD: 10.0, JAVA: 10.0, PATCH: 5.0, VPCD: 3000.0}
"""Milliseconds for a desk with that door, a connection, three commands and the end of it."""


def of_doors(rows: dict[str, Row]) -> list[Promise]:
    """Against a bare exchange on one processor; against stock vpcd as the scheduler likes it."""
    promises: list[Promise] = [
        (f"{name} / {BARE}, one CPU", rows[name].ratio, "<=", bar)
        for name, bar in RATIOS.items()
        if name in rows
    ]
    if STOCK in rows:
        stock = rows[STOCK].free
        promises.append((f"stock vpcd / {INSIDE}", stock / rows[INSIDE].free, ">=", 300))
        promises.append((f"stock vpcd / {VPCD}", stock / rows[VPCD].free, ">=", 100))
    promises.append(("Java, APDU/s on one CPU", 1e6 / rows[JAVA].pinned, ">=", 10_000))
    promises += [
        (f"{name}, set-up ms", rows[name].set_up or 0.0, "<=", bar)
        for name, bar in SET_UPS.items()
        if name in rows
    ]
    return promises


def of_back_end() -> list[Promise]:
    """The eligibility side: its doors, its faults, its register."""
    over_httpserver, over_aiohttp = web_ratios()
    notified, idle = folder_ms(notified=True)
    polled, idle_polled = folder_ms(notified=False)
    promises: list[Promise] = [
        ("WebAPI door / pytest-httpserver, requests/s", over_httpserver, ">=", 3),
        ("WebAPI door / aiohttp, requests/s", over_aiohttp, ">=", 0.5),
        ("responses door / plain mock, time", mock_ratio(), "<=", 1.3),
        ("folder notified, ms (95 %)", notified, "<=", 20),
        ("folder polled, ms (95 %)", polled, "<=", 300),
        ("folder idle, % of a processor", max(idle, idle_polled), "<=", 1),
        ("search among 10,000 people / 100", many_over_few(), "<=", 1.5),
    ]
    promises += [
        (f"{fault} off beyond 1 %, ms", off, "<=", 5) for fault, off in delays_off_ms().items()
    ]
    return promises


def of_catalogue() -> list[Promise]:
    """Every trouble of every survey, and a day of ten thousand encounters."""
    promises: list[Promise] = [
        ("all troubles of all surveys, two processes, s", all_profiles_s(), "<=", 60),
        ("page of 10,000 rows, s", page_of_rows_s(), "<=", 5),
    ]
    return promises + [(name, *figures) for name, figures in replay_figures().items()]


def main() -> int:
    rows = door_table.measure()
    door_table.show(rows)
    promises = of_doors(rows)
    promises.append(("APDU among 50 desks / alone, one CPU", fifty_over_one(), "<=", 1.2))
    call, effect = call_and_effect_ms()
    promises.append(("control call, ms", call, "<=", 5))
    promises.append(("trouble to its first effect, ms", effect, "<=", 10))
    promises.append(("serve ready, s", ready_s(), "<=", 1))
    promises.append(("onshi fixture, ms", fixture_ms(), "<=", 5))
    promises.append(("plugin import, ms", plugin_import_ms(), "<=", 30))
    promises.append(("reference run, s", reference_run_s(), "<=", 15))
    promises += of_back_end()
    promises += of_catalogue()
    good = STOCK in rows
    for name, value, sign, bar in promises:
        kept = value <= bar if sign == "<=" else value >= bar
        good = good and kept
        print(f"{'ok  ' if kept else 'MISS'} {name}: {value:.2f} ({sign} {bar:g})")
    print(json.dumps({name: value for name, value, _, _ in promises}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
