"""The reference clinic asked for an answer that is cut, at one of the HTTP doors."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

from clinic.config import Config, Limits
from clinic.errors import SystemTrouble
from clinic.messages import Result
from clinic.webapi import WebApi

import onshi
from onshi.doors.answering import outgoing
from onshi.eligibility.api import PRODUCTION_LOGIN, PRODUCTION_SEARCH

__all__ = ["WAYS", "Asking", "asking"]

WAYS = {
    "announced": {"head": True},
    "unannounced": {"announced": False},
}
"""A cut anywhere in head or body; and one of the body that only the content can tell."""


@dataclasses.dataclass
class Asking:
    """One desk, and a clinic that is logged in; each inquiry is about the same patient."""

    desk: onshi.Desk
    client: WebApi
    query: dict[str, str]

    def ask(self) -> Result:
        """Raises SystemTrouble for what the clinic does not take for an answer."""
        return self.client.ask(self.query, self.desk.clock.today)

    def cut(self, after: int, way: str) -> Result | None:
        """What the clinic takes the answer for that ends after so many bytes; None: for none."""
        run = self.desk.inject("wire.truncate", {}, after_bytes=after, **WAYS[way])
        try:
            return self.ask()
        except SystemTrouble:
            return None
        finally:
            self.desk.board.remove(run)
            assert run.runtime.hits == 1

    def length(self, way: str) -> int:
        """Bytes of the whole answer, with its head where the way counts that."""
        replies = []
        handle = self.desk._http.handle
        self.desk._http.handle = lambda request: replies.append(handle(request)) or replies[-1]
        try:
            assert self.ask().validity == "1"
        finally:
            del self.desk._http.handle
        whole = outgoing(replies[-1], None, method="POST", keep_alive=True).data
        return len(whole) if way == "announced" else len(replies[-1].body)


@contextmanager
def asking(door: str) -> Iterator[Asking]:
    """At ``responses`` in virtual time, or at ``webapi`` over TLS."""
    at_once = dataclasses.replace(Limits(), tries=1, pause=0.0)
    with onshi.Desk(doors=(door,), seed=3, date="2025-10-20", time="virtual") as desk:
        if door == "webapi":
            config = dataclasses.replace(Config.from_env(desk.env()), limits=at_once)
        else:
            config = Config(
                login_url=PRODUCTION_LOGIN,
                search_url=PRODUCTION_SEARCH,
                cert="c.pem",
                key="c.key",
                limits=at_once,
            )
        numbers = iter(range(10**6))
        visit = desk.visit()
        yield Asking(desk, WebApi(config, lambda: next(numbers)), dict(visit.inquiry))
