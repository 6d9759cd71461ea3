from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenery import TODAY, Stage, by_card, by_numbers

from onshi.eligibility import json as json_codec
from onshi.eligibility import xml as xml_codec
from onshi.eligibility.mapping import (
    Heading,
    answer_document,
    answer_of,
    inquiry_of,
    request_document,
    shown,
)
from onshi.eligibility.messages import QualificationRecord, record_elements, set_element
from onshi.eligibility.xml import MAX_BYTES, NotAMessageError, parse_request, parse_result, to_xml
from onshi.people.generate import KINDS, make_person
from onshi.seams import Answer, Inquiry, Record


def children(element: Any) -> list[str]:
    return [child.tag for child in element]


def tree(data: bytes) -> Any:
    text = data.decode("cp932" if b"Shift_JIS" in data[:70] else "utf-8")
    return ET.fromstring(text.partition("?>")[2])


@pytest.fixture
def stage() -> Stage:
    return Stage(kind="elderly", seed=3)


def full(stage: Stage) -> Answer:
    stage.inject("inquiry.limit", bracket="B05", card="02")
    answer = stage.ask(by_numbers(stage.scene.truth, limit_consent=True))
    answer.records[0].info_consent = True
    return answer


# ------------------------------------------------------------------- shapes
def test_a_result_in_the_order_of_the_specification(stage: Stage) -> None:
    inquiry = by_numbers(stage.scene.truth, limit_consent=True)
    document = stage.message(full(stage), echo=inquiry)
    root = tree(to_xml(document))
    assert root.tag == "XmlMsg"
    assert not root.attrib
    assert children(root.find("MessageHeader")) == [
        "ProcessExecutionTime",
        "QualificationConfirmationDate",
        "MedicalInstitutionCode",
        "ArbitraryFileIdentifier",
        "ReferenceClassification",
        "SegmentOfResult",
        "CharacterCodeIdentifier",
    ]
    assert children(root.find("MessageBody")) == [
        "QualificationConfirmSearchInfo",
        "ProcessingResultStatus",
        "QualificationValidity",
        "ResultList",
    ]
    record = root.find("MessageBody/ResultList/ResultOfQualificationConfirmation")
    names = children(record)
    order = [n for n in record_elements() if n in names]
    assert names == order
    limit = record.find("LimitApplicationCertificateRelatedInfo")
    assert limit.findtext("LimitApplicationCertificateClassificationFlag") == "B05"
    assert record.findtext("ElderlyRecipientCertificateInfo/ElderlyRecipientContributionRatio") == (
        "020"
    )
    now, until = (record.findtext(f"PharmacistsInfo{end}") for end in ("ConsTime", "AvailableTime"))
    assert (now, until) == ("20251020090000", "20251021090000")


def test_absent_values_have_no_element() -> None:
    stage = Stage(kind="late_elderly")
    record = stage.record(stage.ask())
    plain = msgspec.to_builtins(record)
    assert "InsuredCardSymbol" not in plain
    assert "PreschoolClassification" not in plain
    assert "DisqualificationDate" not in plain
    assert plain["InsuredPartialContributionRatio"] in ("010", "020", "030")
    assert all(value != "" for value in plain.values())


def test_national_insurance_comes_padded_to_eight() -> None:
    stage = Stage(kind="kokuho")
    number = stage.scene.truth.qualification.insurer_number
    assert stage.record(stage.ask()).insurer_number == f"  {number}"


def test_kana_is_half_width_and_the_name_has_a_wide_space(stage: Stage) -> None:
    record = stage.record(stage.ask())
    assert "　" in record.name
    assert all(c == " " or "\uff61" <= c <= "\uff9f" for c in record.name_kana)


def test_no_element_of_the_person_that_the_message_lacks(stage: Stage) -> None:
    data = to_xml(stage.message(stage.ask())).decode()
    assert stage.scene.patient.mynumber not in data
    assert stage.scene.patient.phone not in data


