"""Files of 医科 and 歯科 are read; what cannot be read is told by line, record and item."""

from __future__ import annotations

from datetime import date

import pytest
from claim_samples import (
    DENTAL,
    GO,
    IR,
    JD,
    NATIONAL,
    NORMAL,
    RE,
    SAMPLES,
    UNKNOWN,
    as_bytes,
    built,
    changed,
    with_item,
)

from onshi.claims.layout import layout_of
from onshi.claims.read import BadClaimError, read_uke
from onshi.claims.write import fields, write_file
from onshi.errors import OnshiError


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_written_by_item_names_byte_for_byte(name: str) -> None:
    assert write_file(built(name)) == as_bytes(SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_what_was_read_is_written_as_it_was(name: str) -> None:
    data = as_bytes(SAMPLES[name])
    assert write_file(read_uke(data).records) == data


def test_normal() -> None:
    uke = read_uke(as_bytes(NORMAL))
    (receipt,) = uke.receipts
    assert (uke.department, uke.payer, uke.prefecture, uke.table) == ("医科", "1", "13", "1")
    assert (uke.institution, uke.name, uke.month) == (
        "9999999",
        "検証用クリニック",
        date(2025, 6, 1),
    )
    assert (uke.total_count, uke.total_points) == (1, 291)
    assert (receipt.no, receipt.kind, receipt.month) == ("1", "1112", date(2025, 5, 1))
    assert (receipt.name, receipt.kana, receipt.sex) == ("検証　太郎", "ケンショウタロウ", "1")
    assert (receipt.birthdate, receipt.chart_no) == (date(1980, 4, 1), "T0001")
    assert (receipt.insurer_number, receipt.symbol, receipt.number) == (
        "06139992",
        "１２３",
        "４５６７",
    )
    assert (receipt.points, receipt.burden, receipt.marks) == (291, None, ())
    assert receipt.days == (date(2025, 5, 10),)
    assert [(c.bearer, c.kind, c.branch) for c in receipt.confirmations] == [("1", "01", "01")]
    assert receipt.line == 2
    assert not receipt.late


def test_comments_have_their_place_among_the_abstract_records() -> None:
    (receipt,) = read_uke(as_bytes(UNKNOWN)).receipts
    assert [(c.code[-3:], c.place, c.section, c.line) for c in receipt.comments][:2] == [
        ("246", 0, "01", 7),
        ("501", 1, "01", 8),
    ]


def test_national_numbers_are_read_without_padding() -> None:
    for padded in ("  139998", "139998", "00139998"):
        lines = changed(NATIONAL, HO=f"HO,{padded},検証,12345,1,291")
        assert read_uke(as_bytes(lines)).receipts[0].insurer_number == "139998"


def test_public_plans_marks_and_search_number() -> None:
    line = with_item(with_item(RE, 11, "2641"), 18, "123456")
    lines = changed(NORMAL, RE=line, SN="KO,12139994,1234566,,1,291,500,,,,,")
    (receipt,) = read_uke(as_bytes(lines)).receipts
    assert receipt.marks == ("26", "41")
    assert receipt.search_no == "123456"
    (plan,) = receipt.public
    assert (plan.payer_number, plan.recipient_number) == ("12139994", "1234566")
    assert (plan.points, plan.paid) == (291, 500)


def test_dental_positions() -> None:
    uke = read_uke(as_bytes(DENTAL))
    (receipt,) = uke.receipts
    assert (uke.department, uke.name, uke.month) == ("歯科", "検証用歯科", date(2025, 6, 1))
    assert (receipt.kind, receipt.chart_no, receipt.marks) == ("3112", "D0001", ("26",))
    assert (receipt.kana, receipt.points) == ("ケンショウタロウ", 272)
    assert receipt.records[0].id == "RE"
    assert [(c.code, c.place) for c in receipt.comments] == [("810000001", 1)]


def test_dental_has_an_ir_for_each_receipt() -> None:
    lines = (*DENTAL[:-1], *DENTAL[1:-1], DENTAL[-1])
    receipts = read_uke(as_bytes(lines)).receipts
    assert [r.line for r in receipts] == [3, 12]
    assert all("IR" not in {r.id for r in receipt.records} for receipt in receipts)


@pytest.mark.parametrize(
    ("month", "birth", "expected"),
    [("50705", "3550401", date(1980, 4, 1)), ("202505", "4010108", date(1989, 1, 8))],
)
def test_old_dates_with_an_era(month: str, birth: str, expected: date) -> None:
    line = with_item(with_item(RE, 3, month), 6, birth)
    (receipt,) = read_uke(as_bytes(changed(NORMAL, RE=line))).receipts
    assert receipt.month == date(2025, 5, 1)
    assert receipt.birthdate == expected


def test_records_may_end_early_and_lines_in_lf_alone() -> None:
    lines = changed(NORMAL, RE=RE.rstrip(","), HO="HO,06139992,１２３,４５６７,1,291")
    data = as_bytes(lines).replace(b"\r\n", b"\n").rstrip(b"\x1a")
    (receipt,) = read_uke(data).receipts
    assert receipt.points == 291
    assert receipt.kana == "ケンショウタロウ"


def test_days_that_are_not_counted_and_full_width_spaces() -> None:
    lines = changed(NORMAL, JD=with_item(JD, 5, "2"), RE=with_item(RE, 4, "　検証 "))
    (receipt,) = read_uke(as_bytes(lines)).receipts
    assert receipt.days == (date(2025, 5, 10),)
    assert receipt.name == "　検証"


def test_the_history_of_a_reclaim_stays_with_its_receipt() -> None:
    lines = (*NORMAL[:-1], f"8,1,0,{RE}", GO)
    (receipt,) = read_uke(as_bytes(lines)).receipts
    assert receipt.records[-1].id == "8"


def problems(data: bytes) -> list[str]:
    with pytest.raises(BadClaimError) as caught:
        read_uke(data)
    return [str(p) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "ファイル: 中身がありません"),
        (b"\x1a", "ファイル: 中身がありません"),
        ("".join(NORMAL).encode(), "ファイル: UTF-8 で書かれています"),
        (b"<?xml version='1.0'?>", "1行目 <?xml ve: 最初のレコードは IR（医科）か UK（歯科）です"),
        (as_bytes(NORMAL[1:]), "1行目 RE: 最初のレコードは IR"),
        (as_bytes(("HI,1,202507,13,1,9999999,,00", *NORMAL[1:])), "1行目 HI: 返戻ファイルです"),
        (as_bytes(changed(NORMAL, IR=with_item(IR, 3, "4"))), "1行目 IR: 点数表 4（調剤）"),
        (as_bytes(NORMAL[:-1]), "8行目 SI: 最後のレコードが GO ではありません"),
        (as_bytes((NORMAL[0], *NORMAL[2:])), "2行目 HO: RE より前にあり"),
        (as_bytes(NORMAL) + b"IR", "10行目: ファイルの終わり（0x1A）の後に続きがあります"),
        (as_bytes((*NORMAL, *NORMAL)), "9行目 GO: ファイルに1つだけのレコード"),
        (as_bytes(changed(NORMAL, SN="ZZ,1")), "4行目 ZZ: 「ZZ」というレコードはありません"),
        (as_bytes(NORMAL).replace(b"SN,1", b"SN,\r1"), "4行目 SN: 途中に CR があります"),
        (as_bytes(changed(NORMAL, SN="\x07\x07,1")), "4行目 \\x07\\x07: 「\\x07\\x07」という"),
        (
            as_bytes(NORMAL).replace("太郎".encode("cp932"), b"\x91\xbe\x98"),
            "2行目 RE 項番5（氏名）: 9 バイト目の 98 は Shift_JIS",
        ),
    ],
)
def test_what_cannot_be_read_at_all(data: bytes, expected: str) -> None:
    assert any(p.startswith(expected) for p in problems(data)), problems(data)


