"""The WebAPI for ``requests`` code in this process, without sockets and without waiting.

Stands on the library ``responses``, which replaces ``HTTPAdapter.send``; both are imported only
when the door opens. A delay longer than the caller's time-out raises at once what the caller
would have seen, and moves the clock by the time-out. Exceptions are built as ``requests`` 2 with
urllib3 2 raises them (facts: experiments page).
"""

from __future__ import annotations

import io
import ssl
from collections.abc import Iterable
from http.client import RemoteDisconnected
from http.client import responses as _PHRASES
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import msgspec

from onshi.clock import Released
from onshi.doors.backstage import Backstage
from onshi.eligibility.api import PRODUCTION_LOGIN, PRODUCTION_SEARCH
from onshi.errors import OnshiError
from onshi.journal import Lane
from onshi.seams import HangUpError, HttpReply, HttpRequest, WireAction, WireEvent, WireStage

if TYPE_CHECKING:
    from responses import RequestsMock

__all__ = ["ResponsesDoor"]


class ResponsesDoor:
    """Answers on the production host names and on further base URLs; other hosts pass through."""

    def __init__(self) -> None:
        self._mock: RequestsMock | None = None
        self._own = False
        self._answer: Any = None

    def open(
        self,
        backstage: Backstage,
        mock: RequestsMock | None = None,
        *,
        login_urls: Iterable[str] = (),
        search_urls: Iterable[str] = (),
    ) -> None:
        """Answer from now on; with ``mock``, through that one, beside its own registrations.

        ``login_urls`` ask for a client certificate (``cert=``), ``search_urls`` do not. Raises
        :class:`OnshiError` when the door is open already.
        """
        import re

        import responses

        if self._mock is not None:
            raise OnshiError("the responses door is open already")
        login = [PRODUCTION_LOGIN, *login_urls]
        search = [PRODUCTION_SEARCH, *search_urls]
        self._own = mock is None
        self._mock = mock or responses.RequestsMock(assert_all_requests_are_fired=False)
        self._answer = _make_answer(_Exchange(backstage, login), [*login, *search], self._recorded)
        self._mock.add(self._answer)
        if self._own:
            self._mock.add_passthru(re.compile(""))
            self._mock.start()

    def _recorded(self) -> None:
        """Forget earlier calls: the library keeps every one for as long as it is active."""
        if self._own and self._mock is not None:
            self._mock.calls.reset()
        self._answer.calls.reset()

    def close(self) -> None:
        """Put ``requests`` back as it was. Idempotent."""
        mock, self._mock = self._mock, None
        if mock is None:
            return
        if self._own:
            mock.stop(allow_assert=False)
            mock.reset()
        else:
            mock.remove(self._answer)


def _make_answer(exchange: _Exchange, bases: list[str], recorded: Any) -> Any:
    """The one registration with ``responses``: every method and path below the base URLs."""
    from responses import BaseResponse

    class Answer(BaseResponse):
        def matches(self, request: Any) -> tuple[bool, str]:
            fits = any(_below(request.url, base) for base in bases)
            return fits, "" if fits else "not a URL of this door"

        def get_response(self, request: Any) -> Any:
            recorded()
            return exchange.run(request)

    return Answer("ANY", bases[0])


def _below(url: str, base: str) -> bool:
    base = base.rstrip("/")
    return url == base or url.startswith((base + "/", base + "?"))


