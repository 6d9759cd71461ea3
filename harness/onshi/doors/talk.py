"""One HTTPS connection from accept to end, and what wire faults do to it."""

from __future__ import annotations

import logging
import ssl
from functools import partial

from onshi.clock import Released
from onshi.doors.answering import answer_head, whole_answer
from onshi.doors.backstage import Backstage
from onshi.doors.http1 import Received, RefusedRequestError, RequestReader
from onshi.doors.interference import Interference
from onshi.doors.notes import Notes
from onshi.doors.opening import Opening
from onshi.doors.wire import Line
from onshi.seams import HangUpError, HttpReply, HttpRequest, WireAction, WireEvent, WireStage

__all__ = ["Talk"]

_log = logging.getLogger("onshi.webapi")
_TEXT = "text/plain; charset=UTF-8"
_NO_DESK = HttpReply(
    status=503,
    content_type=_TEXT,
    body=b"No desk is attached to this WebAPI door at the moment: open one and try again.\n",
)


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
        self._line, self._backstage = line, backstage
        self._notes = notes or Notes(backstage)
        self._faults = Interference(line, backstage, self._notes)
        self._opening = Opening(line, service, context, self._faults, self._notes)

    async def run(self) -> None:
        line = self._line
        if not await self._opening.secured():
            return
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
        request = self._request(received)
        http = self._backstage.http
        at = partial(
            WireEvent,
            host=host,
            path=path,
            service=service,
            asked=lambda: http.inquiry_in(request),
        )
        before = await self._faults.at(at(stage=WireStage.REQUEST))
        if before is not None and _ends_unanswered(before):
            asked()
            await self._faults.end(before.end or "close")
            return False
        if before is not None and before.status is not None:
            reply = _substitute(before)
        else:
            try:
                reply = self._handle(request)
            except ConnectionAbortedError:
                asked()
                raise
        note = getattr(reply, "note", None)
        asked(status=reply.status, **({"note": note} if note else {}))
        await self._faults.wait(reply.delay)
        decides, after = before, await self._faults.at(at(stage=WireStage.ANSWER))
        if after is not None:
            if after.status is not None:
                reply = _substitute(after)
            if after.end or after.cut_after is not None or after.status is not None:
                decides = after
        return await self._answer(reply, received, decides)

    def _request(self, received: Received) -> HttpRequest:
        return HttpRequest(
            method=received.method,
            host=received.host,
            path=received.path,
            headers=received.headers,
            body=received.body,
            peer=self._line.peer,
        )

    def _handle(self, request: HttpRequest) -> HttpReply:
        assert self._backstage is not None
        try:
            return self._backstage.http.handle(request)
        except (HangUpError, Released):
            raise ConnectionAbortedError from None
        except Exception as e:
            _log.exception("the eligibility service failed on %s", request.path)
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
            await self._faults.end(end or "close")
        elif not keep:
            await self._line.close(notify=True)
        return keep


def _ends_unanswered(action: WireAction) -> bool:
    """Whether a fault at the request leaves nothing for the service to do."""
    ends = bool(action.end) or action.alert or action.cut_after == 0
    return ends and action.status is None and not action.cut_after


def _substitute(action: WireAction) -> HttpReply:
    return HttpReply(
        status=action.status or 200, body=action.body, content_type=action.content_type
    )
