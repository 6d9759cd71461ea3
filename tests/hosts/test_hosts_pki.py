"""Certificates of one's own for ``--listen``: who they vouch for, where they are kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from forged_ca import leaf, reissue
from onshi import pki
from onshi.errors import OnshiError

NAMES = ("192.0.2.7", "2001:db8::7", "kiosk.example")
PROGRAMS = Path(__file__).resolve().parents[1] / "webapi" / "programs"
LOGIN = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def own(cache: Path) -> pki.PkiFiles:
    return pki.for_names(NAMES, cache)


def openssl(*args: object) -> tuple[int, str]:
    command = ["openssl", *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stdout + done.stderr


# ------------------------------------------------------------ what it vouches for
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ip", "192.0.2.7"),
        ("ip", "2001:db8::7"),
        ("hostname", "kiosk.example"),
        ("hostname", "localhost"),
        ("ip", "127.0.0.1"),
        ("ip", "::1"),
        ("hostname", "hweb-api.oqs.onshikaku.org"),
        ("hostname", "hweb-mnc.oqs.onshikaku.org"),
    ],
)
def test_openssl_accepts_each_name(own, kind, name):
    code, said = openssl(
        *("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", own.ca),
        *(f"-verify_{kind}", name, own.server_cert),
    )
    assert code == 0, said


def test_the_shipped_ca_is_no_help(own):
    shipped = pki.files()
    for ca, cert in ((shipped.ca, own.server_cert), (own.ca, shipped.client_cert)):
        assert openssl("verify", "-CAfile", ca, cert)[0] != 0
    subjects = [
        x509.load_pem_x509_certificate(f.ca.read_bytes()).subject.rfc4514_string()
        for f in (own, shipped)
    ]
    assert subjects[0] != subjects[1], "a client that trusts both can tell them apart"
    assert all("NOT FOR PRODUCTION" in s and "ONSHI-TEST" in s for s in subjects)


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        (x509.IPAddress(ip_address("192.0.2.7")), True),
        (x509.IPAddress(ip_address("192.0.2.8")), False),
        (x509.IPAddress(ip_address("2001:db8::7")), True),
        (x509.IPAddress(ip_address("2001:db8::8")), False),
        (x509.DNSName("kiosk.example"), True),
        (x509.DNSName("bank.example"), False),
    ],
    ids=lambda v: str(getattr(v, "value", v)),
)
def test_the_ca_can_vouch_for_nothing_else(own, tmp_path, name, accepted):
    ca = x509.load_pem_x509_certificate(own.ca.read_bytes())
    assert ca.extensions.get_extension_for_class(x509.NameConstraints).critical
    key = ec.generate_private_key(ec.SECP256R1())
    copy = reissue(ca, key)
    (tmp_path / "ca.pem").write_bytes(copy.public_bytes(Encoding.PEM))
    (tmp_path / "leaf.pem").write_bytes(leaf(copy, key, name).public_bytes(Encoding.PEM))
    code, said = openssl("verify", "-CAfile", tmp_path / "ca.pem", tmp_path / "leaf.pem")
    assert (code == 0) is accepted, said
    assert ("permitted subtree violation" in said) is not accepted


# ------------------------------------------------- clients on a network of its own
@pytest.fixture(
    scope="module", params=["192.0.2.7", pytest.param("2001:db8::7", marks=pytest.mark.soak)]
)
def network(request, world, cache, java):
    """A server that listens on an address, and clients that reach it there."""
    url, search = "$ONSHI_WEBAPI_URL" + LOGIN, "$ONSHI_WEBAPI_SEARCH_URL" + SEARCH
    ca, pair = "$ONSHI_WEBAPI_CA", ("$ONSHI_WEBAPI_CERT", "$ONSHI_WEBAPI_KEY")
    p12 = ("$ONSHI_WEBAPI_P12", "$ONSHI_WEBAPI_P12_PASSWORD")
    shipped = pki.files()
    curl = ("curl", "-sS", "--max-time", "20", "--cacert", ca, "-d", "{}")
    certificate = ("--cert", pair[0], "--key", pair[1])
    by_name = f"https://kiosk.example:${{ONSHI_WEBAPI_URL##*:}}{LOGIN}"
    quoted = " ".join(f'"{part}"' for part in (*curl, *certificate))
    stdin = 'exec "$@" < inquiry.json'
    programs = {
        "curl": [*curl, *certificate, url],
        "curl by name": ["sh", "-c", f'exec {quoted} "{by_name}"'],
        "curl, public key": [
            *(*curl, "--cert", str(shipped.client_cert), "--key", str(shipped.client_key), url)
        ],
        "curl, no key": [*curl, url],
        "python": [
            *("sh", "-c", stdin, "sh", sys.executable, str(PROGRAMS / "login_and_search.py")),
            *(url, search, ca, *pair),
        ],
        "node": [
            *("node", str(PROGRAMS / "login_and_search.js"), url, search, ca, *pair, *p12),
            "inquiry.json",
        ],
        "java": [
            *(*java, "LoginAndSearch"),
            *(url, search, p12[0], "$ONSHI_WEBAPI_TRUSTSTORE", p12[1], "inquiry.json"),
        ],
    }
    return world(
        programs,
        reach="hosts",
        hosts=f"{request.param} kiosk.example\n",
        addresses="192.0.2.7/32 2001:db8::7/128",
        env={"XDG_CACHE_HOME": str(cache)},
        names=NAMES,
        host=request.param,
    )


@pytest.mark.parametrize("client", ["curl", "curl by name"])
def test_curl_logs_in(network, client):
    code, out, err = network[client]
    assert code == 0, err
    assert '"idToken"' in out


def test_python_java_and_node_log_in_and_search(network):
    code, out, err = network["python"]
    assert code == 0, err
    assert '"QualificationValidity":"1"' in out
    code, out, err = network["java"]
    assert code == 0, err
    assert out.split() == ["no-certificate:SSLHandshakeException", "200", "200"]
    code, out, err = network["node"]
    assert code == 0, err
    assert [line.rpartition(" ")[0] for line in out.splitlines()[1:3]] == ["https pem", "https p12"]
    assert "fetch 200" in out


@pytest.mark.parametrize(
    ("client", "reason"),
    [
        ("curl, public key", "client_certificate_not_accepted"),
        ("curl, no key", "no_client_certificate"),
    ],
)
def test_the_published_key_opens_nothing(network, client, reason):
    code, out, err = network[client]
    assert (code, out) == (56, "")
    assert "alert" in err
    assert reason in {e["reason"] for e in network["journal"] if e["event"] == "tls"}


# ------------------------------------------------------------------ where it is kept
def test_it_is_made_once_and_private(own, cache):
    before = {p: p.read_bytes() for p in own.ca.parent.iterdir()}
    assert sorted(p.name for p in before) == sorted(p.name for p in pki.DATA.iterdir())
    assert own.ca.parent.parent == cache
    assert own.ca.parent.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in before} == {0o600}
    again = pki.for_names(["KIOSK.example.", "2001:DB8:0::7", "192.0.2.7", "localhost"], cache)
    assert again == own
    assert {p: p.read_bytes() for p in own.ca.parent.iterdir()} == before
    assert pki.for_names(["192.0.2.8"], cache) != own


def test_by_default_in_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "c"))
    assert pki.for_names(["192.0.2.7"]).ca.parents[1] == tmp_path / "c" / "onshi" / "pki"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert pki.for_names(["192.0.2.7"]).ca.parents[1] == tmp_path / ".cache" / "onshi" / "pki"


def _cut(folder):
    (folder / "client.p12").write_bytes((folder / "client.p12").read_bytes()[:500])


def _remove(folder):
    (folder / "truststore.p12").unlink()


def _foreign_key(folder):
    (folder / "server.key").write_bytes(pki.files().server_key.read_bytes())


def _foreign_ca(folder):
    (folder / "ca.pem").write_bytes(pki.files().ca.read_bytes())


def _readable(folder):
    (folder / "client.key").chmod(0o644)


def _empty(folder):
    for path in folder.iterdir():
        path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_cut, _remove, _foreign_key, _foreign_ca, _readable, _empty])
def test_a_damaged_set_is_made_anew(own, tmp_path, damage):
    kept = tmp_path / own.ca.parent.name
    shutil.copytree(own.ca.parent, kept)
    assert pki.for_names(NAMES, tmp_path).ca.parent == kept
    damage(kept)
    second = pki.for_names(NAMES, tmp_path)
    assert second.ca.parent != kept
    assert openssl("verify", "-CAfile", second.ca, second.server_cert)[0] == 0
    assert pki.for_names(NAMES, tmp_path) == second


@pytest.mark.soak
def test_processes_at_once_end_with_one_whole_set(tmp_path):
    program = (
        "import sys, pathlib; from onshi import pki; sys.stdin.readline();"
        "f = pki.for_names(['192.0.2.7'], pathlib.Path(sys.argv[1]));"
        "print(f.ca, f.ca.read_text().splitlines()[5])"
    )
    many = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for one in many:
        one.stdin.write("go\n")
        one.stdin.flush()
    said = {one.communicate(timeout=60)[0] for one in many}
    assert len(said) == 1
    assert "ca.pem" in said.pop()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_set_that_somebody_was_killed_over_is_not_met(tmp_path):
    (tmp_path / ".making-x").mkdir()
    (tmp_path / ".making-x" / "ca.pem").write_bytes(b"-----BEGIN")
    assert pki.for_names(["192.0.2.7"], tmp_path).ca.parent.name != ".making-x"


def test_a_full_disk_is_said(tmp_path):
    program = (
        "import pathlib, sys; from onshi import pki; from onshi.errors import OnshiError\n"
        "try: pki.for_names(['192.0.2.7'], pathlib.Path(sys.argv[1]))\n"
        "except OnshiError as e: print(e)\n"
        "print(list(pathlib.Path(sys.argv[1]).iterdir()))"
    )
    script = 'mount -t tmpfs -o size=8k tmpfs "$1" && exec "$0" -c "$2" "$1"'
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    command = [*unshare, "sh", "-c", script, sys.executable, str(tmp_path), program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert f"certificates for 192.0.2.7 cannot be kept in {tmp_path}" in done.stdout
    assert "No space left on device" in done.stdout
    assert done.stdout.endswith("[]\n"), "nothing half-written is left"


def test_a_place_that_is_none(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OnshiError, match=r"cannot be kept in .*file.*XDG_CACHE_HOME"):
        pki.for_names(["192.0.2.7"], tmp_path / "file")


@pytest.mark.parametrize(
    "name", ["", "a b", "0.0.0.0", "::", "../x", "受付", "300.1.1.1", "x" * 64]
)
def test_what_is_not_a_name(tmp_path, name):
    with pytest.raises(OnshiError, match="not a name that clients can use"):
        pki.for_names(["192.0.2.7", name], tmp_path)


# --------------------------------------------------------------------- who uses it
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_keeps_the_shipped_one(host):
    assert pki.files_for(host) == pki.files()


@pytest.mark.parametrize("host", ["192.0.2.7", "kiosk.example", "0.0.0.0"])
def test_other_addresses_have_one_of_their_own(tmp_path, monkeypatch, host):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = pki.files_for(host)
    assert found.ca.is_relative_to(tmp_path)
    names = x509.load_pem_x509_certificate(found.server_cert.read_bytes()).extensions
    held = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert host == "0.0.0.0" or host in [str(n.value) for n in held]
