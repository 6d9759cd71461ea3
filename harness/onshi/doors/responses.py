"""The WebAPI for ``requests`` code in this process, without sockets and without waiting.

Stands on the library ``responses``, which replaces ``HTTPAdapter.send``; both are imported only
when the door opens. A delay longer than the caller's time-out raises at once what the caller
would have seen, and moves the clock by the time-out. What a fault changes goes through urllib3
itself (:mod:`onshi.doors.in_process`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import partial
from http.client import responses as _PHRASES
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from onshi.clock import Released
from onshi.doors.answering import Outgoing, decisive, ends_unanswered, outgoing, substitute
from onshi.doors.backstage import Backstage
from onshi.doors.faces import FACES, Face
from onshi.doors.in_process import Caller, Try, through_urllib3
from onshi.doors.interference import shown
from onshi.eligibility.api import PRODUCTION_LOGIN, PRODUCTION_SEARCH
from onshi.errors import OnshiError
from onshi.seams import HangUpError, HttpReply, HttpRequest, WireAction, WireEvent, WireStage

if TYPE_CHECKING:
    from responses import RequestsMock

__all__ = ["ResponsesDoor"]

_ADAPTER = "onshi_adapter"
_HANDSHAKE = {False: 1_700, True: 2_800}
"""About the bytes that the WebAPI door sends before TLS is up, without and with a request for the
client's certificate: what a slow handshake takes its time over."""


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

        if self._mock is not None:
            raise OnshiError("the responses door is open already")
        login = [PRODUCTION_LOGIN, *login_urls]
        search = [PRODUCTION_SEARCH, *search_urls]
        self._own = mock is None
        self._mock = mock or _own_mock()
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


def _own_mock() -> RequestsMock:
    """A mock of our own, which shows us the adapter of each request, and so its retries."""
    import responses

    class Mock(responses.RequestsMock):
        def unbound_on_send(self) -> Any:
            send = super().unbound_on_send()

            def sent(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
                setattr(request, _ADAPTER, adapter)
                return send(adapter, request, *args, **kwargs)

            return sent

    return Mock(assert_all_requests_are_fired=False)


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
        first = self._try(request)
        if isinstance(first, HttpReply):
            return _whole(first)
        adapter = getattr(request, _ADAPTER, None)
        retries = getattr(adapter, "max_retries", None)
        return through_urllib3(request, first, partial(self._again, request), retries)

    def _again(self, request: Any) -> Try:
        made = self._try(request)
        if not isinstance(made, HttpReply):
            return made
        out = outgoing(made, None, method=request.method, keep_alive=True)
        return Try(Caller(request, self._back, self._lane), out)

    def _try(self, request: Any) -> Try | HttpReply:
        """One connection from accept to answer; a plain reply where nothing came in between."""
        caller = Caller(request, self._back, self._lane)
        try:
            made = self._stages(request, caller)
        except (HangUpError, Released):
            return Try(caller)
        except OSError as e:
            return Try(caller, error=e)
        return made if isinstance(made, HttpReply) else Try(caller, made)

    def _stages(self, request: Any, caller: Caller) -> Outgoing | HttpReply:
        """Raises OSError, as a socket does, for a connection that came to nothing."""
        peer = self._opened(request, caller)
        parts = urlsplit(request.url)
        host, path = parts.hostname or "", parts.path
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
        if before is not None and ends_unanswered(before):
            return Outgoing(b"", before.end or "close")
        reply = substitute(before) if before is not None else None
        if reply is None:
            reply = self._serve(asked, service)
            caller.wait(reply.delay)
        after = self._wire(msgspec.structs.replace(event, stage=WireStage.ANSWER), caller)
        if after is not None:
            reply = substitute(after) or reply
        action = decisive(before, after)
        if action is None and request.method != "HEAD":
            return reply
        return outgoing(reply, action, method=request.method, keep_alive=True)

    def _opened(self, request: Any, caller: Caller) -> str | None:
        """TLS comes about, or not; who the client is, where a certificate is asked for."""
        asks_certificate = any(_below(request.url, base) for base in self._login)
        listener = "auth" if asks_certificate else "search"
        met = self._wire(WireEvent(stage=WireStage.ADDRESS, service=listener), caller)
        caller.looks(met.end if met is not None else "")
        for stage in (WireStage.ACCEPT, WireStage.HANDSHAKE):
            early = self._wire(WireEvent(stage=stage, service=listener), caller)
            if early is None:
                continue
            if early.alert:
                caller.refused("SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure")
            caller.ends(early.end)
            if early.pace is not None:
                *_, (last, _) = Outgoing(
                    bytes(_HANDSHAKE[asks_certificate]), pace=early.pace
                ).pieces()
                caller.wait(last)
                if last >= caller.deadline:
                    caller.ends("close")
            if early.tls:
                self._looked_at(FACES[early.tls], request, asks_certificate)
        peer = self._peer(request, caller) if asks_certificate else None
        caller.connected()
        return peer

    def _looked_at(self, face: Face, request: Any, asks_certificate: bool) -> None:
        """Raises what the client's TLS does where either side refuses the other's certificate."""
        if face.judges and not (asks_certificate and request.req_kwargs.get("cert")):
            return
        if face.verify_code and request.req_kwargs.get("verify") is False:
            return
        raise face.raised(urlsplit(request.url).hostname or "")

    def _serve(self, request: HttpRequest, service: str) -> HttpReply:
        reply = self._back.http.handle(request)
        self._lane.event(
            "request", service=service, http=reply.status, **getattr(reply, "note", {})
        )
        return reply

    def _peer(self, request: Any, caller: Caller) -> str:
        """Who the client certificate says it is."""
        if not request.req_kwargs.get("cert"):
            self._lane.event("refused", why="no client certificate")
            caller.refused("TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required")
        return "test-client"

    def _wire(self, event: WireEvent, caller: Caller) -> WireAction | None:
        """What a fault does at this stage, with its delay already waited."""
        action = self._back.at(event)
        if action is not None:
            self._lane.event("wire", stage=event.stage, **shown(action))
            caller.wait(action.delay)
        return action


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


def _whole(reply: HttpReply) -> Any:
    """The answer as it is, without the way through urllib3's connection."""
    from urllib3 import HTTPResponse

    return HTTPResponse(
        body=io.BytesIO(reply.body),
        headers={
            "Content-Type": reply.content_type,
            "Content-Length": str(len(reply.body)),
            "Connection": "keep-alive",
        },
        status=reply.status,
        reason=_PHRASES.get(reply.status, ""),
        preload_content=False,
        enforce_content_length=True,
        request_method="POST",
    )
