"""Remarks: each by its code, its level, and where it stands; good files have none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from claim_samples import (
    DENTAL,
    GO,
    HO,
    IR,
    JD,
    NATIONAL,
    NORMAL,
    RE,
    SAMPLES,
    SI,
    SN,
    SY,
    UNKNOWN,
    UNKNOWN_LATE,
    as_bytes,
    changed,
    with_item,
)

from onshi.claims.check import check
from onshi.claims.read import read_uke
from onshi.claims.remarks import CHECKS, Remark


def remarks(lines: tuple[str, ...]) -> list[Remark]:
    data = as_bytes(lines)
    found = list(check(read_uke(data), data))
    assert all(r.level in CHECKS[r.code].levels for r in found)
    return found


def codes(lines: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(r.code, r.level) for r in remarks(lines)]


@pytest.mark.parametrize("name", SAMPLES)
def test_good_files_have_none(name: str) -> None:
    assert remarks(SAMPLES[name]) == []


def test_a_good_dental_file_has_none() -> None:
    assert remarks(DENTAL) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (changed(NORMAL, IR=with_item(IR, 1, "3")), [("head", "certain")]),
        (
            changed(NORMAL, IR=with_item(with_item(IR, 2, "48"), 4, "9999998")),
            [("head", "certain")],
        ),
        (changed(NORMAL, IR=with_item(IR, 4, "9999990")), [("institution", "inferred")]),
        (changed(NORMAL, IR=with_item(IR, 7, "202505")), [("month", "inferred")]),
        (changed(NORMAL, IR=with_item(IR, 7, "202504")), [("month", "certain")]),
        (changed(NORMAL, HO="HO,06139993,123,4567,1,291"), [("check_digit", "certain")]),
        (changed(NORMAL, HO="HO,99139993,123,4567,1,291"), [("check_digit", "inferred")]),
        (changed(NORMAL, HO="HO,6139992,123,4567,1,291"), [("insurer_number", "certain")]),
        (changed(NORMAL, HO="HO,,123,4567,1,291"), [("insurer_number", "certain")]),
        (changed(NORMAL, HO="HO,06139992,123,,1,291"), [("required", "certain")]),
        (changed(NORMAL, HO="HO,  139998,123,4567,1,291"), [("payer", "inferred")]),
        (changed(NATIONAL, HO="HO,139998,123,4567,1,291"), [("padding", "inferred")]),
        (changed(NATIONAL, HO="HO,00139998,123,4567,1,291"), [("padding", "inferred")]),
        (changed(NATIONAL, HO="HO,11023,123,4567,1,291"), [("insurer_number", "certain")]),
        (changed(UNKNOWN, HO="HO,77777779,,777777777,1,291"), []),
        (changed(NORMAL, HO="HO,06139992,１2,4567,1,291"), [("mixed_width", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 4, "検証 太郎")), [("mixed_width", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 4, "ｹﾝｼｮｳ ﾀﾛｳ")), []),
        (changed(NORMAL, RE=with_item(RE, 4, "髙橋　太郎")), [("characters", "inferred")]),
        (changed(NORMAL, RE=with_item(RE, 4, "検証　①郎")), [("characters", "inferred")]),
        (changed(NORMAL, RE=with_item(RE, 4, "検～　－∥￢")), []),
        (changed(NORMAL, RE=with_item(RE, 4, "検\x07")), [("characters", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 4, "")), [("required", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 5, "3")), [("table", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 36, "ケンショウタロウ" * 6)), [("length", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 1, "2")), [("numbering", "inferred")]),
        (changed(NORMAL, RE=with_item(RE, 13, "T１")), [("mode", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 13, " T0001")), [("spaces", "inferred")]),
        (changed(NORMAL, RE=with_item(RE, 13, 'T"1')), [("quotes", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 2, "1612")), [("kind", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 2, "3112")), [("kind", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 2, "1122")), [("kind", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 2, "1318"), SN=None), [("kind", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 2, "1212")), [("kind", "certain")] * 2),
        (changed(NORMAL, HO=None, GO="GO,0,0,99"), [("kind", "certain")]),
        (changed(NORMAL, HO=None, SN=[SN, HO]), [("order", "certain")]),
        (changed(NORMAL, HO=[HO, HO]), [("too_many", "certain")]),
        (changed(NORMAL, SY=None), [("no_disease", "certain")]),
        (changed(NORMAL, SI=None), [("no_service", "certain")]),
        (changed(NORMAL, SI=[SI, "HR,202512"]), [("return_record", "certain")]),
        (changed(NORMAL, RE=with_item(RE, 18, "9"), SN="SN,1,10,,,,01"), [("table", "certain")]),
        (changed(NORMAL, SN="SN,1,01,,,,1２"), [("mode", "certain")]),
        (changed(NORMAL, JD=with_item(JD, 5, "3")), [("day", "certain")]),
        (changed(NORMAL, SY=with_item(SY, 3, "9")), [("table", "certain")]),
        (changed(NORMAL, SY=with_item(SY, 5, "half ﾊﾝ")), [("mode", "certain")]),
        (changed(NORMAL, SI=["CO,01,1,810000001,甲,乙", SI]), [("columns", "certain")]),
        (changed(NORMAL, GO="GO,2,291,99"), [("total_count", "certain")]),
        (changed(NORMAL, GO="GO,1,290,99"), [("total_points", "certain")]),
        (changed(NORMAL, GO="GO,,,99"), [("total_count", "certain"), ("total_points", "certain")]),
        (changed(NORMAL, GO="GO,9,9,01"), []),
        (changed(NORMAL, SI=with_item(SI, 1, "15")), [("table", "certain")]),
        (changed(DENTAL, SS=["SS,,1,301000110", "SI,15,1,309000110"]), []),
        (changed(NORMAL, HO=with_item(HO, 4, "2")), [("day_count", "inferred")]),
        (changed(NORMAL, RE=with_item(RE, 36, "ケンショウ　タロウ")), [("kana", "inferred")]),
        (changed(NORMAL, RE=with_item(RE, 36, "ケンショ－タロウ")), [("kana", "inferred")]),
        (changed(NORMAL, RE=with_item(RE, 36, "ケンショー・ヴァヶ")), []),
        (changed(NORMAL, SN="SN,1,04,06139984,,,01"), [("confirmation", "inferred")]),
        (changed(UNKNOWN, JD=[SN, JD]), [("confirmation", "inferred")]),
        (changed(UNKNOWN_LATE, JD=["SN,1,01", JD]), []),
        ((IR, "GO,0,0,99"), [("no_receipt", "certain")]),
    ],
)
def test_one_thing_wrong_is_one_remark(
    lines: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert codes(lines) == expected, [str(r) for r in remarks(lines)]


def test_a_remark_says_where_it_stands() -> None:
    (remark,) = remarks(changed(NORMAL, HO="HO,06139993,123,4567,1,291"))
    assert str(remark) == "3行目 HO 項番2（保険者番号）: 「06139993」: 検証番号は 2 のはずです"
    assert (remark.line, remark.record, remark.item, remark.name) == (3, "HO", 2, "保険者番号")
    (remark,) = remarks(changed(NORMAL, SY=None))
    assert str(remark).startswith("2行目 RE: 傷病名")


def test_days_that_the_month_does_not_have() -> None:
    february = with_item(RE, 3, "202502")
    lines = changed(NORMAL, RE=february, JD=with_item(JD, 31, "1"), HO=with_item(HO, 4, "2"))
    assert codes(lines) == [("day", "certain")]
    assert read_uke(as_bytes(lines)).receipts[0].days[-1].day == 10


def test_public_plans_count_one_each() -> None:
    ko = "KO,54016027,1234566,,1,291"
    lines = changed(NORMAL, RE=with_item(RE, 2, "1122"), HO=[HO, ko], GO="GO,2,291,99")
    assert codes(lines) == []
    assert ("total_count", "certain") in codes(changed(lines, GO=GO))
    wrong = changed(lines, KO=ko.replace("54016027", "54016028"))
    assert codes(wrong) == [("public_number", "inferred")]


def test_a_recipient_number_is_never_looked_into() -> None:
    lines = changed(
        NORMAL,
        RE=with_item(RE, 2, "1122"),
        HO=[HO, "KO,54016027,1111111,,1,291"],
        GO="GO,2,291,99",
    )
    assert codes(lines) == []


def test_receipts_are_numbered_upwards() -> None:
    lines = (*NORMAL[:-1], *NORMAL[1:-1], "GO,2,582,99")
    assert codes(lines) == [("numbering", "certain")]
    second = with_item(RE, 1, "2")
    lines = (*NORMAL[:-1], second, *NORMAL[2:-1], "GO,2,582,99")
    assert codes(lines) == []


def test_98_records_without_a_section_are_enough() -> None:
    more = "SI,,1,111000110,,,1"
    assert codes(changed(NORMAL, SI=[SI, *[more] * 98])) == []
    assert codes(changed(NORMAL, SI=[SI, *[more] * 99])) == [("section", "certain")]
    assert codes(changed(NORMAL, SI=[SI, *[more] * 98, SI, *[more] * 98])) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (as_bytes(NORMAL)[:-1], "最後に 0x1A"),
        (as_bytes(NORMAL) + b"\x1a", "2つ以上"),
        (as_bytes(NORMAL).replace(b"\r\n", b"\n"), "9 行が CR+LF ではなく"),
        (as_bytes(NORMAL).replace(b"\r\n\x1a", b"\x1a"), "改行（CR+LF）がありません"),
        (as_bytes(NORMAL).replace(b"\r\nHO", b"\r\n\r\nHO"), "空の行が 1 行"),
    ],
)
def test_bytes_that_are_not_as_they_should_be(data: bytes, words: str) -> None:
    found = [r for r in check(read_uke(data), data) if r.code == "bytes"]
    assert len(found) == 1
    assert words in found[0].text
    assert [r for r in check(read_uke(data)) if r.code == "bytes"] == []


def test_every_check_is_in_the_docs_as_it_is_here() -> None:
    page = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", page, re.M)
    words = {("certain",): "certain", ("inferred",): "inferred"}
    expected = [
        (code, c.title, words.get(c.levels, "either"), "返戻" if c.refused else "–")
        for code, c in CHECKS.items()
    ]
    assert rows == expected
