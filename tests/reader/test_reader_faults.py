"""Reader faults as programs meet them (facts: pcsc page, section 5), and that each ends."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from reader_bench import EXCLUSIVE, READER, SHARED, T1, Bench, Program, until
from smartcard import scard
from smartcard.Exceptions import CardConnectionException
from smartcard.pcsc.PCSCExceptions import EstablishContextException
from smartcard.System import readers
from test_pcscd_programs import environment, java, run

from onshi.clock import RealClock, Released
from onshi.doors.pcscd import PcscdEndpoint, process_endpoint
from onshi.errors import CannotDeliverError, OnshiError
from onshi.faults import fault_names, make_fault
from onshi.faults.reader.return_code import ReturnCode
from onshi.schedule import ALWAYS, Schedule
from onshi.seams import HangUpError

READ = [0x00, 0xB0, 0x00, 0x00, 0x02]
SECOND = Schedule(nth=2, match="Transmit")
SHARING = 0x8010000B
UNAVAILABLE = 0x80100017

in_process = pytest.mark.usefixtures("socket_in_process")


def connected() -> Any:
    connection = readers()[0].createConnection()
    connection.connect()
    return connection


def bury(connection: Any) -> None:
    """Its context is dead: pyscard's finalizer would complain where nobody can hear it."""
    connection.component.hcard = connection.component.hcontext = None


def reads(connection: Any) -> int:
    """0, or the code of the exception."""
    try:
        assert connection.transmit(READ) == ([0, 1], 0x90, 0x00)
    except CardConnectionException as e:
        return int(e.hresult) & 0xFFFFFFFF
    return 0


def connects() -> int:
    connection = readers()[0].createConnection()
    try:
        connection.connect()
    except CardConnectionException as e:
        return int(e.hresult) & 0xFFFFFFFF
    return 0


# --------------------------------------------------------------- return_code
@in_process
@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("SCARD_W_REMOVED_CARD", 0x80100069),
        ("RESET_CARD", 0x80100068),
        ("SCARD_E_SERVICE_STOPPED", 0x8010001E),
        ("0x80100017", UNAVAILABLE),
    ],
)
def test_a_code_from_the_second_transmit_only(bench: Bench, code: str, number: int) -> None:
    bench.inject("reader.return_code", SECOND, code=code)
    connection = connected()
    assert [reads(connection) for _ in range(3)] == [0, number, 0]
    assert len(bench.card.apdus) == 2


@in_process
@pytest.mark.parametrize("code", ["UNRESPONSIVE_CARD", "SHARING_VIOLATION", "NO_SERVICE"])
def test_a_code_from_connect_until_the_count_is_up(bench: Bench, code: str) -> None:
    when = Schedule(match="Connect", until_count=2)
    bench.inject("reader.return_code", when, code=code)
    seen = [connects() for _ in range(3)]
    assert seen == [int(ReturnCode(code=code).number)] * 2 + [0]


@in_process
@pytest.mark.parametrize(
    ("code", "number"),
    [("SCARD_E_NO_SERVICE", 0x8010001D), ("SCARD_W_SECURITY_VIOLATION", 0x8010006A)],
)
def test_no_context(bench: Bench, code: str, number: int) -> None:
    bench.inject("reader.return_code", Schedule(first=1, match="EstablishContext"), code=code)
    with pytest.raises(EstablishContextException) as refused:
        readers()
    assert refused.value.hresult & 0xFFFFFFFF == number
    assert [str(r) for r in readers()] == [READER]


@in_process
def test_sharing_violation_three_times_is_only_late(bench: Bench) -> None:
    when = Schedule(first=3, match="Transmit")
    bench.inject("reader.return_code", when, code="SHARING_VIOLATION")
    connection = connected()
    start = time.monotonic()
    assert reads(connection) == 0
    assert 0.28 < time.monotonic() - start < 2


@in_process
def test_by_default_connect_and_transmit(bench: Bench) -> None:
    connection = connected()
    run = bench.inject("reader.return_code", code="UNRESPONSIVE_CARD")
    assert (connects(), reads(connection)) == (0x80100066, 0x80100066)
    assert [str(r) for r in readers()] == [READER]
    connection.disconnect()
    bench.board.remove(run)
    assert connects() == 0


