from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from message_trees import full_tree, leaves
from scenery import Stage, by_card, by_numbers

from onshi.eligibility import bulk, json, medical, registration
from onshi.eligibility.codes import CODE_LISTS, LIST_TITLES, CardClass, CareSetting, Consent, label
from onshi.eligibility.kinds import KINDS, UNSERVED, kind_of, result_name, unserved_kind
from onshi.eligibility.mapping import inquiry_of
from onshi.eligibility.messages import (
    Document,
    MessageHeader,
    QualificationRecord,
    RequestDocument,
    SearchInfo,
    Told,
    record_elements,
    set_element,
)
from onshi.eligibility.xml import (
    MAX_BULK_BYTES,
    MAX_BYTES,
    NotAMessageError,
    parse,
    parse_request,
    to_xml,
)
from onshi.people.numbers import padded


# -------------------------------------------------------------------- names
@pytest.mark.parametrize(
    ("name", "prefix", "suffix", "answer"),
    [
        ("OQSsiquc01req_20260928.xml", "OQSsiquc01req", "20260928", "OQSsiquc01res_20260928.xml"),
        ("oqsMUQUC01REQ_a_b.c.XML", "OQSmuquc01req", "a_b.c", "OQSmuquc01res_a_b.c.xml"),
        ("OQSmuhvq02req_1.zip", "OQSmuhvq02req", "1", "OQSmuhvq02res_1.xml"),
        ("YZKsiquc01req_02260928.xml", "YZKsiquc01req", "02260928", "YZKsiquc01res_02260928.xml"),
        ("TKKsiquc01req_健診.xml", "TKKsiquc01req", "健診", "TKKsiquc01res_健診.xml"),
    ],
)  # fmt: skip
def test_a_name_is_a_kind_and_pairs_with_its_answer(
    name: str, prefix: str, suffix: str, answer: str
) -> None:
    found = kind_of(name)
    assert found is not None
    assert (found[0].prefix, found[1], found[2].lower()) == (prefix, suffix, name[-3:].lower())
    assert result_name(name) == answer
    assert result_name(name, "zip") == answer[:-3] + "zip"


@pytest.mark.parametrize(
    "name",
    [
        "OQSsiquc01res_1.xml",
        "OQSsiquc01req_.xml",
        "OQSsiquc01req_1",
        "OQSsiquc03req_1.xml",
        "xOQSsiquc01req_1.xml",
        "OQSsiquc01req1.xml",
        "~OQSsiquc01req_1.xml",
        "",
    ],
)
def test_other_names_are_no_kind(name: str) -> None:
    assert kind_of(name) is None
    assert unserved_kind(name) is None
    with pytest.raises(ValueError, match="no request"):
        result_name(name)


def test_what_is_not_answered_says_why() -> None:
    assert unserved_kind("oqssiurl01req_1.xml").interface == "039"  # type: ignore[union-attr]
    assert unserved_kind("EPSsiprs01req_1.xml").title == "電子処方箋"  # type: ignore[union-attr]
    assert unserved_kind("EPSON_manual.pdf") is None
    assert all(
        unserved.why and kind_of(f"{unserved.prefix}_1.xml") is None for unserved in UNSERVED
    )


def test_the_table_of_kinds() -> None:
    """Numbers and phases as the public tables have them (facts: oqs page, section 1.2)."""
    numbered = {k.interface: k.family for k in KINDS.values() if k.interface}
    assert numbered == {
        "001": "siquc01",
        "003": "siimm01",
        "005": "muquc01",
        "007": "muquc02",
        "009": "muimm01",
        "011": "muimm02",
        "013": "mutic01",
        "015": "mutic02",
        "017": "muhvq01",
        "019": "muhvq02",
        "021": "muonq01",
        "023": "muonq02",
    }
    for prefix, kind in KINDS.items():
        assert kind.prefix == prefix
        assert kind.result_prefix == prefix.replace("req", "res")
        assert kind.bulk == ("mu" in prefix)
        assert kind.phase == (2 if prefix.endswith("02req") else 1)
        if kind.phase == 2:
            assert kind.request is bulk.DownloadRequest
            assert KINDS[prefix.replace("02", "01")].result is bulk.ReceptionResult


