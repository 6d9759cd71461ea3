"""Every installation of the reference clinic writes claims that nobody objects to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from clinic_results import adapter

from onshi import Desk
from onshi.catalogue.load import find_trouble
from onshi.catalogue.records import Trouble
from onshi.catalogue.timelines import as_trouble, find_timeline
from onshi.claims.check import check
from onshi.claims.returns import ReturnedReceipt, check_reclaim, read_returns
from onshi.config import Config
from onshi.judge.case import Verdict
from onshi.judge.story import Chapter
from onshi.runner import Runner
from onshi.suite import Played, desk_doors, play

INSTALLATIONS = {
    "ReferencePcscWebapi": frozenset({"pcsc", "webapi"}),
    "ReferenceFolder": frozenset({"folder"}),
    "ReferenceFace": frozenset({"face"}),
}
UNKNOWN, CHANGED, SHARE = "billing.fusho_returned", "eligibility.retroactive_insurer_change", "T8"
TEST_SITE = "institution"
"""The harness' own site has a 医療機関コード without a right check digit."""


@pytest.fixture(scope="module", params=INSTALLATIONS)
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    surfaces = INSTALLATIONS[request.param]
    made = Runner(adapter("reference", surfaces), patience=Config(time_scale=0.005).patience)
    yield made
    made.stop()


def through(runner: Runner, trouble: Trouble) -> Played:
    """The whole course, played to its end."""
    config = Config(time_scale=0.005)
    with Desk(
        profile="hodanren2025",
        doors=desk_doors(runner.integration),
        time_scale=config.time_scale,
        deadline=config.deadline,
        keep_contexts=True,
    ) as desk:
        played = play(desk, trouble, runner, config)
    assert played.problem == ""
    return played


def claims(played: Played) -> list[Chapter]:
    """The chapters with a claim, none of which anybody objects to."""
    found = played.course.story().claims
    for chapter in found:
        assert chapter.problem == ""
        assert chapter.uke is not None
        remarks = [r for r in check(chapter.uke, chapter.raw) if r.code != TEST_SITE]
        assert [str(r) for r in remarks] == []
    return found


def came_back(played: Played) -> list[ReturnedReceipt]:
    return [
        one
        for chapter in played.course.story().of("returns")
        for one in read_returns(chapter.file).returned
    ]


def broken(played: Played) -> list[str]:
    return [str(f) for f in played.course.findings() if f.verdict is Verdict.BROKEN]


def test_an_unknown_insurer_comes_back_and_breaks_nothing(runner: Runner) -> None:
    played = through(runner, find_trouble(UNKNOWN))
    [chapter] = claims(played)
    assert [r.insurer_number for r in chapter.receipts] == ["77777777"]
    assert len(came_back(played)) == 1
    assert broken(played) == []


def test_a_claim_to_another_payer_is_a_first_one(runner: Runner) -> None:
    played = through(runner, find_trouble(CHANGED))
    first, again = claims(played)
    [back] = came_back(played)
    assert back.receipt.insurer_number == first.receipts[0].insurer_number
    july = next(r for r in again.receipts if r.month == back.receipt.month)
    assert july.insurer_number != back.receipt.insurer_number
    assert again.uke is not None
    assert first.uke is not None
    assert (july.search_no == "") is (again.uke.payer != first.uke.payer)
    assert broken(played) == []


def test_a_wrong_share_is_put_right_under_the_same_number(runner: Runner) -> None:
    played = through(runner, as_trouble(find_timeline(SHARE)))
    first, again = claims(played)
    [back] = came_back(played)
    receipt = next(r for r in again.receipts if r.month == back.receipt.month)
    assert (first.receipts[0].kind, receipt.kind) == ("1318", "1310")
    assert again.uke is not None
    assert check_reclaim(back, receipt, again.uke) == ()
    assert broken(played) == []
