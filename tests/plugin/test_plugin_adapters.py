"""Adapters that raise, hang or return nonsense: their trouble fails in its own words, no other."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import onshi
from claim_by_hand import claim_of
from lean import LEAN
from onshi.catalogue.load import find_trouble
from onshi.config import Config
from onshi.errors import OnshiError
from onshi.judge.case import Finding
from onshi.outcomes import Outcome, row
from onshi.runner import Runner
from onshi.suite import desk_doors, judge_played, play

CLAIMED = find_trouble("billing.returned_insurer_difference")
NEXT = find_trouble("card.pin_already_locked")
PATIENCE = 0.5
METHODS = (
    "start",
    "reset",
    "set_date",
    "prepare",
    "check_in",
    "documents",
    "alive",
    "close_month",
    "claim",
    "import_returns",
)
"""What is called of an adapter in the course of a trouble that ends in a 返戻."""
HUNG = ("check_in", "claim")


class Well(onshi.Integration):
    """Says what it knows, writes a claim, and shows what came back; ``upset`` until told."""

    surfaces = frozenset({"pcsc", "webapi"})
    upset = True
    place = Path()

    def check_in(self, visit: onshi.Visit) -> onshi.Handling:
        visit.present()
        return onshi.Handling(status="valid", chart_after=visit.chart, evidence=("online",))

    def alive(self) -> bool:
        return True

    def claim(self, visit: onshi.Visit) -> Path:
        patient = {**msgspec.to_builtins(visit.patient), "kana": visit.patient.kana}
        path = self.place / "RECEIPTC.UKE"
        path.write_bytes(claim_of({"chart": msgspec.to_builtins(visit.chart), "patient": patient}))
        return path

    def import_returns(self, path: Path) -> onshi.Returned:
        assert path.read_bytes()
        return onshi.Returned(reopened=True, reasons=("保険者の相違",))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    Well.upset, Well.place = True, tmp_path
    yield tmp_path
    Well.upset = True


@pytest.fixture
def forever() -> Iterator[Callable[[], None]]:
    """A call that does not come back before the test is over."""
    over = threading.Event()
    yield lambda: over.wait(60) and None
    over.set()


def wrong_in(method: str, act: Callable[[], Any]) -> type[Well]:
    """A product that does this instead, in its first trouble only."""

    def instead(self: Well, *args: Any) -> Any:
        return act() if Well.upset else getattr(super(made, self), method)(*args)

    made = type("Wrong", (Well,), {method: instead})
    return made


def met(runner: Runner, trouble: Any) -> Outcome:
    """One trouble at a fresh desk, as pytest plays it."""
    with onshi.Desk(seed=5, doors=("pcsc", "webapi")) as desk:
        return judge_played(play(desk, trouble, runner, Config()), trouble, ())


@pytest.fixture(scope="module")
def undisturbed() -> Outcome:
    """The next trouble with a product that nothing was wrong with before."""
    runner = Runner(Well, patience=10)
    found = met(runner, NEXT)
    runner.stop()
    assert found.journal
    return found


def plainly(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(f.rule, f.verdict, f.reason) for f in findings]


def disturbed(product: type[Well], undisturbed: Outcome) -> Outcome:
    """What came of the trouble that went wrong, once the one after has come out as ever."""
    runner = Runner(product, patience=PATIENCE)
    first = met(runner, CLAIMED)
    Well.upset = False
    after = met(runner, NEXT)
    runner.stop()
    assert (after.result, after.problem) == (undisturbed.result, undisturbed.problem)
    assert plainly(after.findings) == plainly(undisturbed.findings)
    assert after.journal == undisturbed.journal, "the desk was not as clean as a new one"
    return first


def test_a_product_that_is_well_gets_to_the_end(place: Path, undisturbed: Outcome) -> None:
    outcome = disturbed(Well, undisturbed)
    assert outcome.problem == ""
    assert b'"do":"returns"' in outcome.journal


@pytest.mark.parametrize("method", METHODS)
def test_it_raises(place: Path, undisturbed: Outcome, method: str) -> None:
    def act() -> None:
        raise LookupError("受付画面がない")

    outcome = disturbed(wrong_in(method, act), undisturbed)
    assert outcome.result == "failed"
    assert outcome.problem == "the adapter raised LookupError: 受付画面がない"


@pytest.mark.parametrize(
    "method",
    [m if m in HUNG else pytest.param(m, marks=pytest.mark.soak) for m in METHODS],
)
def test_it_hangs(
    place: Path, undisturbed: Outcome, method: str, forever: Callable[[], None]
) -> None:
    outcome = disturbed(wrong_in(method, forever), undisturbed)
    assert outcome.result == "failed"
    assert outcome.problem == f"{method}() did not return within {PATIENCE:g} seconds"
    assert "H51" in {f.rule for f in outcome.broken()}


@pytest.mark.parametrize("method", ["check_in", "claim"])
def test_it_leaves_by_an_exception_that_ends_programs(
    place: Path, undisturbed: Outcome, method: str
) -> None:
    """``sys.exit`` and ``pytest.fail`` in an adapter end neither the run nor its patience."""
    for raised, words in (
        (SystemExit(3), "SystemExit: 3"),
        (pytest.fail.Exception("no window"), "Failed: no window"),
    ):

        def act(raised: BaseException = raised) -> None:
            raise raised

        Well.upset = True
        outcome = disturbed(wrong_in(method, act), undisturbed)
        assert outcome.problem == f"the adapter raised {words}"


@pytest.mark.parametrize(
    ("method", "value", "words"),
    [
        ("check_in", None, "check_in() returned NoneType, not onshi.Handling"),
        ("check_in", {"status": "valid"}, "check_in() returned dict, not onshi.Handling"),
        ("check_in", onshi.Handling(status="ok"), "check_in() returned a Handling that is not"),
        ("check_in", onshi.Handling(copay_percent="30"), "`$.copay_percent`"),
        ("documents", ["領収書"], "documents() returned"),
        ("alive", 0, "alive() returned int, not True, False or None"),
        ("alive", "yes", "alive() returned str, not True, False or None"),
        ("claim", 7, "claim() returned int, not onshi.Claim"),
        ("claim", onshi.Claim(path="/no/such/file"), "claim() named /no/such/file, which cannot"),
        ("claim", "/", "claim() named /, which is not a file"),
        ("claim", onshi.Claim(held="no"), "claim() returned a Claim that is not one"),
        ("import_returns", True, "import_returns() returned bool, not onshi.Returned"),
        ("import_returns", onshi.Returned(reasons="理由"), "import_returns() returned a Returned"),
    ],
)
def test_it_returns_nonsense(
    place: Path, undisturbed: Outcome, method: str, value: Any, words: str
) -> None:
    outcome = disturbed(wrong_in(method, lambda: value), undisturbed)
    assert outcome.result == "failed"
    assert outcome.problem.startswith("the adapter raised TypeError: ")
    assert words in outcome.problem


@pytest.mark.parametrize("method", ["set_date", "check_in", "alive"])
def test_it_is_async(place: Path, undisturbed: Outcome, method: str) -> None:
    async def act() -> None:
        pass

    outcome = disturbed(wrong_in(method, act), undisturbed)
    assert outcome.problem.startswith(f"the adapter raised TypeError: {method}() is async")


@pytest.mark.parametrize(
    "surfaces", ["webapi", None, (), {"web"}, {"webapi", 3}, ["pcsc", "fase"], property(len)]
)
def test_surfaces_that_are_none_are_said_with_what_they_are(surfaces: Any) -> None:
    made = type("Odd", (Well,), {"surfaces": surfaces})
    with pytest.raises(OnshiError, match=r"^Odd\.surfaces is .*: it is a set of one or more of"):
        desk_doors(made)
    assert desk_doors(type("Listed", (Well,), {"surfaces": ["webapi"]})) == ("webapi",)


def test_a_claim_that_is_a_pipe_is_no_file(place: Path, undisturbed: Outcome) -> None:
    os.mkfifo(place / "pipe")
    outcome = disturbed(wrong_in("claim", lambda: place / "pipe"), undisturbed)
    assert "which is not a file" in outcome.problem


def test_a_claim_that_cannot_be_read_is_named_by_record_and_column(
    place: Path, undisturbed: Outcome
) -> None:
    (place / "broken.uke").write_bytes(
        b"IR,1,13,1,9999999,,\xff\xff,202599,00\r\nGO,1,1,99\r\n\x1a"
    )
    outcome = disturbed(wrong_in("claim", lambda: place / "broken.uke"), undisturbed)
    assert outcome.result == "failed"
    assert "2025-11-10 の請求" in outcome.problem
    assert "1行目 IR 項番8（請求年月）" in outcome.problem
    assert row(outcome).problem == outcome.problem


def test_what_a_hung_call_does_later_reaches_nobody_else(place: Path, undisturbed: Outcome) -> None:
    """It wakes up in the middle of the next trouble and goes on with a visit that is over."""
    wakes, done = threading.Event(), threading.Event()
    late: list[str] = []

    class Late(Well):
        def check_in(self, visit: onshi.Visit) -> onshi.Handling:
            if not Well.upset:
                wakes.set()
                assert done.wait(10), "the late call did not come to its end"
                return super().check_in(visit)
            wakes.wait(10)
            for act in (visit.present, visit.enter_pin, visit.take_away):
                try:
                    act()
                except OnshiError as e:
                    late.append(str(e))
            done.set()
            return onshi.Handling(status="invalid")

    outcome = disturbed(Late, undisturbed)
    assert outcome.problem.startswith("check_in() did not return")
    assert done.is_set()


# ------------------------------------------------------------------ as a user meets it
PRODUCT = """
import onshi, threading

