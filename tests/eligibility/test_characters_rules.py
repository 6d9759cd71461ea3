"""The rules about characters: what holds for any text, and what each table says."""

from __future__ import annotations

import json
import re
import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from onshi.eligibility.blackdot import (
    BLACKDOT,
    EXCEPTIONS,
    REACHES,
    arrives,
    characters,
    dot,
    force,
)
from onshi.eligibility.kana import fold_small
from onshi.eligibility.miswriting import (
    json_as,
    other_bytes,
    other_declaration,
    other_identifier,
    with_bom,
    with_references,
)
from onshi.eligibility.notation import (
    ADDRESS_STYLES,
    DASHES,
    WAVES,
    address_as,
    dashes_as,
    full_width_text,
    half_width_text,
    kanji_number,
    waves_as,
)
from onshi.eligibility.readings import KANJI, READINGS, other_kanji, other_reading

ANY = st.text(st.characters(), max_size=30)
DIFFICULT = st.text(
    "髙﨑德冨𠮷邊辻①㈱～〜－−‐ゔカ\u3099\u309a\U000e0100\ufe00é\u0301ｱﾞ太郎　 ", max_size=12
)
REACH = st.sampled_from(["", *REACHES])


# --------------------------------------------------------------------- the ●
@given(text=ANY | DIFFICULT, reach=REACH)
def test_what_arrived_arrives_again(text: str, reach: str) -> None:
    assert dot(dot(text, reach), reach) == dot(text, reach)


@given(text=ANY | DIFFICULT)
def test_one_dot_for_each_character_that_a_person_sees(text: str) -> None:
    seen = characters(text)
    assert "".join(seen) == text
    shown = dot(text)
    assert len(shown) == len(seen)
    for before, after in zip(seen, shown, strict=True):
        assert after in (BLACKDOT, unicodedata.normalize("NFC", before))


@given(text=ANY | DIFFICULT)
def test_what_arrives_can_be_written_in_cp932_and_in_xml(text: str) -> None:
    shown = dot(text)
    shown.encode("cp932")
    etree.Element("Name").text = shown
    for reach in REACHES:
        etree.Element("Name").text = dot(text, reach)


@given(text=ANY | DIFFICULT)
def test_a_wider_repertoire_never_dots_more(text: str) -> None:
    for reach in REACHES:
        for narrow, wide in zip(dot(text), characters(dot(text, reach)), strict=True):
            assert narrow in (BLACKDOT, wide)


def test_the_repertoire_is_jis_x_0208_and_what_is_documented() -> None:
    passing = {chr(code) for code in range(0x10000) if dot(chr(code)) == chr(code)}
    ascii_and_half = {chr(c) for c in [*range(0x20, 0x7F), *range(0xFF61, 0xFFA0)]}
    jis = {c for c in passing - ascii_and_half if c not in "～－∥￠￡￢德"}
    # 6,879 characters in JIS X 0208, of which 冨 does not arrive
    assert len(jis) == 6878
    assert all(len(c.encode("iso2022_jp")) == 8 for c in jis)
    assert {c for c, (yes, _) in EXCEPTIONS.items() if yes} - {"德"} == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("髙橋", "●橋"),
        ("濵﨑", "●●"),
        ("德田", "德田"),
        ("𠮷野", "●野"),
        ("渡邊\U000e0102", "渡●"),
        ("渡邊", "渡邊"),
        ("辻\U000e0100", "●"),
        ("カ\u3099", "ガ"),
        ("e\u0301", "●"),
        ("ｶﾞ", "ｶﾞ"),
        ("①㈱㌔Ⅲ", "●●●●"),
        ("２丁目〜３丁目～", "２丁目〜３丁目～"),
        ("神", "神"),
        ("\ufa19", "●"),
        ("¥‾", "●●"),
        ("ヴゝ々〃", "ヴゝ々〃"),
        ("ゔ", "●"),
        ("畭", "畭"),
        ("\x00\n", "●●"),
        ("\ue000", "●"),
    ],
)
def test_what_becomes_of(text: str, shown: str) -> None:
    assert dot(text) == shown


