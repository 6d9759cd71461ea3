"""Programs of their own at the socket: C, Java, OpenSC, pcsc_scan, pyscard in a child."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from reader_bench import READER, Bench, until

from onshi.doors.pcscd import PcscdEndpoint
from onshi.platforms import java_option
from onshi.schedule import Schedule

PROGRAMS = Path(__file__).parent / "programs"


def environment(endpoint: PcscdEndpoint) -> dict[str, str]:
    return {**os.environ, **endpoint.env(), "LC_ALL": "C.UTF-8"}


def run(endpoint: PcscdEndpoint, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment(endpoint), capture_output=True, text=True, timeout=60, check=False
    )


class Lines:
    """A program's output, line by line, as it comes."""

    def __init__(self, stream: IO[str]) -> None:
        self.seen: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self.seen.append(line.rstrip("\n"))

    def wait_for(self, start: str) -> str:
        until(lambda: any(line.startswith(start) for line in self.seen), 10)
        return next(line for line in self.seen if line.startswith(start))

    def finish(self) -> list[str]:
        self._thread.join(10)
        return self.seen


@contextlib.contextmanager
def started(endpoint: PcscdEndpoint, *command: str) -> Iterator[tuple[Lines, IO[str], Any]]:
    """A program running beside the test: its lines, its stdin, and itself; killed at the end."""
    process = subprocess.Popen(
        command,
        env=environment(endpoint),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    lines = Lines(process.stdout)
    with process:
        try:
            yield lines, process.stdin, process
        finally:
            process.kill()
            lines.finish()


# -------------------------------------------------------------------------- C
@pytest.fixture(scope="session")
def c_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    binary = tmp_path_factory.mktemp("c") / "status"
    source = str(PROGRAMS / "status.c")
    command = ["gcc", "-I/usr/include/PCSC", "-o", str(binary), source, "-lpcsclite", "-lpthread"]
    subprocess.run(command, check=True, timeout=60)
    return binary


def test_c_program(c_program: Path, socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    with started(socket_for_children, str(c_program)) as (lines, stdin, process):
        lines.wait_for("timeout")
        bench.engine.remove()
        lines.wait_for("removed")
        bench.engine.insert()
        lines.wait_for("inserted")
        bench.engine.unplug()
        lines.wait_for("cancelled")
        bench.engine.plug()
        stdin.write("\n")
        stdin.flush()
        assert process.wait(20) == 0
        seen = lines.finish()
    assert seen == [
        "establish 00000000",
        "list 00000000",
        f"reader {READER}",
        "first 00000000 10022 0",
        "timeout 8010000A 10020",
        "removed 00000000 20012 0",
        "inserted 00000000 30022 0",
        "unplugged 00000000 E 2",
        "ready for cancel 00000000",
        "cancelled 80100002",
        "connect 00000000",
        "begin 00000000",
        "transmit 00000000",
        "answer 4 00019000",
        "end 00000000",
        "disconnect 00000000",
        "release 00000000",
    ]


# ----------------------------------------------------------------------- Java
def java(endpoint: PcscdEndpoint) -> list[str]:
    option = java_option()
    assert option is not None
    found = run(
        endpoint,
        "java",
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
        option,
        str(PROGRAMS / "Terminal.java"),
    )
    assert found.stderr == ""
    return found.stdout.splitlines()


def test_java_reads_a_card(socket_for_children: PcscdEndpoint) -> None:
    assert java(socket_for_children) == [
        "list 1",
        f"name {READER}",
        "present true",
        "absent in 200 ms false",
        "atr 3B80800101 T=1",
        "transmit 9000 4",
        "transmit 9000 4",
        "transmit 9000 4",
        "disconnected",
    ]


def test_java_meets_a_lost_reader(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    bench.inject("reader.lost", Schedule(nth=2, match="Transmit"), polls=0)
    assert java(socket_for_children)[5:8] == [
        "transmit 9000 4",
        "transmit CardException SCARD_E_READER_UNAVAILABLE",
        "transmit CardException SCARD_E_READER_UNAVAILABLE",
    ]


# --------------------------------------------------------------------- OpenSC
def test_opensc_lists_the_reader_and_reads_the_atr(socket_for_children: PcscdEndpoint) -> None:
    listed = run(socket_for_children, "opensc-tool", "-l")
    assert READER in listed.stdout
    assert "Yes" in listed.stdout
    atr = run(socket_for_children, "opensc-tool", "-a")
    assert (atr.returncode, atr.stdout.strip()) == (0, "3b:80:80:01:01")


def test_opensc_without_a_card_and_with_a_mute_one(
    socket_for_children: PcscdEndpoint, bench: Bench
) -> None:
    bench.engine.remove()
    assert "Card not present" in run(socket_for_children, "opensc-tool", "-n").stderr
    bench.card.mute = True
    bench.engine.insert()
    mute = run(socket_for_children, "opensc-tool", "-n")
    assert (mute.returncode, "Unresponsive card" in mute.stderr) == (1, True)


def test_pcsc_scan_shows_each_change(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    with started(socket_for_children, "stdbuf", "-oL", "pcsc_scan") as (lines, _, _process):
        until(lambda: any("Card inserted" in line for line in lines.seen), 10)
        bench.engine.remove()
        until(lambda: any("Card removed" in line for line in lines.seen), 10)
        bench.engine.unplug()
        until(lambda: any("Waiting for the first reader" in line for line in lines.seen), 10)


# -------------------------------------------------------------------- pyscard
CHILD = """
import sys, smartcard.System
connection = smartcard.System.readers()[0].createConnection()
connection.connect(disposition=0)
for _ in range(int(sys.argv[1])):
    data, sw1, sw2 = connection.transmit([0, 0xB0, 0, 0, 2])
    assert (data, sw1, sw2) == ([0, 1], 0x90, 0), (data, sw1, sw2)
connection.disconnect()
print("done")
"""


def test_pyscard_in_children(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, "100"],
            env=environment(socket_for_children),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [child.communicate(timeout=60)[0] for child in children] == ["done\n"] * 3
    assert len(bench.card.apdus) == 300
    assert [e["event"] for e in bench.journal.events("pcsc", "connect")] == ["connect"] * 3


def test_two_desks_at_two_sockets(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    other_bench, other = Bench(), PcscdEndpoint()
    other.start()
    other.attach(other_bench.engine, other_bench.calls)
    try:
        for endpoint, times in ((socket_for_children, "2"), (other, "3")):
            assert run(endpoint, sys.executable, "-c", CHILD, times).stdout == "done\n"
    finally:
        other.close()
    assert (len(bench.card.apdus), len(other_bench.card.apdus)) == (2, 3)


@pytest.mark.soak
def test_server_and_pyscard_in_one_process_never_stand_still() -> None:
    bare = {k: v for k, v in os.environ.items() if k != "PCSCLITE_CSOCK_NAME"}
    found = subprocess.run(
        [sys.executable, str(PROGRAMS / "same_process.py"), "25"],
        env=bare,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (found.stdout, found.returncode) == ("done\n", 0), found.stderr


LATE = """
import smartcard.scard
smartcard.scard.SCardEstablishContext(0)
from onshi.doors.pcscd import process_endpoint
print(process_endpoint().latched_elsewhere)
"""


@pytest.mark.parametrize("elsewhere", ["/nonexistent", "a live socket"])
def test_a_process_that_went_elsewhere_first_is_told(
    socket_for_children: PcscdEndpoint, elsewhere: str
) -> None:
    path = elsewhere if elsewhere.startswith("/") else socket_for_children.path
    found = subprocess.run(
        [sys.executable, "-c", LATE],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.stdout.strip().endswith("True"), found.stderr
