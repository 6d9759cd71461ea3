"""H03 The portal shows what the system knows, no more (``004:L75``, ``004:L91``): context."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import documents_chosen, handling, last_result, offered
from onshi.judge.rules import rule

PORTAL = Half("H03", "context", "マイナポータルの画面が示されたら、それを記録できる")
_PORTAL = "マイナポータル"


@rule("H03")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    if answer is None or answer.validity not in ("2", "3", "4"):
        yield PORTAL.unseen("無効・情報なしの回答は送られていない")
    elif "portal" in (handling(case).evidence or ()) or _PORTAL in documents_chosen(case):
        yield PORTAL.noted("照会では確認できず、マイナポータルの画面を根拠とした")
    elif "portal" in (offered(case) or ()):
        yield PORTAL.noted("照会では確認できず、マイナポータルの画面での確認も案内した")
    else:
        yield PORTAL.noted("照会では確認できなかった。マイナポータルでも同じ状態のことがある")
