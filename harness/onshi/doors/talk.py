"""One HTTPS connection from accept to end, and what wire faults do to it."""

from __future__ import annotations

import logging
from functools import partial

from onshi.clock import Released
from onshi.doors.answering import decisive, ends_unanswered, outgoing, substitute, whole_answer
from onshi.doors.backstage import Backstage
from onshi.doors.faces import Faces
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
    ends or refuses with an alert; what concerns the answer has no meaning yet. At the request an
    end by itself comes before the service is asked; else the service answers, unless the action
    does, and its answer goes out changed.
    """

    def __init__(
        self,
        line: Line,
        service: str,
        faces: Faces,
        backstage: Backstage | None,
        notes: Notes | None = None,
    ) -> None:
        self._line, self._backstage = line, backstage
        self._notes = notes or Notes(backstage)
        self._faults = Interference(line, backstage, self._notes)
        self._opening = Opening(line, service, faces, self._faults, self._notes)

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
        if before is not None and ends_unanswered(before):
            asked()
            await self._faults.end(before.end or "close")
            return False
        reply = substitute(before) if before is not None else None
        if reply is None:
            try:
                reply = self._handle(request)
            except ConnectionAbortedError:
                asked()
                raise
        if before is not None and before.raw is not None:
            asked()
        else:
            note = getattr(reply, "note", None)
            asked(status=reply.status, **({"note": note} if note else {}))
        await self._faults.wait(reply.delay)
        after = await self._faults.at(at(stage=WireStage.ANSWER))
        if after is not None:
            reply = substitute(after) or reply
        return await self._answer(reply, received, decisive(before, after))

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
        """Send the answer as ``action`` lets it out; whether the connection is kept."""
        out = outgoing(reply, action, method=received.method, keep_alive=received.keep_alive)
        if out.status is not None:
            self._notes.event("answer", status=out.status)
        whole = await self._faults.send(out)
        if out.end or not whole:
            await self._faults.end(out.end if whole else "close")
            return False
        return True
