"""Many patients in one request: accepted, worked on, fetched."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from eligstage import TODAY, Stage, eventually
from folder_clients import (
    all_who,
    another,
    exchanged,
    fetch,
    list_of,
    number_of,
    opened,
    registering,
)

from onshi.doors.folder import FolderDoor
from onshi.eligibility.bulk import BulkResult, BulkUnit, ReceptionResult
from onshi.eligibility.codes import is_placeholder
from onshi.eligibility.jobs import Jobs
from onshi.eligibility.messages import MessageHeader
from onshi.eligibility.registration import BulkRegistrationResult
from onshi.schedule import Schedule


def handed_in(door: FolderDoor, family: str, content: bytes) -> str:
    return number_of(exchanged(door, f"OQS{family}01req", content, ReceptionResult))


def asked_once(
    door: FolderDoor, stage: Stage, number: str, family: str = "muquc"
) -> tuple[MessageHeader, list[BulkUnit] | None]:
    told = exchanged(door, f"OQS{family}02req", fetch(stage, number), BulkResult).xml_msg
    body = told.message_body
    return told.message_header, None if body is None else body.units


def fetched(
    door: FolderDoor, stage: Stage, number: str, family: str = "muquc"
) -> tuple[MessageHeader, list[BulkUnit]]:
    """As a client does it: again with the same number for as long as it says 処理中."""
    for _ in range(5):
        header, units = asked_once(door, stage, number, family)
        if header.segment_of_result != "2":
            assert units is not None
            return header, units
    raise AssertionError("it is never done")


def test_a_list_is_accepted_worked_on_and_fetched() -> None:
    with opened() as (door, stage):
        people = [stage.scene.truth, another(stage)]
        upload = exchanged(door, "OQSmuquc01req", list_of(stage, *people), ReceptionResult).xml_msg
        assert upload.message_header.arbitrary_file_identifier == "id-1"
        assert upload.message_header.medical_institution_code == stage.site.institution_code
        assert upload.message_header.segment_of_result is None
        assert upload.message_body is not None
        assert upload.message_body.reception_date_time == "20251020090000"
        number = upload.message_body.reception_number
        assert number

        header, units = asked_once(door, stage, number)
        assert (header.segment_of_result, units) == ("2", None)
        assert header.reception_number == number

        header, units = asked_once(door, stage, number)
        assert header.segment_of_result == "1"
        assert header.arbitrary_file_identifier == "id-1", "the upload's, as the request has none"
        counts = (
            header.number_of_processing_result,
            header.number_of_normal_processing,
            header.number_of_error,
        )
        assert counts == ("2", "2", "0")
        assert units is not None
        for n, (unit, coverage) in enumerate(zip(units, people, strict=True)):
            echo, q = unit.qualification_confirm_search_info, coverage.qualification
            assert echo is not None
            assert echo.arbitrary_identifier == f"row-{n}"
            assert echo.insured_identification_number == q.number
            assert unit.qualification_validity == "1"
            assert [r.insurer_number for r in unit.records] == [q.insurer_number.rjust(8)]
            assert unit.records[0].birthdate == f"{coverage.patient.birthdate:%Y%m%d}"
        again = asked_once(door, stage, number)
        assert again[0].segment_of_result == "1"
        assert again[1] == units, "it can be fetched again"


def test_a_number_that_was_never_given_is_a_failure_and_no_invented_code() -> None:
    with opened() as (door, stage):
        number = handed_in(door, "muquc", list_of(stage, stage.scene.truth))
        for family, asked in (("muquc", "20251020999999999999"), ("muhvq", number), ("muquc", "")):
            header, units = asked_once(door, stage, asked, family)
            assert (header.segment_of_result, units) == ("9", None)
            assert header.error_code is not None
            assert is_placeholder(header.error_code)
            assert header.error_message


def test_the_work_takes_its_time_where_time_is_real() -> None:
    with opened(real=True, site={"bulk_seconds": 1.0}) as (door, stage):
        number = handed_in(door, "muquc", list_of(stage, stage.scene.truth))
        assert asked_once(door, stage, number)[0].segment_of_result == "2"
        assert eventually(
            lambda: asked_once(door, stage, number)[0].segment_of_result == "1", seconds=5
        )


def test_a_night_passes() -> None:
    with opened(site={"bulk_seconds": 6 * 3600.0}) as (door, stage):
        number = handed_in(door, "muquc", list_of(stage, stage.scene.truth))
        assert asked_once(door, stage, number)[0].segment_of_result == "2"
        stage.clock.travel(TODAY + timedelta(days=1))
        assert asked_once(door, stage, number)[0].segment_of_result == "1"


def test_a_fault_of_an_inquiry_reaches_one_unit() -> None:
    with opened() as (door, stage):
        people = [stage.scene.truth, another(stage), another(stage, "kokuho", "p8")]
        stage.inject("inquiry.system_error", Schedule(nth=1))
        stage.inject("inquiry.request_error", Schedule(nth=2))
        stage.inject("inquiry.validity", Schedule(nth=3), code="2")
        number = handed_in(door, "muquc", list_of(stage, *people))
        header, units = fetched(door, stage, number)
        assert header.segment_of_result == "1"
        assert (header.number_of_normal_processing, header.number_of_error) == ("1", "2")
        assert [u.processing_result_status for u in units] == ["2", "2", "1"]
        assert [u.processing_result_code for u in units[:2]] == ["ONSHI-SYSTEM", "ONSHI-ITEM"]
        assert all(u.processing_result_message for u in units[:2])
        assert [u.qualification_validity for u in units] == [None, None, "2"]
        assert [len(u.records) for u in units] == [0, 0, 1]
        assert all(u.qualification_confirm_search_info is not None for u in units)


def test_a_fault_for_one_patient_leaves_the_others_alone() -> None:
    with opened() as (door, stage):
        people = [stage.scene.truth, another(stage)]
        stage.inject("inquiry.ratio", Schedule(match="patient:p7"), percent=30)
        number = handed_in(door, "muquc", list_of(stage, *people))
        told = [
            u.records[0].insured_partial_contribution_ratio for u in fetched(door, stage, number)[1]
        ]
        assert told == [None, "030"]


def test_a_slow_answer_makes_the_work_long() -> None:
    with opened(site={"bulk_seconds": 0.0}) as (door, stage):
        stage.inject("inquiry.slow", seconds=25)
        number = handed_in(door, "muquc", list_of(stage, stage.scene.truth, stage.scene.truth))
        said = [asked_once(door, stage, number)[0].segment_of_result for _ in range(4)]
        assert said == ["2", "2", "2", "1"]


def test_limits_are_told_as_changed_or_not() -> None:
    with opened(kind="elderly", site={"bulk_seconds": 0.0}) as (door, stage):
        stage.inject("inquiry.limit", bracket="B02")
        flags = []
        for _ in range(3):
            number = handed_in(door, "muquc", list_of(stage, stage.scene.truth, limit=True))
            (unit,) = fetched(door, stage, number)[1]
            flags.append(unit.records[0].limit_application_certificate_changed)
            assert unit.records[0].limit_application_certificate_related_info is None
            if len(flags) == 2:
                stage.board.clear()
                stage.inject("inquiry.limit", bracket="B03")
        assert flags == ["1", "0", "1"], "not told before, the same, another"


def test_an_empty_list_is_refused() -> None:
    with opened() as (door, stage):
        told = exchanged(door, "OQSmuquc01req", list_of(stage), ReceptionResult).xml_msg
        assert told.message_body is not None
        assert told.message_body.reception_number is None
        assert told.message_body.processing_result_code == "ONSHI-ITEM"
        assert "QualificationConfirmSearchInfo" in (
            told.message_body.processing_result_message or ""
        )


def test_a_thousand_patients() -> None:
    with opened(site={"bulk_seconds": 0.0}) as (door, stage):
        number = handed_in(door, "muquc", list_of(stage, *[stage.scene.truth] * 1000))
        header, units = fetched(door, stage, number)
        assert header.number_of_normal_processing == "1000"
        echoes = [u.qualification_confirm_search_info for u in units]
        rows = [e.arbitrary_identifier for e in echoes if e is not None]
        assert rows == [f"row-{n}" for n in range(1000)]


# --------------------------------------------------------- lists that name nobody
def test_who_agreed_within_the_days_asked_for() -> None:
    with opened(site={"bulk_seconds": 0.0}) as (door, stage):
        other = another(stage)
        days = {"consent_date_from": "20251001", "consent_date_to": "20251031"}
        number = handed_in(door, "muhvq", all_who(stage, **days, medical_treatment_flag="2"))
        units = fetched(door, stage, number, "muhvq")[1]
        born = {stage.scene.patient.birthdate, other.patient.birthdate}
        assert {u.records[0].birthdate for u in units} == {f"{b:%Y%m%d}" for b in born}
        assert all(u.qualification_confirm_search_info is None for u in units)
        last_month = {"consent_date_from": "20250901", "consent_date_to": "20250930"}
        number = handed_in(door, "muhvq", all_who(stage, **last_month))
        assert fetched(door, stage, number, "muhvq")[1] == []


def test_who_was_examined_within_the_days_asked_for() -> None:
    with opened(site={"bulk_seconds": 0.0}) as (door, stage):
        days = {"examination_date_from": "20251020", "examination_date_to": "20251020"}
        number = handed_in(door, "muonq", all_who(stage, **days, medical_treatment_flag="3"))
        assert len(fetched(door, stage, number, "muonq")[1]) == 1


@pytest.mark.parametrize(
    ("family", "fields", "wrong"),
    [
        ("muhvq", {}, "ConsentDateFrom"),
        ("muhvq", {"examination_date_from": "20251020"}, "ConsentDateFrom"),
        (
            "muhvq",
            {"consent_date_from": "20251020", "consent_date_to": "20251019"},
            "ConsentDateTo",
        ),
        ("muonq", {"examination_date_from": "2025"}, "ExaminationDateFrom"),
        ("mutic", {"medical_treatment_month": "202513"}, "MedicalTreatmentMonth"),
    ],
)
def test_a_span_that_is_none_is_refused(family: str, fields: dict[str, str], wrong: str) -> None:
    with opened() as (door, stage):
        told = exchanged(door, f"OQS{family}01req", all_who(stage, **fields), ReceptionResult)
        body = told.xml_msg.message_body
        assert body is not None
        assert body.processing_result_status == "2"
        assert (body.processing_result_message or "").endswith(f": {wrong}")


def test_whom_a_month_of_medical_aid_has() -> None:
    with opened(kind="seiho", site={"bulk_seconds": 0.0}) as (door, stage):
        another(stage, "kokuho")
        number = handed_in(door, "mutic", all_who(stage, medical_treatment_month="202510"))
        (unit,) = fetched(door, stage, number, "mutic")[1]
        assert [r.insured_card_classification for r in unit.records] == ["A1"]
        before = stage.scene.truth.holds_from - timedelta(days=40)
        number = handed_in(door, "mutic", all_who(stage, medical_treatment_month=f"{before:%Y%m}"))
        assert fetched(door, stage, number, "mutic")[1] == []


# --------------------------------------------------------------- registrations
def test_many_numbers_are_registered_and_one_is_refused() -> None:
    with opened(site={"bulk_seconds": 0.0}) as (door, stage):
        known, stranger = another(stage), another(stage, "shaho", "p8")
        stage.scene.coverages.remove(stranger)
        pairs = [("A-1", stage.scene.truth), ("A-2", known), ("A-3", stranger)]
        number = handed_in(door, "muimm", registering(stage, *pairs))
        told = exchanged(door, "OQSmuimm02req", fetch(stage, number), BulkRegistrationResult)
        header, body = told.xml_msg.message_header, told.xml_msg.message_body
        assert (header.segment_of_result, header.reception_number) == ("1", number)
        assert header.number_of_error == "1"
        assert body is not None
        assert [u.processing_result_status for u in body.units] == ["1", "1", "2"]
        echoes = [u.reference_number_registration_info for u in body.units]
        assert [e.reference_number for e in echoes if e is not None] == ["A-1", "A-2", "A-3"]
        number = handed_in(door, "muquc", list_of(stage, stage.scene.truth, known))
        assert [u.reference_number for u in fetched(door, stage, number)[1]] == ["A-1", "A-2"]


# -------------------------------------------------------------------- receptions
def test_numbers_follow_the_seed_and_the_list() -> None:
    def numbers(seed: int) -> list[str]:
        with opened(seed=seed) as (door, stage):
            first, second = list_of(stage, stage.scene.truth), list_of(stage, another(stage))
            return [handed_in(door, "muquc", c) for c in (first, second, first)]

    one = numbers(1)
    assert len(set(one)) == 3
    assert numbers(1) == one
    assert set(numbers(2)).isdisjoint(one)


def test_old_receptions_are_forgotten_and_memory_is_bounded() -> None:
    jobs = Jobs(Stage().clock, 1)
    first = jobs.accept("muquc", b"x", [], seconds=0)
    for _ in range(1000):
        last = jobs.accept("muquc", b"x", [], seconds=0)
    assert jobs.find("muquc", first.number) is None
    assert jobs.find("muquc", last.number) is last
    assert date.fromisoformat(last.number[:8]) == TODAY


def test_a_unit_that_never_comes_is_work_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from onshi.seams import HangUpError

    with opened(site={"bulk_seconds": 0.0}) as (door, stage):
        ask = stage.inquiries.ask

        def silent(inquiry: object) -> object:
            raise HangUpError

        monkeypatch.setattr(stage.inquiries, "ask", silent)
        number = handed_in(door, "muquc", list_of(stage, stage.scene.truth))
        monkeypatch.setattr(stage.inquiries, "ask", ask)
        said = {asked_once(door, stage, number)[0].segment_of_result for _ in range(5)}
        assert said == {"2"}
        number = handed_in(door, "muquc", list_of(stage, stage.scene.truth))
        assert asked_once(door, stage, number)[0].segment_of_result == "1"
