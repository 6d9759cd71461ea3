"""What a normal claim has to be, once the qualification is confirmed: H11, H13 and H14."""

from __future__ import annotations

from collections.abc import Sequence

from onshi.judge.bases import Basis
from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, disaster
from onshi.judge.common import show
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown, nines, numbers, remarked
from onshi.visit import Chart

__all__ = ["normal_claim", "show_numbers"]


def normal_claim(half: Half, bill: Bill, bases: Sequence[Basis], *, since: int = 1) -> Finding:
    """Whether a bill has the numbers that were confirmed, and no mark of an unconfirmed one.

    Also right are the numbers that are really the patient's, and those of every confirmation
    that is only possible. A mark is no break where an answer had put the confirmation in doubt:
    in a chapter ``since`` or more after it.
    """
    receipt, basis = bill.receipt, bases[-1]
    if is_unknown(receipt) or nines(receipt):
        if nines(receipt) and disaster(bill.story):
            return half.unseen("災害のときの番号で請求した")
        return half.broken(f"{basis}で確認できているのに、不詳で請求した", numbers(receipt))
    if not bill.carries([*(b.numbers for b in bill.bases()), *bill.true()]):
        return half.broken(
            f"{basis}で確認した番号と違う番号で請求した",
            f"請求 {numbers(receipt)}、確認 {show_numbers(basis.numbers)}",
        )
    mark = remarked(receipt)
    if not mark:
        return half.met(f"{basis}の番号で請求した")
    if any(bill.doubted(b.at + since) for b in bases):
        return half.unseen("確認のあとで資格（無効）か該当なしの回答が来ている")
    return half.broken(f"{basis}で確認できているのに「{mark}」と書いた", mark)


def show_numbers(chart: Chart | None) -> str:
    """保険者番号・記号・番号 for a person."""
    if chart is None:
        return "（番号は見えない）"
    parts = (chart.insurer_number, chart.symbol, chart.number)
    return "・".join(show(p) for p in parts if p) or show(None)
