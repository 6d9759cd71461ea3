"""Cards put in and taken out under a CardMonitor of pyscard, in one process with the desk.

usage: monitored_cycles CYCLES [trace]. The next step comes when the monitor has seen the last.
Prints one line of JSON after a tenth of the cycles and one after all of them.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import threading
import tracemalloc
from pathlib import Path
from queue import Queue
from typing import Any

from smartcard.CardMonitoring import CardMonitor, CardMonitoringThread, CardObserver

import onshi

PATIENCE = 20


class Watcher(CardObserver):
    """Puts into a queue what the monitor tells: +1 a card came, -1 it left."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Queue[int] = Queue()

    def update(self, observable: Any, handlers: Any) -> None:
        added, removed = handlers
        for _ in removed:
            self.seen.put(-1)
        for _ in added:
            self.seen.put(1)


def measured(desk: onshi.Desk) -> dict[str, int]:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "rss": pages * resource.getpagesize(),
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "objects": len(gc.get_objects()),
        "events": len(desk.journal),
        "card_events": sum(1 for _ in desk.journal.events("card")),
    }


def cycle(desk: onshi.Desk, watcher: Watcher) -> None:
    desk.remove_card()
    assert watcher.seen.get(timeout=PATIENCE) == -1
    desk.insert_card()
    assert watcher.seen.get(timeout=PATIENCE) == 1


def main(cycles: int, trace: bool) -> None:
    with onshi.Desk(date="2025-10-20") as desk:
        monitor, watcher = CardMonitor(), Watcher()
        monitor.addObserver(watcher)
        assert watcher.seen.get(timeout=PATIENCE) == 1
        for _ in range(cycles // 10):
            cycle(desk, watcher)
        if trace:
            tracemalloc.start()
        print(json.dumps(measured(desk)), flush=True)
        before = tracemalloc.take_snapshot() if trace else None
        for _ in range(cycles - cycles // 10):
            cycle(desk, watcher)
        found: dict[str, Any] = dict(measured(desk))
        if before is not None:
            differences = tracemalloc.take_snapshot().compare_to(before, "filename")
            found["grown"] = {
                "/".join(Path(one.traceback[0].filename).parts[-2:]): one.size_diff
                for one in differences
            }
        print(json.dumps(found), flush=True)
        monitor.deleteObserver(watcher)
        CardMonitoringThread.instance.stop()
        desk.remove_card()
        CardMonitoringThread.instance.join(PATIENCE)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:] == ["trace"])
