"""領収書, 処方箋, a notice. No ● gets onto paper: an unknown name stays a line to write on."""

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


def notice(status: str) -> str:
    """What a patient is told whose insurance was not found, to take along."""
    lost = "前の保険の資格は終わっていて、" if status in ("invalid", "invalid_new") else ""
    return (
        f"資格確認についてのお知らせ\n{lost}新しい資格の登録が済んでいないか、確認中のようです。\n"
        "加入先の保険者(お勤めの方は勤務先)に登録の状況を問い合わせてください。\n"
        "登録された資格は、ご自分の端末のマイナポータルで見られます。\n"
    )
