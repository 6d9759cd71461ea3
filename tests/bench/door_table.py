"""The door table: what a command costs on each way to the card, and what a desk costs there.

Rows are measured in turn, seven times, and the medians are printed: so that the machine's moods
meet all alike. Once as the scheduler likes it, where waking another processor costs more than
everything else, and once with both ends on one processor, where our own work can be seen.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "vpcd")]

from vpcd_lab import Pcscd  # noqa: E402

from load_clients import built_java, pin  # noqa: E402
from netns_pair import Machine, one_machine  # noqa: E402

REPEATS, SLICES = 7, 3
END = str(HERE / "bench_end.py")
BARE, STOCK = "bare socket ping-pong", "vpcd, stock client"
INSIDE, CHILD = "pcscd socket in process", "pcscd socket from a child"
JAVA, PATCH = "pcscd socket from Java", "pyscard patch"
VPCD = "vpcd, our door"


class End:
    """A process at one end: lines in, lines out."""

    def __init__(
        self, *command: str, env: dict[str, str] | None = None, machine: Machine | None = None
    ) -> None:
        run = machine.command(*command) if machine is not None else command
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PCSCLITE_")}
        self._process = subprocess.Popen(
            run,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**clean, **(env or {})},
        )
        self.first = self._line()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self._process.args} has ended"
        return line.strip()

    def __call__(self, what: str | int) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return float(self._line())

    def close(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)


def _ours(*roles: str) -> tuple[str, ...]:
    return (sys.executable, END, *roles)


@dataclass
class Way:
    """One row; each list has one figure per repetition: microseconds, ratios, milliseconds."""

    name: str
    client: End
    calls: int
    others: Sequence[End] = ()
    pids: Sequence[int] = ()
    set_ups: int = 20
    set_up: Callable[[], float] | None = None
    free: list[float] = field(default_factory=list)
    pinned: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)

    @property
    def everybody(self) -> list[int]:
        return [self.client.pid, *(one.pid for one in self.others), *self.pids]

    def slice(self) -> float:
        """Microseconds per command: the least of a few slices, since what disturbs only adds."""
        return min(self.client(self.calls) for _ in range(SLICES))

    def medians(self) -> Row:
        return Row(
            statistics.median(self.free),
            statistics.median(self.pinned),
            statistics.median(self.ratios),
            statistics.median(self.ready) if self.ready else None,
        )

    def once(self) -> None:
        """One repetition of setting up: in milliseconds, mean of a few."""
        if self.set_up is not None:
            times = [self.set_up() for _ in range(self.set_ups)]
            self.ready.append(statistics.mean(times))


@dataclass(frozen=True)
class Row:
    """The medians of a way: microseconds free and on one processor, there in bare exchanges, too.

    ``set_up`` is milliseconds, None where there is nothing to set up.
    """

    free: float
    pinned: float
    ratio: float
    set_up: float | None

    @property
    def rate(self) -> float:
        """Commands per second, as the scheduler likes it."""
        return 1e6 / self.free


def _socket_ways(stack: contextlib.ExitStack, folder: Path) -> Iterator[Way]:
    def end(*command: str, env: dict[str, str] | None = None) -> End:
        made = End(*command, env=env)
        stack.callback(made.close)
        return made

    yield Way(BARE, end(*_ours("ping")), 2000)
    for name, door in ((INSIDE, "pcsc"), (PATCH, "pyscard")):
        inside = end(*_ours("inside", door))
        yield Way(name, inside, 1000, set_up=lambda inside=inside: inside("once"))
    for name, command in ((CHILD, _ours("client")), (JAVA, built_java("Loop", folder))):
        desk = end(*_ours("desk", "pcsc"))
        client = end(*command, env=json.loads(desk.first))
        yield Way(
            name, client, 1000, [desk],
            set_up=lambda desk=desk, client=client: desk("again") + client("once"),
        )  # fmt: skip


def _vpcd_ways(stack: contextlib.ExitStack, folder: Path) -> Iterator[Way]:
    for name, calls, *roles in (
        (VPCD, 400, "desk", "vpcd"),
        (STOCK, 2, "stock", "127.0.0.1:35963"),
    ):
        machine = stack.enter_context(one_machine(name))
        (folder / str(roles[0])).mkdir()
        daemon = Pcscd(machine, folder / str(roles[0]))
        daemon.start()
        stack.callback(daemon.kill)
        card = End(*_ours(*map(str, roles)), machine=machine)
        stack.callback(card.close)
        client = End(*_ours("client"), machine=machine)
        stack.callback(client.close)
        yield Way(
            name, client, int(str(calls)), [card], [daemon.pid], 1,
            set_up=(lambda card=card, client=client: card("again") + client("once"))
            if name == VPCD else None,
        )  # fmt: skip


def measure() -> dict[str, Row]:
    """Every way, by name; those with vpcd are left out, with a word, where they cannot be run.

    Takes about half a minute.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ways = list(_socket_ways(stack, folder))
        try:
            ways += _vpcd_ways(stack, folder)
        except AssertionError as e:
            print(f"pcscd with vpcd could not be run here: {e}")
        for way in ways:
            way.client(way.calls)
        for _ in range(REPEATS):
            for way in ways:
                way.free.append(way.slice())
        _measure_on_one_processor(ways)
        for way in ways:
            if way.set_up is not None:
                way.client("leave")
        for _ in range(REPEATS):
            for way in ways:
                way.once()
        return {way.name: way.medians() for way in ways}


def _measure_on_one_processor(ways: Sequence[Way]) -> None:
    """Each beside a slice of bare exchanges, so that a busy moment meets both."""
    processors = os.sched_getaffinity(0)
    bare = next(way for way in ways if way.name == BARE)
    for way in ways:
        pin({min(processors)}, *way.everybody)
    for _ in range(REPEATS):
        for way in ways:
            way.pinned.append(way.slice())
            way.ratios.append(way.pinned[-1] / bare.slice())
    for way in ways:
        pin(processors, *way.everybody)


def show(rows: dict[str, Row]) -> None:
    """Print the table."""
    stock = rows[STOCK].free if STOCK in rows else float("nan")
    head = ("way to the card", "us/APDU", "APDU/s", "stock/it", "us, 1 CPU", "it/bare", "set-up ms")
    print("{:28}{:>10}{:>10}{:>10}{:>11}{:>9}{:>11}".format(*head))
    for name, row in rows.items():
        ready = f"{row.set_up:.2f}" if row.set_up is not None else "-"
        print(
            f"{name:28}{row.free:10.1f}{row.rate:10.0f}{stock / row.free:10.1f}"
            f"{row.pinned:11.1f}{row.ratio:9.2f}{ready:>11}"
        )


if __name__ == "__main__":
    show(measure())
