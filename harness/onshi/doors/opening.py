"""The beginning of one HTTPS connection: accepted, greeted, secured, or not."""

from __future__ import annotations

from functools import partial

from onshi.doors.answering import Outgoing, whole_answer
from onshi.doors.faces import OWN, Faces
from onshi.doors.interference import Interference
from onshi.doors.notes import Notes
from onshi.doors.wire import HANDSHAKE_FAILURE, Line, TlsFailureError
from onshi.seams import WireAction, WireEvent, WireStage

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
    "DEADLINE": "deadline",
}


class Opening:
    """One connection up to where TLS is up.

    Before that a fault delays, ends or refuses it, shows another face, or lets the server's
    bytes out at a pace.
    """

    def __init__(
        self,
        line: Line,
        service: str,
        faces: Faces,
        faults: Interference,
        notes: Notes,
    ) -> None:
        self._line, self._service, self._faces = line, service, faces
        self._faults, self._notes = faults, notes

    async def secured(self) -> bool:
        """Whether there is a conversation; False: the connection has ended."""
        line = self._line
        if await self._ends(await self._at(WireStage.ACCEPT)) or not await line.hello():
            return False
        action = await self._at(WireStage.HANDSHAKE)
        if await self._ends(action):
            return False
        try:
            await self._shake(action or WireAction())
        except TlsFailureError as e:
            await self._failed(e.reason)
            return False
        return True

    async def _shake(self, action: WireAction) -> None:
        """The handshake with the face and the pace of ``action``. Raises TlsFailureError."""
        context = self._faces.context(action.tls or OWN, asks=self._service == "auth")
        if action.pace is None:
            return await self._line.handshake(context)
        try:
            async with self._faults.bounded():
                await self._line.handshake(context, partial(self._dribble, action.pace))
        except TimeoutError:
            raise TlsFailureError("DEADLINE") from None

    async def _dribble(self, pace: tuple[int, float], data: bytes) -> None:
        await self._faults.send(Outgoing(data, pace=pace))

    async def _failed(self, reason: str) -> None:
        """TLS did not come about: the client gets the alert, or plain words for plain HTTP."""
        self._notes.event("tls", reason=_reason(reason), service=self._service)
        if reason == "HTTP_REQUEST":
            self._line.send_raw(PLAIN_HTTP)
        else:
            self._line.alert()
        await self._line.close()

    async def _at(self, stage: WireStage) -> WireAction | None:
        return await self._faults.at(WireEvent(stage=stage, service=self._service))

    async def _ends(self, action: WireAction | None) -> bool:
        """Whether a fault ended the connection before there was a request."""
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