# ------------------------------------------------------- requests of clients
def request(header: str, body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
        f"<XmlMsg><MessageHeader>{header}</MessageHeader><MessageBody>{body}</MessageBody></XmlMsg>"
    ).encode()


SEARCH = (
    "<QualificationConfirmSearchInfo><InsurerNumber>  13805{0}</InsurerNumber>"
    "<ArbitraryIdentifier>p{0}_{0}</ArbitraryIdentifier></QualificationConfirmSearchInfo>"
)


@pytest.mark.parametrize("around", ["{}", "<Whatever>{}</Whatever>", "<A>{}</A><B/>"])
def test_the_queries_of_a_bulk_request(around: str) -> None:
    data = request("", around.format("".join(SEARCH.format(n) for n in range(3))))
    searches = parse(data, bulk.BulkRequest).xml_msg.message_body.searches
    assert [(s.insurer_number, s.arbitrary_identifier) for s in searches] == [
        (f"  13805{n}", f"p{n}_{n}") for n in range(3)
    ]


def test_records_in_a_list_of_a_unit_are_read_as_well() -> None:
    record = (
        "<ResultOfQualificationConfirmation><Name>{}</Name></ResultOfQualificationConfirmation>"
    )
    two = record.format("甲") + record.format("乙")
    units = "".join(
        f"<BulkConfirmUnit>{inner}</BulkConfirmUnit>"
        for inner in (two, f"<ResultList>{two}</ResultList>", "")
    )
    found = parse(request("", units), bulk.BulkResult).xml_msg.message_body
    assert [[r.name for r in u.records] for u in found.units] == [["甲", "乙"], ["甲", "乙"], []]


@pytest.mark.parametrize("name", ["ReceptionNumber", "MessageBody"])
def test_what_may_be_there_once_may_not_be_there_twice(name: str) -> None:
    data = request("", "<ReceptionNumber>R1</ReceptionNumber>").decode()
    start, end = data.index(f"<{name}>"), data.index(f"</{name}>") + len(f"</{name}>")
    twice = data[:end] + data[start:end] + data[end:]
    with pytest.raises(NotAMessageError, match=f"{name} is there twice"):
        parse(twice.encode(), bulk.DownloadRequest)


def test_requests_by_month_by_span_and_by_reception_number() -> None:
    month = request(
        "<MedicalInstitutionCode>1312345670</MedicalInstitutionCode>",
        "<QualificationConfirmSearchInfo><MedicalTreatmentMonth>202609</MedicalTreatmentMonth>"
        "</QualificationConfirmSearchInfo>",
    )
    info = parse(month, bulk.ListRequest).xml_msg.message_body.qualification_confirm_search_info
    assert info == bulk.ListSearchInfo(medical_treatment_month="202609")
    again = parse(request("", "<ReceptionNumber>R1</ReceptionNumber>"), bulk.DownloadRequest)
    assert again.xml_msg.message_body.reception_number == "R1"


def test_registrations_and_medical_requests() -> None:
    one = (
        "<ReferenceNumberRegistrationInfo><ReferenceNumber>24434</ReferenceNumber>"
        "<InsurerNumber>  138057</InsurerNumber></ReferenceNumberRegistrationInfo>"
    )
    told = parse(request("", one * 2), registration.RegistrationRequest)
    assert [r.reference_number for r in told.xml_msg.message_body.registrations] == ["24434"] * 2
    asked = parse(
        request(
            "<InsuranceCardSymbol>１</InsuranceCardSymbol><BranchNumber></BranchNumber>"
            "<InsuredPersonIdentificationNumber>2</InsuredPersonIdentificationNumber>",
            "<StartDate>20250101</StartDate><PrDiInfClassification>1</PrDiInfClassification>",
        ),
        medical.MedicalRequest,
    ).xml_msg
    header, body = asked.message_header, asked.message_body
    assert (header.insurance_card_symbol, header.branch_number) == ("１", "")
    assert header.insured_person_identification_number == "2"
    assert (body.start_date, body.end_date, body.pr_di_inf_classification) == (
        "20250101",
        None,
        "1",
    )


