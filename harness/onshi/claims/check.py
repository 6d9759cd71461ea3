"""Remarks about one file: what a 審査支払機関 or its online checks would object to.

Public programs that read such files check their structure only, so all of this is our own (facts:
claims page, sections 1, 2, 5 and 6). What the file says of the qualification as 旧資格情報 or 不詳
is :mod:`.kinds`; here is what holds for every レセプト.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.claims.items import item_remarks
from onshi.claims.kinds import UNKNOWN_INSURERS, describe
from onshi.claims.layout import ABSTRACT, Layout, layout_of
from onshi.claims.lines import odd_shape, shown
from onshi.claims.records import Receipt, Uke
from onshi.claims.remarks import Level, Remark, at
from onshi.people.numbers import bare, check_digit_ok, luhn, plan_of

__all__ = ["check"]

_LONGEST_RUN = 98
_PREFECTURES = frozenset(f"{i:02d}" for i in range(1, 48))
_KATAKANA = re.compile("[ァ-ヶー・]+")
_ORDER = ("RE", "HO", "KO", "SN")
_SEVENS_OR_NINES = (*UNKNOWN_INSURERS, "99999999")


def check(uke: Uke, data: bytes | None = None) -> tuple[Remark, ...]:
    """All there is to say about a file, in the order of its lines; about bytes with ``data``."""
    layout = layout_of(uke.department)
    odd = odd_shape(data) if data is not None else ()
    found = [Remark("bytes", "certain", o.line, "", 0, "", o.text) for o in odd]
    found += _head(uke, layout)
    for record in uke.records:
        found += item_remarks(layout, record)
    for receipt in uke.receipts:
        found += _structure(receipt, layout)
        found += _plan(receipt, uke, layout)
        found += _insurer(receipt, uke, layout)
        found += _days(receipt, layout)
        found += _person(receipt, layout)
        found += _confirmations(receipt, layout)
    found += _numbering(uke, layout)
    found += _totals(uke, layout)
    return tuple(sorted(found, key=lambda r: (r.line, r.item, r.code)))


def _head(uke: Uke, layout: Layout) -> Iterator[Remark]:
    head = uke.records[0]
    if uke.payer not in ("1", "2"):
        text = f"「{shown(uke.payer)}」: 1（支払基金）か 2（国保連）です"
        yield at(layout, head, "審査支払機関", "head", text)
    if uke.prefecture not in _PREFECTURES:
        yield at(layout, head, "都道府県", "head", f"「{shown(uke.prefecture)}」: 01 から 47 です")
    own = "1" if uke.department == "医科" else "3"
    if uke.table != own:
        text = (
            f"「{shown(uke.table)}」: {uke.department}は {own} です。1つのファイルに1つの点数表です"
        )
        yield at(layout, head, "点数表", "table_of_points", text)
    whole = uke.prefecture + uke.table + uke.institution
    if len(whole) == 10 and whole.isascii() and whole.isdigit() and luhn(whole[:-1]) != whole[-1]:
        text = f"「{uke.institution}」: 検証番号は {luhn(whole[:-1])} のはずです"
        yield at(layout, head, "医療機関コード", "institution", text, "inferred")
    if not uke.receipts:
        yield at(layout, head, "", "no_receipt", "レセプトが1件もありません")


def _structure(receipt: Receipt, layout: Layout) -> Iterator[Remark]:
    """Which records a レセプト has, and in which order."""
    ids = [r.id for r in receipt.records]
    head = receipt.records[0]
    for record in receipt.records:
        if record.id == "HR":
            yield at(layout, record, "", "return_record", "再請求では HR を除きます")
    order = [i for i in ids if i in _ORDER]
    if order != sorted(order, key=_ORDER.index):
        text = f"{'・'.join(dict.fromkeys(order))} の順です。RE・HO・KO・SN の順に記録します"
        yield at(layout, head, "", "order", text)
    for id_, most in (("HO", 1), ("KO", 4)):
        if ids.count(id_) > most:
            text = f"{id_} が {ids.count(id_)} 件あります。{most} 件までです"
            yield at(layout, head, "", "too_many", text)
    disease = "SY" if layout.department == "医科" else "HS"
    if disease not in ids:
        yield at(layout, head, "", "no_disease", f"傷病名（{disease}）がありません")
    service = [i for i in ABSTRACT[layout.department] if i != "CO"]
    if not set(service) & set(ids):
        yield at(layout, head, "", "no_service", f"{'・'.join(service)} のどれもありません")
    for name in ("氏名", "男女区分", "生年月日"):
        if not head.field(layout.index("RE", name)).strip():
            yield at(layout, head, name, "required", "記録がありません")
    yield from _runs(receipt, layout)


def _runs(receipt: Receipt, layout: Layout) -> Iterator[Remark]:
    """At most 98 records in a row leave 診療識別 out."""
    run = 0
    for record in (r for r in receipt.records if r.id in ABSTRACT[layout.department]):
        run = 0 if record.field(1).strip() else run + 1
        if run == _LONGEST_RUN + 1:
            text = f"診療識別の省略が {_LONGEST_RUN} 件を超えて続きます"
            yield Remark("section", "certain", record.number, record.id, 2, "診療識別", text)


def _plan(receipt: Receipt, uke: Uke, layout: Layout) -> Iterator[Remark]:
    """種別 against HO and KO, 後期 and 点数表."""
    head, kind = receipt.records[0], receipt.kind

    def wrong(text: str) -> Remark:
        return at(layout, head, "レセプト種別", "kind", f"「{shown(kind)}」: {text}")

    digits = kind.isascii() and kind.isdigit() and len(kind) == 4
    if not digits or kind[1] not in "1234" or kind[2] not in "12345" or kind[0] not in "13":
        yield wrong("コード表にありません")
        return
    if kind[0] != uke.table:
        yield wrong(f"点数表が、ファイルの {uke.table} と違います")
    insured = any(r.id == "HO" for r in receipt.records)
    public = len(receipt.public)
    if kind[1] == "2":
        if insured:
            yield wrong("公費単独なのに HO があります")
        if public != int(kind[2]):
            yield wrong(f"公費 {kind[2]} 件のものですが、KO は {public} 件です")
        return
    if not insured:
        yield wrong("保険者番号（HO）がありません")
    if public != int(kind[2]) - 1:
        yield wrong(f"公費 {int(kind[2]) - 1} 件のものですが、KO は {public} 件です")
    late = plan_of(receipt.insurer_number) == "kouki"
    if insured and late != receipt.late and receipt.insurer_number not in _SEVENS_OR_NINES:
        yield wrong("後期の種別と、保険者番号の法別番号（39）が合いません")


def _insurer(receipt: Receipt, uke: Uke, layout: Layout) -> Iterator[Remark]:
    """Shape, padding and check digit of 保険者番号; which 審査支払機関 it belongs to."""
    for record in (r for r in receipt.records if r.id == "HO"):
        raw = record.field(1)
        number = bare(raw)
        for code, level, text in _number(raw, number):
            yield at(layout, record, "保険者番号", code, text, level)
        if not record.field(3).strip():
            yield at(layout, record, "被保険者証等の番号", "required", "記録がありません")
        plan = plan_of(number)
        national = plan in ("kokuho", "kouki")
        if plan and number not in _SEVENS_OR_NINES and national != (uke.payer == "2"):
            right = "国保連" if national else "支払基金"
            text = f"「{number}」は {right} へ請求する番号です"
            yield at(layout, record, "保険者番号", "payer", text, "inferred")
        break
    for record in (r for r in receipt.records if r.id == "KO"):
        number = record.field(1).strip()
        if len(number) != 8 or not number.isdigit() or not check_digit_ok(number):
            text = f"「{shown(number)}」: 8 桁で、検証番号の合う番号のはずです"
            yield at(layout, record, "負担者番号", "public_number", text, "inferred")


def _number(raw: str, number: str) -> Iterator[tuple[str, Level, str]]:
    if not number:
        yield "insurer_number", "certain", "記録がありません"
    elif not (number.isascii() and number.isdigit()) or len(number) not in (6, 8):
        text = f"「{shown(number)}」: 8 桁、国保は 6 桁の数字です"
        if len(number) == 5:
            text += "。5 桁は、先頭の 0 が落ちています"
        yield "insurer_number", "certain", text
    else:
        if len(number) == 6 and raw != number.rjust(8):
            text = f"「{shown(raw)}」: 国保の 6 桁は、前に空白 2 つを置いて 8 桁にします"
            yield "padding", "inferred", text
        if number not in _SEVENS_OR_NINES and not check_digit_ok(number):
            text = f"「{number}」: 検証番号は {luhn(number[:-1])} のはずです"
            yield "check_digit", "certain" if plan_of(number) else "inferred", text


def _days(receipt: Receipt, layout: Layout) -> Iterator[Remark]:
    for record in (r for r in receipt.records if r.id == "JD"):
        for day in range(1, 32):
            mark = record.field(day + 1).strip()
            if mark and mark not in ("1", "2", "9"):
                text = f"「{shown(mark)}」: 1・2・9 のどれかです"
                yield at(layout, record, f"日{day}", "day", text)
            elif mark and not _exists(receipt, day):
                text = f"{receipt.month:%Y-%m} に {day} 日はありません"
                yield at(layout, record, f"日{day}", "day", text)


def _person(receipt: Receipt, layout: Layout) -> Iterator[Remark]:
    """カタカナ氏名 in full-width katakana, without a space; 診療実日数 as the days say."""
    if receipt.kana and not _KATAKANA.fullmatch(receipt.kana):
        text = f"「{shown(receipt.kana)}」: 全角カタカナで、空白を入れずに記録します"
        yield at(layout, receipt.records[0], "カタカナ氏名", "kana", text, "inferred")
    insured = next((r for r in receipt.records if r.id == "HO"), None)
    own = [r for r in receipt.records if r.id == "JD" and r.field(1) == "1"]
    if insured is None or not own:
        return
    counted = sum(own[0].field(day + 1) == "1" for day in range(1, 32))
    told = insured.field(layout.index("HO", "診療実日数")).strip()
    if told != str(counted):
        text = f"「{shown(told)}」: 算定日（JD）では {counted} 日です"
        yield at(layout, insured, "診療実日数", "day_count", text, "inferred")


def _confirmations(receipt: Receipt, layout: Layout) -> Iterator[Remark]:
    """What of SN a clinic records: 確認区分 01, and a 枝番 where there can be one."""
    unknown = describe(receipt).kind in ("unknown", "disaster")
    for record in (r for r in receipt.records if r.id == "SN"):
        kind, branch = record.field(2).strip(), record.field(6).strip()
        if kind and kind != "01" and not receipt.search_no:
            text = f"「{shown(kind)}」: 医療機関が請求するときは 01 です"
            yield at(layout, record, "確認区分", "confirmation", text, "inferred")
        if branch and record.field(1) == "1" and (receipt.late or unknown):
            text = "不詳なのに枝番があります" if unknown else "後期には枝番を記録しません"
            yield at(layout, record, "枝番", "confirmation", text, "inferred")


def _exists(receipt: Receipt, day: int) -> bool:
    try:
        receipt.month.replace(day=day)
    except ValueError:
        return False
    return True


def _numbering(uke: Uke, layout: Layout) -> Iterator[Remark]:
    """レセプト番号 1, 2, 3 …, and months that were over when the claim was made."""
    again = any(r.search_no for r in uke.receipts)
    last = 0
    for receipt in uke.receipts:
        head = receipt.records[0]
        number = int(receipt.no) if receipt.no.isascii() and receipt.no.isdigit() else 0
        if number != last + 1:
            level: Level = "certain" if number <= last and not again else "inferred"
            text = f"「{shown(receipt.no)}」: 1 から順に記録します"
            yield at(layout, head, "レセプト番号", "numbering", text, level)
        last = max(last, number)
        if receipt.month > uke.month:
            text = f"{receipt.month:%Y-%m} は、請求年月 {uke.month:%Y-%m} より後です"
            yield at(layout, head, "診療年月", "month", text)
        elif receipt.month == uke.month:
            text = f"{receipt.month:%Y-%m} は、請求年月と同じです"
            yield at(layout, head, "診療年月", "month", text, "inferred")


def _totals(uke: Uke, layout: Layout) -> Iterator[Remark]:
    """総件数 counts 医療保険 and each 公費; 総合計点数 those of the 医療保険."""
    go = uke.records[-1]
    if go.field(3).strip() not in ("", "99"):
        return
    count = sum(_counted(r) for r in uke.receipts)
    if uke.total_count != count:
        text = f"「{shown(go.field(1))}」: レセプトと公費を数えると {count} です"
        yield at(layout, go, "総件数", "total_count", text)
    points = sum(r.points or 0 for r in uke.receipts)
    if uke.total_points != points:
        only_public = any(r.kind[1:2] == "2" for r in uke.receipts)
        text = f"「{shown(go.field(2))}」: 合計点数を足すと {points} です"
        level: Level = "inferred" if only_public else "certain"
        yield at(layout, go, "総合計点数", "total_points", text, level)


def _counted(receipt: Receipt) -> int:
    insured = any(r.id == "HO" for r in receipt.records)
    return int(insured) + len(receipt.public)
