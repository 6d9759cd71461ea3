"""The rule texts, the registry, levels and outcomes."""

from __future__ import annotations

import re
from datetime import date

import pytest
from judge_cases import (
    OTHER,
    answer,
    case,
    chart,
    did,
    first_visit,
    record,
    trouble,
    visit,
)

from onshi.catalogue.load import load_rules
from onshi.errors import OnshiError, UnknownNameError
from onshi.judge.case import Case, Finding, Verdict
from onshi.judge.rules import rule, rules
from onshi.judge.story import Chapter
from onshi.judge.verdict import judge_case, outcome
from onshi.outcomes import Row
from onshi.reports.text import missing_text
from onshi.visit import Chart, Handling

FAIL = [
    f"H{n:02d}"
    for n in (
        1,
        2,
        5,
        9,
        10,
        11,
        13,
        14,
        15,
        19,
        20,
        21,
        22,
        29,
        30,
        31,
        32,
        33,
        43,
        44,
        51,
        54,
        56,
        57,
        58,
    )
]
CONTEXT = [f"H{n:02d}" for n in (3, 4, 12, 16, 17, 23, 24, 26, 34, 35, 37, 38)]
SPINE = [
    f"H{n:02d}" for n in (1, 2, 5, 6, 8, 10, 29, 30, 31, 32, 43, 44, 48, 49, 50, 51, 55, 57, 58)
]


def test_all_61_rules_have_a_text():
    assert list(load_rules()) == [f"H{n:02d}" for n in range(1, 62)]


def test_levels_are_the_agreed_ones():
    texts = load_rules()
    assert [id for id, t in texts.items() if t.level == "fail"] == FAIL
    assert [id for id, t in texts.items() if t.level == "context"] == CONTEXT
    assert {t.level for t in texts.values()} == {"fail", "warn", "context"}


@pytest.mark.parametrize("text", load_rules().values(), ids=lambda t: t.id)
def test_a_text_is_japanese_cited_and_says_what_it_needs(text):
    for said in (text.title, text.must, text.why):
        assert said
        assert not said.isascii()
    assert text.must_not == "" or not text.must_not.isascii()
    assert text.title_en.isascii()
    assert text.title_en
    assert text.source
    assert all(re.fullmatch(r"00[0-4]:L\d+(-\d+)?", s) for s in text.source)
    assert all(_exists(field) for field in text.observes)
    assert "「" not in text.must or len(text.must) < 200
    assert bool(text.must_not) == bool(text.must_not_en)
    for said in filter(None, (text.must_en, text.must_not_en)):
        assert re.fullmatch(r"[A-Z].*[.]", said)
        assert re.search(r"[a-z]{3,} [a-z]{2,} ", said), "English, with terms of the field"
        assert len(said) < 300
    assert text.observes, "what cannot be told from anything is no rule"


def test_surfaces_are_named_where_a_rule_can_be_seen_on_some_only():
    some = {id: set(t.surfaces) for id, t in load_rules().items() if t.surfaces}
    assert all(s < {"pcsc", "webapi", "folder", "face"} for s in some.values())
    assert some["H44"] == some["H45"] == {"pcsc"}
    assert some["H46"] == {"face"}
    assert "H51" not in some
    about_answers = {id for id, t in load_rules().items() if "case.answers" in t.observes}
    for id in about_answers & set(rules()):  # no answer can come over PC/SC alone
        asked_only = {"H05", "H06", "H07", "H08", "H10", "H12", "H29", "H31", "H52", "H53", "H55"}
        assert id in asked_only | {"H39", "H40", "H57"} or "pcsc" not in some[id], id


def _exists(field: str) -> bool:
    head, _, rest = field.partition(".")
    first = rest.partition(".")[0]
    if head in ("handling", "next_handling"):
        return first in Handling.__struct_fields__
    if head == "case":
        return first in Case.__dataclass_fields__
    if head == "visit":
        return hasattr(visit(), first)
    if head in ("claim", "returns"):
        return first in {*Chapter.__dataclass_fields__, "receipts"}
    return field == "scene.card.cert_until"


def test_dates_of_the_rules_that_have_an_end():
    texts = load_rules()
    dated = {id: (t.valid_from, t.valid_to) for id, t in texts.items() if t.valid_to}
    assert dated == {
        "H24": (date(2023, 7, 10), date(2023, 12, 31)),
        "H37": (date(2023, 4, 1), date(2024, 5, 31)),
        "H40": (date(2025, 8, 1), date(2026, 7, 31)),
    }
    for id in ("H05", "H08", "H15", "H18", "H53"):  # the rule goes on, with another document
        assert "2025-12-01" in texts[id].must + texts[id].must_not
        assert texts[id].valid_to is None


def test_every_implemented_rule_has_a_text_and_the_spine_is_implemented():
    assert set(rules()) <= set(load_rules())
    assert set(SPINE) <= set(rules())
    assert list(rules()) == sorted(rules())


def test_an_id_is_taken_once():
    assert "H44" in rules()
    with pytest.raises(ValueError, match="H44"):
        rule("H44")(lambda case: iter(()))


