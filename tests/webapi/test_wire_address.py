"""What comes before a connection: names, ports and networks that lead nowhere; and back again."""

from __future__ import annotations

import http.client
import re
import ssl
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
import requests
from urllib3.util.retry import Retry

import onshi
from onshi.doors import silence
from onshi.doors.webapi import WebApiDoor
from onshi.errors import CannotDeliverError, OnshiError
from onshi.faults.registry import make_fault
from onshi.schedule import Schedule
from wire_clients import WireClients

NAMES = ("wire.unreachable", "wire.closed_port", "wire.unresolvable")
MNC = "https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search"
SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"


def kept(bench: Any, *, timeout: float = 10.0) -> http.client.HTTPSConnection:
    """A connection that stands: one search has been answered on it."""
    context = ssl.create_default_context(cafile=bench.ca)
    host, port = bench.door.search_url.removeprefix("https://").split(":")
    client = http.client.HTTPSConnection(host, int(port), context=context, timeout=timeout)
    assert searched(client) == 401
    return client


def searched(client: http.client.HTTPSConnection) -> int:
    client.request("POST", SEARCH, b"{}")
    answer = client.getresponse()
    answer.read()
    return answer.status


# --------------------------------------------------------------------- unreachable
def test_connect_times_out_and_works_again(bench: Any, wire_clients: WireClients) -> None:
    run = bench.board.add(make_fault("wire.unreachable", {}))
    for client, word in (
        ("curl", "curl 28"),
        ("requests", "requests ConnectTimeout ConnectTimeoutError"),
        ("java", "java HttpConnectTimeoutException ConnectException"),
    ):
        sight = wire_clients.look(client, bench.search, timeout=0.25)
        assert sight.word == word
        assert sight.seconds >= 0.25
    assert wire_clients.saw("curl", bench.login, timeout=0.2) == "curl 28"
    for way in (
        {"proxy": bench.door.proxy_url},
        {"address": f"127.0.0.1:{bench.door.named_url.rpartition(':')[2]}"},
    ):
        assert wire_clients.saw("curl", MNC, timeout=0.2, **way) == "curl 28"
    assert bench.service.seen == []
    bench.board.remove(run)
    assert wire_clients.saw("curl", bench.search) == "curl 401"
    assert wire_clients.saw("curl", MNC, proxy=bench.door.proxy_url) == "curl 401"
    (strike,) = bench.journal.events("fault", "fault")
    assert (strike["name"], strike["at"]) == ("wire.unreachable", "open")


def test_a_connection_that_stands_falls_silent_and_lives_again(bench: Any, make_bench: Any) -> None:
    bench = make_bench(scale=1.0, deadline=60.0)
    client = kept(bench)
    run = bench.board.add(make_fault("wire.unreachable", {}))
    client.sock.settimeout(0.3)
    client.request("POST", SEARCH, b"{}")
    with pytest.raises(TimeoutError):
        client.sock.recv(1)
    assert len(bench.service.seen) == 1
    bench.board.remove(run)
    client.sock.settimeout(10)
    # TCP sends again what was lost: the server was never told that anything was wrong.
    assert client.getresponse().status == 401
    assert len(bench.service.seen) == 2
    client.close()


def test_a_silent_connection_ends_at_the_deadline(make_bench: Any) -> None:
    bench = make_bench(scale=0.001, deadline=90.0)
    client = kept(bench)
    bench.fault("wire.unreachable")
    began = time.monotonic()
    client.request("POST", SEARCH, b"{}")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError, ssl.SSLError)):
        client.getresponse()
    assert 0.05 < time.monotonic() - began < 5
    client.close()


def test_only_the_search_is_lost(make_bench: Any, wire_clients: WireClients) -> None:
    bench = make_bench(scale=0.002, deadline=90.0)
    bench.fault("wire.unreachable", Schedule(match="search"))
    assert wire_clients.saw("curl", bench.search, timeout=0.3) == "curl 28"
    assert wire_clients.saw("curl", bench.login, cert=wire_clients.certificate) == "curl 200"
    sight = wire_clients.look("curl", MNC, proxy=bench.door.proxy_url)
    assert sight.word == "curl 56"
    assert "504" in sight.text
    assert sight.seconds >= 0.18
    said = [e for e in bench.events("connect") if e["status"] != 200]
    assert said == [
        {"event": "connect", "host": "hweb-mnc.oqs.onshikaku.org", "status": 504, "t": 90.0}
    ]
    named = f"127.0.0.1:{bench.door.named_url.rpartition(':')[2]}"
    assert wire_clients.saw("openssl", MNC, address=named) == "openssl eof"
    assert bench.service.seen[-1].path.endswith("/auth")


