"""The claim files of the reference clinic: byte for byte, and as others read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from clinic import claim_file
from clinic.claim_file import Receipt, Site
from clinic.insurance import Insurance
from hypothesis import given, settings
from hypothesis import strategies as st

from onshi.claims.check import check
from onshi.claims.kinds import describe
from onshi.claims.read import read_uke
from onshi.claims.records import Uke

SITE = Site(code="1319999999", name="検証用クリニック", phone="03-0000-0000")
ISSUED = date(2025, 6, 5)
SHAHO = Insurance(insurer_number="06139992", symbol="１２３", number="4567", branch="01")
LATE = Insurance(insurer_number="39139993", number="12345678")
RECEIPT = Receipt(
    chart_no="T0001",
    month=date(2025, 5, 1),
    name="検証　太郎",
    kana="ケンショウ　タロウ",
    sex="1",
    birthdate=date(1980, 4, 1),
    days=(date(2025, 5, 10),),
    plan="shaho",
    insurance=SHAHO,
)
DECLARED = (
    ("820000246", ""),
    ("830000501", "ケンショウ　タロウ"),
    ("830000502", "被用者保険"),
    ("830000503", "検証健康保険組合"),
    ("830000504", "検証株式会社"),
    ("830000505", "東京都検証区検証一丁目1番1号"),
    ("830000506", "大阪府検証市検証町2-2"),
    ("830000507", "03-0000-0001"),
    ("830000508", "令和7年5月20日"),
)
"""Typed half-width where the file has it full-width."""


def written(*receipts: Receipt, payer: str = "1") -> bytes:
    return claim_file.file_of(SITE, payer, ISSUED, receipts)


def lines(data: bytes) -> list[str]:
    assert data.endswith(b"\r\n\x1a")
    return data[:-1].decode("cp932").split("\r\n")[:-1]


def read(data: bytes) -> Uke:
    """As the harness reads it, without anything to remark."""
    uke = read_uke(data)
    assert [str(remark) for remark in check(uke, data)] == []
    return uke


def made(**changes: Any) -> Receipt:
    return replace(RECEIPT, **changes)


def test_a_normal_claim_byte_by_byte() -> None:
    """The shape of a whole file: CP932, CRLF, 0x1A, padded records."""
    expected = (
        "IR,1,13,1,9999999,,検証用クリニック,202506,00,03-0000-0000\r\n"
        "RE,1,1112,202505,検証　太郎,1,19800401,,,,,,,T0001" + "," * 23 + "ケンショウタロウ,\r\n"
        "HO,06139992,123,4567,1,291,,,,,,,,,\r\n"
        "SN,1,01,,,,01,,\r\n"
        "JD,1,,,,,,,,,,1,,,,,,,,,,,,,,,,,,,,,\r\n"
        "MF,00,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
        "SY,0000999,20250510,1,,急性上気道炎,01,\r\n"
        "SI,11,1,111000110,,291,1,,,,,,,,,,,,,,,,1,,,,,,,,,,,,,,,,,,,,,\r\n"
        "GO,1,291,99\r\n"
    )
    assert written(RECEIPT) == expected.encode("cp932") + b"\x1a"


def test_a_former_qualification_says_so_first_in_the_abstract() -> None:
    receipt = made(
        insurance=Insurance(insurer_number="06139984", symbol="123", number="4567"),
        notes=(("820000245", ""),),
        confirmed=False,
    )
    found = lines(written(receipt))
    ids = [line.split(",")[0] for line in found]
    assert ids == ["IR", "RE", "HO", "JD", "MF", "SY", "CO", "SI", "GO"]
    assert found[2] == "HO,06139984,123,4567,1,291,,,,,,,,,"
    assert found[6] == "CO,01,1,820000245,"
    assert describe(read(written(receipt)).receipts[0]).kind == "old"


def test_an_unknown_insurer_and_what_was_declared() -> None:
    receipt = made(insurance=claim_file.NOT_KNOWN, notes=DECLARED, confirmed=False)
    found = lines(written(receipt))
    assert found[2] == "HO,77777777,,777777777,1,291,,,,,,,,,"
    assert found[6:15] == [
        "CO,01,1,820000246,",
        "CO,01,1,830000501,ケンショウ　タロウ",
        "CO,01,1,830000502,被用者保険",
        "CO,01,1,830000503,検証健康保険組合",
        "CO,01,1,830000504,検証株式会社",
        "CO,01,1,830000505,東京都検証区検証一丁目１番１号",
        "CO,01,1,830000506,大阪府検証市検証町２－２",
        "CO,01,1,830000507,０３－００００－０００１",
        "CO,01,1,830000508,令和７年５月２０日",
    ]
    assert found[15].startswith("SI,11,1,111000110")
    assert not [line for line in found if line.startswith("SN")]
    description = describe(read(written(receipt)).receipts[0])
    assert (description.kind, description.missing) == ("unknown", ())


def test_an_unknown_insurer_of_late_elderly() -> None:
    receipt = made(
        name="検証　梅",
        sex="2",
        birthdate=date(1940, 4, 1),
        plan="late",
        insurance=claim_file.NOT_KNOWN_LATE,
        share=10,
        marks=claim_file.marks("late", "", 10),
        notes=DECLARED,
        confirmed=False,
    )
    found = lines(written(receipt, payer="2"))
    assert found[0].startswith("IR,2,13,1,9999999")
    assert found[1].startswith("RE,1,1318,202505,検証　梅,2,19400401,,,,,42,,T0001")
    assert found[2] == "HO,77777777,,77777777,1,291,,,,,,,,,"
    assert describe(read(written(receipt, payer="2")).receipts[0]).missing == ()


def test_a_disaster_has_nines() -> None:
    receipt = made(
        insurance=claim_file.NOT_KNOWN_DISASTER, notes=(("820000246", ""),), confirmed=False
    )
    assert lines(written(receipt))[2] == "HO,99999999,,999999999,1,291,,,,,,,,,"
    assert describe(read(written(receipt)).receipts[0]).kind == "disaster"


@pytest.mark.parametrize(
    ("number", "symbol", "line"),
    [
        ("138057", "検証", "HO,  138057,検証,12345,1,291,,,,,,,,,"),
        ("  138057", "12-3", "HO,  138057,12-3,12345,1,291,,,,,,,,,"),
        ("00138057", "船１", "HO,  138057,船１,12345,1,291,,,,,,,,,"),
        ("01139997", "", "HO,01139997,,12345,1,291,,,,,,,,,"),
        ("1139997", "１２", "HO,01139997,12,12345,1,291,,,,,,,,,"),
        ("1139997", "1，2", "HO,01139997,１，２,12345,1,291,,,,,,,,,"),
        ("1139997", "1\r\n2", "HO,01139997,１？？２,12345,1,291,,,,,,,,,"),
    ],
)
def test_numbers_as_the_file_has_them(number: str, symbol: str, line: str) -> None:
    insurance = Insurance(insurer_number=number, symbol=symbol, number="１２３４５")
    plan = insurance.plan
    data = written(made(insurance=insurance, plan=plan), payer="2" if plan == "kokuho" else "1")
    assert lines(data)[2] == line
    assert read_uke(data).receipts[0].number == "12345"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "1112"),
        ({"relation": "2"}, "1116"),
        ({"birthdate": date(2020, 4, 1)}, "1114"),
        ({"birthdate": date(2019, 4, 2)}, "1114"),
        ({"birthdate": date(2019, 4, 1)}, "1112"),
        ({"birthdate": date(1955, 5, 1), "share": 20}, "1118"),
        ({"birthdate": date(1955, 5, 2), "share": 20}, "1112"),
        ({"birthdate": date(1950, 5, 2), "share": 30}, "1110"),
        ({"plan": "late", "insurance": LATE, "share": 10}, "1318"),
        ({"plan": "late", "insurance": LATE, "share": 30}, "1310"),
        ({"public": (("54136015", "1234566"),)}, "1122"),
        ({"plan": "late", "insurance": LATE, "public": (("54136015", "1234566"),)}, "1320"),
    ],
)
def test_the_kind_of_a_receipt(changes: dict[str, Any], code: str) -> None:
    receipt = made(**changes)
    assert claim_file.kind_code(receipt) == code
    read(written(receipt, payer=claim_file.payer(receipt)))


def test_public_aid_alone_has_no_insurance() -> None:
    receipt = made(plan="aid", insurance=None, public=(("12139994", "1234566"),))
    found = lines(written(receipt))
    assert [line.split(",")[0] for line in found[1:4]] == ["RE", "KO", "JD"]
    assert found[1].startswith("RE,1,1212,")
    [back] = read_uke(written(receipt)).receipts
    assert (back.insurer_number, back.public[0].payer_number) == ("", "12139994")


@pytest.mark.parametrize(
    ("plan", "bracket", "share", "marks"),
    [
        ("shaho", "", 30, ()),
        ("shaho", "A01", 30, ("26",)),
        ("shaho", "A05", 30, ("30",)),
        ("shaho", "B04", 20, ("29",)),
        ("late", "B04", 10, ("42",)),
        ("late", "", 20, ("41",)),
        ("late", "B09", 20, ("41",)),
        ("late", "B02", 30, ("27",)),
        ("late", "", 30, ()),
    ],
)
def test_marks_by_bracket_and_share(
    plan: str, bracket: str, share: int, marks: tuple[str, ...]
) -> None:
    assert claim_file.marks(plan, bracket, share) == marks


def test_public_plans_count_and_bear_as_well() -> None:
    receipt = made(public=(("54136015", "1234566"),), days=(date(2025, 5, 7), date(2025, 5, 10)))
    found = lines(written(receipt, RECEIPT))
    assert found[3] == "KO,54136015,1234566,,2,582,,,,,,"
    assert found[-1] == "GO,3,873,99"
    uke = read(written(receipt, RECEIPT))
    assert (uke.total_count, uke.total_points) == (3, 873)
    assert uke.receipts[0].days == receipt.days
    assert [r.no for r in uke.receipts] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ("髙橋　翔", "？橋　翔"),
        ("山﨑 ①", "山？　１"),
        ("ｹﾝｼｮｳ ﾀﾛｳ", "ケンショウ　タロウ"),
        ("1-2〜3−4", "１－２～３－４"),
        ("𠮷野", "？野"),
        ('A,B"C', "Ａ，Ｂ？Ｃ"),
    ],
)
def test_only_jis_x_0208_is_written(text: str, as_written: str) -> None:
    assert claim_file.wide(text) == as_written
    read(written(made(name=text)))


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(max_size=20),
    symbol=st.text(max_size=9),
    number=st.text(min_size=1, max_size=9),
    note=st.text(max_size=60),
)
def test_no_text_breaks_the_file(name: str, symbol: str, number: str, note: str) -> None:
    insurance = replace(SHAHO, symbol=symbol, number=number)
    data = written(made(name=name, insurance=insurance, notes=(("830000505", note),)), RECEIPT)
    uke = read_uke(data)
    assert len(uke.receipts) == 2
    there = uke.receipts[0].comments[0].text
    assert there.encode("cp932") == claim_file.wide(note).encode("cp932")
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_what_came_back_keeps_its_number_and_history() -> None:
    history = ("8,1,0,RE,1,1112,202505,検証　太郎,1,19800401", "8,2,0,HO,06139992,123,4567,1,291")
    data = written(made(search_no="1139999999202506000001", history=history), RECEIPT)
    assert lines(data)[1].split(",")[18] == "1139999999202506000001"
    uke = read_uke(data)
    assert [len(r.records) for r in uke.receipts] == [9, 7]
    assert uke.receipts[0].search_no == "1139999999202506000001"
