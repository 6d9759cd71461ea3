"""One desk after the other at the door pyscard: what is put in place, put back, and left over."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pyscard_script import SELECT
from pyscard_tools import connected, context, functions, until
from smartcard import scard
from smartcard.CardMonitoring import CardMonitor, CardMonitoringThread, CardObserver
from smartcard.CardRequest import CardRequest
from smartcard.CardType import AnyCardType
from smartcard.Exceptions import NoCardException
from smartcard.ReaderMonitoring import ReaderMonitor, ReaderObserver
from smartcard.scard import SCardEstablishContext, SCardReleaseContext
from smartcard.System import readers

from onshi import Desk
from onshi.doors.pyscard import pyscard_door
from onshi.endpoints import Endpoints
from onshi.errors import OnshiError, UnknownNameError

UNAVAILABLE, INVALID_HANDLE = 0x80100017, 0x80100003
BEFORE: dict[str, Any] = {}


@pytest.fixture(scope="module", autouse=True)
def before() -> None:
    """The functions without a desk; our own socket has been claimed by now."""
    BEFORE.update(functions())


def test_the_functions_are_replaced_and_put_back(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    replaced = functions()
    assert not [name for name, one in replaced.items() if one is BEFORE[name]]
    desk.close()
    assert functions() == BEFORE


def test_they_are_put_back_after_an_exception() -> None:
    with (
        pytest.raises(ZeroDivisionError),
        Desk(date="2025-10-20", doors=("pyscard", "folder")),
    ):
        raise ZeroDivisionError
    with pytest.raises(UnknownNameError, match="flavour"):
        Desk(date="2025-10-20", doors=("pyscard",), flavour="window")
    assert functions() == BEFORE


def test_names_imported_before_reach_the_desk(desk: Desk) -> None:
    code, number = SCardEstablishContext(0)
    assert code == 0
    assert scard.SCardListReaders(number, []) == [0, [desk.reader.states()[0].name]]
    assert SCardReleaseContext(number) == 0


def test_a_card_handle_never_meets_the_next_patient(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    number, handle, protocol = connected(desk)
    desk.close()
    answers = [scard.SCardTransmit(handle, protocol, SELECT)]
    desk = open_desk(seed=2)
    name = desk.reader.states()[0].name
    answers.append(scard.SCardTransmit(handle, protocol, SELECT))
    assert answers == [[UNAVAILABLE, []]] * 2
    assert scard.SCardReconnect(handle, 2, 3, 1) == [UNAVAILABLE, 0]
    assert scard.SCardConnect(number, name, 2, 3) == [INVALID_HANDLE, 0, 0]
    assert scard.SCardDisconnect(handle, 0) == 0
    assert scard.SCardReleaseContext(number) == 0
    assert not list(desk.journal.events("pcsc"))


def test_what_is_left_over_is_answered_until_it_is_given_back(
    open_desk: Callable[..., Desk],
) -> None:
    desk = open_desk()
    number, handle, _ = connected(desk)
    desk.close()
    assert functions() != BEFORE
    assert scard.SCardStatus(handle)[0] == UNAVAILABLE
    # A new context is the machine's, that is here our own socket's.
    code, real = scard.SCardEstablishContext(0)
    assert code == 0
    assert scard.SCardListReaders(real, []) == [0x8010002E, []]
    assert scard.SCardReleaseContext(real) == 0
    assert scard.SCardReleaseContext(number) == 0
    assert functions() == BEFORE


def test_a_program_that_outlives_its_desk_may_keep_its_context(
    open_desk: Callable[..., Desk],
) -> None:
    desk = open_desk(keep_contexts=True)
    number, handle, _ = connected(desk)
    desk.close()
    desk = open_desk(keep_contexts=True, seed=2)
    code, again, protocol = scard.SCardConnect(number, desk.reader.states()[0].name, 2, 3)
    assert code == 0
    assert scard.SCardTransmit(again, protocol, SELECT) == [0, [0x90, 0x00]]
    assert scard.SCardStatus(handle)[0] == UNAVAILABLE
    assert scard.SCardReleaseContext(number) == 0


def test_a_second_desk_at_once_is_refused(desk: Desk) -> None:
    with pytest.raises(OnshiError, match="another desk of this process"):
        Desk(date="2025-10-20", doors=("pyscard",))
    assert len(readers()) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"doors": ("pcsc", "pyscard")}, "choose pyscard"),
        ({"doors": ("pyscard",), "in_process": False}, "use the door vpcd"),
        ({"doors": ("pcsc",), "flavour": "windows"}, r'doors=\("pyscard",\)'),
    ],
)
def test_doors_that_cannot_be_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(OnshiError, match=said):
        Desk(date="2025-10-20", **settings)
    assert functions() == BEFORE


def test_the_other_door_cannot_be_opened_beside(desk: Desk) -> None:
    with pytest.raises(OnshiError, match="choose pyscard"):
        desk.open("pcsc")
    assert len(readers()) == 1


def test_a_desk_with_addresses_of_its_own_has_this_process_to_itself(
    open_desk: Callable[..., Desk],
) -> None:
    with Desk(date="2025-10-20", doors=("folder",), endpoints=Endpoints()) as other:
        other.open("pyscard")
        assert len(readers()) == 1
        with pytest.raises(OnshiError, match="another desk of this process"):
            open_desk()
    in_socket = Desk(date="2025-10-20", in_process=True)
    try:
        with (
            Desk(date="2025-10-20", doors=("folder",)) as other,
            pytest.raises(OnshiError, match="another desk of this process"),
        ):
            other.open("pyscard")
        assert functions() == BEFORE
    finally:
        in_socket.close()
    assert open_desk()


class Seen(CardObserver):
    """Counts cards that came and went."""

    def __init__(self) -> None:
        self.came: list[bytes] = []
        self.went = 0

    def update(self, observable: Any, handlers: Any) -> None:
        added, removed = handlers
        self.came += [bytes(card.atr) for card in added]
        self.went += len(removed)


def test_one_card_monitor_lives_through_two_desks(open_desk: Callable[..., Desk]) -> None:
    desk, seen = open_desk(), Seen()
    monitor = CardMonitor()
    monitor.addObserver(seen)
    try:
        until(lambda: len(seen.came) == 1)
        desk.remove_card()
        until(lambda: seen.went == 1)
        desk.insert_card()
        until(lambda: len(seen.came) == 2)
        desk.close()
        until(lambda: seen.went == 2)
        desk = open_desk(seed=3)
        until(lambda: len(seen.came) == 3)
        assert seen.came[2] == desk.reader.states()[0].atr
    finally:
        monitor.deleteObserver(seen)
        thread = monitor.rmthread
        thread.stop()

        def stopped() -> bool:
            """It looks whether to stop after each event."""
            desk.remove_card()
            desk.insert_card()
            return not thread.is_alive()

        until(stopped)
        CardMonitor.instance = CardMonitoringThread.instance = None


class Listed(ReaderObserver):
    """The names of readers that came and went."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.went: list[str] = []

    def update(self, observable: Any, handlers: Any) -> None:
        added, removed = handlers
        self.came += [str(one) for one in added]
        self.went += [str(one) for one in removed]


