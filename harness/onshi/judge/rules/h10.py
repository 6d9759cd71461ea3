"""H10 A fault of device, card or line is not 資格（無効） (``004:L87``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding, Verdict
from onshi.judge.common import STATUS_WORDS, never_invalid
from onshi.judge.findings import Half
from onshi.judge.look import fault_families, faults_struck, handling
from onshi.judge.rules import rule

INVALID = Half("H10", "fail", "機器・カード・回線の不良を、資格の無効や情報なしにしない")
CLASS = Half("H10", "warn", "システムに届くか届かないかを分けて示す")


@rule("H10")
def judge(case: Case) -> Iterator[Finding]:
    struck = faults_struck(case)
    for finding in never_invalid(case, INVALID):
        if struck or finding.verdict is Verdict.BROKEN:
            yield finding
        else:
            yield INVALID.unseen("障害が起きる前に受付が終わった")
    yield _classified(case)


def _classified(case: Case) -> Finding:
    """On folder and face surfaces silence does not tell: only pcsc and webapi are judged."""
    status, families = handling(case).status, fault_families(case)
    if status not in ("device_unusable", "system_unreachable"):
        return CLASS.unseen("どちらの不良とも示されていない")
    if not case.surfaces <= {"pcsc", "webapi"}:
        return CLASS.unseen("連携フォルダでは、届くかどうかを区別できない")
    if families & {"card", "reader"} and not families & {"wire", "inquiry", "file"}:
        right = "device_unusable"
    elif families == {"wire"}:
        right = "system_unreachable"
    else:
        return CLASS.unseen("この障害では、どちらが正しいとも言えない")
    if status == right:
        return CLASS.met(f"「{STATUS_WORDS[status]}」と示した")
    return CLASS.broken(
        f"「{STATUS_WORDS[right]}」状況を「{STATUS_WORDS[status]}」と示した",
        f"handling.status={status}",
    )
