"""How long a search takes in a small system and in a large one."""

from __future__ import annotations

import statistics
import time
from datetime import date

from onshi import Desk
from onshi.eligibility.service import EligibilityService
from onshi.people.generate import make_person
from onshi.seams import Inquiry

TODAY = date(2025, 10, 20)
FEW, MANY, SEARCHES, REPEATS = 100, 10_000, 200, 15


class _System:
    """A desk's scene with so many people, asked about some of them."""

    def __init__(self, people: int) -> None:
        self._desk = Desk(date=TODAY, doors=())
        scene = self._desk.scene
        scene.coverages = [make_person(1, f"p{n}", on=TODAY)[1] for n in range(people)]
        self._service = EligibilityService(scene, self._desk.clock)
        step = people // FEW
        self._asked = [
            Inquiry(
                insurer_number=c.qualification.insurer_number,
                symbol=c.qualification.symbol,
                number=c.qualification.number,
                branch=c.qualification.branch,
                birthdate=f"{c.patient.birthdate:%Y%m%d}",
            )
            for c in scene.coverages[::step]
        ]
        self._asked += [Inquiry(by_card=c.patient.key) for c in scene.coverages[::step]]
        self.slice()

    def slice(self) -> float:
        """Microseconds per search, half of them by numbers and half by card."""
        start = time.perf_counter()
        for n in range(SEARCHES):
            assert self._service.ask(self._asked[n % len(self._asked)]).records
        return (time.perf_counter() - start) / SEARCHES * 1e6

    def close(self) -> None:
        self._desk.close()


def many_over_few() -> float:
    """The ratio of the medians; prints both."""
    few, many = _System(FEW), _System(MANY)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS):
        times[0].append(few.slice())
        times[1].append(many.slice())
    few.close()
    many.close()
    small, large = (statistics.median(t) for t in times)
    print(f"a search among {FEW} people {small:.1f} us, among {MANY} {large:.1f} us")
    return large / small


if __name__ == "__main__":
    print(many_over_few())
