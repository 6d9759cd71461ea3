"""TLS that goes wrong: who notices, at which door, for how long; and that it ends."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from onshi.errors import CannotDeliverError
from onshi.faults.registry import make_fault
from onshi.schedule import Schedule
from wire_clients import WireClients

SERVER = {
    "wire.tls_expired": "certificate has expired",
    "wire.tls_not_yet_valid": "certificate is not yet valid",
    "wire.tls_wrong_host": "subject name matches target host name",
    "wire.tls_unknown_ca": "unable to get local issuer certificate",
}
ALERTS = ("certificate_unknown", "bad_certificate", "certificate_revoked", "unknown_ca")
API = "https://hweb-api.oqs.onshikaku.org/oqs-api-pro/MSA12020/ILI12020SV01/auth"
MNC = "https://hweb-mnc.oqs.onshikaku.org/oqs-api-pro/MSA01030/ILI01030SV01/search"


@pytest.fixture
def expired(wire_clients: WireClients) -> tuple[str, str]:
    """A client certificate that really has expired, and its key."""
    return str(wire_clients.files.client_expired), wire_clients.certificate[1]


# ------------------------------------------------------------ the server's certificate
@pytest.mark.parametrize(("name", "says"), SERVER.items())
def test_a_bad_server_is_bad_under_every_name(
    bench: Any, wire_clients: WireClients, name: str, says: str
) -> None:
    bench.fault(name)
    proxy = bench.door.proxy_url
    named = f"127.0.0.1:{bench.door.named_url.rpartition(':')[2]}"
    for url, way in (
        (bench.search, {}),
        (MNC, {"proxy": proxy}),
        (API, {"proxy": proxy, "cert": wire_clients.certificate}),
        (MNC, {"address": named}),
    ):
        sight = wire_clients.look("curl", url, **way)
        assert sight.word == "curl 60", (url, sight.text)
        assert says in sight.text
    assert bench.service.seen == []
    assert {e["reason"] for e in bench.events("tls")} <= {"client_alert", "client_closed"}


@pytest.mark.parametrize("name", SERVER)
def test_who_does_not_look_sees_nothing(bench: Any, curl: Any, name: str) -> None:
    bench.fault(name)
    done = curl("--insecure", "--write-out", "%{http_code}", "-d", "{}", bench.search)
    assert done.stdout.endswith("401")


def test_the_first_two_connections_and_then_it_recovers(bench: Any) -> None:
    bench.fault("wire.tls_expired", Schedule(first=2))
    for _ in range(2):
        with pytest.raises(requests.exceptions.SSLError, match="has expired"):
            requests.post(bench.search, data=b"{}", verify=bench.ca, timeout=10)
    answer = requests.post(bench.search, data=b"{}", verify=bench.ca, timeout=10)
    assert answer.status_code == 401
    assert len(list(bench.journal.events("fault", "fault"))) == 2


def test_a_client_that_resumes_sessions_meets_it_all_the_same(bench: Any) -> None:
    context = ssl.create_default_context(cafile=bench.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    port = int(bench.door.search_url.rpartition(":")[2])

    def connect(session: ssl.SSLSession | None) -> tuple[ssl.SSLSession | None, bool]:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as sock,
            context.wrap_socket(sock, server_hostname="localhost", session=session) as tls,
        ):
            return tls.session, bool(tls.session_reused)

    session, _ = connect(None)
    assert connect(session)[1]
    bench.fault("wire.tls_expired", Schedule(nth=1))
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        connect(session)
    assert connect(session)[1]


# ------------------------------------------------------------ the client's certificate
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_an_expired_client_certificate_is_really_refused(
    bench: Any, wire_clients: WireClients, expired: tuple[str, str], tls: str
) -> None:
    sights = [
        wire_clients.saw(c, bench.login, cert=expired, tls=tls)
        for c in ("curl", "openssl", "requests", "node https", "java")
    ]
    # curl 7.88 takes this alert, and only this one, for a verdict on the server.
    assert sights == [
        "curl 60" if tls == "1.2" else "curl 56",
        "openssl alert 45",
        "requests SSLError SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "node https " + ("EPROTO" if tls == "1.2" else "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED"),
        "java SSLHandshakeException certificate_expired",
    ]
    assert bench.service.seen == []
    refused = {"event": "tls", "reason": "client_certificate_not_accepted", "service": "auth"}
    assert bench.events("tls") == [refused] * 5
    # The search host asks for none, and does not mind one.
    assert wire_clients.saw("curl", bench.search, cert=expired, tls=tls) == "curl 401"


@pytest.mark.parametrize("tls", [pytest.param("1.2", marks=pytest.mark.soak), "1.3"])
def test_what_java_sees(bench: Any, wire_clients: WireClients, tls: str) -> None:
    expected = {
        ("wire.tls_expired", ""): "CertificateExpiredException",
        ("wire.tls_not_yet_valid", ""): "CertificateNotYetValidException",
        ("wire.tls_wrong_host", ""): "CertificateException",
        ("wire.tls_unknown_ca", ""): "SunCertPathBuilderException",
        ("wire.tls_client_expired", ""): "certificate_expired",
        **{("wire.tls_client_refused", alert): alert for alert in ALERTS},
        ("wire.tls_old_protocol", ""): "protocol_version",
        ("wire.refuse_tls", ""): "handshake_failure",
    }
    seen = {}
    for name, alert in expected:
        bench.board.clear()
        bench.fault(name, **({"alert": alert} if alert else {}))
        word = wire_clients.saw("java", bench.login, cert=wire_clients.certificate, tls=tls)
        seen[name, alert] = word.removeprefix("java SSLHandshakeException ")
    assert seen == expected


@pytest.mark.parametrize("fault", ["wire.tls_client_expired", "wire.tls_client_refused"])
def test_a_refused_client_is_refused_at_the_login_only(
    bench: Any, wire_clients: WireClients, fault: str
) -> None:
    bench.fault(fault)
    assert wire_clients.saw("openssl", bench.search) == "openssl 401"
    assert list(bench.journal.events("fault", "fault")) == []
    number = {"wire.tls_client_expired": 45, "wire.tls_client_refused": 46}[fault]
    for way in ({}, {"proxy": bench.door.proxy_url}):
        url = API if way else bench.login
        word = wire_clients.saw("openssl", url, cert=wire_clients.certificate, **way)
        assert word == f"openssl alert {number}"
    # Who shows none is told so, as ever.
    assert wire_clients.saw("openssl", bench.login, tls="1.3") == "openssl alert 116"
    bench.board.clear()
    assert wire_clients.saw("openssl", bench.login, cert=wire_clients.certificate) == "openssl 200"


@pytest.mark.parametrize("fault", ["wire.tls_client_expired", "wire.tls_client_refused"])
@pytest.mark.parametrize("match", ["search", "auth|search", "handshake"])
def test_a_refused_client_cannot_be_met_elsewhere(bench: Any, fault: str, match: str) -> None:
    with pytest.raises(CannotDeliverError, match="only the login host asks"):
        bench.fault(fault, Schedule(match=match))
    bench.fault(fault, Schedule(match="auth"))


# ---------------------------------------------------------------------- old protocol
def test_a_server_of_long_ago_talks_to_a_client_of_long_ago(
    bench: Any, wire_clients: WireClients
) -> None:
    bench.fault("wire.tls_old_protocol")
    host, _, port = bench.door.search_url.removeprefix("https://").rpartition(":")
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    for version in ("-tls1", "-tls1_1"):
        old = ["openssl", "s_client", "-quiet", version, "-cipher", "ALL:@SECLEVEL=0"]
        done = subprocess.run(
            [*old, "-connect", f"{host}:{port}", "-CAfile", bench.ca],
            input=request.encode(),
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert done.stdout.startswith(b"HTTP/1.1 404"), done.stderr.decode()
    assert wire_clients.saw("openssl", bench.search, tls="1.3") == "openssl alert 70"
    bench.board.clear()
    assert wire_clients.saw("openssl", bench.search, tls="1.3") == "openssl 401"


def test_without_old_tls_in_this_python_it_is_refused(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssl, "HAS_TLSv1_1", False)
    with pytest.raises(CannotDeliverError, match=r"wire\.refuse_tls"):
        bench.fault("wire.tls_old_protocol")
    make_fault("wire.tls_old_protocol", {}).check_doors(Schedule(), frozenset({"responses"}))


# --------------------------------------------------------------------- slow handshakes
@pytest.mark.parametrize(("tls", "gaps"), [("1.2", 15), ("1.3", 16)])
def test_a_handshake_that_dribbles_takes_its_time(
    make_bench: Any, wire_clients: WireClients, tls: str, gaps: int
) -> None:
    bench = make_bench(scale=0.02, deadline=90.0)
    bench.fault("wire.tls_slow", Schedule(nth=1), piece=100, seconds=1.0)
    sight = wire_clients.look("urllib3", bench.search, tls=tls)
    assert sight.word == "urllib3 401"
    assert gaps * 0.02 <= sight.seconds < 5
    (answer,) = bench.events("answer")
    assert gaps <= answer["t"] <= gaps + 2
    assert wire_clients.look("urllib3", bench.search, tls=tls).word == "urllib3 401"
    assert len(list(bench.journal.events("fault", "fault"))) == 1


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_a_slow_handshake_ends_at_the_deadline(
    make_bench: Any, wire_clients: WireClients, tls: str
) -> None:
    bench = make_bench(scale=0.01, deadline=30.0)
    bench.fault("wire.tls_slow", piece=1, seconds=1.0)
    sight = wire_clients.look("openssl", bench.search, tls=tls)
    assert sight.word == "openssl eof"
    assert 0.3 <= sight.seconds < 5
    assert bench.events("tls") == [
        {"event": "tls", "reason": "deadline", "service": "search", "t": 30.0}
    ]


def test_a_client_that_will_not_wait_for_a_slow_handshake(make_bench: Any, wait_until: Any) -> None:
    bench = make_bench(scale=1.0, deadline=600.0)
    bench.fault("wire.tls_slow", piece=1, seconds=5.0)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(bench.search, data=b"{}", verify=bench.ca, timeout=0.2)
    wait_until(lambda: bench.events("left"))
    assert bench.service.seen == []


# ---------------------------------------------------------------- many, and the end
@pytest.fixture
def stalled(make_bench: Any, wait_until: Any) -> Iterator[tuple[Any, list[socket.socket]]]:
    """200 connections whose handshake gets no answer; other clients are not meant."""
    bench = make_bench(scale=1.0, deadline=600.0)
    bench.fault("wire.stall_tls", Schedule(first=200))
    port = int(bench.door.search_url.rpartition(":")[2])
    hello = client_hello()
    socks = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(200)]
    for sock in socks:
        sock.sendall(hello)
    wait_until(lambda: len(bench.events("wire")) == 200)
    yield bench, socks
    for sock in socks:
        sock.close()


def client_hello() -> bytes:
    outgoing = ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(
        ssl.MemoryBIO(), outgoing, server_hostname="localhost"
    )
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def test_stalled_handshakes_keep_nobody_out_and_end_with_the_desk(
    stalled: tuple[Any, list[socket.socket]], wire_clients: WireClients
) -> None:
    bench, socks = stalled
    for client in ("curl", "requests", "java"):
        sight = wire_clients.look(client, bench.search)
        assert sight.word == f"{client} 401"
        assert sight.seconds < 5
    began = time.monotonic()
    bench.door.detach()
    for sock in socks:
        try:
            assert sock.recv(1) == b""
        except ConnectionResetError:
            continue
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("name", ["wire.tls_slow", "wire.stall_tls", "wire.silent"])
def test_the_next_desk_shows_its_own_face(
    make_bench: Callable[..., Any], wait_until: Any, name: str
) -> None:
    first = make_bench(scale=1.0, deadline=600.0)
    first.fault(name)
    seen: list[Exception] = []

    def ask() -> None:
        try:
            requests.post(first.search, data=b"{}", verify=first.ca, timeout=30)
        except requests.exceptions.RequestException as e:
            seen.append(e)

    client = threading.Thread(target=ask)
    client.start()
    wait_until(lambda: first.events("wire"))
    second = make_bench()
    client.join(timeout=5)
    assert isinstance(seen[0], requests.exceptions.ConnectionError)
    answer = requests.post(second.search, data=b"{}", verify=second.ca, timeout=10)
    assert answer.status_code == 401


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_login_and_search_in_both_versions(
    bench: Any, wire_clients: WireClients, inquiry: str, tls: str
) -> None:
    headers = {"Authorization": "token"}
    for client in ("curl", "openssl", "requests", "urllib3", "node https", "java"):
        way = {"cert": wire_clients.certificate, "tls": tls}
        assert wire_clients.saw(client, bench.login, **way) == f"{client} 200"
        found = wire_clients.look(
            client, bench.search, data=inquiry.encode(), headers=headers, tls=tls
        )
        assert found.word == f"{client} 200"
        assert b"SegmentOfResult" in found.body
    assert {r.peer for r in bench.service.seen} == {
        None,
        "ONSHI-TEST clinic 1312345670 (NOT FOR PRODUCTION)",
    }
