"""One address for both production host names: the server name in the ClientHello decides.

For a hosts entry, which brings both names to one machine and port 443.
"""

from __future__ import annotations

from onshi.doors.hello import is_tls, server_name
from onshi.doors.interference import Interference
from onshi.doors.notes import Notes
from onshi.doors.opening import PLAIN_HTTP
from onshi.doors.wire import UNRECOGNIZED_NAME, Line
from onshi.eligibility.api import PRODUCTION_HOSTS
from onshi.seams import WireEvent, WireStage

__all__ = ["named_service"]


async def named_service(line: Line, notes: Notes, faults: Interference) -> str | None:
    """The service (``auth``, ``search``) of the name that the client asks for in TLS.

    None when there is none, which the client has been told: the alert unrecognized_name, plain
    words for plain HTTP.
    """
    first = await line.hello()
    name = server_name(first)
    service = PRODUCTION_HOSTS.get(name or "")
    if service is not None:
        return None if await _not_met(service, name or "", faults) else service
    if not first:
        return None
    if is_tls(first):
        notes.event("tls", reason="unrecognized_name", host=name or "")
        line.send_raw(UNRECOGNIZED_NAME)
    elif _is_http(first):
        notes.event("tls", reason="plain_http")
        line.send_raw(PLAIN_HTTP)
    else:
        notes.event("tls", reason="not_tls")
    await line.close()
    return None


async def _not_met(service: str, host: str, faults: Interference) -> bool:
    """Whether a fault keeps the client from this service; the connection has ended then.

    The name was resolved by whoever brought it here, so "unresolved" cannot be met.
    """
    action = await faults.at(WireEvent(stage=WireStage.ADDRESS, host=host, service=service))
    end = action.end if action is not None else ""
    if end in ("unreachable", "closed"):
        await faults.end("stall" if end == "unreachable" else "reset")
        return True
    return False


def _is_http(first: bytes) -> bool:
    return first[:1].isalpha() and first[:8].partition(b" ")[0].isupper()
