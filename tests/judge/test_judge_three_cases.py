"""Every rule: one product meets it, a naive one breaks it, a legitimate one is not blamed."""

from __future__ import annotations

from datetime import date

import pytest
from case_table import Line, load
from claim_stories import SEVENS, UNKNOWN, came, claimed, receipt, told
from judge_cases import did

from onshi.catalogue.load import load_rules
from onshi.catalogue.records import Trouble
from onshi.config import Waiver
from onshi.judge.case import Case, Verdict
from onshi.judge.rules import halves
from onshi.judge.verdict import outcome
from onshi.outcomes import Outcome, row, waive

LINES = list(load())
NAIVE = [line for line in LINES if line.kind == "naive"]
TEXTS = load_rules()


def of(kind: str) -> set[str]:
    return {line.rule for line in LINES if line.kind == kind}


def test_no_rule_lacks_one_of_the_three():
    judged = {id for id, text in TEXTS.items() if text.level != "context"}
    assert len(TEXTS) == 61
    for kind in ("reference", "naive", "legitimate"):
        assert sorted(judged - of(kind)) == [], kind
        assert sorted(of(kind) - judged) == [], kind
    assert of("shown") == set(TEXTS) - judged


def test_no_line_is_there_twice():
    names = [str(line) for line in LINES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("line", LINES, ids=str)
def test_line(line: Line):
    found = line.findings()
    said = [f"{f.expected}: {f.reason} {f.seen}" for f in found]
    verdicts = {f.verdict for f in found}
    assert {f.rule for f in found} == {line.rule}
    assert not any("期間の外" in f.reason for f in found), "a day on which the rule is judged"
    if line.kind == "naive":
        broken = [f for f in found if f.verdict is Verdict.BROKEN]
        assert broken, said
        if line.half is not None:
            assert line.half.expected in {f.expected for f in broken}, said
            heavy = {f.expected for f in broken if f.level == "fail"}
            assert heavy <= {line.half.expected}, said
        assert all(f.reason and f.source for f in broken)
    else:
        own = TEXTS[line.rule].level
        blamed = [f for f in found if f.verdict is Verdict.BROKEN]
        assert not blamed or (own == "fail" and {f.level for f in blamed} == {"warn"}), said
    if line.kind == "reference":
        assert Verdict.MET in verdicts, said
        assert Verdict.BROKEN not in verdicts, said
    if line.kind == "shown":
        assert {f.level for f in found} == {"context"}
        assert verdicts == {Verdict.NOT_OBSERVED}
        assert any(f.reason.startswith("参考: ") for f in found), said


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_line_is_seen_where_the_rule_can_be_seen(line: Line):
    subject = line.build()
    cases = [subject] if isinstance(subject, Case) else [c.case for c in subject.chapters]
    allowed = set(TEXTS[line.rule].surfaces) or {"pcsc", "webapi", "folder", "face"}
    assert any(c.surfaces & allowed for c in cases)


def test_every_rule_of_level_fail_has_a_naive_product_that_is_red():
    red = {line.rule for line in NAIVE if outcome(line.findings()) == "failed"}
    assert red == {id for id, text in TEXTS.items() if text.level == "fail"}


def test_every_half_that_fails_is_met_by_one_product_and_broken_by_another():
    found = {(f.rule, f.expected, f.verdict) for line in LINES for f in line.findings()}
    heavy = {(id, h.expected) for id in TEXTS for h in halves(id) if h.level == "fail"}
    for verdict in (Verdict.MET, Verdict.BROKEN):
        assert sorted(heavy - {(id, half) for id, half, v in found if v is verdict}) == []


# ------------------------------------------------------------- the vendor's own levels
ONE_EACH = list({line.rule: line for line in NAIVE}.values())


@pytest.mark.parametrize("line", ONE_EACH, ids=lambda line: line.rule)
def test_a_vendor_s_level_holds_for_rules_of_a_visit_and_of_a_course(line: Line):
    assert outcome(line.findings({line.rule: "fail"})) == "failed"
    lenient = line.findings({line.rule: "warn"})
    assert outcome(lenient) == "skipped"
    assert any(f.verdict is Verdict.BROKEN for f in lenient), "it is still told"
    assert line.findings({line.rule: "off"}) == []


@pytest.mark.parametrize("line", ONE_EACH, ids=lambda line: line.rule)
def test_a_break_is_waived_until_the_day_that_was_promised(line: Line):
    trouble = line.build().trouble
    found = line.findings({line.rule: "fail"})
    for until, result in ((date(2999, 1, 1), "waived"), (date(2020, 1, 1), "failed")):
        made = Outcome(trouble, outcome(found), found)
        promise = Waiver(trouble=trouble.id, rule=line.rule, reason="次版で直す", until=until)
        assert waive(made, [promise]).result == result
        assert row(made).broken == [line.rule]
    assert isinstance(trouble, Trouble)


@pytest.mark.parametrize(
    ("days", "judged"),
    [
        ((date(2023, 11, 1), date(2024, 1, 10)), True),
        ((date(2023, 7, 1), date(2023, 8, 10)), True),
        ((date(2024, 1, 10), date(2024, 2, 10)), False),
    ],
)
def test_a_course_is_judged_by_a_dated_rule_if_one_of_its_days_is_in_time(days, judged):
    first, last = days
    course = told(came(did(), on=first), claimed(receipt(SEVENS, *UNKNOWN), on=last))
    found = Line("H24", "shown", "", lambda: course).findings()
    assert found
    assert any("期間の外" in f.reason for f in found) is not judged