@pytest.mark.parametrize(
    ("index", "text", "expected"),
    [
        (3, "202513", "2行目 RE 項番4（診療年月）: 「202513」とあります。YYYYMM"),
        (3, "", "2行目 RE 項番4（診療年月）: ありません"),
        (6, "19800230", "2行目 RE 項番7（生年月日）: 「19800230」"),
        (6, "5000101", "2行目 RE 項番7（生年月日）"),
    ],
)
def test_an_item_that_cannot_be_read(index: int, text: str, expected: str) -> None:
    found = problems(as_bytes(changed(NORMAL, RE=with_item(RE, index, text))))
    assert len(found) == 1
    assert found[0].startswith(expected)


@pytest.mark.parametrize("text", ["2 91", "-1", "２９１", "9" * 5000])
def test_points_that_are_no_number(text: str) -> None:
    (found,) = problems(as_bytes(changed(NORMAL, HO=f"HO,06139992,１,２,1,{text}")))
    assert found.startswith("3行目 HO 項番6（合計点数）")


def test_all_problems_are_told_the_first_ten_in_the_message() -> None:
    bad = [with_item(with_item(RE, 3, "x"), 6, "y")] * 20
    with pytest.raises(BadClaimError) as caught:
        read_uke(as_bytes((NORMAL[0], *bad, GO)), "/claims/RECEIPTC.UKE")
    assert len(caught.value.problems) == 40
    text = str(caught.value)
    assert text.startswith("/claims/RECEIPTC.UKEは読めません")
    assert len(text.splitlines()) == 12
    assert text.endswith("ほかに 30 か所")


def test_layouts_have_as_many_items_as_the_rules_say() -> None:
    sizes = {"IR": 10, "RE": 38, "HO": 15, "KO": 12, "SN": 9, "JD": 33, "MF": 33, "SY": 8}
    sizes |= {"SI": 44, "IY": 44, "TO": 48, "CO": 5, "SJ": 3, "GO": 4}
    medical = layout_of("医科")
    assert {r: len(medical.items(r)) + 1 for r in sizes} == sizes
    dental = layout_of("歯科")
    assert [len(dental.items(r)) + 1 for r in ("UK", "IR", "RE", "HO", "CO")] == [10, 9, 27, 14, 6]


def test_the_writer_refuses_what_would_break_the_columns() -> None:
    with pytest.raises(OnshiError, match="記録できない"):
        write_file([("CO", "01", "1", "810000001", "あ,い")])
    with pytest.raises(OnshiError, match="という項目はありません"):
        fields("医科", "HO", {"氏名": "検証"})


def test_the_writer_puts_a_question_mark_for_what_jis_x_0208_lacks() -> None:
    assert "？".encode("cp932") == b"\x81\x48"
    written = write_file([("CO", "", "", "", "髙①～𠮷é")])
    assert written == b"CO,,,," + b"\x81\x48\x81\x48\x81\x60\x81\x48\x81\x48\r\n\x1a"