@pytest.mark.parametrize(
    ("char", "narrowest"),
    [
        ("髙", "cp932"),
        ("﨑", "cp932"),
        ("①", "cp932"),
        ("\ue000", "cp932"),
        ("鷗", "jisx0213"),
        ("ゔ", "jisx0213"),
        ("𠮷", "unicode"),
        ("邊\U000e0102", "unicode"),
    ],
)
def test_the_narrowest_repertoire_that_has_it(char: str, narrowest: str) -> None:
    assert next(r for r in ["", *REACHES] if arrives(char, r)) == narrowest


@given(text=DIFFICULT, dots=st.integers(1, 5), seed=st.integers(0, 99))
def test_force_does_not_tear_characters(text: str, dots: int, seed: int) -> None:
    forced = characters(force(text, dots, Random(seed)))
    before = characters(text)
    assert len(forced) == len(before)
    assert all(b in (a, BLACKDOT) for a, b in zip(before, forced, strict=True))


# ------------------------------------------------------------------ notation
ADDRESS = "東京都世田谷区松浦町１－２－３　コーポ松浦１０３"


@pytest.mark.parametrize(
    ("style", "three", "two"),
    [
        ("chome", "１丁目２番３号", "１２番３号"),
        ("kanji_chome", "一丁目２番３号", "１２番３号"),
        ("kanji", "一丁目二番三号", "十二番三号"),
        ("banchi", "１丁目２番地３", "１２番地３"),
        ("banchi_no", "１丁目２番地の３", "１２番地の３"),
        ("no", "１の２の３", "１２の３"),
        ("hyphens", "１－２－３", "１２－３"),
        ("half", "1-2-3", "12-3"),
    ],
)
def test_an_address_in_each_style(style: str, three: str, two: str) -> None:
    rest = " コーポ松浦103" if style == "half" else "　コーポ松浦１０３"
    assert address_as(ADDRESS, style) == f"東京都世田谷区松浦町{three}{rest}"
    assert address_as("轟12番地の3", style) == f"轟{two}"
    assert address_as("住所不詳", style) == "住所不詳"


@given(numbers=st.lists(st.integers(1, 9999), min_size=2, max_size=3), chosen=st.randoms())
def test_styles_lead_to_each_other(numbers: list[int], chosen: Random) -> None:
    address = "卯の里" + "-".join(map(str, numbers))
    readable = [s for s in ADDRESS_STYLES if "kanji" not in s]
    one, other = chosen.choice(readable), chosen.choice(list(ADDRESS_STYLES))
    assert address_as(address_as(address, one), other) == address_as(address, other)


@pytest.mark.parametrize(
    ("n", "words"), [(0, "〇"), (10, "十"), (23, "二十三"), (104, "百四"), (1110, "千百十")]
)
def test_kanji_numbers(n: int, words: str) -> None:
    assert kanji_number(n) == words


def test_dashes_and_waves_have_names_and_arrive() -> None:
    for char, what in (*DASHES.values(), *WAVES.values()):
        assert dot(char) == char
        assert f"U+{ord(char):04X}" in what
    assert dashes_as("コーポ１－２", "minus") == "コーポ１−２"
    assert dashes_as("ﾕｰｼﾞ", "hyphen_minus", between=False) == "ﾕ-ｼﾞ"
    assert waves_as("１〜２～３", "wave_dash") == "１〜２〜３"


@given(st.text("0123456789ABZaz-/() ", max_size=20))
def test_widths_are_inverse(text: str) -> None:
    assert half_width_text(full_width_text(text)) == text


# ------------------------------------------------------------------- readings
def test_every_generated_name_has_another_reading() -> None:
    from faker.providers.person.ja_JP import Provider

    given = [*Provider.first_name_male_pairs, *Provider.first_name_female_pairs]
    for family, family_kana, _ in Provider.last_name_pairs:
        for first, kana, _ in given:
            other = other_reading(family, first, family_kana, kana)
            assert tuple(map(fold_small, other)) != (fold_small(family_kana), fold_small(kana))
            assert sum(a != b for a, b in zip(other, (family_kana, kana), strict=True)) == 1
            written = other_kanji(family, first)
            assert sum(a != b for a, b in zip(written, (family, first), strict=True)) == 1


