"""H05 A document or portal screen confirmed it: the patient's own share (``004:L91``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import share_honoured
from onshi.judge.findings import Half
from onshi.judge.look import brought, documents_chosen, handling
from onshi.judge.rules import rule
from onshi.visit import RESPONSE_OF_DOCUMENT

SHARE = Half("H05", "fail", "操作者の選んだ負担割合で会計する")
EVIDENCE = Half("H05", "warn", "何で確認したかを残す")


@rule("H05")
def judge(case: Case) -> Iterator[Finding]:
    yield share_honoured(case, SHARE)
    confirmed = [d for d in documents_chosen(case) if d in brought(case)]
    recorded = handling(case).evidence
    if not confirmed:
        yield EVIDENCE.unseen("操作者が書類での確認を選んでいない")
    elif recorded is None:
        yield EVIDENCE.unseen("handling.evidence が報告されていない")
    elif any(RESPONSE_OF_DOCUMENT[d] in recorded for d in confirmed):
        yield EVIDENCE.met(f"{confirmed[0]}での確認を残した")
    else:
        yield EVIDENCE.broken(
            f"{confirmed[0]}で確認したことが残っていない",
            "handling.evidence=" + ("、".join(recorded) or "（なし）"),
        )
