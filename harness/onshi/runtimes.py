"""What makes unmodified programs with built-in production host names reach a desk.

Each runtime has its own ways to be told about a proxy and a CA; ``docs/built-in-hosts.md`` says
what was measured with which.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from onshi.platforms import java_option

__all__ = ["NODE_SHIM", "java_card_env", "runtime_env"]

NODE_SHIM = Path(__file__).resolve().parent / "node_shim.cjs"
"""Required by Node before a program: sends its TLS for onshikaku.org to the desk."""

_DIRECT = "localhost,127.0.0.1,::1,.invalid"
"""Names under .invalid (wire.unresolvable) are for the program's own resolver, not for a proxy."""
_JAVA_LIBRARY = "-Dsun.security.smartcardio.library="


def runtime_env(
    env: Mapping[str, str],
    user: Mapping[str, str] | None = None,
    *,
    reach: Literal["proxy", "hosts"] = "proxy",
) -> dict[str, str]:
    """Environment variables to add to a desk's ``env`` (:meth:`onshi.Desk.env`).

    ``reach="proxy"``: the program arrives by the desk's proxy. ``"hosts"``: by a hosts entry,
    and needs only to trust the CA. ``user`` is the environment that the program would have had
    (else this process's): its ``NODE_OPTIONS`` and ``JAVA_TOOL_OPTIONS`` are kept and added to; a
    proxy or CA of its own is replaced, so that nothing leaves this machine. A desk without the
    WebAPI gives what its card needs, which is a property for Java.
    """
    user = os.environ if user is None else user
    found = java_card_env(user)
    if "ONSHI_WEBAPI_CA" not in env:
        return found
    java = [found.get("JAVA_TOOL_OPTIONS") or user.get("JAVA_TOOL_OPTIONS", "")]
    java += _java_trust(env)
    ca = env["ONSHI_WEBAPI_CA"]
    found |= dict.fromkeys(
        ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), ca
    )
    if reach == "proxy":
        proxy = env["ONSHI_PROXY_URL"]
        found |= dict.fromkeys(("HTTPS_PROXY", "https_proxy"), proxy)
        found |= dict.fromkeys(("NO_PROXY", "no_proxy"), _DIRECT)
        node = (user.get("NODE_OPTIONS", ""), f"--require {_node_quoted(str(NODE_SHIM))}")
        found["NODE_OPTIONS"] = " ".join(filter(None, node))
        java += _java_proxy(proxy)
    else:
        names = f"{_DIRECT},.onshikaku.org"
        found |= dict.fromkeys(("NO_PROXY", "no_proxy"), names)
        java.append(_java("http.nonProxyHosts", "localhost|127.*|[::1]|*.onshikaku.org"))
    found["JAVA_TOOL_OPTIONS"] = " ".join(filter(None, java))
    return found


def java_card_env(user: Mapping[str, str] | None = None) -> dict[str, str]:
    """Java finds libpcsclite only where it is told to; real installations need the same flag."""
    user = os.environ if user is None else user
    option, given = java_option(), user.get("JAVA_TOOL_OPTIONS", "")
    if option is None or _JAVA_LIBRARY in given:
        return {}
    return {"JAVA_TOOL_OPTIONS": f"{given} {option}".strip()}


def _java_trust(env: Mapping[str, str]) -> list[str]:
    password = env["ONSHI_WEBAPI_P12_PASSWORD"]
    settings = {
        "trustStore": env["ONSHI_WEBAPI_TRUSTSTORE"],
        "trustStoreType": "PKCS12",
        "trustStorePassword": password,
        "keyStore": env["ONSHI_WEBAPI_P12"],
        "keyStoreType": "PKCS12",
        "keyStorePassword": password,
    }
    return [_java(f"javax.net.ssl.{key}", value) for key, value in settings.items()]


def _java_proxy(url: str) -> list[str]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    direct = _java("http.nonProxyHosts", "localhost|127.*|[::1]|*.invalid")
    return [_java("https.proxyHost", host), _java("https.proxyPort", str(port)), direct]


def _java(name: str, value: str) -> str:
    """One property. The JVM splits JAVA_TOOL_OPTIONS at white space outside of quotes."""
    text = f"-D{name}={value}"
    if not any(c.isspace() or c in "'\"" for c in text):
        return text
    quote = "'" if '"' in text else '"'
    return f"{quote}{text}{quote}"


def _node_quoted(path: str) -> str:
    """Node splits NODE_OPTIONS at spaces outside of double quotes; within, ``\\`` escapes."""
    if not any(c in path for c in ' "'):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
