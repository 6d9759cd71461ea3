"""Courses with claims, from the bytes that a product would hand in: レセプト電算 files of 医科."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from judge_cases import case, chart, coverage, did, person, trouble, visit

from onshi.claims.read import BadClaimError, read_uke
from onshi.claims.records import Outcome, Settled, Uke
from onshi.judge.case import Finding, Verdict
from onshi.judge.findings import Half
from onshi.judge.rules import story_rules
from onshi.judge.story import Chapter, Story
from onshi.people.records import Coverage, Patient
from onshi.seams import Answer
from onshi.visit import Chart, Handling

FIRST, SECOND = date(2025, 10, 20), date(2025, 10, 27)
CLAIM, BACK = date(2025, 11, 10), date(2025, 12, 5)
AGAIN = date(2025, 12, 10)

OLD_NUMBERS = {"insurer_number": "06999014", "symbol": "１２", "number": "3456"}
"""Those of judge_cases.chart(): what the clinic has of the patient."""
NEW_NUMBERS = {"insurer_number": "06888012", "symbol": "８８", "number": "7700"}
SEVENS = ("77777777", "", "777777777")
NINES = ("99999999", "", "999999999")
OLD_MARK = "CO,01,1,820000245,"
UNKNOWN_MARK = "CO,01,1,820000246,"
PHONE = "０３－０００１－０００２"


def note(code: int, text: str) -> str:
    return f"CO,01,1,{code},{text}"


DECLARED = (
    note(830000501, "タカハシ　ショウイチ"),
    note(830000502, "被用者保険"),
    note(830000505, "東京都架空区霞１丁目２番３号"),
    note(830000507, PHONE),
    note(830000508, "令和７年１１月５日"),
)
UNKNOWN = (UNKNOWN_MARK, *DECLARED)


def receipt(
    numbers: tuple[str, str, str] = ("06999014", "１２", "３４５６"),
    *comments: str,
    kind: str = "1112",
    month: str = "202510",
    patient: Patient | None = None,
    days: Iterable[int] | None = (20,),
    search: str = "",
    chart_no: str = "C-p0",
    after: Sequence[str] = (),
    public: Sequence[str] = (),
) -> list[str]:
    """The lines of one レセプト; ``comments`` head its 摘要, ``after`` come behind it."""
    who = patient or person()
    re = ["RE", "1", kind, month, who.name, who.sex, f"{who.birthdate:%Y%m%d}", *[""] * 31]
    re[13], re[18], re[36] = chart_no, search, who.family_kana + who.given_kana
    lines = [",".join(re)]
    if any(numbers):
        lines.append(f"HO,{','.join(numbers)},1,291,,,,,,,,,")
    lines += public
    if days is not None:
        marks = ["1" if day in days else "" for day in range(1, 32)]
        lines.append("JD,1," + ",".join(marks) + ",")
    lines += [f"SY,0000999,{month}01,1,,検証用傷病名,01,", *comments]
    return [*lines, "SI,11,1,111000110,,291,1" + "," * 37, *after]


def file(*receipts: list[str], month: str = "202511") -> bytes:
    """A file of these レセプト, numbered."""
    lines = [f"IR,1,13,1,9999999,,検証用クリニック,{month},00,03-0000-0000"]
    for no, one in enumerate(receipts, start=1):
        lines += [one[0].replace("RE,1,", f"RE,{no},", 1), *one[1:]]
    lines.append(f"GO,{len(receipts)},{291 * len(receipts)},99")
    return "\r\n".join(lines).encode("cp932") + b"\r\n\x1a"


# --------------------------------------------------------------------------- chapters
def qualified(**over: Any) -> Coverage:
    """The patient's coverage, with other numbers or dates."""
    return coverage(person(), **over)


def came(
    handling: Handling | None = None,
    *answers: Answer,
    on: date = FIRST,
    answered: str = "",
    options: tuple[str, ...] = (),
    truth: Coverage | None = None,
    faults: tuple[str, ...] = (),
    **over: Any,
) -> Chapter:
    """The patient comes; ``answered`` is what the operator answered to one question."""
    asked = [("どうしますか", options or (answered,), answered)] if answered else []
    at_desk = visit(asked=asked, **{"date": on, **over})
    made = case(handling or did(), *answers, visit_=at_desk, faults=faults)
    scene = replace(made.scene, truth=truth or qualified())
    return Chapter("visit", replace(made, scene=scene))


def claimed(
    *receipts: list[str],
    handling: Handling | None = None,
    answers: tuple[Answer, ...] = (),
    on: date = CLAIM,
    raw: bytes | None = None,
    **over: Any,
) -> Chapter:
    """The claim is due; without receipts and ``raw`` nothing was handed in."""
    before = came(handling, *answers, on=on, **{"brings": (), **over}).case
    before.visit.purpose = "claim"
    data = raw if raw is not None else (file(*receipts) if receipts else None)
    uke: Uke | None = None
    problem = ""
    if data is not None:
        try:
            uke = read_uke(data)
        except BadClaimError as e:
            problem = str(e)
    return Chapter("claim", before, raw=data, uke=uke, problem=problem)


def came_back(
    claim: Chapter, outcome: Outcome = "returned", handling: Handling | None = None, **more: Any
) -> Chapter:
    """The answer to a claim: every レセプト of it has this outcome."""
    before = came(handling, on=BACK, brings=()).case
    before.visit.purpose = "returns"
    settled = tuple(Settled(r, outcome, **more) for r in claim.receipts)
    return Chapter("returns", before, settled=settled)


def told(*chapters: Chapter, rules: tuple[str, ...] = ()) -> Story:
    """A course of these chapters, of a trouble with these rules."""
    return Story(trouble(*rules), chapters, {})


def stored(**over: Any) -> Chart:
    return chart(**over)


# --------------------------------------------------------------------------- verdicts
def said(story: Story, half: Half) -> list[Finding]:
    """What the rule says of the story about this half."""
    return [f for f in story_rules()[half.rule](story) if f.expected == half.expected]


def verdict(story: Story, half: Half) -> Verdict:
    """The worst verdict on one half; not observed when the rule does not speak of it."""
    found = {f.verdict for f in said(story, half)}
    for worst in (Verdict.BROKEN, Verdict.MET):
        if worst in found:
            return worst
    return Verdict.NOT_OBSERVED


def broken(story: Story, *ids: str) -> set[tuple[str, str]]:
    """Rule and level of everything that the claim rules (or those named) call broken."""
    functions = story_rules()
    return {
        (f.rule, f.level)
        for id in ids or functions
        for f in functions[id](story)
        if f.verdict is Verdict.BROKEN
    }
