"""The beginning of one HTTPS connection: accepted, greeted, secured, or not."""

from __future__ import annotations

import ssl

from onshi.doors.answering import whole_answer
from onshi.doors.interference import Interference
from onshi.doors.notes import Notes
from onshi.doors.wire import HANDSHAKE_FAILURE, Line, TlsFailureError
from onshi.seams import WireEvent, WireStage

__all__ = ["PLAIN_HTTP", "Opening"]

PLAIN_HTTP = whole_answer(400, "This port speaks HTTPS only: use an https:// address.")
"""The answer to somebody who forgot the s."""
_TLS_REASONS = {
    "CLOSED": "client_closed",
    "HTTP_REQUEST": "plain_http",
    "HTTPS_PROXY_REQUEST": "plain_http",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "no_client_certificate",
    "CERTIFICATE_VERIFY_FAILED": "client_certificate_not_accepted",
    "WRONG_VERSION_NUMBER": "not_tls",
    "UNSUPPORTED_PROTOCOL": "version",
    "NO_SHARED_CIPHER": "no_shared_cipher",
}


class Opening:
    """One connection up to where TLS is up; before that a fault delays, ends or refuses it."""

    def __init__(
        self,
        line: Line,
        service: str,
        context: ssl.SSLContext,
        faults: Interference,
        notes: Notes,
    ) -> None:
        self._line, self._service, self._context = line, service, context
        self._faults, self._notes = faults, notes

    async def secured(self) -> bool:
        """Whether there is a conversation; False: the connection has ended."""
        line = self._line
        if await self._ended_at(WireStage.ACCEPT) or not await line.hello():
            return False
        if await self._ended_at(WireStage.HANDSHAKE):
            return False
        try:
            await line.handshake(self._context)
        except TlsFailureError as e:
            await self._failed(e.reason)
            return False
        return True

    async def _failed(self, reason: str) -> None:
        """TLS did not come about: the client gets the alert, or plain words for plain HTTP."""
        self._notes.event("tls", reason=_reason(reason), service=self._service)
        if reason == "HTTP_REQUEST":
            self._line.send_raw(PLAIN_HTTP)
        else:
            self._line.alert()
        await self._line.close()

    async def _ended_at(self, stage: WireStage) -> bool:
        """Whether a fault ended the connection before there was a request."""
        action = await self._faults.at(WireEvent(stage=stage, service=self._service))
        if action is None or not (action.alert or action.end):
            return False
        # Not before the client has spoken: a reset that overtakes its connect() may or may not
        # look like a closed port, and then it may or may not try localhost's other address.
        await self._line.hello()
        if action.alert:
            self._line.send_raw(HANDSHAKE_FAILURE)
        await self._faults.end(action.end or "close")
        return True


def _reason(openssl: str) -> str:
    """The class of a TLS failure, the same whatever OpenSSL's version calls it."""
    if openssl in _TLS_REASONS:
        return _TLS_REASONS[openssl]
    return "client_alert" if "ALERT" in openssl else openssl.lower()
