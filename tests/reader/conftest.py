from __future__ import annotations

from collections.abc import Iterator

import pytest
from reader_bench import Bench, Program

from onshi.doors.pcscd import PcscdEndpoint, process_endpoint


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


@pytest.fixture
def program(bench: Bench) -> Program:
    return bench.program()


@pytest.fixture
def socket_in_process(bench: Bench) -> Iterator[PcscdEndpoint]:
    """The bench behind the socket that pyscard in this process reaches."""
    endpoint = process_endpoint()
    assert not endpoint.latched_elsewhere
    endpoint.attach(bench.engine, bench.calls)
    yield endpoint
    bench.clock.release()
    endpoint.detach()


@pytest.fixture
def socket_for_children(bench: Bench) -> Iterator[PcscdEndpoint]:
    """The bench behind a socket of its own."""
    endpoint = PcscdEndpoint()
    endpoint.start()
    endpoint.attach(bench.engine, bench.calls)
    yield endpoint
    bench.clock.release()
    endpoint.close()
