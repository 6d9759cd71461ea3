"""An HTTPS proxy that leads to the production host names, which end here, and nowhere else.

For programs that have those names built in and honour ``HTTPS_PROXY`` or its like. No connection
to any other machine is ever made: a refused host was not even looked up.
"""

from __future__ import annotations

import h11

from onshi.doors.answering import whole_answer
from onshi.doors.hello import is_tls
from onshi.doors.http1 import RefusedRequestError, read_head
from onshi.doors.interference import Interference
from onshi.doors.named import named_service
from onshi.doors.notes import Notes
from onshi.doors.wire import Line
from onshi.eligibility.api import PRODUCTION_HOSTS
from onshi.seams import WireEvent, WireStage

__all__ = ["proxied_service"]

_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_LONGEST_NAME = 253
_FAILURES = {
    "unresolved": (503, "The name of the server could not be resolved."),
    "unreachable": (504, "The server did not answer."),
    "closed": (503, "The server refused the connection."),
}
"""What proxies say: Squid 503 for all but a time-out, which is 504 as RFC 9110 has it."""


class _RefusedHostError(RefusedRequestError):
    """The proxy does not lead to ``host``; the text says so in one sentence."""

    def __init__(self, host: str, text: str) -> None:
        super().__init__(403, text)
        self.host = host


async def proxied_service(line: Line, notes: Notes, faults: Interference) -> str | None:
    """The service (``auth``, ``search``) that the client asked the proxy for.

    TLS with it begins with the next bytes of the line. None when the client was refused, which it
    has been told: 403 another host, 405 not CONNECT, 400 and 431 not HTTP; 503 and 504 where a
    fault keeps the name from being reached. A client that begins TLS at once is served by the
    server name in its ClientHello: so the shim for Node does it.
    """
    if is_tls(await line.hello()):
        return await named_service(line, notes, faults)
    try:
        found = await read_head(line)
        if found is None:
            return None
        head, rest = found
        host = _wanted(head)
    except RefusedRequestError as e:
        if isinstance(e, _RefusedHostError):
            notes.event("connect", host=e.host, status=e.status)
        else:
            notes.event("refused", status=e.status)
        more = ("Allow: CONNECT",) if e.status == 405 else ()
        await line.send(whole_answer(e.status, e.text, *more))
        await line.close()
        return None
    failed = await _failure(host, faults)
    if failed is not None:
        status, text = failed
        notes.event("connect", host=host, status=status)
        await line.send(whole_answer(status, text))
        await line.close()
        return None
    notes.event("connect", host=host, status=200)
    await line.send(_ESTABLISHED)
    line.unread(rest)
    return PRODUCTION_HOSTS[host]


async def _failure(host: str, faults: Interference) -> tuple[int, str] | None:
    """Status and words of a proxy that does not reach the host, after the time that it tried."""
    service = PRODUCTION_HOSTS[host]
    action = await faults.at(WireEvent(stage=WireStage.ADDRESS, host=host, service=service))
    end = action.end if action is not None else ""
    if end == "unreachable":
        await faults.stall()
    return _FAILURES.get(end)


def _wanted(head: h11.Request) -> str:
    """The production host name that CONNECT asks for.

    Raises :class:`RefusedRequestError` for another method (405) and for a target that is not
    ``host:port`` (400), :class:`_RefusedHostError` for any other host or port.
    """
    if head.method != b"CONNECT":
        raise RefusedRequestError(405, "This proxy knows CONNECT only: use an https:// address.")
    name, colon, port = head.target.decode("latin-1").rpartition(":")
    if not (name and colon and port.isascii() and port.isdigit()) or len(name) > _LONGEST_NAME:
        raise RefusedRequestError(400, "CONNECT wants host:port.")
    host = name.lower().rstrip(".")
    names = " and ".join(PRODUCTION_HOSTS)
    if host not in PRODUCTION_HOSTS:
        raise _RefusedHostError(
            host, f"This proxy leads to {names} only: {host} was not contacted."
        )
    if port != "443":
        raise _RefusedHostError(host, f"This proxy leads to port 443 of {names} only.")
    return host
