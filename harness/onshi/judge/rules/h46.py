"""H46 Reading a card is not checking in: who was read only is told of (``003:L491``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import fold_kana
from onshi.judge.findings import Half
from onshi.judge.look import handling
from onshi.judge.rules import rule
from onshi.people.records import Patient

TOLD = Half("H46", "warn", "読み取られたのに受付されていない患者がいることを知らせる")


@rule("H46")
def judge(case: Case) -> Iterator[Finding]:
    keys = {e.get("patient") for e in case.events if e["event"] == "not_called"}
    waiting = [p for p in case.scene.others if p.key in keys]
    if not waiting:
        yield TOLD.unseen("受付されていない患者の読み取りはなかった")
        return
    h = handling(case)
    asked = [prompt for prompt, _, _ in case.visit.asked]
    said = fold_kana("".join([h.message or "", *(h.warned or ()), *asked]))
    if any(_named(p, said) for p in waiting):
        yield TOLD.met("受付されていない患者の名前を示した")
    elif h.warned is None or h.message is None:
        yield TOLD.unseen("handling.message と handling.warned の両方は報告されていない")
    else:
        yield TOLD.broken(
            "読み取りだけで待っている患者のことを知らせなかった",
            "、".join(p.name for p in waiting),
        )


def _named(patient: Patient, said: str) -> bool:
    """Whether a text has the person's name or kana, whatever stands between their parts."""
    return any(fold_kana(name) in said for name in (patient.name, patient.kana))
