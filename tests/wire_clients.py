"""Real HTTPS clients at one address, and what each saw there, as a short class of it.

    with WireClients(pki.files()) as clients:
        clients.saw("curl", url)        # "curl 200", "curl 60"
        clients.saw("node", url)        # "node CERT_HAS_EXPIRED"
        clients.look("requests", url)   # with what it said, the body, and how long it took

Every look is a connection of its own, a POST, and bounded. Node and Java are one process each,
started when they are first asked and kept until the end of the ``with``.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from onshi.pki import PkiFiles

__all__ = ["CLIENTS", "Sight", "Way", "WireClients"]

CLIENTS = ("curl", "openssl", "requests", "urllib3", "node", "node https", "java")
"""``node`` is fetch, which cannot send a client certificate; ``node https`` can."""

_PROGRAMS = Path(__file__).parent / "wire_programs"
_START = 30.0
_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


@dataclass(frozen=True)
class Sight:
    """What one client saw. ``word``: the client's name and the class; ``text``: what it said."""

    word: str
    text: str = ""
    body: bytes = b""
    seconds: float = 0.0


@dataclass(frozen=True)
class Way:
    """How one request is made.

    ``cert`` is (certificate, key) or None; ``tls`` is "1.2", "1.3" or "" (the client's choice).
    ``proxy`` is an address for CONNECT (curl, openssl, requests, urllib3); ``address`` is
    ``host:port`` to connect to instead of the URL's, as a hosts entry does (curl, openssl).
    """

    url: str
    ca: str
    cert: tuple[str, str] | None = None
    tls: str = ""
    proxy: str = ""
    address: str = ""
    timeout: float = 10.0
    data: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


class WireClients:
    """All clients, with the CA and the client certificate of ``files`` unless told otherwise."""

    def __init__(self, files: PkiFiles) -> None:
        self.files = files
        self._node = _Lines(["node", str(_PROGRAMS / "wire_client.js")])
        self._java = _Lines(["java", "-XX:TieredStopAtLevel=1", str(_PROGRAMS / "WireClient.java")])

    def __enter__(self) -> WireClients:
        return self

    def __exit__(self, *exc: object) -> None:
        self._node.close()
        self._java.close()

    @property
    def certificate(self) -> tuple[str, str]:
        """The client certificate of the files, as ``cert=``."""
        return str(self.files.client_cert), str(self.files.client_key)

    def saw(self, client: str, url: str, **how: Any) -> str:
        """The class of what ``client`` saw: ``curl 60``. ``how``: see :class:`Way`."""
        return self.look(client, url, **how).word

    def look(self, client: str, url: str, **how: Any) -> Sight:
        """All of what ``client`` saw. ``how``: see :class:`Way`."""
        way = Way(url, **{"ca": str(self.files.ca), **how})
        asks = {
            "curl": _curl,
            "openssl": _openssl,
            "requests": _requests,
            "urllib3": _urllib3,
            "node": self._ask_node,
            "node https": self._ask_node_https,
            "java": self._ask_java,
        }
        began = time.monotonic()
        found = asks[client](way)
        return replace(found, word=f"{client} {found.word}", seconds=time.monotonic() - began)

    # --------------------------------------------------- programs that stay
    def _ask_node(self, way: Way) -> Sight:
        return self._ask_node_by(way, fetch=True)

    def _ask_node_https(self, way: Way) -> Sight:
        return self._ask_node_by(way, fetch=False)

    def _ask_node_by(self, way: Way, *, fetch: bool) -> Sight:
        cert, key = way.cert or ("", "")
        asked = {"fetch": fetch, "url": way.url, "ca": way.ca, "cert": cert, "key": key}
        asked |= {"tls": way.tls, "timeout": way.timeout, "headers": dict(way.headers)}
        line = json.dumps(asked | {"data": way.data.decode()})
        found = json.loads(self._node.ask(line, way.timeout))
        return Sight(found["word"], found.get("text", ""), base64.b64decode(found["body"]))

    def _ask_java(self, way: Way) -> Sight:
        """Java trusts and shows what its PKCS#12 files of the same folder have."""
        trust, keys = Path(way.ca).with_name("truststore.p12"), ""
        if way.cert is not None:
            keys = str(Path(way.cert[0]).with_suffix(".p12"))
        headers = [part for pair in way.headers.items() for part in pair]
        data = base64.b64encode(way.data).decode()
        fields = [way.url, str(trust), keys, self.files.password, way.tls, str(way.timeout), data]
        word, text, body = self._java.ask("\t".join([*fields, *headers]), way.timeout).split("\t")
        return Sight(word, base64.b64decode(text).decode(), base64.b64decode(body))


class _Lines:
    """A program that answers each line with one; started when it is first asked."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def ask(self, line: str, seconds: float) -> str:
        """The answer to one line. Raises AssertionError, and ends it, when none comes in time."""
        with self._lock:
            process = self._process
            if process is None:
                pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
                process = subprocess.Popen(self._command, text=True, bufsize=1, **pipes)
                self._process = process
                seconds += _START
            assert process.stdin is not None
            assert process.stdout is not None
            watch = threading.Timer(seconds + 10, process.kill)
            watch.start()
            try:
                process.stdin.write(line + "\n")
                answer = process.stdout.readline()
            finally:
                watch.cancel()
            assert answer.endswith("\n"), f"{self._command[0]} gave no answer"
            return answer.rstrip("\n")

    def close(self) -> None:
        """End it; at once where it has not been started."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