class _Exchange:
    """One request after the other through wire faults and service, as ``requests`` sees it."""

    def __init__(self, backstage: Backstage, login_urls: list[str]) -> None:
        self._back, self._login = backstage, login_urls
        self._lane = backstage.journal.lane("webapi")

    def run(self, request: Any) -> Any:
        """A urllib3 response, or the exception of ``requests`` for what happened instead."""
        caller = _Caller(request, self._back, self._lane)
        parts = urlsplit(request.url)
        host, path = parts.hostname or "", parts.path
        asks_certificate = any(_below(request.url, base) for base in self._login)
        listener = "auth" if asks_certificate else "search"
        try:
            for stage in (WireStage.ACCEPT, WireStage.HANDSHAKE):
                early = self._wire(WireEvent(stage=stage, service=listener), caller)
                if early is not None and early.alert:
                    caller.refused("SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure")
                if early is not None:
                    caller.ends(early.end)
            peer = self._peer(request, caller) if asks_certificate else None
            caller.connected()
            service = self._back.http.service_of(host, path)
            asked = _request(request, host, parts, peer)
            event = WireEvent(
                stage=WireStage.REQUEST,
                host=host,
                path=path,
                service=service,
                asked=lambda: self._back.http.inquiry_in(asked),
            )
            before = self._wire(event, caller)
            if before is not None and _ends_unanswered(before):
                caller.ends(before.end or "close")
            if before is not None and before.status is not None:
                reply = _substitute(before)
            else:
                reply = self._serve(asked, service)
                caller.wait(reply.delay)
            return self._finish(event, before, reply, caller)
        except (HangUpError, Released):
            caller.disconnected()

    def _serve(self, request: HttpRequest, service: str) -> HttpReply:
        reply = self._back.http.handle(request)
        self._lane.event(
            "request", service=service, http=reply.status, **getattr(reply, "note", {})
        )
        return reply

    def _peer(self, request: Any, caller: _Caller) -> str:
        """Who the client certificate says it is."""
        if not request.req_kwargs.get("cert"):
            self._lane.event("refused", why="no client certificate")
            caller.refused("TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required")
        return "test-client"

    def _wire(self, event: WireEvent, caller: _Caller) -> WireAction | None:
        """What a fault does at this stage, with its delay already waited."""
        action = self._back.at(event)
        if action is not None:
            self._note(event, action)
            caller.wait(action.delay)
        return action

    def _finish(
        self, event: WireEvent, before: WireAction | None, reply: HttpReply, caller: _Caller
    ) -> Any:
        """The answer, as much of it as the wire lets through: the last fault decides."""
        after = self._wire(msgspec.structs.replace(event, stage=WireStage.ANSWER), caller)
        if after is not None and after.status is not None:
            reply = _substitute(after)
        changes = after is not None and (
            after.end or after.cut_after is not None or after.status is not None
        )
        action = after if changes else before
        if action is None or action.cut_after is None:
            return _whole(reply, action.reason if action is not None else "")
        if action.cut_after == 0:
            caller.ends(action.end or "close")
        return _cut(reply, action.cut_after, caller if action.end == "stall" else None)

    def _note(self, event: WireEvent, action: WireAction) -> None:
        self._lane.event(
            "wire",
            stage=event.stage,
            status=action.status,
            cut_after=action.cut_after,
            end=action.end or ("alert" if action.alert else ""),
        )


