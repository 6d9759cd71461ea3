"""What each runtime needs: unmodified programs that have the production host names built in.

Measured with curl 7.88, requests 2, Node 20 and Java 17; docs/built-in-hosts.md has the table.
"""

from __future__ import annotations

import pytest

WAYS = {
    "curl": {"curl"},
    "python": {"requests", "urllib"},
    "node": {"https", "fetch"},
    "java": {"HttpClient", "HttpsURLConnection"},
}
ENTRY = "127.0.0.1 hweb-api.oqs.onshikaku.org hweb-mnc.oqs.onshikaku.org\n"
RUNTIMES = sorted(WAYS)


@pytest.fixture(scope="module")
def by_proxy(world, built_in):
    return world(built_in, reach="proxy")


@pytest.fixture(scope="module")
def by_hosts(world, built_in):
    return world(built_in, reach="hosts", hosts=ENTRY, named_port=443)


@pytest.fixture(scope="module")
def untrusting(world, built_in):
    return world(built_in, reach="", hosts=ENTRY, named_port=443)


def check(found, runtime):
    code, out, err = found[runtime]
    assert code == 0, err
    assert set(out.split("\n")[:-1]) == {f"{way} 1" for way in WAYS[runtime]}
    assert "Warning" not in err


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_by_the_proxy(by_proxy, runtime):
    check(by_proxy, runtime)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_by_a_hosts_entry(by_hosts, runtime):
    check(by_hosts, runtime)


def test_every_program_really_came_by_its_way(by_proxy, by_hosts):
    """curl, requests and Java by CONNECT; Node's shim by the server name, as everyone does
    with a hosts entry. Each way logs in and searches; Node's two share a login."""
    connects = [e["host"] for e in by_proxy["journal"] if e["event"] == "connect"]
    assert set(connects) == {"hweb-api.oqs.onshikaku.org", "hweb-mnc.oqs.onshikaku.org"}
    assert len(connects) == 10
    assert [e for e in by_hosts["journal"] if e["event"] == "connect"] == []
    for found in (by_proxy, by_hosts):
        asked = [e["service"] for e in found["journal"] if e["event"] == "request"]
        assert (asked.count("auth"), asked.count("search")) == (6, 7)


@pytest.mark.parametrize(
    ("runtime", "says"),
    [
        ("curl", ["curl: (60) SSL certificate problem: self-signed certificate in certificate"]),
        ("python", ["requests SSLError", "CERTIFICATE_VERIFY_FAILED"]),
        ("python", ["urllib URLError", "CERTIFICATE_VERIFY_FAILED"]),
        ("node", ["https Error SELF_SIGNED_CERT_IN_CHAIN", "https Error UNABLE_TO_VERIFY_LEAF"]),
        ("node", ["fetch TypeError UNABLE_TO_VERIFY_LEAF_SIGNATURE"]),
        ("java", ["HttpClient javax.net.ssl.SSLHandshakeException", "PKIX path building failed"]),
        ("java", ["HttpsURLConnection javax.net.ssl.SSLHandshakeException"]),
    ],
)
def test_without_the_trust_store_each_says_so(untrusting, runtime, says):
    code, out, err = untrusting[runtime]
    assert code != 0
    assert out == ""
    for words in says:
        assert words in err
    reasons = {e["reason"] for e in untrusting["journal"] if e["event"] == "tls"}
    assert "client_alert" in reasons
    assert [e for e in untrusting["journal"] if e["event"] == "request"] == []