def test_sharing_violation_without_a_match_leaves_transmit_alone(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.inject("reader.return_code", code="SHARING_VIOLATION")
    assert program.connect() == (SHARING,)
    assert program.read(handle) == 0
    assert program("BeginTransaction", handle) == (0,)


def test_calls_are_picked_by_the_schedule(bench: Bench) -> None:
    when = Schedule(match="*Transaction|Control")
    bench.inject("reader.return_code", when, code="NOT_TRANSACTED")
    program = bench.program()
    handle = program.handle()
    assert program("BeginTransaction", handle) == (0x80100016,)
    assert program("Control", handle, 1, b"")[0] == 0x80100016
    assert program.read(handle) == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"code": "UNRESPONSIV_CARD"}, "UNRESPONSIVE_CARD"),
        ({"code": "SCARD_S_SUCCESS"}, "success is no fault"),
        ({"code": "0xZZ"}, "pcsclite.h"),
        ({"cod": "NO_SERVICE"}, "did you mean code"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OnshiError, match=message):
        make_fault("reader.return_code", settings)


@pytest.mark.parametrize(
    ("code", "when"),
    [
        ("SHARING_VIOLATION", Schedule(match="BeginTransaction")),
        ("SHARING_VIOLATION", Schedule(match="Transmit")),
        ("SHARING_VIOLATION", Schedule(match="Reconnect|Connect", every=2)),
        ("NO_SERVICE", Schedule(match="ListReaders")),
        ("NO_SERVICE", Schedule(match="EstablishContext|GetStatusChange")),
    ],
)
def test_schedules_that_no_program_would_see(code: str, when: Schedule) -> None:
    with pytest.raises(CannotDeliverError):
        ReturnCode(code=code).check_doors(when, frozenset({"pcsc"}))


@pytest.mark.parametrize(
    ("code", "when"),
    [
        ("SHARING_VIOLATION", ALWAYS),
        ("SHARING_VIOLATION", Schedule(match="Connect")),
        ("SHARING_VIOLATION", Schedule(match="Transmit", first=3)),
        ("NO_SERVICE", Schedule(match="EstablishContext")),
    ],
)
def test_schedules_that_are_fine(code: str, when: Schedule) -> None:
    ReturnCode(code=code).check_doors(when, frozenset({"pcsc"}))


@pytest.mark.parametrize(
    ("code", "match", "message"),
    [
        ("UNRESPONSIVE_CARD", "Connect", "Unresponsive card"),
        ("SHARING_VIOLATION", "Connect", "Reader in use by another application"),
        ("NO_SERVICE", "EstablishContext", "No smart card readers found"),
    ],
)
def test_what_opensc_says(
    socket_for_children: PcscdEndpoint, bench: Bench, code: str, match: str, message: str
) -> None:
    bench.inject("reader.return_code", Schedule(match=match), code=code)
    found = run(socket_for_children, "opensc-tool", "-n")
    assert message in found.stdout + found.stderr
    assert found.returncode != 0


