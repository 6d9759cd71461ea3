"""H44 PINs: no automatic retry, a warning before the last try (``003:L487``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import plain
from onshi.judge.findings import Half
from onshi.judge.look import one_try_left, pin_was_near, said
from onshi.judge.rules import rule

RETRY = Half("H44", "fail", "暗証番号を自動で送り直さない")
WARN = Half("H44", "warn", "残り1回になったら知らせる")
_ABOUT_TRIES = re.compile(r"残り|あと1|あと一|1回|一回|ロック|閉塞")


@rule("H44")
def judge(case: Case) -> Iterator[Finding]:
    if "pcsc" not in case.surfaces:
        yield RETRY.unseen("暗証番号は顔認証付きカードリーダーの中で扱われる")
        return
    sent, entered = case.verifies, case.visit.pins_entered
    seen = f"入力 {entered} 回、カードへの送信 {sent} 回"
    if sent > entered:
        yield RETRY.broken("入力された回数より多く、暗証番号がカードに送られた", seen)
    elif sent or pin_was_near(case):
        yield RETRY.met(seen)
    else:
        yield RETRY.unseen("暗証番号が使われなかった")
    yield _warned(case)


def _warned(case: Case) -> Finding:
    text = said(case)
    if not one_try_left(case):
        return WARN.unseen("残り1回という状態にならなかった")
    if text is None:
        return WARN.unseen("handling.message も handling.warned も報告されていない")
    if _ABOUT_TRIES.search(plain(text)):
        return WARN.met("残りの回数を知らせた")
    return WARN.broken("残り1回であることが知らされなかった", text)
