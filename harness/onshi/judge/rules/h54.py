"""H54 10割 first, confirmed later: refunded, and one claim only (``000:L126``)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from onshi.claims.records import Receipt
from onshi.judge.bases import confirmed
from onshi.judge.case import Case, Finding
from onshi.judge.claiming import Bill, bills, no_bill, settled, told
from onshi.judge.findings import Half
from onshi.judge.look import copay_chosen, handling
from onshi.judge.receipts import carries, numbers
from onshi.judge.rules import story_rule
from onshi.judge.story import Story
from onshi.visit import Chart

ONE = Half("H54", "fail", "同じ患者の同じ診療に、食い違う二つの請求を出さない")
REFUND = Half("H54", "warn", "10割のあとで資格を確認したら、返金するか保留にする")
_ALL = 100


@story_rule("H54")
def judge(story: Story) -> Iterator[Finding]:
    yield _one(story)
    yield _refunded(story)


def _one(story: Story) -> Finding:
    found = bills(story)
    if not found:
        return ONE.unseen(no_bill(story))
    for first, second in combinations(found, 2):
        if _clash(first, second):
            return ONE.broken(
                f"{first.receipt.month:%Y年%m月}分を、食い違う二つの資格で請求した",
                f"{numbers(first.receipt)} と {numbers(second.receipt)}",
            )
    if len(found) == 1 and not _full_charges(story) and not _confirmed_later(found[0]):
        return ONE.unseen("10割や保留のあとの請求でも、二つの請求でもない")
    return ONE.met(f"食い違う請求はない（{len(found)}件）")


def _clash(first: Bill, second: Bill) -> bool:
    """Two bills for the same treatment under different insurers, with nothing that explains it.

    A re-claim (検索番号), a claim after the first came back, and one that the operator was told
    is the second replace the first one. An insurer may also change within a month.
    """
    a, b = first.receipt, second.receipt
    if first.case.visit.patient.key != second.case.visit.patient.key:
        return False
    if a.month != b.month or b.search_no or _same_insurer(a, b):
        return False
    if second.at > first.at:
        answer = settled(first)
        back = answer is not None and answer[1].outcome == "returned"
        if back or told(second.case, "請求"):
            return False
    if a.days and b.days:
        return bool(set(a.days) & set(b.days))
    return len(set(first.days())) == 1


def _same_insurer(a: Receipt, b: Receipt) -> bool:
    return carries(a, Chart(insurer_number=b.insurer_number))


def _confirmed_later(bill: Bill) -> bool:
    """Whether a visit was open at first, and its qualification confirmed later."""
    first = min(bill.unresolved(), default=bill.at)
    return any(b.at > first for b in bill.sure())


def _full_charges(story: Story) -> list[int]:
    """The visits in which everything was charged."""
    return [
        i
        for i, chapter in enumerate(story.chapters)
        if chapter.purpose == "visit"
        and _ALL in (handling(chapter.case).copay_percent, copay_chosen(chapter.case))
    ]


def _refunded(story: Story) -> Finding:
    """Refund or hold may be seen at any time from the confirmation on."""
    for charged in _full_charges(story):
        key = story.chapters[charged].case.visit.patient.key
        later = [
            (i, c.case)
            for i, c in enumerate(story.chapters)
            if i > charged and c.case.visit.patient.key == key
        ]
        sure = [b for i, case in later for b in confirmed(case, i) if b.sure]
        if sure:
            return _paid_back([case for i, case in later if i >= sure[0].at], str(sure[0]))
    return REFUND.unseen("10割のあとで資格を確認した話ではない")


def _paid_back(cases: list[Case], basis: str) -> Finding:
    refunds = [r for case in cases if (r := handling(case).refund) is not None]
    if any(r > 0 for r in refunds):
        return REFUND.met(f"{basis}のあとで {max(refunds)} 円を返金した")
    if any(handling(case).held for case in cases):
        return REFUND.met("請求は保留された")
    if not refunds:
        return REFUND.unseen("handling.refund が報告されていない")
    return REFUND.broken(f"{basis}で確認したのに返金しない", f"handling.refund={max(refunds)}")
