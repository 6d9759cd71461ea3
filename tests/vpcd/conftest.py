"""One machine with one real pcscd per module, one desk process and one client process on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from vpcd_lab import EMPTY, PRESENT, Inside, Pcscd

from netns_pair import Machine, one_machine


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with one_machine() as made:
        yield made


@pytest.fixture(scope="module")
def pcscd(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pcscd]:
    daemon = Pcscd(machine, Path(tmp_path_factory.mktemp("reader.conf.d")))
    daemon.start()
    yield daemon
    daemon.kill()


@pytest.fixture(scope="module")
def desk_process(machine: Machine) -> Iterator[Inside]:
    process = Inside(machine)
    yield process
    process.kill()


@pytest.fixture(scope="module")
def client_process(machine: Machine, pcscd: Pcscd) -> Iterator[Inside]:
    process = Inside(machine)
    yield process
    process.kill()


@pytest.fixture
def client(client_process: Inside) -> Inside:
    """A PC/SC client of that pcscd."""
    return client_process


@pytest.fixture
def desk(desk_process: Inside, client: Inside) -> Iterator[Inside]:
    """A desk without faults whose card pcscd has seen; the next test may find it open."""
    if not desk_process("is_open"):
        desk_process("open_desk")
    client("wait_for", PRESENT)
    yield desk_process
    desk_process("mend")


@pytest.fixture
def no_desk(desk_process: Inside, client: Inside) -> Iterator[Inside]:
    """An empty reader, and a process in which the test may open a desk."""
    desk_process("close_desk")
    client("wait_for", EMPTY)
    yield desk_process
    desk_process("close_desk")