class _Caller:
    """The ``requests`` side of one exchange: its time-outs and its exceptions.

    Until :meth:`connected` the connect time-out counts, and an end is one in the middle of TLS.
    """

    def __init__(self, request: Any, backstage: Backstage, lane: Lane) -> None:
        self._request, self._back, self._lane = request, backstage, lane
        given = request.req_kwargs.get("timeout")
        if not isinstance(given, tuple):
            given = (
                getattr(given, "connect_timeout", given),
                getattr(given, "read_timeout", given),
            )
        connect, self._read = (t if isinstance(t, int | float) else None for t in given)
        self._patience, self._secure = connect, False

    def connected(self) -> None:
        """TLS is up: from here on the read time-out counts."""
        self._patience, self._secure = self._read, True

    def wait(self, seconds: float) -> None:
        """Let the caller wait, at most to the deadline; raises what it sees at its time-out."""
        seconds = min(seconds, self._back.deadline)
        if self._patience is not None and seconds > self._patience:
            self.timed_out()
        self._pass(seconds)

    def ends(self, end: str) -> None:
        """The connection ends without an answer, if it ends."""
        if end == "reset":
            self._aborted(ConnectionResetError(104, "Connection reset by peer"))
        if end == "close":
            self.disconnected()
        if end == "stall":
            self.wait(self._back.deadline)
            self.disconnected()

    def timed_out(self) -> NoReturn:
        """Raise what ``requests`` makes of its time-out, which passes."""
        from requests.exceptions import ReadTimeout

        self._pass(self._patience or 0.0)
        raise ReadTimeout(
            f"HTTPSConnectionPool(host={urlsplit(self._request.url).hostname!r}, port=443): "
            f"Read timed out. (read timeout={self._patience})",
            request=self._request,
        )

    def stalls(self) -> NoReturn:
        """Nothing more comes in the middle of a body."""
        if self._read is not None:
            self._pass(self._read)
            raise TimeoutError("The read operation timed out")
        self._pass(self._back.deadline)
        raise ConnectionResetError(104, "Connection reset by peer")

    def disconnected(self) -> NoReturn:
        """The other side closed the connection."""
        if not self._secure:
            self._tls_failed(
                ssl.SSLEOFError(
                    8, "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol"
                )
            )
        self._aborted(RemoteDisconnected("Remote end closed connection without response"))

    def refused(self, reason: str, text: str) -> NoReturn:
        """TLS ended with an alert."""
        self._tls_failed(ssl.SSLError(1, f"[SSL: {reason}] {text}"))

    def _tls_failed(self, cause: ssl.SSLError) -> NoReturn:
        from requests.exceptions import SSLError
        from urllib3.exceptions import MaxRetryError
        from urllib3.exceptions import SSLError as Inner

        parts = urlsplit(self._request.url)
        pool: Any = f"HTTPSConnectionPool(host={parts.hostname!r}, port={parts.port or 443})"
        raise SSLError(MaxRetryError(pool, parts.path, Inner(cause)), request=self._request)

    def _aborted(self, cause: Exception) -> NoReturn:
        from requests.exceptions import ConnectionError as Aborted
        from urllib3.exceptions import ProtocolError

        raise Aborted(ProtocolError("Connection aborted.", cause), request=self._request)

    def _pass(self, seconds: float) -> None:
        self._lane.passed(seconds)
        self._back.clock.wait(seconds)


def _request(request: Any, host: str, parts: Any, peer: str | None) -> HttpRequest:
    body = request.body or b""
    return HttpRequest(
        method=request.method,
        host=host,
        path=parts.path,
        headers={name.lower(): _text(value) for name, value in request.headers.items()},
        body=body.encode("utf-8") if isinstance(body, str) else bytes(body),
        peer=peer,
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _ends_unanswered(action: WireAction) -> bool:
    """Whether a fault at the request leaves nothing for the service to do."""
    return (
        action.status is None
        and not action.cut_after
        and (bool(action.end) or action.cut_after == 0)
    )


def _substitute(action: WireAction) -> HttpReply:
    return HttpReply(
        status=action.status or 200, body=action.body, content_type=action.content_type
    )


def _whole(reply: HttpReply, reason: str) -> Any:
    return _urllib3(reply, io.BytesIO(reply.body), reason)


def _cut(reply: HttpReply, after: int, stalled: _Caller | None) -> Any:
    """Headers promise the whole body; reading it ends early, as on a real connection."""
    part = _Broken(reply.body[:after], stalled if after < len(reply.body) else None)
    return _urllib3(reply, part, "")


class _Broken(io.BytesIO):
    """A body of which the rest never comes."""

    def __init__(self, part: bytes, stalled: _Caller | None) -> None:
        super().__init__(part)
        self._stalled = stalled

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data and self._stalled is not None:
            self._stalled.stalls()
        return data


def _urllib3(reply: HttpReply, body: io.BytesIO, reason: str) -> Any:
    from urllib3 import HTTPResponse

    return HTTPResponse(
        body=body,
        headers={"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))},
        status=reply.status,
        reason=reason or _PHRASES.get(reply.status, ""),
        preload_content=False,
        enforce_content_length=True,
        request_method="POST",
    )
