"""H18 不詳 is the last resort, with 申立書 and after contact (``004:L107``, ``004:L131``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.claims.kinds import declared
from onshi.judge.case import Case, Finding
from onshi.judge.claiming import Bill, bills, disaster, no_bill
from onshi.judge.findings import Half
from onshi.judge.japanese_days import day_in
from onshi.judge.look import documents_chosen, handling, operator_answers
from onshi.judge.normal_claim import show_numbers
from onshi.judge.receipts import is_unknown
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

DECLARED = Half("H18", "warn", "不詳は、被保険者資格申立書のある患者に限る")
CONTACT = Half("H18", "warn", "不詳にする前に、受診のあとで患者へ連絡する")
KNOWN = Half("H18", "warn", "資格か過去の資格が分かっていれば、不詳にしない")
_DECLARATION = "被保険者資格申立書"
_AS_DECLARED = frozenset({"moushitatesho", "past_visit"})


@story_rule("H18")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield DECLARED.unseen(no_bill(story))
    for bill in found:
        if not is_unknown(bill.receipt):
            yield DECLARED.unseen("不詳の請求ではない")
        elif disaster(story):
            yield DECLARED.unseen("災害のときの請求である")
        else:
            yield from (_declared(bill), _contacted(bill), _known(bill))


def _declared(bill: Bill) -> Finding:
    """A declaration on paper, or deemed by what a known patient said (H07)."""
    cases = [c.case for _, c in bill.since_then()]
    if any(_has_declared(case) for case in cases):
        return DECLARED.met("申立書がある")
    kept = [e for case in cases if (e := handling(case).evidence) is not None]
    if not kept:
        return DECLARED.unseen("handling.evidence が報告されていない")
    return DECLARED.broken(
        "申立書のない患者を不詳で請求した",
        "handling.evidence=" + ("、".join(k for e in kept for k in e) or "（なし）"),
    )


def _has_declared(case: Case) -> bool:
    chosen, kept = documents_chosen(case), set(handling(case).evidence or ())
    on_paper = _DECLARATION in (*chosen, *case.visit.brings)
    return on_paper or "past_visit" in operator_answers(case) or bool(kept & _AS_DECLARED)


def _contacted(bill: Bill) -> Finding:
    """The day of contact lies between the visit and the claim; that it stands there is H22's."""
    text = declared(bill.receipt).contact_date
    day = day_in(text, bill.case.date)
    days = bill.days()
    if day is None or not days:
        return CONTACT.unseen("患者へ連絡した日が読み取れない")
    if min(days) <= day <= bill.case.date:
        return CONTACT.met(f"{day} に連絡した")
    return CONTACT.broken(
        "連絡した日が、受診から請求までの間にない",
        f"連絡 {day}、受診 {min(days)}、請求 {bill.case.date}",
    )


def _known(bill: Bill) -> Finding:
    if sure := bill.sure():
        return KNOWN.broken(
            f"{sure[-1]}で確認できているのに、不詳で請求した", show_numbers(sure[-1].numbers)
        )
    if lost := bill.lost():
        return KNOWN.broken(
            "喪失した資格が分かっているのに、不詳で請求した", show_numbers(lost[-1])
        )
    if bill.bases() or bill.past():
        return KNOWN.unseen("カルテの番号が過去の資格かどうか分からない")
    return KNOWN.met("現在の資格も過去の資格も分かっていない")
