"""Machines made of namespaces: a network, mounts and a /run of their own, on this kernel.

As root, or as an ordinary user where the system allows user namespaces. Nothing has a name
outside: when the processes that hold a machine end, and they end with this one, it is gone.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

__all__ = ["Machine", "one_machine", "two_machines"]

_SET_UP = "mount -t tmpfs tmpfs /run && ip link set lo up && echo ready && exec cat"


@dataclass(frozen=True)
class Machine:
    """A machine: ``address`` is how the other one reaches it (loopback for one alone)."""

    name: str
    pid: int
    address: str = "127.0.0.1"

    def command(self, *argv: str) -> list[str]:
        """The command line that runs ``argv`` there; it is killed when this process ends."""
        enter = ["nsenter", f"--target={self.pid}", *_user("--user", "--preserve-credentials")]
        return [*enter, "--mount", "--net", "setpriv", "--pdeathsig", "KILL", "--", *argv]

    def start(self, *argv: str, **how: Any) -> subprocess.Popen[Any]:
        """Start a program there. Its environment knows nothing of this process' PC/SC socket."""
        how.setdefault("env", clean_environment())
        return subprocess.Popen(self.command(*argv), **how)

    def run(self, *argv: str, timeout: float = 20, **how: Any) -> subprocess.CompletedProcess[str]:
        """Run a program there to its end; output as text."""
        how.setdefault("env", clean_environment())
        return subprocess.run(
            self.command(*argv), capture_output=True, text=True, timeout=timeout, **how
        )


def clean_environment() -> dict[str, str]:
    """This environment without the PC/SC socket that the tests have set."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PCSCLITE_")}


@contextmanager
def one_machine(name: str = "here") -> Iterator[Machine]:
    """A machine without a network but its loopback."""
    with _held(["unshare", *_user("--user", "--map-root-user"), "--mount", "--net"]) as pid:
        yield Machine(name, pid)


@contextmanager
def two_machines(
    first: str = "linux", second: str = "windows"
) -> Iterator[tuple[Machine, Machine]]:
    """Two machines joined by a cable, 10.77.0.1 and 10.77.0.2; nothing else is on it."""
    with ExitStack() as stack:
        switch = stack.enter_context(one_machine("switch"))
        nested = switch.command("unshare", "--mount", "--net")
        left = Machine(first, stack.enter_context(_held(nested)), "10.77.0.1")
        right = Machine(second, stack.enter_context(_held(nested)), "10.77.0.2")
        ends = (("cable0", left), ("cable1", right))
        _do(switch, "ip", "link", "add", "cable0", "type", "veth", "peer", "name", "cable1")
        for cable, machine in ends:
            _do(switch, "ip", "link", "set", cable, "netns", str(machine.pid))
        for cable, machine in ends:
            _do(machine, "ip", "address", "add", f"{machine.address}/24", "dev", cable)
            _do(machine, "ip", "link", "set", cable, "up")
        yield left, right


@contextmanager
def _held(unshare: list[str]) -> Iterator[int]:
    """A process that keeps new namespaces alive; it ends when its input does."""
    holder = subprocess.Popen(
        [*unshare, "sh", "-c", _SET_UP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stderr is not None
    try:
        if holder.stdout.readline() != "ready\n":
            why = holder.stderr.read().strip()
            raise AssertionError(
                f"no namespaces here ({why}): run as root, or allow user namespaces"
            )
        yield holder.pid
    finally:
        holder.stdin.close()
        holder.kill()
        holder.wait(10)
        holder.stdout.close()
        holder.stderr.close()


def _user(*options: str) -> tuple[str, ...]:
    """Only an ordinary user needs a user namespace."""
    return options if os.geteuid() != 0 else ()


def _do(machine: Machine, *argv: str) -> None:
    done = machine.run(*argv)
    assert done.returncode == 0, f"{machine.name}: {' '.join(argv)}: {done.stderr}"