def test_a_reader_monitor_sees_readers_come_and_go(desk: Desk) -> None:
    seen, monitor = Listed(), ReaderMonitor(period=0.02)
    first = desk.reader.states()[0].name
    monitor.addObserver(seen)
    try:
        until(lambda: seen.came == [first])
        desk.reader.add_reader("Second reader 00 01")
        until(lambda: seen.came == [first, "Second reader 00 01"])
        desk.reader.unplug()
        until(lambda: seen.went == [first])
    finally:
        thread = monitor.rmthread
        monitor.deleteObserver(seen)
        thread.join(5)
        assert not thread.is_alive()


def test_a_card_request_waits_for_the_card(desk: Desk) -> None:
    desk.remove_card()
    with pytest.raises(NoCardException):
        readers()[0].createConnection().connect()
    request = CardRequest(timeout=5, cardType=AnyCardType())
    timer = threading.Timer(0.05, desk.insert_card)
    timer.start()
    service = request.waitforcard()
    timer.join(5)
    service.connection.connect()
    assert bytes(service.connection.getATR()) == desk.reader.states()[0].atr
    service.connection.disconnect()


def test_a_connection_that_becomes_garbage_holds_nobody_up(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    for _ in range(20):
        connection = readers()[0].createConnection()
        connection.connect()
        loop: list[Any] = [connection]
        loop.append(loop)
        del connection, loop
    gc.collect()
    until(lambda: not desk.reader.states()[0].sharing)
    desk.close()
    until(lambda: functions() == BEFORE)


def test_a_forked_child_has_the_real_functions(desk: Desk) -> None:
    context_here = context()
    child = os.fork()
    if child == 0:
        os._exit(0 if functions() == BEFORE else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert scard.SCardIsValidContext(context_here) == 0
    assert functions() != BEFORE
    assert scard.SCardReleaseContext(context_here) == 0


def test_nothing_is_kept_of_contexts_and_handles_given_back(desk: Desk) -> None:
    kept = pyscard_door()
    before = set(kept.contexts), set(kept.handles)
    for _ in range(50):
        number, handle, _ = connected(desk)
        scard.SCardDisconnect(handle, 0)
        scard.SCardReleaseContext(number)
        number, handle, _ = connected(desk)
        scard.SCardReleaseContext(number)
    assert (set(kept.contexts), set(kept.handles)) == before
    assert desk.reader.states()[0].sharing == 0


def test_calls_of_many_threads_do_not_mix(desk: Desk) -> None:
    wrong: list[Any] = []

    def work() -> None:
        number, handle, protocol = connected(desk)
        for _ in range(30):
            scard.SCardBeginTransaction(handle)
            answers = [scard.SCardTransmit(handle, protocol, SELECT) for _ in range(3)]
            scard.SCardEndTransaction(handle, 0)
            wrong.extend(one for one in answers if one != [0, [0x90, 0x00]])
        scard.SCardReleaseContext(number)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
        assert not one.is_alive()
    assert wrong == []