def test_a_client_that_is_still_connecting_gets_through_when_the_network_is_back(
    bench: Any,
) -> None:
    run = bench.board.add(make_fault("wire.unreachable", {}))
    url, got = bench.search, []
    client = threading.Thread(
        target=lambda: got.append(
            requests.post(url, data=b"{}", verify=bench.ca, timeout=15).status_code
        )
    )
    client.start()
    client.join(timeout=0.2)
    assert got == []
    bench.board.remove(run)
    client.join(timeout=10)
    assert got == [401]


@pytest.mark.skipif(sys.platform != "linux", reason="socket filters are Linux's")
def test_a_kernel_that_has_no_socket_filters(
    bench: Any, monkeypatch: pytest.MonkeyPatch, wire_clients: WireClients
) -> None:
    monkeypatch.setattr(silence, "_ATTACH", 9999)
    for _ in range(2):
        with pytest.raises(CannotDeliverError, match="cannot make a listener unreachable"):
            bench.fault("wire.unreachable")
    assert wire_clients.saw("curl", bench.search) == "curl 401"
    bench.fault("wire.closed_port")
    assert wire_clients.saw("curl", bench.search) == "curl 7"


def test_elsewhere_than_on_linux_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    fault = make_fault("wire.unreachable", {})
    with pytest.raises(CannotDeliverError, match=r"wire\.stall_tls"):
        fault.check_doors(Schedule(), frozenset({"webapi"}))
    fault.check_doors(Schedule(), frozenset({"webapi", "responses"}))


# --------------------------------------------------------------------- closed ports
def test_a_closed_port_refuses_and_opens_again(bench: Any, wire_clients: WireClients) -> None:
    client = kept(bench)
    port = bench.door.search_url
    run = bench.board.add(make_fault("wire.closed_port", {}))
    words = [wire_clients.saw(c, bench.search) for c in ("curl", "requests", "node", "java")]
    assert words == [
        "curl 7",
        "requests ConnectionError NewConnectionError",
        "node ECONNREFUSED",
        "java ConnectException ClosedChannelException",
    ]
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected, ssl.SSLError)):
        searched(client)
    client.close()
    with pytest.raises(OnshiError, match="in use"):
        WebApiDoor(search_port=int(port.rpartition(":")[2])).start()
    bench.board.remove(run)
    assert bench.door.search_url == port
    assert wire_clients.saw("curl", bench.search) == "curl 401"


def test_a_client_that_retries_waits_for_the_port_to_open(bench: Any) -> None:
    run = bench.board.add(make_fault("wire.closed_port", {}))
    tries: list[int] = []

    class Counted(Retry):
        def sleep(self, response: Any = None) -> None:
            tries.append(1)
            if len(tries) == 2:
                bench.board.remove(run)

    with requests.Session() as session:
        adapter = requests.adapters.HTTPAdapter(max_retries=Counted(5, allowed_methods=None))
        session.mount("https://", adapter)
        answer = session.post(bench.search, data=b"{}", verify=bench.ca, timeout=10)
    assert (answer.status_code, len(tries)) == (401, 2)


def test_a_door_that_is_closed_while_its_port_is(wire_clients: WireClients) -> None:
    door = WebApiDoor()
    door.start()
    again = door.shut(frozenset({"auth", "search"}), "closed")
    url = door.search_url
    door.close()
    again()
    door.start()
    try:
        assert door.search_url == url
        assert wire_clients.saw("curl", url) == "curl 503"
    finally:
        door.close()


# ---------------------------------------------------------------------- unresolvable
def test_a_program_that_starts_now_is_told_a_name_that_leads_nowhere(
    bench: Any, wire_clients: WireClients
) -> None:
    run = bench.board.add(make_fault("wire.unresolvable", {}))
    words = [wire_clients.saw(c, bench.search) for c in ("curl", "urllib3", "node", "java")]
    assert words == [
        "curl 6",
        "urllib3 NameResolutionError",
        "node ENOTFOUND",
        "java ConnectException UnresolvedAddressException",
    ]
    assert wire_clients.saw("curl", bench.door.search_url + SEARCH) == "curl 401"
    proxied = wire_clients.look("curl", MNC, proxy=bench.door.proxy_url)
    assert proxied.word == "curl 56"
    assert "503" in proxied.text
    bench.board.remove(run)
    assert bench.search == bench.door.search_url + SEARCH
    assert wire_clients.saw("curl", MNC, proxy=bench.door.proxy_url) == "curl 401"


