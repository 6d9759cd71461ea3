"""H11 A qualification that is confirmed after an outage is the one to claim with (``004:L101``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, no_bill
from onshi.judge.findings import Half
from onshi.judge.look import handling
from onshi.judge.normal_claim import normal_claim
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

NUMBERS = Half("H11", "fail", "あとから確認できた資格の番号で請求し、不詳のままにしない")
RECORD = Half("H11", "warn", "あとから確認したことを根拠として残す")
_SHOWN = frozenset({"online", "hokensho", "kakuninsho", "oshirase", "portal"})


@story_rule("H11")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield NUMBERS.unseen(no_bill(story))
    for bill in found:
        late = bill.late()
        if not late:
            yield NUMBERS.unseen("照会できなかった受診の資格を、あとから確認していない")
            continue
        yield normal_claim(NUMBERS, bill, late)
        yield _recorded(bill)


def _recorded(bill: Bill) -> Finding:
    """Whether what the confirmation rests on was kept, in its own chapter or with the claim."""
    basis = bill.late()[-1]
    cases = (bill.story.chapters[basis.at].case, bill.case)
    kept = [k for case in cases if (k := handling(case).evidence) is not None]
    if not kept:
        return RECORD.unseen("handling.evidence が報告されていない")
    if _SHOWN & {one for evidence in kept for one in evidence}:
        return RECORD.met(f"{basis}を残した")
    if any(kept):
        return RECORD.unseen("残した根拠が、あとからの確認のものかどうか分からない")
    return RECORD.broken(f"{basis}が残っていない", "handling.evidence=（なし）")
