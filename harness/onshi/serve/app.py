"""The control API as an ASGI application: token, origin, size, bodies, refusals."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from onshi.data import explain
from onshi.errors import OnshiError
from onshi.serve.bodies import ErrorAnswer, ErrorDetail
from onshi.serve.errors import RefusedError, status_of
from onshi.serve.hub import Hub
from onshi.serve.openapi import LIMIT, document, operations
from onshi.serve.operations import JSON, Call, Operation, Text
from onshi.serve.stream import Events

__all__ = ["control_app"]

_log = logging.getLogger("onshi.serve")
_JSON = f"{JSON}; charset=utf-8"
_OPEN = "/openapi.json"
_encode = msgspec.json.encode
Endpoint = Callable[[Request], Awaitable[Response]]


def control_app(hub: Hub, token: str, hosts: frozenset[str]) -> Starlette:
    """The application. ``hosts`` are the names by which it may be called (without port): another
    one is a page of somebody else's, whose name was pointed at this machine.
    """
    guard = _Guard(token, hosts)
    by_path: dict[str, dict[str, Endpoint]] = {}
    for one in operations():
        by_path.setdefault(one.path, {})[one.method] = guard.around(_endpoint(hub, one))
    routes = [Route(path, _by_method(them), methods=[*them]) for path, them in by_path.items()]
    routes.append(Route(_OPEN, guard.around(_show_document, token=False), methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={HTTPException: _not_routed})


def _by_method(endpoints: dict[str, Endpoint]) -> Endpoint:
    """One endpoint for a path, so that a refusal can list every method of it."""

    async def chosen(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return chosen


class _Guard:
    """Who may call at all."""

    def __init__(self, token: str, hosts: frozenset[str]) -> None:
        self._token, self._hosts = token.encode(), hosts

    def around(self, endpoint: Endpoint, *, token: bool = True) -> Endpoint:
        """The endpoint behind the checks, every error as a body of :class:`ErrorAnswer`."""

        async def guarded(request: Request) -> Response:
            try:
                self._check(request, token=token)
                return await endpoint(request)
            except OnshiError as e:
                return _refusal(e)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as e:
                _log.exception("%s %s failed", request.method, request.url.path)
                text = f"onshi itself failed: {type(e).__name__}: {e}. This is a defect of onshi"
                return _refusal(RefusedError(500, text))

        return guarded

    def _check(self, request: Request, *, token: bool) -> None:
        host = (urlsplit(f"//{request.headers.get('host', '')}").hostname or "").lower()
        if host not in self._hosts:
            raise RefusedError(403, f"called as {host!r}: use {', '.join(sorted(self._hosts))}")
        origin = request.headers.get("origin")
        if origin is not None and origin != f"{request.url.scheme}://{request.headers['host']}":
            raise RefusedError(403, f"pages of {origin} may not call this server")
        if not token:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), self._token):
            raise RefusedError(
                401, "send the header 'Authorization: Bearer $ONSHI_CONTROL_TOKEN' of this process"
            )


def _endpoint(hub: Hub, one: Operation) -> Endpoint:
    async def answer(request: Request) -> Response:
        body = await _body(request, one)
        call = Call(dict(request.path_params), _query(request, one), body)
        if one.streams and "text/event-stream" in request.headers.get("accept", ""):
            counter = hub.desk(call.path["desk"])
            events = Events(hub, counter, request.headers.get("last-event-id"))
            return StreamingResponse(_until_gone(events, request), media_type="text/event-stream")
        found = await run_in_threadpool(one.run, hub, call)
        if one.status == 204:
            return Response(status_code=204)
        if isinstance(found, Text):
            return Response(found.content, one.status, media_type=found.media)
        return Response(_encode(found), one.status, media_type=_JSON)

    return answer


async def _until_gone(events: Events, request: Request) -> AsyncIterator[bytes]:
    """What there is, then what comes, until either side ends."""
    while not events.over and not await request.is_disconnected():
        chunk = events.take()
        if chunk:
            yield chunk
        else:
            await asyncio.sleep(events.interval)


def _query(request: Request, one: Operation) -> dict[str, str]:
    given = dict(request.query_params)
    for name in given:
        if name not in one.query:
            known = ", ".join(one.query) or "none"
            raise RefusedError(400, f"unknown query parameter (there is: {known})", field=name)
        if not given[name]:
            raise RefusedError(400, "is empty: leave it out instead", field=name)
    return given


async def _body(request: Request, one: Operation) -> Any:
    """The body as its record. Raises :class:`RefusedError` naming the field that is wrong."""
    raw = await _bytes(request)
    if one.body is None:
        if raw:
            raise RefusedError(400, "this operation takes no body")
        return None
    if one.body is bytes:
        return raw
    try:
        return msgspec.json.decode(raw or b"{}", type=one.body)
    except msgspec.ValidationError as e:
        field, expected = explain(one.body, str(e))
        raise RefusedError(400, expected, field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise RefusedError(400, f"the body is not JSON: {e}") from None
    except RecursionError:
        raise RefusedError(400, "the body is nested too deeply") from None


async def _bytes(request: Request) -> bytes:
    """The body, at most LIMIT bytes of it, whatever Content-Length says."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > LIMIT:
            raise RefusedError(413, f"the body is larger than {LIMIT} bytes")
    return bytes(found)


def _refusal(error: OnshiError) -> Response:
    detail = ErrorDetail(
        message=str(error),
        field=getattr(error, "field", ""),
        did_you_mean=getattr(error, "suggestions", []),
    )
    status = status_of(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return Response(_encode(ErrorAnswer(error=detail)), status, headers, media_type=_JSON)


def _not_routed(request: Request, error: Exception) -> Response:
    """A path or method that does not exist."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        text = f"{request.method} is not for {request.url.path}: see /openapi.json"
    else:
        text = f"there is no {request.url.path}: see /openapi.json"
    answer = _refusal(RefusedError(error.status_code, text))
    answer.headers.update(error.headers or {})
    return answer


async def _show_document(request: Request) -> Response:
    return Response(_encode(document()), media_type=_JSON)