@pytest.mark.parametrize("pad", [" ", "0", ""])
@pytest.mark.parametrize("form", ["xml", "json"])
def test_every_padding_of_an_insurer_number_finds_the_person(pad: str, form: str) -> None:
    stage = Stage(kind="kokuho")
    number = stage.scene.truth.qualification.insurer_number
    inquiry = by_numbers(stage.scene.truth)
    sent = padded(number, pad) if pad else number  # type: ignore[arg-type]
    info = SearchInfo(
        insurer_number=sent,
        insured_card_symbol=inquiry.symbol,
        insured_identification_number=inquiry.number,
        insured_branch_number=inquiry.branch,
        birthdate=inquiry.birthdate,
    )
    plain = {
        "XmlMsg": {"MessageHeader": {}, "MessageBody": {"QualificationConfirmSearchInfo": info}}
    }
    asked = msgspec.convert(msgspec.to_builtins(plain), RequestDocument)
    back = (
        parse_request(to_xml(asked)) if form == "xml" else json.parse_request(json.to_json(asked))
    )
    answer = stage.ask(inquiry_of(back))
    assert answer.validity == "1"
    assert stage.record(answer).insurer_number == f"  {number}"


# ------------------------------------------------------------------- bounds
@pytest.mark.parametrize("kind", [Document, bulk.BulkRequest, medical.MedicineResult])
def test_entities_and_depth_are_bounded_for_every_kind(kind: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    bombs = [
        f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]><XmlMsg>&b;</XmlMsg>',
        '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><XmlMsg>&c;</XmlMsg>',
        "<XmlMsg>" + "<a>" * 5000 + "</a>" * 5000 + "</XmlMsg>",
    ]
    for bomb in bombs:
        with pytest.raises(NotAMessageError) as e:
            parse(bomb.encode(), kind)
        assert "SECRET" not in str(e.value)
    with pytest.raises(NotAMessageError):
        json.parse(b'{"XmlMsg":' * 5000, kind)


def test_many_people_need_a_wider_bound() -> None:
    unit = bulk.BulkUnit(records=[QualificationRecord(address="東" * 300)])
    document = bulk.BulkResult(
        xml_msg=Told(
            message_header=MessageHeader(),
            message_body=bulk.BulkResultBody(units=[unit] * 1200),
        )
    )
    data = to_xml(document)
    assert MAX_BYTES < len(data) < MAX_BULK_BYTES
    with pytest.raises(NotAMessageError, match=f"larger than {MAX_BYTES}"):
        parse(data, bulk.BulkResult)
    with pytest.raises(NotAMessageError, match=f"larger than {MAX_BYTES}"):
        json.parse(json.to_json(document), bulk.BulkResult)
    assert parse(data, bulk.BulkResult, limit=MAX_BULK_BYTES) == document


def test_a_file_of_nothing_but_tags_is_not_built() -> None:
    data = request("", "<a/>" * 1_000_001)
    with pytest.raises(NotAMessageError, match="more than 1000000 tags"):
        parse(data, bulk.BulkRequest, limit=MAX_BULK_BYTES)