def test_exec_tells_the_program_so() -> None:
    told = 'curl -sS -d "{}" $ONSHI_WEBAPI_SEARCH_URL; echo $?; echo $ONSHI_WEBAPI_URL'
    fault = "wire.unresolvable:match=search"
    done = subprocess.run(
        [sys.executable, "-m", "onshi.cli", "exec", "--fault", fault, "--", "sh", "-c", told],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Could not resolve host: onshi-unresolvable.invalid" in done.stderr
    code, login = done.stdout.split()
    assert code == "6"
    assert login.startswith("https://localhost:")


# ----------------------------------------------------------------------- all of them
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "when",
    [
        Schedule(first=2),
        Schedule(nth=1),
        Schedule(draw=0.5),
        Schedule(until_count=3),
        Schedule(until="reset"),
        Schedule(match="patient:p1"),
        Schedule(match="request"),
    ],
    ids=lambda s: next(k for k in s.__struct_fields__ if getattr(s, k)),
)
def test_what_nobody_sees_cannot_be_counted(bench: Any, name: str, when: Schedule) -> None:
    with pytest.raises(CannotDeliverError, match=name):
        bench.fault(name, when)
    assert bench.door.env()["ONSHI_WEBAPI_URL"] == bench.door.url


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_with_the_desk(make_bench: Any, wire_clients: WireClients, name: str) -> None:
    first = make_bench()
    first.fault(name)
    second = make_bench()
    assert wire_clients.saw("curl", second.search) == "curl 401"
    first.board.clear()
    assert wire_clients.saw("curl", second.search) == "curl 401"
    second.door.detach()
    assert wire_clients.saw("curl", second.search) == "curl 503"


def test_several_at_once_end_one_by_one(bench: Any, wire_clients: WireClients) -> None:
    both = bench.board.add(make_fault("wire.closed_port", {}))
    search = bench.board.add(make_fault("wire.unreachable", {}), Schedule(match="search"))
    assert wire_clients.saw("curl", bench.search) == "curl 7"
    bench.board.remove(both)
    assert wire_clients.saw("curl", bench.search, timeout=0.3) == "curl 28"
    assert wire_clients.saw("curl", bench.login, cert=wire_clients.certificate) == "curl 200"
    bench.board.remove(search)
    assert wire_clients.saw("curl", bench.search) == "curl 401"


@pytest.mark.parametrize("name", NAMES)
def test_a_desk_that_opens_its_door_later_is_shut_from_the_start(
    name: str, wire_clients: WireClients
) -> None:
    words = {"wire.unreachable": "28", "wire.closed_port": "7", "wire.unresolvable": "6"}
    with onshi.Desk(date="2025-10-20", doors=()) as desk:
        desk.inject(name)
        desk.open("webapi")
        url = desk.env()["ONSHI_WEBAPI_SEARCH_URL"]
        assert wire_clients.saw("curl", url, timeout=0.5) == f"curl {words[name]}"
        desk.injections.lift_fault(name)
        assert wire_clients.saw("curl", desk.env()["ONSHI_WEBAPI_SEARCH_URL"]) == "curl 404"


def test_in_process_it_is_as_over_https() -> None:
    shown: dict[str, list[str]] = {}
    for door in ("responses", "webapi"):
        with onshi.Desk(date="2025-10-20", doors=(door,)) as desk:
            for name in NAMES:
                desk.inject(name)
                env = desk.env()
                base = env.get("ONSHI_WEBAPI_SEARCH_URL", MNC.removesuffix(SEARCH))
                with pytest.raises(requests.exceptions.ConnectionError) as found:
                    requests.post(
                        base + SEARCH,
                        data=b"{}",
                        verify=env.get("ONSHI_WEBAPI_CA", True),
                        timeout=(0.3, 5),
                    )
                host = base.split("/")[2].partition(":")[0]
                reason = found.value.args[0].reason
                text = re.sub(r"port=\d+|0x\w+", "", str(reason).replace(host, "HOST"))
                said = [type(found.value).__name__, type(reason).__name__, text]
                shown.setdefault(name, []).append(" ".join(said))
                desk.injections.lift_fault(name)
            if door == "responses":
                assert desk.clock.waited == pytest.approx(0.3)
    assert {name: len(set(words)) for name, words in shown.items()} == dict.fromkeys(NAMES, 1)
    assert shown["wire.unreachable"][0].startswith("ConnectTimeout ConnectTimeoutError")


def test_in_process_without_a_time_out_the_deadline_ends_it() -> None:
    with onshi.Desk(date="2025-10-20", doors=("responses",), deadline=40.0) as desk:
        desk.inject("wire.unreachable")
        with pytest.raises(requests.exceptions.ConnectTimeout):
            requests.post(MNC, data=b"{}", timeout=None)
        assert desk.clock.waited == 40.0
