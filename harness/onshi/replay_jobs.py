"""A day played by several processes: each plays its share, and the results come in their order.

Encounters know nothing of each other, so that the same day comes out whatever their number.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onshi.clinic import site_of
from onshi.config import Config, load_class, waivers_of
from onshi.errors import OnshiError
from onshi.replay import Played, Replay

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from onshi.catalogue.encounters import Day, Encounter

__all__ = ["Plan", "play_day"]

_CHUNK = 16
_END = 5.0


@dataclass(frozen=True)
class Plan:
    """What a process needs to play encounters of ``day``. ``home`` is where the adapter is."""

    day: Day
    config: Config
    home: Path
    only: int | None = None

    def make(self, worker: int = 0) -> Replay:
        """A player; each worker has a folder and ports of its own. Raises :class:`OnshiError`."""
        from onshi.endpoints import process_endpoints

        config, home = self.config, self.home
        folder = Path(config.folder).absolute() if config.folder else None
        process_endpoints().configure(
            folder=folder / f"worker-{worker}" if folder and worker else folder,
            webapi_port=config.webapi_port + 2 * worker if config.webapi_port else 0,
        )
        assert config.integration is not None
        product = load_class(config.integration, home)
        site = site_of(config, home)
        day = self.day
        return Replay(day.profile, day.seed, config, product, site, waivers_of(config, home))

    def encounters(self) -> Iterator[Encounter]:
        """Those to be played."""
        return (e for e in self.day if self.only is None or e.number == self.only)


def play_day(plan: Plan, jobs: int = 1) -> Generator[Played, None, None]:
    """Play a day in ``jobs`` processes; this one if it is 1. Close the iterator to break it off.

    Raises :class:`OnshiError` for an adapter that cannot be loaded, and when a process dies.
    """
    if jobs == 1:
        yield from plan.make().run(plan.encounters())
        return
    context = get_context("spawn")
    workers: list[tuple[Any, Connection]] = []
    try:
        for worker in range(jobs):
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(plan, worker, jobs, there), daemon=True)
            process.start()
            there.close()
            workers.append((process, here))
        yield from _in_order([here for _, here in workers])
    finally:
        for process, here in workers:
            here.close()
            process.terminate()
            process.join(_END)


def _in_order(pipes: list[Connection]) -> Iterator[Played]:
    """One chunk of each process in turn, until one has no more."""
    while True:
        for pipe in pipes:
            try:
                sent = pipe.recv()
            except EOFError:
                raise OnshiError(
                    "a process that played encounters died: run with --jobs 1 to see why"
                ) from None
            if isinstance(sent, OnshiError):
                raise sent
            if not sent:
                return
            yield from sent


def _work(plan: Plan, worker: int, jobs: int, pipe: Connection) -> None:
    """What a process does: every ``jobs``-th chunk of the day."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process breaks all of it off
    with contextlib.suppress(BrokenPipeError):
        try:
            player = plan.make(worker)
            played = player.run(_share(plan.encounters(), worker, jobs))
            while chunk := list(islice(played, _CHUNK)):
                pipe.send(chunk)
            pipe.send([])
        except OnshiError as e:
            pipe.send(OnshiError(str(e)))


def _share(day: Iterable[Encounter], worker: int, jobs: int) -> Iterator[Encounter]:
    """Every ``jobs``-th run of :data:`_CHUNK` encounters."""
    return (e for n, e in enumerate(day) if n // _CHUNK % jobs == worker)
