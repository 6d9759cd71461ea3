"""H04 An inquiry by numbers does not lead to the successor (``004:L77``): context."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import asked_by, last_result
from onshi.judge.rules import rule

SUCCESSOR = Half("H04", "context", "番号での照会に、後継の資格は返らない")
_BY_NUMBERS = "2"


@rule("H04")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    if answer is None or answer.validity not in ("2", "3"):
        yield SUCCESSOR.unseen("失われた資格を返す回答は送られていない")
        return
    ways = asked_by(case)
    new = "新しい資格を知らせる" if answer.validity == "3" else "新しい資格のない"
    if _BY_NUMBERS in ways:
        yield SUCCESSOR.noted(f"番号での照会に、{new}無効の回答を送った")
    elif ways:
        yield SUCCESSOR.noted(f"カードによる照会に、{new}無効の回答を送った")
    else:
        yield SUCCESSOR.unseen("何で照会したかが見えない")
