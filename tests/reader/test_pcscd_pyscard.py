"""pyscard in this process: one endpoint for the process, desks that come and go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from reader_bench import ATR, READER, Bench, ScriptedCard, until
from smartcard.CardMonitoring import CardMonitor, CardMonitoringThread, CardObserver
from smartcard.CardRequest import CardRequest
from smartcard.CardType import ATRCardType
from smartcard.Exceptions import (
    CardConnectionException,
    CardRequestTimeoutException,
    NoCardException,
)
from smartcard.System import readers

from onshi.doors.pcscd import PcscdEndpoint, process_endpoint

READ = [0x00, 0xB0, 0x00, 0x00, 0x03]


@pytest.fixture(autouse=True)
def _socket(socket_in_process: PcscdEndpoint) -> None:
    return


def connected() -> Any:
    connection = readers()[0].createConnection()
    connection.connect()
    return connection


def test_read_a_card() -> None:
    assert [str(r) for r in readers()] == [READER]
    connection = connected()
    assert bytes(connection.getATR()) == ATR
    assert connection.transmit(READ) == ([0, 1, 2], 0x90, 0x00)
    connection.disconnect()


def test_no_card_and_another_card(bench: Bench) -> None:
    bench.engine.remove()
    with pytest.raises(NoCardException) as refused:
        connected()
    assert refused.value.hresult & 0xFFFFFFFF == 0x8010000C
    bench.engine.insert(ScriptedCard(bytes.fromhex("3B8001")))
    assert bytes(connected().getATR()) == bytes.fromhex("3B8001")


@pytest.mark.parametrize("answer", [b"", b"\x90"])
def test_answers_too_short_for_a_status_word(bench: Bench, answer: bytes) -> None:
    connection = connected()
    bench.card.answers = [answer]
    with pytest.raises(CardConnectionException, match="no valid response"):
        connection.transmit(READ)
    assert connection.transmit(READ)[1:] == (0x90, 0x00)


def test_card_request_wakes_at_the_insertion(bench: Bench) -> None:
    bench.engine.remove()
    found: list[Any] = []

    def wait() -> None:
        request = CardRequest(timeout=10, cardType=ATRCardType(list(ATR)))
        found.append(request.waitforcard())

    thread = threading.Thread(target=wait)
    thread.start()
    endpoint = process_endpoint()
    until(lambda: endpoint._waiting)
    bench.engine.insert()
    thread.join(10)
    service = found[0]
    service.connection.connect()
    assert service.connection.transmit(READ)[1:] == (0x90, 0x00)


def test_card_request_times_out(bench: Bench) -> None:
    bench.engine.remove()
    with pytest.raises(CardRequestTimeoutException):
        CardRequest(timeout=0.1).waitforcard()


class _Observer(CardObserver):  # type: ignore[misc]
    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def update(self, observable: object, handlers: tuple[list[object], list[object]]) -> None:
        added, removed = handlers
        self.seen.append((len(added), len(removed)))


@pytest.fixture(scope="module")
def observers() -> Iterator[list[_Observer]]:
    """The one observer of this process, made at the first desk; it lives longer than a desk."""
    made: list[_Observer] = []
    yield made
    monitor = CardMonitor()
    thread = monitor.rmthread.instance
    monitor.rmthread.stop()
    endpoint, bench = process_endpoint(), Bench()
    endpoint.attach(bench.engine, bench.calls)
    bench.engine.remove()
    thread.join(10)
    endpoint.detach()
    assert not thread.is_alive()
    monitor.deleteObserver(made[0])
    CardMonitor.instance = CardMonitoringThread.instance = None


@pytest.fixture
def monitored(observers: list[_Observer], socket_in_process: PcscdEndpoint) -> _Observer:
    if not observers:
        observers.append(_Observer())
        CardMonitor().addObserver(observers[0])
    return observers[0]


@pytest.mark.parametrize("desk", [1, 2, 3])
def test_a_card_monitor_outlives_desks(bench: Bench, monitored: _Observer, desk: int) -> None:
    until(lambda: monitored.seen[-1:] == [(1, 0)])
    for _ in range(3):
        bench.engine.remove()
        until(lambda: monitored.seen[-1] == (0, 1))
        bench.engine.insert()
        until(lambda: monitored.seen[-1] == (1, 0))


def test_what_is_left_over_never_meets_the_next_card(bench: Bench) -> None:
    connection = connected()
    endpoint = process_endpoint()
    endpoint.detach()
    assert readers() == []
    other = Bench()
    endpoint.attach(other.engine, other.calls)
    with pytest.raises(CardConnectionException) as first:
        connection.transmit(READ)
    assert first.value.hresult & 0xFFFFFFFF == 0x80100017
    connection.disconnect()
    with pytest.raises(CardConnectionException) as again:
        connection.connect()
    assert again.value.hresult & 0xFFFFFFFF == 0x80100003
    assert other.card.apdus == []
    assert connected().transmit(READ)[1:] == (0x90, 0x00)
    assert bench.card.apdus == []


def test_many_threads(bench: Bench) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            connection = readers()[0].createConnection()
            connection.connect(disposition=0)  # the default resets the card for all
            for _ in range(50):
                assert connection.transmit(READ) == ([0, 1, 2], 0x90, 0x00)
            connection.disconnect()
        except BaseException as e:
            failures.append(e)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert len(bench.card.apdus) == 300


def test_the_journal_is_the_same_every_time() -> None:
    journals = set()
    endpoint = process_endpoint()
    endpoint.detach()
    for _ in range(3):
        desk = Bench()
        endpoint.attach(desk.engine, desk.calls)
        connection = connected()
        connection.transmit(READ)
        connection.disconnect()
        journals.add(desk.journal.canonical())
        endpoint.detach()
    assert len(journals) == 1
    assert journals.pop().count(b"\n") == 4
