"""How soon a result is there after a request was closed, and what looking costs meanwhile."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from onshi import Desk
from onshi.doors.folder import FolderDoor
from onshi.eligibility.mapping import request_document
from onshi.eligibility.xml import to_xml
from onshi.endpoints import Endpoints
from onshi.seams import Inquiry

REQUESTS, PAUSE, IDLE = 60, 0.037, 3.0


def question(desk: Desk) -> bytes:
    """A request file for the patient's numbers."""
    q = desk.coverage.qualification
    asked = Inquiry(
        insurer_number=q.insurer_number,
        symbol=q.symbol,
        number=q.number,
        branch=q.branch,
        birthdate=f"{desk.patient.birthdate:%Y%m%d}",
    )
    document = request_document(asked, institution="1312345670", identifier="bench")
    return to_xml(document, "utf-8")


def turnaround(root: Path, number: int, request: bytes) -> float:
    """Seconds from the close of the request file to the result under its name."""
    result = root / "res" / f"OQSsiquc01res_{number:012d}.xml"
    with (root / "req" / f"OQSsiquc01req_{number:012d}.xml").open("wb") as f:
        f.write(request)
    start = time.perf_counter()
    while not result.exists():
        time.sleep(0.0005)
        assert time.perf_counter() < start + 10, "no result came"
    return time.perf_counter() - start


class _Polled(Endpoints):
    """A folder without notifications, as on a share."""

    @property
    def folder(self) -> FolderDoor:
        if self._folder_door is None:
            self._folder_door = FolderDoor(notified=False)
            self._folder_door.start()
        return self._folder_door


def folder_ms(*, notified: bool) -> tuple[float, float]:
    """The 95th percentile of milliseconds, and the share of a processor in % when nothing comes.

    Requests come at odd moments, so that looks do not fall into step with them.
    """
    endpoints = Endpoints() if notified else _Polled()
    with Desk(date="2025-10-20", doors=("folder",), endpoints=endpoints) as desk:
        root, request = Path(desk.env()["ONSHI_FOLDER"]), question(desk)
        times = []
        for number in range(REQUESTS):
            time.sleep(PAUSE * (1 + number % 7 / 7))
            times.append(turnaround(root, number, request) * 1000)
        before = time.process_time()
        time.sleep(IDLE)
        idle = (time.process_time() - before) / IDLE * 100
    endpoints.close()
    times.sort()
    how = "notified" if notified else "polled"
    print(f"folder, {how}: median {statistics.median(times):.1f} ms, slowest {times[-1]:.1f} ms")
    return times[int(len(times) * 0.95)], idle


if __name__ == "__main__":
    print(folder_ms(notified=True), folder_ms(notified=False))
