"""Answers as JSON and XML, whole and broken."""

from __future__ import annotations

from datetime import date

import pytest
from clinic import messages
from clinic_bench import QUERY, answer, as_xml, record

FULL = record(
    ElderlyRecipientCertificateInfo={"ElderlyRecipientContributionRatio": "020"},
    LimitApplicationCertificateRelatedInfo={
        "LimitApplicationCertificateClassificationFlag": "B05",
    },
    LimitApplicationCertificateRelatedConsFlg="1",
)


def test_json_and_xml_say_the_same() -> None:
    tree = answer(FULL)
    assert messages.from_json(tree) == messages.from_xml(as_xml(tree))


def test_a_record_is_read_whole() -> None:
    (found,) = messages.from_xml(as_xml(answer(FULL))).records
    assert (found.kana, found.birthdate) == ("ﾀｶﾊｼ ｼﾖｳ", date(1980, 4, 1))
    assert (found.elderly_ratio, found.late_ratio) == (20, None)
    assert (found.limit, found.limit_consent) == ("B05", True)


def test_two_records_stay_two() -> None:
    tree = answer(FULL, record(Name="診療　次郎"))
    for result in (messages.from_json(tree), messages.from_xml(as_xml(tree))):
        assert [r.name for r in result.records] == ["●橋　翔", "診療　次郎"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_no_part_of_a_file_passes_for_the_whole(encoding: str) -> None:
    whole = as_xml(answer(FULL), encoding)
    for length in range(len(whole)):
        with pytest.raises(messages.BadMessage):
            messages.from_xml(whole[:length])
    assert messages.from_xml(whole).validity == "1"


def test_shift_jis_means_cp932() -> None:
    tree = answer(record(Name="髙橋　﨑", Address="①㈱"))
    (found,) = messages.from_xml(as_xml(tree, "cp932")).records
    assert (found.name, found.address) == ("髙橋　﨑", "①㈱")


@pytest.mark.parametrize(
    ("encoding", "declared"), [("cp932", "UTF-8"), ("utf-8", "Shift_JIS"), ("utf-8", "utf-8")]
)
def test_a_wrong_declaration_does_not_garble_names(encoding: str, declared: str) -> None:
    (found,) = messages.from_xml(as_xml(answer(record()), encoding, declared)).records
    assert found.name == "●橋　翔"


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert messages.from_xml(b"\xef\xbb\xbf" + as_xml(answer(FULL))).records


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"XmlMsg": []},
        {"XmlMsg": {}},
        {"XmlMsg": {"MessageHeader": "text", "MessageBody": {}}},
        {"XmlMsg": {"MessageHeader": {"SegmentOfResult": "1"}, "MessageBody": [1]}},
    ],
)
def test_json_of_another_shape_is_refused(document: object) -> None:
    with pytest.raises(messages.BadMessage):
        messages.from_json(document)


@pytest.mark.parametrize("found", [None, "", [], {}, [None], [{"Other": 1}], ["x"], 3])
def test_a_result_list_without_records_is_none(found: object) -> None:
    tree = answer()
    tree["XmlMsg"]["MessageBody"]["ResultList"] = found
    assert messages.from_json(tree).records == ()


def test_a_missing_body_leaves_the_header_to_speak() -> None:
    tree = answer(segment="9")
    tree["XmlMsg"]["MessageHeader"]["ErrorMessage"] = "停止中"
    del tree["XmlMsg"]["MessageBody"]
    result = messages.from_json(tree)
    assert (result.segment, result.validity, result.text) == ("9", "", "停止中")


def test_a_doctype_is_refused() -> None:
    with pytest.raises(messages.BadMessage, match="DOCTYPE"):
        messages.from_xml(b'<!DOCTYPE XmlMsg [<!ENTITY a "b">]><XmlMsg>&a;</XmlMsg>')


def test_odd_values_are_left_blank() -> None:
    tree = answer(record(Birthdate="2026928", InsuredPartialContributionRatio="三割"))
    (found,) = messages.from_json(tree).records
    assert found.birthdate is None
    assert found.late_ratio is None


@pytest.mark.parametrize(("encoding", "declared"), [("utf-8", "UTF-8"), ("cp932", "Shift_JIS")])
def test_a_request_is_what_it_declares(encoding: str, declared: str) -> None:
    tree = messages.request_tree(
        QUERY, institution="1312345670", identifier="1", day=date(2025, 10, 20)
    )
    content = messages.request_xml(tree, encoding)
    assert f'encoding="{declared}"'.encode() in content
    assert "<InsuredCardSymbol>１２３</InsuredCardSymbol>" in content.decode(encoding)