def test_what_java_says(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    bench.inject("reader.return_code", SECOND, code="REMOVED_CARD")
    assert java(socket_for_children)[5:8] == [
        "transmit 9000 4",
        "transmit CardException SCARD_W_REMOVED_CARD",
        "transmit IllegalStateException Card has been removed",
    ]


# ----------------------------------------------------------------------- lost
@in_process
def test_a_reader_that_stays_away(bench: Bench) -> None:
    bench.inject("reader.lost", SECOND, polls=0)
    connection = connected()
    assert [reads(connection) for _ in range(3)] == [0, UNAVAILABLE, UNAVAILABLE]
    connection.disconnect()
    assert [readers() for _ in range(5)] == [[]] * 5


@in_process
def test_a_lost_reader_is_back_after_some_looks(bench: Bench) -> None:
    bench.inject("reader.lost", SECOND, polls=5)
    connection = connected()
    assert [reads(connection) for _ in range(2)] == [0, UNAVAILABLE]
    # Each look of pyscard is a context and a fetch of the states: the fifth is a context's.
    assert [len(readers()) for _ in range(4)] == [0, 0, 1, 1]
    assert reads(connection) == UNAVAILABLE
    assert reads(connected()) == 0
    assert bench.events[0] == "reinsert"


@in_process
def test_a_lost_reader_comes_back_to_who_waits_for_it(bench: Bench) -> None:
    bench.inject("reader.lost", SECOND, polls=50)
    connection = connected()
    assert [reads(connection) for _ in range(2)] == [0, UNAVAILABLE]
    context = scard.SCardEstablishContext(0)[1]
    pnp = [("\\\\?PnP?\\Notification", 0)]
    assert scard.SCardGetStatusChange(context, 5000, pnp)[0] == 0
    scard.SCardReleaseContext(context)
    assert reads(connected()) == 0


def test_lost_at_another_call(bench: Bench) -> None:
    bench.inject("reader.lost", Schedule(match="Connect", nth=1), polls=1)
    program = bench.program()
    assert program.connect() == (0x80100009,)
    assert program("ReadersState")[1] == ()
    assert len(program("ReadersState")[1]) == 1
    assert program.connect()[0] == 0


def test_polls_cannot_be_negative() -> None:
    with pytest.raises(OnshiError, match="polls"):
        make_fault("reader.lost", {"polls": -1})


# --------------------------------------------------------------- slow and hang
@pytest.fixture
def patient_bench(request: pytest.FixtureRequest) -> Any:
    """A bench on which waiting takes a hundredth of the time it should."""
    bench = Bench(clock=RealClock(date(2025, 10, 20), scale=0.01))
    endpoint = process_endpoint()
    endpoint.attach(bench.engine, bench.calls)
    yield bench
    bench.clock.release()
    endpoint.detach()


def test_slow_is_slow_and_ends(patient_bench: Bench) -> None:
    run = patient_bench.inject("reader.slow", SECOND, seconds=20.0)
    connection = connected()
    assert reads(connection) == 0
    start = time.monotonic()
    assert reads(connection) == 0
    assert 0.2 <= time.monotonic() - start < 2
    assert reads(connection) == 0
    assert patient_bench.clock.waited == 20.0
    assert run.lane.t == 20.0


def test_slow_costs_nothing_in_virtual_time(bench: Bench) -> None:
    bench.inject("reader.slow", seconds=60.0)
    program = bench.program()
    handle = program.handle()
    start = time.monotonic()
    assert program.read(handle) == 0
    assert time.monotonic() - start < 1
    assert bench.clock.waited == 60.0
    with pytest.raises(OnshiError, match="seconds"):
        make_fault("reader.slow", {"seconds": -1.0})


def test_hang_ends_at_its_deadline(patient_bench: Bench) -> None:
    patient_bench.inject("reader.hang", SECOND)
    connection = connected()
    assert reads(connection) == 0
    start = time.monotonic()
    assert reads(connection) == 0x80100013
    assert 0.9 <= time.monotonic() - start < 5
    bury(connection)
    assert reads(connected()) == 0


def test_hang_ends_with_the_desk() -> None:
    bench = Bench(clock=RealClock(date(2025, 10, 20)))
    endpoint = process_endpoint()
    endpoint.attach(bench.engine, bench.calls)
    bench.inject("reader.hang", SECOND)
    connection = connected()
    assert reads(connection) == 0
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(reads(connection)))
    thread.start()
    until(lambda: any(e["event"] == "fault" for e in bench.journal.events("fault")))
    assert seen == []
    bench.clock.release()
    endpoint.detach()
    thread.join(5)
    assert seen == [0x80100013]
    bury(connection)
    assert readers() == []


@in_process
def test_hang_in_virtual_time_is_over_at_once(bench: Bench) -> None:
    bench.inject("reader.hang", SECOND)
    connection = connected()
    assert [reads(connection), reads(connection)] == [0, 0x80100013]
    bury(connection)
    assert [e["call"] for e in bench.journal.events("pcsc", "hang_up")] == ["Transmit"]


