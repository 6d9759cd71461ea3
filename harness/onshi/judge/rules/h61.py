"""H61 Disaster: received without a certificate, 不詳 may be claimed (``001:L283``).

What is claimed then is in the notices of each disaster: nines, in the one that is public (facts:
claims page, section 3.1). So this only warns.
"""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, disaster, no_bill
from onshi.judge.common import full_charge
from onshi.judge.compare import plain
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown, nines, numbers, sevens
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

RECEIVED = Half("H61", "warn", "災害で証のない患者を、10割にせずに受け付ける")
CLAIM = Half("H61", "warn", "災害のときの不詳は、番号を9か7のどちらかにそろえて請求する")


@story_rule("H61")
def judge(story: Story) -> Iterator[Finding]:
    if not disaster(story):
        yield RECEIVED.unseen("災害の話ではない")
        return
    for case in story.visits:
        if case.visit.brings:
            yield RECEIVED.unseen("患者は書類かカードを持って来た")
        else:
            yield full_charge(case, RECEIVED)
    found = bills(story)
    if not found:
        yield CLAIM.unseen(no_bill(story))
    for bill in found:
        yield _claimed(bill)


def _claimed(bill: Bill) -> Finding:
    receipt = bill.receipt
    if not (is_unknown(receipt) or nines(receipt)):
        return CLAIM.met(f"不詳にせず、{numbers(receipt)} で請求した")
    if sevens(receipt):  # 77777779 has a 9 in it
        fits = set(plain(receipt.number)) == {"7"}
    else:
        fits = set(plain(receipt.insurer_number)) == {"9"} == set(plain(receipt.number))
    if fits:
        return CLAIM.met(f"{numbers(receipt)} で請求した（公表された災害の通知では9を並べる）")
    return CLAIM.broken("災害のときの不詳の番号が、9にも7にもそろっていない", numbers(receipt))
