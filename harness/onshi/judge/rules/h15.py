"""H15 Only a former qualification is known: its numbers, and 旧資格情報 (``004:L121``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, disaster, no_bill
from onshi.judge.findings import Half
from onshi.judge.look import unseen_questions
from onshi.judge.normal_claim import show_numbers
from onshi.judge.receipts import has_code, is_old, is_unknown, nines, numbers
from onshi.judge.rules import story_rule
from onshi.judge.story import Story
from onshi.visit import DOCUMENTS

FORMER = Half(
    "H15", "fail", "請求するなら、喪失した資格の番号に「旧資格情報」と書き、不詳の番号にしない"
)
CODE = Half("H15", "warn", "旧資格情報である旨はコメントコード820000245で書く")
_CODE = "820000245"
_CERTIFICATES = frozenset(DOCUMENTS) - {"医療証"}


@story_rule("H15")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield FORMER.unseen(no_bill(story))
    for bill in found:
        why = _no_case(bill)
        if why:
            yield FORMER.unseen(why)
            continue
        yield _claimed(bill)
        if is_old(bill.receipt):
            yield _coded(bill)


def _no_case(bill: Bill) -> str:
    """Why it is no case of a former qualification; "" if it is one."""
    if not bill.lost():
        return "喪失した資格を示す回答を送った受診の請求がない"
    if bill.sure():
        return "現在の資格が確認されている（H11・H13・H14）"
    if disaster(bill.story):
        return "災害のときの請求である"
    return "" if _insured(bill) else "有効な証が交付されているとは言えない患者である"


def _insured(bill: Bill) -> bool:
    """Whether a valid certificate exists: it is brought, declared or said, or really is so."""
    for _, chapter in bill.since_then():
        visit, scene = chapter.case.visit, chapter.case.scene
        declared = any(answer == "document:被保険者資格申立書" for _, _, answer in visit.asked)
        if declared or _CERTIFICATES & set(visit.brings) or visit.says.get("certificate"):
            return True
        for day in bill.days():
            true = scene.truth_on(day)
            if true.holds_from <= day and (true.holds_to is None or day <= true.holds_to):
                return True
    return False


def _claimed(bill: Bill) -> Finding:
    receipt, former = bill.receipt, [*bill.lost(), *bill.past()]
    seen = f"請求 {numbers(receipt)}、喪失した資格 {show_numbers(bill.lost()[-1])}"
    if is_unknown(receipt) or nines(receipt):
        return FORMER.broken("喪失した資格が分かっているのに、不詳で請求した", seen)
    if bill.carries(former) and is_old(receipt):
        return FORMER.met(f"旧資格情報として、{numbers(receipt)} で請求した")
    if bill.carries(bill.lost()):
        if _perhaps_confirmed(bill):
            return FORMER.unseen("操作者が現在の資格とみなしたかどうか分からない")
        return FORMER.broken("喪失した資格の番号なのに「旧資格情報」の記載がない", seen)
    if bill.carries([*former, *(b.numbers for b in bill.bases()), *bill.true()]):
        return FORMER.unseen("喪失した資格でない番号で請求した")
    return FORMER.broken("どの資格のものでもない番号で請求した", seen)


def _perhaps_confirmed(bill: Bill) -> bool:
    """Whether something may have confirmed the numbers. To keep the chart does not: it is the
    qualification that was just shown as lost."""
    hidden = any(unseen_questions(c.case) for _, c in bill.since_then())
    return hidden or any(b.how != "past_visit" for b in bill.bases())


def _coded(bill: Bill) -> Finding:
    if has_code(bill.receipt, _CODE):
        return CODE.met(f"コメントコード {_CODE} がある")
    return CODE.broken("「旧資格情報」を自由な文で書いた（コードの義務は推定である）")
