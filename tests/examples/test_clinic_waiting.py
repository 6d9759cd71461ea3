"""The reference clinic's waits: bounded, cheap, and never somebody else's result."""

from __future__ import annotations

import threading

import pytest
from clinic import waiting
from clinic.waiting import TooLong, bounded, poll


def io_threads() -> int:
    return sum(t.name == "clinic-io" for t in threading.enumerate())


def test_a_call_gives_its_value_or_what_it_raises() -> None:
    assert bounded(lambda: 7, 5) == 7
    with pytest.raises(KeyError):
        bounded(lambda: {}["missing"], 5)
    with pytest.raises(TooLong):
        bounded(lambda: poll(lambda: None, 0.001, 0.001), 5)
    assert bounded(lambda: 8, 5) == 8


def test_one_call_after_another_needs_one_thread() -> None:
    bounded(lambda: None, 5)
    before = io_threads()
    assert [bounded(lambda i=i: i, 5) for i in range(50)] == list(range(50))
    assert io_threads() == before


def test_a_call_that_does_not_come_back_gives_no_later_call_its_value() -> None:
    release, done = threading.Event(), threading.Event()

    def stuck() -> str:
        release.wait(10)
        done.set()
        return "late"

    with pytest.raises(TooLong):
        bounded(stuck, 0.01)
    assert bounded(lambda: "mine", 5) == "mine"
    release.set()
    assert done.wait(5)
    assert [bounded(lambda: "mine", 5) for _ in range(5)] == ["mine"] * 5


def test_calls_from_several_threads_at_once_keep_apart() -> None:
    gate = threading.Barrier(4, timeout=10)
    found: dict[int, int] = {}

    def ask(i: int) -> None:
        def call() -> int:
            gate.wait()
            return i

        found[i] = bounded(call, 10)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == {i: i for i in range(4)}


def test_an_interrupted_wait_leaves_nothing_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(BaseException):
        pass

    class Results:
        def put(self, value: object) -> None:
            pass

        def get(self, timeout: float) -> object:
            raise Interrupted

    worker = waiting._Worker()
    monkeypatch.setattr(worker, "_results", Results())
    monkeypatch.setattr(waiting, "_idle", [worker])
    with pytest.raises(Interrupted):
        bounded(lambda: "left over", 5)
    assert bounded(lambda: "mine", 5) == "mine"


def test_looks_go_on_for_their_time_and_no_longer() -> None:
    looks: list[int] = []
    with pytest.raises(TooLong):
        poll(lambda: looks.append(1), 0.01, 0.001)
    assert len(looks) == 11
    assert poll(lambda: len(looks), 0.01, 0.001) == 11
