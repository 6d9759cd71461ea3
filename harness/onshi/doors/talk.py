"""One HTTPS connection from accept to end, and what wire faults do to it."""

from __future__ import annotations

import asyncio
import logging
import ssl
from functools import partial

from onshi.clock import Released
from onshi.doors.backstage import Backstage
from onshi.doors.http1 import (
    Received,
    RefusedRequestError,
    RequestReader,
    answer_head,
    whole_answer,
)
from onshi.doors.notes import Notes
from onshi.doors.wire import HANDSHAKE_FAILURE, Line, TlsFailureError
from onshi.seams import HangUpError, HttpReply, HttpRequest, WireAction, WireEvent, WireStage

__all__ = ["PLAIN_HTTP", "Talk"]

_log = logging.getLogger("onshi.webapi")
_TEXT = "text/plain; charset=UTF-8"
_NO_DESK = HttpReply(
    status=503,
    content_type=_TEXT,
    body=b"No desk is attached to this WebAPI door at the moment: open one and try again.\n",
)
PLAIN_HTTP = whole_answer(400, "This port speaks HTTPS only: use an https:// address.")
"""The answer to somebody who forgot the s."""
_NOTHING = WireAction()
_SHOWN = ("delay", "status", "cut_after", "end", "alert")
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


class Talk:
    """One connection from accept to end, with a desk behind it or without.

    What a :class:`WireAction` can do depends on the stage. Before there is a request it delays,
    ends or refuses with an alert; status and body have no meaning yet. At the request an end
    without a status or bytes to let through comes before the service is asked, else the service
    answers and the answer is cut. ``cut_after=0`` lets nothing out, not even the head.
    """

    def __init__(
        self,
        line: Line,
        service: str,
        context: ssl.SSLContext,
        backstage: Backstage | None,
        notes: Notes | None = None,
    ) -> None:
        self._line, self._service, self._context = line, service, context
        self._backstage = backstage
        self._notes = notes or Notes(backstage)

    async def run(self) -> None:
        line = self._line
        if await self._ended_at(WireStage.ACCEPT) or not await line.hello():
            return
        if await self._ended_at(WireStage.HANDSHAKE):
            return
        try:
            await line.handshake(self._context)
        except TlsFailureError as e:
            return await self._failed(e.reason)
        reader = RequestReader(line)
        while True:
            try:
                received = await reader.next()
            except RefusedRequestError as e:
                self._notes.event("refused", status=e.status)
                return await self._refuse(e)
            if received is None:
                return await line.close(notify=True)
            if not await self._exchange(received):
                return

    async def _failed(self, reason: str) -> None:
        """TLS did not come about: the client gets the alert, or plain words for plain HTTP."""
        self._notes.event("tls", reason=_reason(reason), service=self._service)
        if reason == "HTTP_REQUEST":
            self._line.send_raw(PLAIN_HTTP)
        else:
            self._line.alert()
        await self._line.close()

    async def _refuse(self, error: RefusedRequestError) -> None:
        await self._line.send(whole_answer(error.status, error.text))
        await self._line.close(notify=True)

    # -------------------------------------------------------------- exchange
    async def _exchange(self, received: Received) -> bool:
        """Answer one request; whether the connection is kept."""
        if self._backstage is None:
            return await self._answer(_NO_DESK, received, None)
        host, path = received.host, received.path
        service = self._backstage.http.service_of(host, path)
        asked = partial(
            self._notes.event, "request", service=service, path=path, method=received.method
        )
        at = partial(WireEvent, host=host, path=path, service=service)
        before = await self._action(at(stage=WireStage.REQUEST))
        if before is not None and _ends_unanswered(before):
            asked()
            await self._end(before.end or "close")
            return False
        if before is not None and before.status is not None:
            reply = _substitute(before)
        else:
            try:
                reply = self._handle(received)
            except ConnectionAbortedError:
                asked()
                raise
        note = getattr(reply, "note", None)
        asked(status=reply.status, **({"note": note} if note else {}))
        await self._wait(reply.delay)
        decides, after = before, await self._action(at(stage=WireStage.ANSWER))
        if after is not None:
            if after.status is not None:
                reply = _substitute(after)
            if after.end or after.cut_after is not None or after.status is not None:
                decides = after
        return await self._answer(reply, received, decides)

    def _handle(self, received: Received) -> HttpReply:
        assert self._backstage is not None
        request = HttpRequest(
            method=received.method,
            host=received.host,
            path=received.path,
            headers=received.headers,
            body=received.body,
            peer=self._line.peer,
        )
        try:
            return self._backstage.http.handle(request)
        except (HangUpError, Released):
            raise ConnectionAbortedError from None
        except Exception as e:
            _log.exception("the eligibility service failed on %s", received.path)
            self._notes.event("error", kind=type(e).__name__)
            text = f"The stand-in itself failed: {type(e).__name__}. This is a defect of onshi.\n"
            return HttpReply(status=500, content_type=_TEXT, body=text.encode())

    async def _answer(
        self, reply: HttpReply, received: Received, action: WireAction | None
    ) -> bool:
        """Send the answer, or as much of it as ``action`` lets through."""
        cut, end = (action.cut_after, action.end) if action is not None else (None, "")
        keep = received.keep_alive and cut is None and not end
        body = b"" if received.method == "HEAD" else reply.body
        if cut is None or cut > 0:
            self._notes.event("answer", status=reply.status)
            phrase = action.reason if action is not None else ""
            head = answer_head(
                reply.status, reply.content_type, len(reply.body), received.keep_alive, phrase
            )
            await self._line.send(head + body[:cut])
        if end or cut is not None:
            await self._end(end or "close")
        elif not keep:
            await self._line.close(notify=True)
        return keep

    # ---------------------------------------------------------------- faults
    async def _ended_at(self, stage: WireStage) -> bool:
        """Whether a fault ended the connection before there was a request."""
        action = await self._action(WireEvent(stage=stage, service=self._service))
        if action is None or not (action.alert or action.end):
            return False
        # Not before the client has spoken: a reset that overtakes its connect() may or may not
        # look like a closed port, and then it may or may not try localhost's other address.
        await self._line.hello()
        if action.alert:
            self._line.send_raw(HANDSHAKE_FAILURE)
        await self._end(action.end or "close")
        return True

    async def _action(self, event: WireEvent) -> WireAction | None:
        """What the desk's faults do at this stage, with its delay already waited."""
        if self._backstage is None:
            return None
        action = self._backstage.at(event)
        if action is None:
            return None
        done = {k: getattr(action, k) for k in _SHOWN if getattr(action, k) != getattr(_NOTHING, k)}
        self._notes.event("wire", stage=event.stage.value, **done)
        await self._wait(action.delay)
        return action

    async def _end(self, how: str) -> None:
        if how == "stall":
            await self._wait(self._deadline)
        if how == "reset":
            await self._line.reset()
        else:
            await self._line.close()

    async def _wait(self, seconds: float) -> None:
        """Let simulated time pass, never beyond the deadline.

        Raises ConnectionAbortedError when the client leaves, or the desk closes, meanwhile.
        """
        if self._backstage is None or seconds <= 0:
            return
        seconds = min(seconds, self._deadline)
        clock = self._backstage.clock
        try:
            await asyncio.wait_for(self._line.gone.wait(), seconds * clock.scale)
        except TimeoutError:
            if clock.released.is_set():
                raise ConnectionAbortedError from None
            return self._notes.passed(seconds)
        self._notes.event("left")
        raise ConnectionAbortedError

    @property
    def _deadline(self) -> float:
        return self._backstage.deadline if self._backstage is not None else 0.0


def _ends_unanswered(action: WireAction) -> bool:
    """Whether a fault at the request leaves nothing for the service to do."""
    ends = bool(action.end) or action.alert or action.cut_after == 0
    return ends and action.status is None and not action.cut_after


def _substitute(action: WireAction) -> HttpReply:
    return HttpReply(
        status=action.status or 200, body=action.body, content_type=action.content_type
    )


def _reason(openssl: str) -> str:
    """The class of a TLS failure, the same whatever OpenSSL's version calls it."""
    if openssl in _TLS_REASONS:
        return _TLS_REASONS[openssl]
    return "client_alert" if "ALERT" in openssl else openssl.lower()
