"""領収書 and 処方箋. No ● gets onto paper: an unknown name stays a line to write on."""

from __future__ import annotations

from datetime import date

from clinic.chart import Page
from clinic.fold import KUROMARU

FEE_YEN = 2_910
"""The example's only service: a first visit."""

_BLANK = "＿＿＿＿＿＿＿＿（手書き）"


def printable(name: str | None) -> str:
    """The name as it may be printed."""
    return name if name and KUROMARU not in name else _BLANK


def receipt(page: Page, day: date, share: int) -> str:
    """領収書."""
    paid = FEE_YEN * share // 100
    return (
        f"領収書\n{day:%Y年%m月%d日}\n{printable(page.name)} 様\n"
        f"診療費 {FEE_YEN:,}円 負担割合 {share}%\n領収額 {paid:,}円\n"
    )


def prescription(page: Page, day: date) -> str:
    """処方箋."""
    return (
        f"処方箋\n交付年月日 {day:%Y年%m月%d日}\n氏名 {printable(page.name)}\n"
        f"保険者番号 {page.insurer_number or ''}\n"
        f"記号・番号 {page.symbol or ''}・{page.number or ''} (枝番){page.branch or ''}\n"
    )
