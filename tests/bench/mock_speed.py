"""The responses door beside a plain `responses` mock that gives the same bytes.

Both in this process, with a session of `requests` as a product has it; slices in turn.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import requests
import responses
from web_desk import question, rich

import onshi
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN, PRODUCTION_SEARCH, SEARCH_PATH

REPEATS, CALLS = 15, 100
URL = PRODUCTION_SEARCH + SEARCH_PATH


def _slice(session: requests.Session, body: bytes, token: str) -> float:
    """Microseconds per request."""
    start = time.perf_counter()
    for _ in range(CALLS):
        reply = session.post(URL, data=body, headers={"Authorization": token}, timeout=10)
        assert reply.status_code == 200
    return (time.perf_counter() - start) / CALLS * 1e6


def _ours(session: requests.Session, body: bytes) -> tuple[float, bytes]:
    with onshi.Desk(date="2025-10-20", doors=("responses",)) as desk:
        rich(desk)
        login: Any = session.post(PRODUCTION_LOGIN + LOGIN_PATH, data=b"{}", timeout=10).json()
        token = login["result"]["idToken"]
        first = session.post(URL, data=body, headers={"Authorization": token}, timeout=10)
        return _slice(session, body, token), first.content


def _plain(session: requests.Session, body: bytes, answer: bytes) -> float:
    with responses.RequestsMock() as mock:
        mock.post(URL, body=answer, content_type="application/json; charset=UTF-8")
        session.post(URL, data=body, timeout=10)
        return _slice(session, body, "token")


def mock_ratio() -> float:
    """Time of a search at our door in times of a plain mock; prints both."""
    with onshi.Desk(date="2025-10-20", doors=()) as desk:
        rich(desk)
        body = question(desk)
    session = requests.Session()
    session.cert = ("client.pem", "client.key")
    ours, plain = [], []
    for _ in range(REPEATS + 1):
        mine, answer = _ours(session, body)
        ours.append(mine)
        plain.append(_plain(session, body, answer))
    a, b = statistics.median(ours[1:]), statistics.median(plain[1:])
    print(f"search of {len(answer)} bytes at the responses door {a:.0f} us, mocked {b:.0f} us")
    return statistics.median(x / y for x, y in zip(ours[1:], plain[1:], strict=True))


if __name__ == "__main__":
    print(mock_ratio())