# ---------------------------------------------------------------- encodings
def test_shift_jis_is_cp932_and_said_so(stage: Stage) -> None:
    record = stage.ask().records[0]
    record.fields["Name"] = "髙橋　德子𠮷"
    document = answer_document(
        Answer(validity="1", records=[record]),
        Heading(
            institution="1312345670",
            on=TODAY,
            now=stage.clock.now(),
            encoding="cp932",
        ),
    )
    data = to_xml(document, "cp932")
    assert data.startswith(b'<?xml version="1.0" encoding="Shift_JIS" standalone="no"?>')
    assert b"\xfb\xfc" in data, "髙 is among IBM's rows, as Windows and Java write it"
    with pytest.raises(ValueError, match="multi-byte"):
        ET.fromstring(data)
    root = tree(data)
    assert root.findtext(".//Name") == "髙橋　德子𠮷"
    assert root.findtext(".//CharacterCodeIdentifier") == "1"
    assert parse_result(data).xml_msg.message_header.character_code_identifier == "1"


def test_utf8(stage: Stage) -> None:
    data = to_xml(stage.message(stage.ask()))
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>')
    assert ET.fromstring(data).findtext(".//CharacterCodeIdentifier") == "0"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("Shift_JIS", "cp932"),
        ("Windows-31J", "cp932"),
    ],
)
def test_requests_in_either_encoding(declared: str, codec: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><XmlMsg><MessageHeader>'
        "<MedicalInstitutionCode>1312345670</MedicalInstitutionCode></MessageHeader>"
        "<MessageBody><!-- c --><QualificationConfirmSearchInfo>"
        "<InsurerNumber>  138057</InsurerNumber><InsuredCardSymbol>髙１－２</InsuredCardSymbol>"
        "<Unknown><Deep/></Unknown><InsuredBranchNumber></InsuredBranchNumber>"
        "</QualificationConfirmSearchInfo></MessageBody></XmlMsg>"
    )
    inquiry = inquiry_of(parse_request(text.encode(codec)))
    assert (inquiry.insurer_number, inquiry.symbol, inquiry.branch) == ("138057", "髙１－２", "")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"<XmlMsg>", "not well-formed"),
        (b"<Other/>", "root element is Other"),
        (b"<XmlMsg><MessageHeader/></XmlMsg>", "MessageBody"),
        ('<?xml version="1.0" encoding="UTF-8"?><XmlMsg/>髙'.encode("cp932"), "not utf-8"),
        (b'<?xml version="1.0" encoding="EBCDIC"?><XmlMsg/>', "ebcdic is not used"),
        (
            b'\xef\xbb\xbf<?xml version="1.0" encoding="Shift_JIS"?><XmlMsg/>',
            "mark of UTF-8, but declares shift_jis",
        ),
        ('<?xml version="1.0" encoding="UTF-16"?><XmlMsg/>'.encode("utf-16"), "not utf-8"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><XmlMsg/>", "document type"),
        (b"<XmlMsg>&b;</XmlMsg>", "not well-formed"),
        (b"<XmlMsg>" + b" " * MAX_BYTES + b"</XmlMsg>", "larger than"),
        (
            b"<XmlMsg><MessageHeader/><MessageBody><QualificationConfirmSearchInfo>"
            b"<Birthdate><x/></Birthdate></QualificationConfirmSearchInfo></MessageBody></XmlMsg>",
            "Expected `str",
        ),
    ],
)
def test_what_is_no_request_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(NotAMessageError, match=why):
        parse_request(data)


def test_an_entity_bomb_and_a_file_are_not_read(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    bomb = (
        f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]>'
        "<XmlMsg><MessageHeader><ErrorCode>&b;</ErrorCode></MessageHeader></XmlMsg>"
    )
    with pytest.raises(NotAMessageError) as e:
        parse_result(bomb.encode())
    assert "SECRET" not in str(e.value)


@settings(max_examples=40, deadline=None)
@given(cut=st.floats(0, 0.999))
def test_no_truncated_request_is_taken(cut: float) -> None:
    _, coverage = make_person(1, "p", on=TODAY)
    whole = to_xml(request_document(by_numbers(coverage), institution="1312345670"))
    with pytest.raises(NotAMessageError):
        parse_request(whole[: int(len(whole.rstrip()) * cut)])


