"""When a folder is looked at: the loop of the watcher on a clock that only waiting moves."""

from __future__ import annotations

import itertools
import threading
from types import SimpleNamespace

import pytest

from onshi.doors import watcher
from onshi.doors.ears import News
from onshi.doors.inotify import CLOSE_WRITE, CREATE
from onshi.doors.watcher import GRACE, INTERVAL, Heard

END = 0.5
"""Simulated seconds after which the loop is over."""


def looks(monkeypatch: pytest.MonkeyPatch, news: dict[float, list[tuple[int, str]]]) -> list[float]:
    """The times of all looks, when notifications come at the times of ``news``."""
    now, coming = [0.0], sorted(news)
    loop = object.__new__(watcher._Watcher)
    seen: list[float] = []
    one = SimpleNamespace(folder="/req", heard=Heard(), begun=threading.Event())
    one.once = lambda: bool(seen.append(now[0]))

    def wait(seconds: float) -> list[News]:
        until = now[0] + seconds
        if coming and coming[0] <= until:
            now[0] = coming.pop(0)
            return [News("/req", what, name) for what, name in news[now[0]]]
        now[0] = until
        if now[0] > END:
            loop._left.set()
        return []

    ears = SimpleNamespace(wait=wait, listen=lambda folders: None, close=lambda: None)
    monkeypatch.setattr(watcher, "time", SimpleNamespace(monotonic=lambda: now[0]))
    vars(loop).update(
        _watches=[one], _left=threading.Event(), _joined=threading.Event(), _ears=ears, since=None
    )
    loop._run()
    return seen


def within(seen: list[float], start: float, seconds: float) -> bool:
    return any(start <= at <= start + seconds for at in seen)


def test_without_news_it_is_looked_at_regularly(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looks(monkeypatch, {})
    gaps = [b - a for a, b in itertools.pairwise(seen)]
    assert gaps == pytest.approx([INTERVAL] * len(gaps))
    assert len(gaps) >= 4


def test_a_name_that_appears_is_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0.05 in looks(monkeypatch, {0.05: [(CREATE, "a")]})


@pytest.mark.parametrize("before", [0.0, 0.001, 0.002, 0.004, 0.0049, 0.006, 0.05])
def test_a_regular_look_does_not_put_off_one_that_is_wanted(
    before: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = INTERVAL - before
    seen = looks(monkeypatch, {closed: [(CLOSE_WRITE, "a")]})
    assert within(seen, closed + GRACE, 0.0001)


def test_each_of_several_files_gets_its_look(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = {0.050: [(CLOSE_WRITE, "a")], 0.053: [(CLOSE_WRITE, "b")], 0.054: [(CLOSE_WRITE, "c")]}
    seen = looks(monkeypatch, closed)
    assert all(within(seen, at + GRACE, 0.0001) for at in closed)
