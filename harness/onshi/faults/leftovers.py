"""Results about people who are not at the desk: what file faults let lie in a folder.

Whole messages as the system makes them, about people of whom nobody else at the desk has heard;
the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import PurePath

from onshi.errors import CannotDeliverError
from onshi.faults.base import FaultRun
from onshi.faults.results import face_file, result_of
from onshi.people.generate import make_person
from onshi.people.records import Coverage
from onshi.schedule import Schedule
from onshi.seams import Delivery, Inquiry

__all__ = [
    "about_somebody_else",
    "beside",
    "earlier_results",
    "refuse_aim",
    "stranger",
]

_PEOPLE, _A_DAY = 20, 5
"""So many people, and of one day so many, are among thousands of results: each takes a moment."""
_DAY = 24 * 3600.0


def stranger(run: FaultRun, n: int = 0) -> Coverage:
    """The ``n``-th person of this fault, and what they hold today."""
    seed = run.state.setdefault("strangers", run.rng.getrandbits(32))
    today = run.clock.today
    return make_person(seed, f"stranger{n}", on=today, insurers=run.site.insurers)[1]


def _inquiry(coverage: Coverage) -> Inquiry:
    q = coverage.qualification
    return Inquiry(
        insurer_number=q.insurer_number,
        symbol=q.symbol,
        number=q.number,
        branch=q.branch,
        birthdate=coverage.patient.birthdate.strftime("%Y%m%d"),
    )


def about_somebody_else(delivery: Delivery, run: FaultRun, identifier: str | None) -> bytes:
    """What ``delivery`` would be if it were about a stranger, under this ArbitraryFileIdentifier.

    A single inquiry's result and a face file are; of another kind of message only the identifier
    is another, for it is about many people or about none.
    """
    now, who = run.clock.now(), stranger(run)
    if delivery.where == "face":
        return result_of(run, who, now=now, identifier=identifier, shuffle=run.rng)
    if delivery.kind == "siquc01":
        return result_of(run, who, now=now, identifier=identifier, echo=_inquiry(who))
    old, new = (f">{i or ''}</ArbitraryFileIdentifier>" for i in (delivery.identifier, identifier))
    return delivery.content.replace(old.encode(), new.encode())


def earlier_results(
    run: FaultRun, where: str, count: int, days: int
) -> Iterator[tuple[str, bytes, float]]:
    """Names, contents and ages (in seconds) of results that nobody took away.

    They are of the last ``days`` days, spread over them evenly, none of today.
    """
    people = [stranger(run, n) for n in range(min(count, _PEOPLE))]
    made: dict[tuple[int, int], tuple[str, str, bytes]] = {}
    for n in range(count):
        ago = 1 + n * days // count
        who = (ago * _A_DAY + n % _A_DAY) % len(people)
        when = run.clock.now() - timedelta(days=ago)
        suffix = f"{when:%Y%m%d}{n:05d}"
        key = (who, ago) if where == "res" else (n, ago)
        if key not in made:
            made[key] = (suffix, *_earlier(run, people[who], where, when, suffix))
        first, name, content = made[key]
        old, new = first.encode(), suffix.encode()
        yield name.replace(first, suffix), content.replace(old, new), ago * _DAY


def _earlier(
    run: FaultRun, who: Coverage, where: str, when: datetime, suffix: str
) -> tuple[str, bytes]:
    if where == "face":
        return face_file(run, who, when)
    content = result_of(run, who, now=when, identifier=suffix, echo=_inquiry(who))
    return f"OQSsiquc01res_{suffix}.xml", content


def beside(name: str, mark: str) -> str:
    """The name of a file that lies beside another: ``mark`` before its ending."""
    path = PurePath(name)
    return f"{path.stem}{mark}{path.suffix}"


def refuse_aim(name: str, schedule: Schedule) -> None:
    """Raises :class:`CannotDeliverError` where a fault of the folder itself is aimed at a file.

    Such a fault strikes when the folder is ``open`` and the fault at work, before anything is
    asked.
    """
    aims = [p.strip() for p in schedule.match.split("|") if p.strip()]
    if aims and not any(fnmatchcase("open", aim) for aim in aims):
        raise CannotDeliverError(
            f"fault {name} is about the folder itself, before anything is asked: it cannot be "
            f"aimed at {schedule.match!r}; leave match out"
        )