# -------------------------------------------------------------- round trips
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(KINDS),
    limit=st.booleans(),
    info=st.booleans(),
    shuffled=st.booleans(),
    encoding=st.sampled_from(["utf-8", "cp932"]),
)
def test_results_round_trip_as_xml_and_json(
    seed: int, kind: str, limit: bool, info: bool, shuffled: bool, encoding: str
) -> None:
    patient, coverage = make_person(seed, "p", on=TODAY, kind=kind)
    stage = Stage()
    record = Record(patient=patient, coverage=coverage, limit_shown=limit, info_consent=info)
    document = stage.message(Answer(validity="1", records=[record]))
    shuffle = Random(seed) if shuffled else None
    assert parse_result(to_xml(document, encoding, shuffle=shuffle)) == document
    assert json_codec.parse_result(json_codec.to_json(document)) == document
    back = answer_of(document)
    assert stage.message(back) == document
    assert back.records[0].patient.birthdate == patient.birthdate


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Inquiry,
        insurer_number=st.text("0123456789", max_size=8),
        symbol=st.text("記号１２3-・ｱ", max_size=20),
        number=st.text("0123456789", max_size=20),
        branch=st.text("0123456789", max_size=2),
        birthdate=st.text("0123456789", max_size=8),
        limit_consent=st.booleans(),
    )
)
def test_requests_round_trip(inquiry: Inquiry) -> None:
    document = request_document(inquiry, institution="1312345670", identifier="a/b+c=")
    assert inquiry_of(parse_request(to_xml(document, "cp932"))) == inquiry
    assert inquiry_of(json_codec.parse_request(json_codec.to_json(document))) == inquiry


def test_json_has_the_shape_of_the_public_client(stage: Stage) -> None:
    found = json.loads(json_codec.to_json(stage.message(full(stage))))
    items = found["XmlMsg"]["MessageBody"]["ResultList"]
    assert [list(item) for item in items] == [["ResultOfQualificationConfirmation"]]

    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [leaf for v in value.values() for leaf in leaves(v)]
        if isinstance(value, list):
            return [leaf for v in value for leaf in leaves(v)]
        return [value]

    assert all(isinstance(leaf, str) for leaf in leaves(found))


def test_shuffled_elements_are_the_same_elements(stage: Stage) -> None:
    document = stage.message(full(stage))
    plain, mixed = to_xml(document), to_xml(document, shuffle=Random(5))
    assert plain != mixed
    assert mixed == to_xml(document, shuffle=Random(5))
    assert xml_codec.parse_result(mixed) == document


# ------------------------------------------------------------------- fields
def test_fields_have_the_last_word(stage: Stage) -> None:
    answer = full(stage)
    answer.records[0].fields.update(
        {
            "NameKana": "ｶﾅ",
            "InsurerName": None,
            "NameOfOther": "通称",
            "LimitApplicationCertificateLongTermDate": "20251001",
            "ElderlyRecipientContributionRatio": "030",
            "Address": "",
        }
    )
    record = stage.record(answer)
    assert record.name_kana == "ｶﾅ"
    assert record.insurer_name is None
    assert record.name_of_other == "通称"
    limit = record.limit_application_certificate_related_info
    assert limit.limit_application_certificate_long_term_date == "20251001"
    assert record.elderly_recipient_certificate_info.elderly_recipient_contribution_ratio == "030"
    assert "<Address/>" in to_xml(stage.message(answer)).decode()


def test_setting_elements() -> None:
    record = QualificationRecord()
    set_element(record, "ElderlyRecipientContributionRatio", None)
    assert record.elderly_recipient_certificate_info is None
    set_element(record, "ElderlyRecipientContributionRatio", "010")
    set_element(record, "ElderlyRecipientCertificateInfo", None)
    assert record.elderly_recipient_certificate_info is None
    with pytest.raises(ValueError, match="holds elements"):
        set_element(record, "ElderlyRecipientCertificateInfo", "x")
    with pytest.raises(KeyError):
        set_element(record, "Nonsense", "x")


def test_shown_is_what_the_message_says(stage: Stage) -> None:
    answer = stage.ask(by_card(stage.scene))
    record = stage.record(answer)
    for element, said in (
        ("Name", record.name),
        ("NameKana", record.name_kana),
        ("Address", record.address),
        ("DisqualificationDate", ""),
    ):
        assert shown(answer.records[0], element) == said