# ---------------------------------------------------------------- curl, openssl
def _curl(way: Way) -> Sight:
    command = ["curl", "--silent", "--show-error", "--noproxy", "" if way.proxy else "*"]
    command += ["--max-time", f"{way.timeout:g}", "--cacert", way.ca, "--data-binary", "@-"]
    command += ["--write-out", "%{stderr}\n%{http_code}"]
    for name, value in way.headers.items():
        command += ["--header", f"{name}: {value}"]
    if way.cert is not None:
        command += ["--cert", way.cert[0], "--key", way.cert[1]]
    if way.tls:
        command += [f"--tlsv{way.tls}", "--tls-max", way.tls]
    if way.proxy:
        command += ["--proxy", way.proxy]
    if way.address:
        parts = urlsplit(way.url)
        command += ["--connect-to", f"{parts.hostname}:{parts.port or 443}:{way.address}"]
    done = subprocess.run(
        [*command, way.url],
        input=way.data,
        capture_output=True,
        timeout=way.timeout + 20,
        check=False,
    )
    text, _, status = done.stderr.decode(errors="replace").rpartition("\n")
    return Sight(
        status if done.returncode == 0 else str(done.returncode), text.strip(), done.stdout
    )


def _openssl(way: Way) -> Sight:
    """``openssl s_client``, which goes on whatever the certificate is, and says what it thinks."""
    parts = urlsplit(way.url)
    host, port = parts.hostname or "", parts.port or 443
    at = way.address or f"{host}:{port}"
    command = ["openssl", "s_client", "-quiet", "-connect", at, "-servername", host]
    command += ["-verify_hostname", host, "-CAfile", way.ca]
    if way.cert is not None:
        command += ["-cert", way.cert[0], "-key", way.cert[1]]
    if way.tls:
        command += [f"-tls{way.tls.replace('.', '_')}"]
    if way.proxy:
        command += ["-proxy", urlsplit(way.proxy).netloc]
    lines = [f"POST {parts.path or '/'} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"Content-Length: {len(way.data)}", *(f"{n}: {v}" for n, v in way.headers.items())]
    asked = "\r\n".join([*lines, "", ""]).encode() + way.data
    late = []
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, timeout=way.timeout, check=False
        )
        out, said = done.stdout, done.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired as e:
        out, said = e.stdout or b"", (e.stderr or b"").decode(errors="replace")
        late = ["timeout"]
    return Sight(" ".join([*_openssl_words(said, out), *late]), said, out)


_OPENSSL_SIGNS = {
    r"verify error:num=(\d+)": "verify {}",
    r"^HTTP/1\.1 (\d+)": "{}",
    r"SSL alert number (\d+)": "alert {}",
    r"unexpected eof": "eof",
    r"errno=(\d+)": "errno {}",
    r"wrong version number": "wrong version",
}


def _openssl_words(said: str, out: bytes) -> list[str]:
    text = said + "\n" + out.decode(errors="replace")
    found = []
    for pattern, word in _OPENSSL_SIGNS.items():
        hits = dict.fromkeys(
            m.group(1) if m.groups() else "" for m in re.finditer(pattern, text, re.M)
        )
        found += [word.format(hit) for hit in hits]
    other = re.search(r":error:\w+:SSL routines:\w*:([^:]+):", text)
    return found or [other.group(1) if other else "nothing"]


# ------------------------------------------------------------ Python's clients
def _requests(way: Way) -> Sight:
    import requests
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **more: Any) -> None:
            super().init_poolmanager(*args, **more, **_versions(way))

        def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
            return super().proxy_manager_for(proxy, **more, **_versions(way))

    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", Adapter())
        try:
            answer = session.post(
                way.url,
                data=way.data,
                headers=dict(way.headers),
                verify=way.ca,
                cert=way.cert,
                proxies={"https": way.proxy} if way.proxy else None,
                timeout=way.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as e:
            return Sight(_python_word(e), str(e))
    return Sight(str(answer.status_code), answer.reason or "", answer.content)


def _urllib3(way: Way) -> Sight:
    import urllib3

    more: dict[str, Any] = {"ca_certs": way.ca, "cert_reqs": "CERT_REQUIRED", **_versions(way)}
    if way.cert is not None:
        more |= {"cert_file": way.cert[0], "key_file": way.cert[1]}
    pool = urllib3.ProxyManager(way.proxy, **more) if way.proxy else urllib3.PoolManager(**more)
    try:
        answer = pool.request(
            "POST",
            way.url,
            body=way.data,
            headers=dict(way.headers),
            timeout=way.timeout,
            retries=False,
            redirect=False,
        )
    except urllib3.exceptions.HTTPError as e:
        return Sight(_python_word(e), str(e))
    finally:
        pool.clear()
    return Sight(str(answer.status), answer.reason or "", answer.data)


def _versions(way: Way) -> dict[str, Any]:
    if not way.tls:
        return {}
    version = _VERSIONS[way.tls]
    return {"ssl_minimum_version": version, "ssl_maximum_version": version}


def _python_word(error: BaseException) -> str:
    """The class raised, and the reason in the innermost exception that it carries."""
    inner: BaseException = error
    while True:
        held = getattr(inner, "reason", None)
        if not isinstance(held, BaseException):
            held = next((a for a in reversed(inner.args) if isinstance(a, BaseException)), None)
        if held is None:
            break
        inner = held
    words = [type(error).__name__]
    if isinstance(inner, ssl.SSLError):
        words.append(inner.reason or type(inner).__name__)
        if isinstance(inner, ssl.SSLCertVerificationError):
            words.append(str(inner.verify_code))
    elif type(inner) is not type(error):
        words.append(type(inner).__name__)
    return " ".join(words)
