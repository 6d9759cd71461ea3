"""H35 薬剤情報 is the clinic's to protect once it was imported (``004:L241``): context.

The exchange folder is all that is seen of the 資格確認端末's disk.
"""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.rules import rule

DRUGS = Half("H35", "context", "薬剤情報を資格確認端末に残さない")
_MEDICINES = "YZK"


@rule("H35")
def judge(case: Case) -> Iterator[Finding]:
    if case.left is None:
        yield DRUGS.unseen("連携フォルダの中が見えない")
        return
    files = [name for name in case.left if name.partition("/")[2].upper().startswith(_MEDICINES)]
    if files:
        yield DRUGS.noted("薬剤情報のファイルが残っていた: " + "、".join(files[:5]))
    else:
        yield DRUGS.noted(
            f"連携フォルダに残った {len(case.left)} 個のうち、薬剤情報のファイルはない"
        )