# ------------------------------------------------------------- other readers
def test_another_parser_reads_every_kind(tmp_path: Path) -> None:
    """libxml2's own command counts what is in a file of each kind, in both encodings."""
    for prefix, kind in KINDS.items():
        tree = full_tree(kind.result)
        texts = len(leaves(tree))
        for encoding in ("utf-8", "cp932"):
            (tmp_path / f"{prefix}.{encoding}.xml").write_bytes(to_xml(tree, encoding))
        done = subprocess.run(
            ["xmllint", "--nonet", "--xpath", "count(//*[not(*)])"]
            + [str(tmp_path / f"{prefix}.{e}.xml") for e in ("utf-8", "cp932")],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == [str(texts)] * 2


# ------------------------------------------------------------------ contents
def test_medical_aid_in_an_answer() -> None:
    stage = Stage(kind="seiho")
    q = stage.scene.truth.qualification
    for inquiry in (by_card(stage.scene), by_numbers(stage.scene.truth)):
        record = stage.record(stage.ask(inquiry))
        assert record.insured_card_classification == "A1"
        assert record.insured_card_symbol is None
        assert (record.public_expense_number, record.beneficiary_number) == (
            record.insurer_number,
            record.insured_identification_number,
        ) == (q.insurer_number, q.number)  # fmt: skip
        assert record.welfare_office_name.endswith("福祉事務所（試験用）")
        (item,) = record.public_expense_result_list
        ticket = item.medical_ticket_info
        assert (ticket.ticket_type, ticket.medical_treatment_month) == ("01", "202510")
        assert ticket.designated_medical_institution_code == "1312345670"
        assert label("OQSCD026", ticket.designated_medical_institution_flag) == "一致"
        assert ticket.status_of_infection == "02"
        assert b"<StatusOfInfecton>02</StatusOfInfecton>" in to_xml(
            stage.message(stage.ask(inquiry))
        )


def test_medical_aid_without_a_ticket_has_none() -> None:
    stage = Stage(kind="seiho")
    stage.inject("inquiry.validity", code="6")
    record = stage.record(stage.ask())
    assert record.insured_card_classification == "A1"
    assert record.public_expense_result_list is None


def test_a_specific_disease_is_shown_with_the_consent_only() -> None:
    stage = Stage(kind="dialysis")
    without = stage.record(stage.ask(by_numbers(stage.scene.truth)))
    assert without.specific_diseases_certificate_list is None
    record = stage.record(stage.ask(by_numbers(stage.scene.truth, limit_consent=True)))
    assert record.specific_diseases_certificate_related_cons_flg == Consent.YES
    (item,) = record.specific_diseases_certificate_list
    told = item.specific_diseases_certificate_info
    assert label("OQSCD013", told.specific_diseases_disease_category).startswith("人工透析")
    assert told.specific_diseases_self_pay == "10000"
    assert told.specific_diseases_valid_end_date is None


def test_elements_in_lists_can_be_set() -> None:
    stage = Stage(kind="seiho")
    stage.inject("inquiry.field", element="InjuryName1", value="糖尿病")
    (item,) = stage.record(stage.ask()).public_expense_result_list
    assert item.medical_ticket_info.injury_name1 == "糖尿病"
    record = QualificationRecord()
    set_element(record, "SpecificDiseasesSelfPay", None)
    assert record.specific_diseases_certificate_list is None
    set_element(record, "SpecificDiseasesSelfPay", "20000")
    (entry,) = record.specific_diseases_certificate_list or ()
    assert entry.specific_diseases_certificate_info.specific_diseases_self_pay == "20000"
    with pytest.raises(ValueError, match="holds elements"):
        set_element(record, "SpecificDiseasesCertificateList", "x")
    set_element(record, "SpecificDiseasesCertificateList", None)
    assert record == QualificationRecord()


def test_every_element_can_be_set_and_left_out() -> None:
    for element in record_elements():
        record = QualificationRecord()
        try:
            set_element(record, element, "x")
        except ValueError:
            continue
        assert ("x" in [text for _, text in leaves(record)]) is True
        set_element(record, element, None)
        assert leaves(record) == []


# -------------------------------------------------------------------- codes
def test_every_list_has_a_title_and_labels() -> None:
    assert list(CODE_LISTS) == [f"OQSCD{n:03d}" for n in range(1, 45)]
    assert set(LIST_TITLES) == set(CODE_LISTS)
    for codes in CODE_LISTS.values():
        assert codes
        assert all(code and text for code, text in codes.items())
    assert label("OQSCD042", "2/02") == "顔認証"


@pytest.mark.parametrize(
    ("enum", "code_list"),
    [(CardClass, "OQSCD010"), (Consent, "OQSCD016"), (CareSetting, "OQSCD028")],
)
def test_enums_are_codes_of_their_list(enum: Any, code_list: str) -> None:
    assert {member.value for member in enum} <= set(CODE_LISTS[code_list])


@pytest.mark.parametrize("code", ["9", "ZZ", "新"])
def test_an_unknown_code_survives_every_way(code: str) -> None:
    stage = Stage()
    stage.inject("inquiry.field", element="InsuredCardClassification", value=code)
    message = stage.message(stage.ask())
    for back in (
        parse(to_xml(message, "cp932"), Document),
        json.parse_result(json.to_json(message)),
    ):
        (item,) = back.xml_msg.message_body.result_list  # type: ignore[union-attr]
        told = item.result_of_qualification_confirmation.insured_card_classification
        assert told == code
        assert label("OQSCD010", told) == code