def test_another_program_behind_a_hanging_one_is_released_too() -> None:
    bench = Bench(clock=RealClock(date(2025, 10, 20)))
    first, second = bench.program(), bench.program()
    mine, other = first.handle(), second.handle()
    bench.inject("reader.hang", Schedule(nth=1, match="Transmit"))
    ended: list[str] = []

    def call(program: Program, *what: Any) -> None:
        try:
            program(*what)
            ended.append("answered")
        except Released:
            ended.append("released")

    calls: list[tuple[Any, ...]] = [
        (first, "Transmit", mine, T1, bytes(READ)),
        (second, "Transmit", other, T1, bytes(READ)),
        (second, "Connect", second.context, READER, SHARED, T1),
    ]
    threads = [threading.Thread(target=call, args=one) for one in calls]
    for thread in threads:
        thread.start()
    until(lambda: len(ended) == 2)
    bench.close()
    for thread in threads:
        thread.join(5)
    assert sorted(ended) == ["answered", "answered", "released"]


# -------------------------------------------------------------------- hang_up
@in_process
def test_the_daemon_dies_in_the_second_transmit(bench: Bench) -> None:
    bench.inject("reader.hang_up", SECOND)
    connection = connected()
    assert [reads(connection), reads(connection)] == [0, 0x80100013]
    assert reads(connection) == 0x8010001D
    bury(connection)
    until(lambda: bench.engine.states()[0].sharing == 0)
    assert reads(connected()) == 0


def test_a_pulled_card_and_a_dead_daemon_in_opensc(
    socket_for_children: PcscdEndpoint, bench: Bench
) -> None:
    bench.inject("reader.hang_up", Schedule(match="Transmit", first=1))
    found = run(socket_for_children, "opensc-tool", "-s", "00B0000002", "-s", "00B0000002")
    assert found.returncode != 0
    assert run(socket_for_children, "opensc-tool", "-s", "00B0000002").returncode == 0


# ----------------------------------------------------------------- all of them
READER_FAULTS = [n for n in fault_names() if n.startswith("reader.")]
FROM_ANY_CALL = ("reader.return_code", "reader.second_first", "reader.service", "reader.sharing")
FELT_LATER = ("reader.second_first", "reader.reset_by_other")


@pytest.mark.parametrize("name", [n for n in READER_FAULTS if n not in FROM_ANY_CALL])
@pytest.mark.parametrize("call", ["EstablishContext", "ReadersState", "Connect", "Disconnect"])
def test_without_a_match_only_transmit_is_concerned(bench: Bench, name: str, call: str) -> None:
    program = bench.program()
    handle = program.handle()
    bench.inject(name)
    arguments: dict[str, Callable[[], tuple[Any, ...]]] = {
        "EstablishContext": lambda: (0,),
        "ReadersState": lambda: (),
        "Connect": lambda: (program.context, READER, SHARED, T1),
        "Disconnect": lambda: (handle, 0),
    }
    assert program(call, *arguments[call]())[0] == 0
    assert bench.clock.waited == 0
    assert bench.engine.states()[0].state == 0x34


@pytest.mark.parametrize("name", [n for n in READER_FAULTS if n not in FELT_LATER])
def test_each_fault_can_concern_another_call(bench: Bench, name: str) -> None:
    program = bench.program()
    bench.inject(name, Schedule(match="Connect", first=1))
    try:
        struck = program.connect(EXCLUSIVE)[0] != 0 or bench.clock.waited > 0
    except HangUpError:
        struck = True
    assert struck
    assert [e["at"] for e in bench.journal.events("fault", "fault")] == ["Connect"]


def test_the_environment_of_children_is_the_endpoints(socket_for_children: PcscdEndpoint) -> None:
    found = subprocess.run(
        ["sh", "-c", "echo $PCSCLITE_CSOCK_NAME"],
        env=environment(socket_for_children),
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    assert found.stdout.strip() == socket_for_children.path