SITUATIONS = {
    "nothing reported": case(Handling()),
    "no handling": case(None),
    "invalid": case(did(status="not_found", copay_percent=100, offered=()), answer("2", record())),
    "nothing found": case(did(status="invalid"), answer("4")),
    "stranger": case(
        did(chart_after=chart(OTHER), asked=(), warned=()), answer("1", record(OTHER))
    ),
    "first visit": case(
        did(chart_after=chart(name="●橋　翔一"), asked=()),
        answer("1", record()),
        visit_=first_visit(),
    ),
    "several": case(
        did(status="valid", chart_after=chart(number="1")), answer("5", record(number="1"))
    ),
    "hung": case(None, returned=False, alive=False),
    "leak": case(
        did(elapsed=9.0),
        next_visit=visit(OTHER),
        next_handling=did(chart_after=chart()),
        limits={"answer": 1.0},
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
@pytest.mark.parametrize("id", sorted(rules()))
def test_every_finding_speaks_japanese_under_its_own_rule(id, situation):
    found = list(rules()[id](SITUATIONS[situation]))
    assert found
    for finding in found:
        assert finding.rule == id
        assert finding.level in ("fail", "warn", "context")
        for said in (finding.reason, finding.expected):
            assert said
            assert not said.isascii()
    level = load_rules()[id].level
    if level != "fail":
        assert {f.level for f in found} == {level}
    if level == "context":
        assert {f.verdict for f in found} == {Verdict.NOT_OBSERVED}


@pytest.mark.parametrize("id", sorted(rules()))
@pytest.mark.parametrize(
    "sent",
    [
        (),
        (answer("1", record()),),
        (answer("2", record()),),
        (answer("4"),),
        (answer("5", record(), record(number="9")),),
        (answer("1", record(OTHER)),),
        (answer("1", record(fields={"Name": "●"})),),
    ],
    ids=["none", "valid", "invalid", "not_found", "multiple", "stranger", "dotted"],
)
@pytest.mark.parametrize("handling", [None, Handling(), Handling(chart_after=Chart())], ids=str)
def test_what_is_left_out_is_never_met_and_never_broken(id, sent, handling):
    for finding in rules()[id](case(handling, *sent)):
        if finding.expected == "障害のときも受付の処理が必ず戻る" and sent:
            continue  # the harness sees for itself that it came back
        assert finding.verdict is Verdict.NOT_OBSERVED, finding


# --------------------------------------------------------------------- judge_case
def of(*ids: str, handling: Handling | None = None, **over):
    sent = (answer("2", record()),)
    return case(handling or did(status="invalid"), *sent, trouble=trouble(*ids), **over)


def test_rules_run_in_the_trouble_s_order_with_their_sources():
    found = judge_case(of("H02", "H01", "H02"))
    assert list(dict.fromkeys(f.rule for f in found)) == ["H02", "H01"]
    assert {f.source for f in found if f.rule == "H01"} == {("004:L70", "004:L105")}


def test_unknown_rules_and_levels_are_refused():
    with pytest.raises(UnknownNameError, match="H99"):
        judge_case(of("H99"))
    with pytest.raises(UnknownNameError, match="did you mean"):
        judge_case(of("H01"), {"H62": "fail"})
    with pytest.raises(OnshiError, match="strict"):
        judge_case(of("H01"), {"H01": "strict"})


def test_a_vendor_may_change_levels():
    broken = did(status="invalid", copay_percent=100)
    assert outcome(judge_case(of("H01", handling=broken))) == "passed"
    assert outcome(judge_case(of("H01", handling=broken), {"H01": "fail"})) == "failed"
    assert outcome(judge_case(of("H01", handling=did(status="not_found")))) == "failed"
    lenient = judge_case(of("H01", handling=did(status="not_found")), {"H01": "warn"})
    assert outcome(lenient) == "skipped"
    assert any(f.verdict is Verdict.BROKEN for f in lenient)
    assert judge_case(of("H01"), {"H01": "off"}) == []


def test_context_is_said_beside_the_result_and_weighs_nothing():
    told = judge_case(of("H03", "H38", handling=did(message="登録中です")))
    assert {f.level for f in told} == {"context"}
    assert all(f.reason.startswith("参考: ") for f in told)
    assert outcome(told) == "skipped"
    assert outcome(judge_case(of("H03"), {"H03": "fail"})) == "skipped"
    row = Row(trouble="t", result="skipped", findings=[*told, *judge_case(of("H44"))])
    assert "H44 観測なし" in missing_text(row)
    assert "参考" not in missing_text(row), "what was so is no reason why nothing was judged"


def test_a_rule_outside_of_its_dates_is_not_judged():
    (late,) = judge_case(of("H40", visit_=visit(date=date(2026, 8, 1))))
    assert late.verdict is Verdict.NOT_OBSERVED
    assert "2026-08-01" in late.reason


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], "skipped"),
        ([("fail", "not_observed"), ("warn", "met")], "skipped"),
        ([("warn", "broken"), ("context", "broken")], "skipped"),
        ([("fail", "met"), ("warn", "broken")], "passed"),
        ([("fail", "met"), ("fail", "not_observed")], "passed"),
        ([("fail", "met"), ("fail", "broken")], "failed"),
    ],
)
def test_outcome(said, expected):
    found = [Finding("H01", Verdict(verdict), level=level) for level, verdict in said]
    assert outcome(found) == expected
