"""The listener for a hosts entry: the server name in the ClientHello decides."""

from __future__ import annotations

import json
import random
import socket
import ssl
import subprocess

import pytest

from onshi.doors.hello import MAX_HELLO, hello_is_whole, server_name
from onshi.doors.webapi import WebApiDoor
from onshi.errors import OnshiError

LOGIN = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"
API, MNC = "hweb-api.oqs.onshikaku.org", "hweb-mnc.oqs.onshikaku.org"


def port_of(bench):
    return int(bench.door.named_url.rpartition(":")[2])


@pytest.fixture
def by_name(bench, curl):
    """curl with both production names at the one port, as a hosts entry brings them."""

    def run(*args):
        to = f":443:127.0.0.1:{port_of(bench)}"
        both = ("--connect-to", API + to, "--connect-to", MNC + to)
        return curl("--cacert", bench.ca, *both, *args)

    return run


def s_client(bench, *args):
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port_of(bench)}", *args],
        input="",
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.stdout + done.stderr


def client_hello(name, **options):
    """What OpenSSL says first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for key, value in options.items():
        setattr(context, key, value)
    outgoing = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


# ------------------------------------------------------------ the listener
def test_curl_logs_in_and_searches_at_one_port(bench, by_name, stored):
    cert, key = bench.client
    done = by_name("--cert", cert, "--key", key, "-d", "{}", f"https://{API}{LOGIN}")
    assert done.returncode == 0, done.stderr
    token = json.loads(done.stdout)["result"]["idToken"]
    search = f"https://{MNC}{SEARCH}"
    done = by_name("-H", f"Authorization: {token}", "--data-binary", f"@{stored}", search)
    assert done.returncode == 0, done.stderr
    assert [r.peer is not None for r in bench.service.seen] == [True, False]


def test_the_name_decides_whether_a_certificate_is_wanted(bench, by_name):
    done = by_name("-d", "{}", f"https://{API}{LOGIN}")
    assert done.returncode == 56, done.stderr
    assert "certificate required" in done.stderr
    done = by_name("-d", "{}", "-H", "Authorization: none", f"https://{MNC}{SEARCH}")
    assert (done.returncode, done.stdout) == (0, '{"status":"401"}')


@pytest.mark.parametrize(
    ("args", "host"),
    [
        (["-servername", "example.com"], "example.com"),
        (["-servername", "localhost", "-tls1_2"], "localhost"),
        (["-noservername"], ""),
    ],
)
def test_other_names_and_none_get_the_alert(bench, args, host):
    assert "unrecognized name" in s_client(bench, *args)
    assert bench.events() == [{"event": "tls", "reason": "unrecognized_name", "host": host}]


def test_plain_http_is_told_so(bench, curl):
    done = curl(f"http://127.0.0.1:{port_of(bench)}/")
    assert "HTTPS only" in done.stdout
    assert bench.events() == [{"event": "tls", "reason": "plain_http"}]


def test_garbage_is_let_go(bench):
    with socket.create_connection(("127.0.0.1", port_of(bench)), timeout=10) as sock:
        sock.sendall(b"\x00\x01\x02\x03\x04\r\n\r\n")
        assert sock.recv(100) == b""
    assert bench.events() == [{"event": "tls", "reason": "not_tls"}]


def test_a_port_probe_leaves_no_trace(bench):
    socket.create_connection(("127.0.0.1", port_of(bench)), timeout=10).close()
    bench.door.detach()
    assert len(bench.journal) == 0


def test_a_hello_in_two_records_and_many_segments(bench):
    """As some middleboxes and browsers cut it: OpenSSL has to get all of it, unchanged."""
    context = ssl.create_default_context(cafile=bench.ca)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=MNC)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    first = outgoing.read()
    message = first[5:]
    cut = 50
    records = b"".join(
        b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part
        for part in (message[:cut], message[cut:])
    )
    assert server_name(records) == MNC
    with socket.create_connection(("127.0.0.1", port_of(bench)), timeout=10) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(records), 40):
            sock.sendall(records[i : i + 40])
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                data = sock.recv(65536)
                assert data, "the server hung up"
                incoming.write(data)
        sock.sendall(outgoing.read())
    assert tls.version() == "TLSv1.3"


def test_without_a_named_port_there_is_no_such_listener():
    door = WebApiDoor()
    door.start()
    with pytest.raises(OnshiError, match="named_port"):
        _ = door.named_url
    door.close()


# -------------------------------------------------------------- the reader
@pytest.mark.parametrize("name", [API, "localhost", "a.example", "xn--eckwd4c7c.example"])
def test_the_name_is_read_from_what_openssl_sends(name):
    for options in ({}, {"maximum_version": ssl.TLSVersion.TLSv1_2}):
        hello = client_hello(name, **options)
        assert server_name(hello) == name.lower()
        assert hello_is_whole(hello)
        assert not any(hello_is_whole(hello[:n]) for n in range(len(hello)))


def test_no_name():
    assert server_name(client_hello(None)) is None
    assert server_name(client_hello("127.0.0.1")) is None


def test_every_cut_and_every_flipped_byte_is_survived():
    hello = client_hello(API)
    for n in range(len(hello)):
        assert server_name(hello[:n]) in (None, API)
        for value in (0, 1, 0x7F, 0xFF):
            changed = hello[:n] + bytes([value]) + hello[n + 1 :]
            found = server_name(changed)
            assert found is None or isinstance(found, str)
            hello_is_whole(changed)


def test_random_bytes_never_hold_more_than_the_bound():
    rng = random.Random(1)
    for _ in range(300):
        data = b"\x16\x03\x01" + rng.randbytes(rng.randrange(400))
        server_name(data)
        hello_is_whole(data)
    assert hello_is_whole(b"\x16\x03\x01\xff\xff\x01\xff\xff\xff".ljust(MAX_HELLO, b"x"))
    assert hello_is_whole(b"\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00"), "empty records"
    assert hello_is_whole(b"\x16\x03\x01\x00\x04\x02aaaa"), "not a ClientHello"
