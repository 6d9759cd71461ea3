"""The 連携アプリ's folders, with a writer on the other side that does it badly."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clinic.config import Config, Limits
from clinic.errors import SystemTrouble
from clinic.folder import Exchange
from clinic_bench import DAY, FAST, IMPATIENT, QUERY, answer, as_xml, record


class Writer:
    """Plays the 連携アプリ: waits for a request, then does ``work(result path, identifier)``."""

    def __init__(self, root: Path, work: Callable[[Path, str], None]) -> None:
        self.root, self.requests = root, []
        self._work, self._stop = work, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.002):
            for path in (self.root / "req").glob("*.xml"):
                content = path.read_bytes()
                path.unlink()
                self.requests.append(content)
                suffix = re.sub(r"OQSsiquc01req_|\.xml", "", path.name)
                self._work(self.root / "res" / f"OQSsiquc01res_{suffix}.xml", suffix)

    def wait(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(2)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("req", "res", "face"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def late() -> list[str]:
    return []


@pytest.fixture
def make(root: Path, late: list[str]) -> Callable[[Limits], Exchange]:
    numbers = itertools.count(1)
    return lambda limits: Exchange(
        Config(folder=root, limits=limits),
        lambda: next(numbers),
        lambda day, name, content: late.append(name),
    )


@pytest.fixture
def exchange(make: Callable[[Limits], Exchange]) -> Exchange:
    return make(FAST)


@pytest.fixture
def impatient(make: Callable[[Limits], Exchange]) -> Exchange:
    return make(IMPATIENT)


@pytest.fixture
def writer(root: Path) -> Iterator[Callable[[Callable[[Path, str], None]], Writer]]:
    started: list[Writer] = []

    def start(work: Callable[[Path, str], None]) -> Writer:
        started.append(Writer(root, work))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def whole(path: Path, identifier: str) -> None:
    path.write_bytes(as_xml(answer(record(), identifier=identifier)))


def test_a_request_and_its_result(exchange: Exchange, root: Path, writer) -> None:
    other = root / "res" / "OQSsiquc01res_999.xml"
    whole(other, "999")
    app = writer(whole)
    assert exchange.ask(QUERY, DAY).identifier == "202510200001"
    assert b"<ArbitraryFileIdentifier>202510200001<" in app.requests[0]
    assert [p.name for p in (root / "res").iterdir()] == [other.name]
    assert list((root / "req").iterdir()) == []


def test_a_half_written_result_is_waited_for(exchange: Exchange, writer) -> None:
    def slowly(path: Path, identifier: str) -> None:
        content = as_xml(answer(record(), identifier=identifier))
        for end in (0, 300, len(content) - 5, len(content)):
            path.write_bytes(content[:end])
            app.wait(0.015)

    app = writer(slowly)
    assert exchange.ask(QUERY, DAY).records


def test_a_result_cut_for_good_is_no_result(impatient: Exchange, writer) -> None:
    writer(lambda p, i: p.write_bytes(as_xml(answer(record(), identifier=i))[:-20]))
    with pytest.raises(SystemTrouble, match="完全な結果が届きません"):
        impatient.ask(QUERY, DAY)


def test_nobody_takes_the_request(impatient: Exchange, root: Path) -> None:
    with pytest.raises(SystemTrouble, match="受け取りません") as trouble:
        impatient.ask(QUERY, DAY)
    assert trouble.value.category == "timeout"
    assert list((root / "req").iterdir()) == []


def test_a_late_result_is_kept_away_from_the_next_patient(
    impatient: Exchange, root: Path, late: list[str], writer
) -> None:
    answers: list[tuple[Path, str]] = []

    def too_late(path: Path, identifier: str) -> None:
        answers.append((path, identifier))
        if len(answers) > 1:
            whole(path, identifier)

    writer(too_late)
    with pytest.raises(SystemTrouble):
        impatient.ask(QUERY, DAY)
    whole(*answers[0])
    assert impatient.ask(QUERY, DAY).identifier == "202510200002"
    assert late == ["OQSsiquc01res_202510200001.xml"]
    assert list((root / "res").iterdir()) == []


@pytest.mark.parametrize("wrong", ["institution", "identifier"])
def test_the_wrong_echo_is_refused(exchange: Exchange, writer, wrong: str) -> None:
    def work(path: Path, identifier: str) -> None:
        tree = answer(record(), identifier="x" if wrong == "identifier" else identifier)
        if wrong == "institution":
            tree["XmlMsg"]["MessageHeader"]["MedicalInstitutionCode"] = "0000000000"
        path.write_bytes(as_xml(tree))

    writer(work)
    with pytest.raises(SystemTrouble) as trouble:
        exchange.ask(QUERY, DAY)
    assert trouble.value.category == "bad_answer"


def test_an_old_result_is_not_taken_for_a_new_one(exchange: Exchange, root: Path, writer) -> None:
    whole(root / "res" / "OQSsiquc01res_202510200001.xml", "202510200001")
    writer(whole)
    assert exchange.ask(QUERY, DAY).identifier == "202510200002"


def test_what_the_encoding_cannot_carry_is_said_beforehand(root: Path) -> None:
    config = Config(folder=root, encoding="cp932", limits=FAST)
    exchange = Exchange(config, lambda: 1, lambda *late: None)
    with pytest.raises(SystemTrouble, match="𠮷") as trouble:
        exchange.ask({**QUERY, "InsuredCardSymbol": "𠮷"}, DAY)
    assert trouble.value.category == "bad_request"


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    exchange = Exchange(Config(folder=tmp_path, limits=FAST), lambda: 1, lambda *late: None)
    with pytest.raises(SystemTrouble) as trouble:
        exchange.ask(QUERY, DAY)
    assert trouble.value.category == "unreachable"
