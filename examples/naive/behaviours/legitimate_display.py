"""Legitimate products that show, report or ask otherwise than the reference does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jaconv
import reference_clinic
import translate
from clinic.acceptance import Acceptance
from clinic.answers import LOST
from clinic.case import Case
from clinic.chart import Page
from clinic.dialog import KEEP_CHART, SHARES, USE_ONLINE, chosen_share, share
from clinic.messages import Record
from clinic.reception import Reception

import onshi
from behaviours.registry import Behaviour, legitimate

NUMBERS = ("insurer_number", "symbol", "number", "branch")


def _shown(
    name: str, *, ja: str, en: str, fields: tuple[str, ...], write: Callable[[str], str]
) -> Behaviour:
    """A product that shows fields of the chart in its own way."""
    behaviour = legitimate(name, ja=ja, en=en)

    @behaviour.instead_of(translate, "_chart")
    def _written(usual: Callable[..., onshi.Chart | None], page: Page | None) -> onshi.Chart | None:
        chart = usual(page)
        for field in fields if chart is not None else ():
            if value := getattr(chart, field):
                setattr(chart, field, write(value))
        return chart

    return behaviour


wide_numbers = _shown(
    "wide_numbers",
    ja="記号・番号を全角で示す。",
    en="Shows the numbers in full width.",
    fields=NUMBERS,
    write=lambda text: jaconv.h2z(text, kana=False, ascii=True, digit=True),
)
insurer_with_zeros = _shown(
    "insurer_with_zeros",
    ja="保険者番号を0で8桁にそろえて示す。",
    en="Shows the 保険者番号 padded with zeros to eight digits.",
    fields=("insurer_number",),
    write=lambda text: text.strip().zfill(8),
)
insurer_with_blanks = _shown(
    "insurer_with_blanks",
    ja="保険者番号を空白で8桁にそろえて示す。",
    en="Shows the 保険者番号 padded with blanks to eight places.",
    fields=("insurer_number",),
    write=lambda text: text.strip().lstrip("0").rjust(8),
)
half_width_kana = _shown(
    "half_width_kana",
    ja="カナを半角で示す。",
    en="Shows kana in half width.",
    fields=("kana",),
    write=lambda text: jaconv.z2h(text, kana=True, ascii=False, digit=False),
)
sex_as_a_word = _shown(
    "sex_as_a_word",
    ja="性別を「男」「女」で示す。",
    en="Shows the sex as a word.",
    fields=("sex",),
    write=lambda text: {"1": "男", "2": "女"}.get(text, text),
)

name_with_half_space = _shown(
    "name_with_half_space",
    ja="姓と名のあいだを半角の空白で示す。",
    en="Shows family and given name with a space of half width between.",
    fields=("name", "kana"),
    write=lambda text: text.replace("　", " "),
)
dates_with_slashes = _shown(
    "dates_with_slashes",
    ja="日付を2025/04/01のように示す。",
    en="Shows dates as 2025/04/01.",
    fields=("valid_from", "valid_to"),
    write=lambda text: text.replace("-", "/"),
)
address_without_words = _shown(
    "address_without_words",
    ja="住所の丁目・番地を１－２－３のように示す。",
    en="Shows 丁目 and 番地 of an address as １－２－３.",
    fields=("address",),
    write=lambda text: re.sub(r"(?<=\d)(丁目|番地の?|番)(?=\d)", "－", text).rstrip("号"),
)

says_little = legitimate(
    "says_little",
    ja="アダプターが資格の状態と画面の文だけを報告する。",
    en="The adapter reports the status and the text on the screen, and nothing else.",
)


@says_little.instead_of(reference_clinic.Reference, "check_in")
def _little(
    usual: Callable[..., onshi.Handling], adapter: Any, visit: onshi.Visit
) -> onshi.Handling:
    handling = usual(adapter, visit)
    return onshi.Handling(status=handling.status, message=handling.message)


@says_little.instead_of(reference_clinic.Reference, "claim")
def _path_only(usual: Callable[..., onshi.Claim], adapter: Any, visit: onshi.Visit) -> Any:
    return usual(adapter, visit).path


says_nothing = legitimate(
    "says_nothing",
    ja="アダプターが何も報告しない。",
    en="The adapter reports nothing.",
)


@says_nothing.instead_of(reference_clinic.Reference, "check_in")
def _empty(
    usual: Callable[..., onshi.Handling], adapter: Any, visit: onshi.Visit
) -> onshi.Handling:
    usual(adapter, visit)
    return onshi.Handling()


@says_nothing.instead_of(reference_clinic.Reference, "claim")
def _no_claim(usual: Any, adapter: Any, visit: onshi.Visit) -> None:
    return None


asks_about_everything = legitimate(
    "asks_about_everything",
    ja="違いがなくても、照会の結果を使うかどうかを毎回尋ねる。",
    en="Asks each time whether the answer is to be used, also where nothing differs.",
)


@asks_about_everything.instead_of(Acceptance, "accept")
def _each_time(
    usual: Callable[..., bool], acceptance: Acceptance, case: Case, record: Record, notice: str
) -> bool:
    case.dialog.ask("照会の結果を確かめてください。", USE_ONLINE, KEEP_CHART)
    return usual(acceptance, case, record, notice)


keeps_and_warns = legitimate(
    "keeps_and_warns",
    ja="氏名や住所の違いは知らせるだけで、尋ねずにカルテのままにする。",
    en="Tells of another name or address, asks nothing, and leaves the chart as it is.",
)


def _only_warns(
    usual: Callable[..., None], acceptance: Acceptance, case: Case, record: Record
) -> None:
    before, case.dialog._ask = case.dialog._ask, lambda prompt, options: "cancel"
    asked = list(case.dialog.asked)
    try:
        usual(acceptance, case, record)
    finally:
        case.dialog._ask, case.dialog.asked = before, asked


keeps_and_warns.instead_of(Acceptance, "_accept_name")(_only_warns)
keeps_and_warns.instead_of(Acceptance, "_accept_address")(_only_warns)

operator_sets_the_share = legitimate(
    "operator_sets_the_share",
    ja="負担割合は、いつも操作者が選ぶ。",
    en="The operator always chooses the share.",
)


@operator_sets_the_share.instead_of(Acceptance, "_accept_share")
def _chosen(usual: Callable[..., None], acceptance: Acceptance, case: Case, record: Record) -> None:
    usual(acceptance, case, record)
    answer = case.dialog.ask("窓口の負担割合を選んでください", *(share(v) for v in SHARES))
    said = chosen_share(answer)
    case.share = case.share if said is None else said


marks_the_chart_as_lost = legitimate(
    "marks_the_chart_as_lost",
    ja="無効と回答された資格を、番号は残したまま、カルテに「資格喪失」と記す。",
    en="Marks the qualification in the chart as lost, and leaves its numbers.",
)


@marks_the_chart_as_lost.instead_of(Reception, "_settle")
def _marked(usual: Callable[..., None], desk: Reception, case: Case, *more: Any) -> None:
    usual(desk, case, *more)
    if case.status in LOST and case.page is not None:
        case.page = desk.charts.save(replace(case.page, status="資格喪失"))