class Product(onshi.Integration):
    surfaces = {"webapi"}

    def check_in(self, visit):
        if visit.trouble == "eligibility.invalid":
            raise RuntimeError("no such window")
        if visit.trouble == "eligibility.not_found":
            threading.Event().wait(60)
        if visit.trouble == "name.blackdot":
            return "ok"
        return onshi.Handling(status="system_unreachable", chart_after=visit.chart,
            offered=("hokensho", "kakuninsho", "past_visit"), asked=(), warned=(),
            message="つながりません")
"""


def test_one_run_with_all_of_them(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(product=PRODUCT)
    pytester.makepyprojecttoml('[tool.onshi]\nintegration = "product:Product"\npatience = 0.5\n')
    troubles = ("eligibility.invalid", "eligibility.not_found", "name.blackdot", "network.vpn_lost")
    result = pytester.runpytest_subprocess(*LEAN, *(f"--onshi-trouble={t}" for t in troubles))
    result.assert_outcomes(passed=1, failed=3)
    text = result.stdout.str()
    for words in (
        "問題: the adapter raised RuntimeError: no such window",
        "問題: check_in() did not return within 0.5 seconds",
        "問題: the adapter raised TypeError: check_in() returned str, not onshi.Handling",
    ):
        assert words in text
    assert "Traceback" not in text
    assert "runner.py" not in text


@pytest.mark.soak
def test_a_product_that_cannot_even_be_made(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        product="""
        import onshi
        class Product(onshi.Integration):
            surfaces = {"webapi"}
            def __init__(self):
                raise OSError("ライセンスがありません")
        """
    )
    pytester.makepyprojecttoml('[tool.onshi]\nintegration = "product:Product"\n')
    result = pytester.runpytest_subprocess(*LEAN, "--onshi-trouble=eligibility.invalid")
    result.assert_outcomes(errors=1)
    text = result.stdout.str()
    assert "product:Product cannot be made: OSError: ライセンスがありません" in text
    assert "Traceback" not in text
    assert "runner.py" not in text
