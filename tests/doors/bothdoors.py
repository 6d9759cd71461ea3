"""The two HTTP doors side by side: one caller's code at either, and all that it sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from eligstage import Stage

from onshi import pki
from onshi.doors.responses import ResponsesDoor
from onshi.doors.webapi import WebApiDoor
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH
from onshi.eligibility.json import to_json
from onshi.eligibility.mapping import request_document

__all__ = ["Place", "at_requests", "at_socket", "chain", "seen"]


@dataclass
class Place:
    """One of the two doors, with a desk behind it."""

    stage: Stage
    login_url: str
    search_url: str
    scale: float
    how: dict[str, Any]
    cert: Any
    session: requests.Session

    def log_in(self, **how: Any) -> requests.Response:
        given = {"json": {}, "cert": self.cert, **self.how, **how}
        return self.session.post(self.login_url + LOGIN_PATH, **given)

    def token(self) -> str:
        return str(self.log_in().json()["result"]["idToken"])

    def search(
        self, token: str, about: dict[str, str] | None = None, **how: Any
    ) -> requests.Response:
        inquiry = self.stage.inquiry(**(about or {}))
        document = request_document(inquiry, institution="1312345670")
        headers = {"Authorization": token, "Content-Type": "application/json;charset=UTF-8"}
        given = {"data": to_json(document), "headers": headers, **self.how, **how}
        return self.session.post(self.search_url + SEARCH_PATH, **given)

    def limits(self, seconds: float) -> dict[str, Any]:
        """A time-out of so many real seconds on the wire, as long in its own time in-process."""
        return {"timeout": seconds / self.scale}


@contextmanager
def at_socket(door: WebApiDoor, scale: float, deadline: float) -> Iterator[Place]:
    """The WebAPI door, where a second of the desk takes ``scale`` real ones."""
    files = pki.files()
    stage = Stage(real=True, scale=scale, deadline=deadline)
    door.attach(stage.backstage)
    how = {"verify": str(files.ca)}
    cert = (str(files.client_cert), str(files.client_key))
    with requests.Session() as session:
        try:
            yield Place(stage, door.url, door.search_url, 1.0, how, cert, session)
        finally:
            door.detach()


@contextmanager
def at_requests(scale: float, deadline: float) -> Iterator[Place]:
    """The responses door, in virtual time; ``scale`` is that of the other place."""
    stage = Stage(deadline=deadline)
    door = ResponsesDoor()
    door.open(stage.backstage)
    names = PRODUCTION_LOGIN, PRODUCTION_SEARCH
    with requests.Session() as session:
        try:
            yield Place(stage, *names, scale, {}, ("c.pem", "c.key"), session)
        finally:
            door.close()


def normal(text: str) -> str:
    """A message without what differs between any two runs."""
    for pattern, plain in (
        (r"(?:(?:host=)?'?localhost|(?:host=)?'?hweb-[a-z.]+)'?(?:, port=\d+|:\d+)?", "HOST"),
        (r" ?\(_ssl\.c:\d+\)", ""),
        (r"timeout=[\d.]+", "timeout=T"),
    ):
        text = re.sub(pattern, plain, text)
    return text


def chain(error: BaseException) -> list[str]:
    """The types from ``requests`` down to the socket's, and the innermost message."""
    found = []
    while True:
        found.append(f"{type(error).__module__.partition('.')[0]}.{type(error).__name__}")
        inner = [a for a in error.args if isinstance(a, BaseException)]
        reason = getattr(error, "reason", None)
        inner += [reason] if isinstance(reason, BaseException) else []
        if not inner:
            return [*found, normal(str(error))]
        error = inner[-1]


def seen(call: Callable[[], requests.Response]) -> Any:
    """What the caller has of it: everything that is not another run's name or number."""
    try:
        reply = call()
    except requests.exceptions.RequestException as e:
        return chain(e)
    headers = {k.lower(): v for k, v in reply.headers.items()}
    content = re.sub(rb'"ProcessExecutionTime":"\d+"', b"", reply.content)
    return reply.status_code, reply.reason, headers, content