def test_readings_are_katakana_and_differ() -> None:
    for readings in READINGS.values():
        assert len(set(readings)) == len(readings) > 1
        assert all(re.fullmatch("[ァ-ヴー]+", r) for r in readings)
    assert other_reading("佐藤", "裕樹", "サトウ", "ユウキ") == ("サトウ", "ヒロキ")
    assert other_reading("山田", "x", "ヤマダ", "エ") == ("ヤマタ", "エ")
    assert other_reading("x", "x", "エ", "ア") == ("エ", "ア")


def test_kanji_are_one_for_one_and_arrive() -> None:
    for char, other in KANJI.items():
        assert len(char) == len(other) == 1 != (char == other)
        assert arrives(other)
    assert other_kanji("伊藤", "翔太") == ("伊東", "翔太")
    assert other_kanji("x", "明美") == ("x", "明実")
    assert other_kanji("x", "あすか") == ("x", "あすか")


# ----------------------------------------------------------------- bytes
TEXT = st.text("髙橋太郎①～𠮷&<a", max_size=8)


def message(text: str, encoding: str) -> bytes:
    from onshi.eligibility.messages import Document, MessageHeader, XmlMsg
    from onshi.eligibility.xml import to_xml

    header = MessageHeader(
        error_message=text, character_code_identifier="0" if encoding == "utf-8" else "1"
    )
    return to_xml(Document(xml_msg=XmlMsg(message_header=header)), encoding)


def said(xml: bytes, encoding: str) -> str:
    body = re.sub(r"^\ufeff?<\?xml.*?\?>", "", xml.decode(encoding))
    return etree.fromstring(body).findtext("MessageHeader/ErrorMessage") or ""


@given(text=TEXT, encoding=st.sampled_from(["utf-8", "cp932"]))
def test_only_the_bytes_are_wrong(text: str, encoding: str) -> None:
    xml = message(text, encoding)
    other = {"utf-8": "cp932", "cp932": "utf-8"}[encoding]
    assert said(other_bytes(xml), other) == text
    assert said(other_declaration(xml), encoding) == text
    assert said(other_identifier(xml), encoding) == text
    assert other_declaration(other_declaration(xml)) == xml
    assert other_identifier(other_identifier(xml)) == xml
    assert with_bom(xml) == b"\xef\xbb\xbf" + xml
    assert said(with_bom(xml, "utf-16-le"), "utf-16-le") == text


@given(
    text=TEXT,
    encoding=st.sampled_from(["utf-8", "cp932"]),
    every=st.booleans(),
    form=st.sampled_from(["decimal", "hex"]),
)
def test_references_say_the_same(text: str, encoding: str, every: bool, form: str) -> None:
    xml = with_references(message(text, encoding), all_of_them=every, form=form)
    assert said(xml, encoding) == text
    assert xml.isascii() or not every
    assert "𠮷".encode() not in xml


def test_references_to_halves_are_no_xml() -> None:
    xml = with_references(message("𠮷", "utf-8"), all_of_them=True, form="surrogates")
    assert b"&#55362;&#57271;" in xml
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(xml)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html/>", b'<?xml version="1.0"?>'])
def test_what_is_no_message_stays(content: bytes) -> None:
    for change in (other_bytes, other_declaration, other_identifier, with_bom):
        assert change(content) == content
    assert with_references(content, all_of_them=True, form="hex") == content
    for form in ("bom", "utf-16", "cp932", "escaped", "lone_surrogate"):
        assert json_as(content, form) == content


@given(text=TEXT)
def test_json_in_each_form(text: str) -> None:
    tree = {"XmlMsg": {"Name": text + "太", "Address": text}}
    body = json.dumps(tree, ensure_ascii=False).encode()
    assert json.loads(json_as(body, "bom")) == tree
    assert json.loads(json_as(body, "utf-16")) == tree
    assert json.loads(json_as(body, "escaped")) == tree
    assert json_as(body, "escaped").isascii()
    assert json_as(body, "cp932").decode("cp932") == body.decode().replace("𠮷", "?")
    halves = json.loads(json_as(body, "lone_surrogate"))["XmlMsg"]["Name"]
    assert re.search("[\ud800-\udbff]", halves)
    assert not re.search("[\udc00-\udfff]", halves)
