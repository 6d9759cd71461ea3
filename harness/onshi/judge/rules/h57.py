"""H57 An expired certificate is not an expired insurance (``003:L634``).

A certificate confirms a qualification until the end of the third month after its expiry (facts:
card page, section 6). A phone has no such time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import STATUS_WORDS, never_invalid
from onshi.judge.findings import Half
from onshi.judge.look import end_of_grace, handling, last_result, said
from onshi.judge.rules import rule

STORED = Half("H57", "fail", "証明書の期限切れを、保険の無効にしない")
TOLD = Half("H57", "warn", "切れたのは証明書で、保険ではないと知らせる")
GRACE = Half("H57", "warn", "期限切れから3か月後の月末までは資格の確認に使える")
_ABOUT_CARD = re.compile(r"証明書|カードの(有効)?期限|マイナンバーカードの更新")


@rule("H57")
def judge(case: Case) -> Iterator[Finding]:
    yield from never_invalid(case, STORED)
    until = case.scene.card.cert_until
    if until >= case.date:
        yield TOLD.unseen("カードの証明書は期限内である")
        return
    yield _told(case)
    if case.date <= end_of_grace(until) and "phone" not in case.visit.brings:
        yield _usable(case)


def _told(case: Case) -> Finding:
    """Only a product that reads the card itself can know: on other surfaces nothing arrives."""
    text = said(case)
    if "pcsc" not in case.surfaces:
        return TOLD.unseen("証明書の期限は顔認証付きカードリーダーの画面にだけ出る")
    if text is None:
        return TOLD.unseen("handling.message も handling.warned も報告されていない")
    if _ABOUT_CARD.search(text):
        return TOLD.met("証明書のことだと知らせた")
    if handling(case).status == "valid":
        return TOLD.unseen("資格を確認できている")
    return TOLD.broken("証明書の期限切れだと知らされなかった", text)


def _usable(case: Case) -> Finding:
    answer, status = last_result(case), handling(case).status
    if answer is None or answer.validity != "1" or status is None:
        return GRACE.unseen("猶予期間内の有効の回答が送られていない")
    if status == "device_unusable":
        return GRACE.broken("有効の回答が来ているのに使えないとした", f"「{STATUS_WORDS[status]}」")
    return GRACE.met(f"「{STATUS_WORDS[status]}」と示した")
