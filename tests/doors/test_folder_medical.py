"""薬剤情報 and 特定健診 through the folder: as XML and as PDF, with a consent and without."""

from __future__ import annotations

import subprocess
import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from eligstage import TODAY, Stage, eventually
from folder_clients import another, medicines_of, opened, taken

from onshi.doors.face import FaceDoor
from onshi.doors.folder import FolderDoor
from onshi.eligibility.kana import half_width
from onshi.eligibility.medical_service import MedicalService
from onshi.people.records import Patient
from onshi.seams import TerminalOutcome

DAYS = ("DiDate", "ShPrDate", "CzDiDate")


def read(path: Path, element: str) -> list[str]:
    """The lines that xmllint finds under a name, wherever it stands."""
    done = subprocess.run(
        ["xmllint", "--xpath", f"//{element}/text()", str(path)], capture_output=True, text=True
    )
    return done.stdout.splitlines()


def shown_on(path: Path) -> set[str]:
    return {day for name in DAYS for day in read(path, name)}


def consented(door: FolderDoor, stage: Stage, patient: Patient | None = None) -> None:
    """The patient agrees at the face reader; the file is read and put away."""
    FaceDoor(door).drop(TerminalOutcome(info_consent=True), patient or stage.scene.patient)
    (face,) = eventually(lambda: list((door.root / "face").iterdir()))
    face.unlink()


def test_without_a_consent_nothing_is_shown_and_it_says_why() -> None:
    with opened() as (door, stage):
        FaceDoor(door).drop(TerminalOutcome(info_consent=False), stage.scene.patient)
        for prefix in ("YZKsiquc01req", "TKKsiquc01req"):
            told = taken(door, prefix, medicines_of(stage, stage.scene.truth))
            assert read(told, "ResultCode") == ["ONSHI-CONSENT"]
            assert "同意" in read(told, "MessageContents")[0]
            assert read(told, "Name") == []
            assert shown_on(told) == set()


def test_after_a_consent_at_the_face_reader_it_is_shown() -> None:
    with opened() as (door, stage):
        consented(door, stage)
        told = taken(door, "YZKsiquc01req", medicines_of(stage, stage.scene.truth))
        assert told.name.startswith("YZKsiquc01res_")
        patient = stage.scene.patient
        assert read(told, "ResultCode") == ["1"]
        assert read(told, "QuaInf/Name") == [patient.name]
        assert read(told, "QuaInf/KanaName") == [half_width(patient.kana)]
        assert read(told, "QuaInf/Birth") == [f"{patient.birthdate:%Y%m%d}"]
        assert read(told, "ArbitraryFileIdentifier") == ["id-1"]
        assert all(code.startswith("999") for code in read(told, "DrugC"))
        assert len(shown_on(told)) > 30
        checkups = taken(door, "TKKsiquc01req", medicines_of(stage, stage.scene.truth))
        assert read(checkups, "QualificationsInfo/Name") == [patient.name]
        assert set(read(checkups, "ItemName")) >= {"身長", "体重"}


def test_a_consent_is_for_a_day_and_for_one_person() -> None:
    with opened() as (door, stage):
        other = another(stage)
        consented(door, stage)
        told = taken(door, "YZKsiquc01req", medicines_of(stage, other))
        assert read(told, "ResultCode") == ["ONSHI-CONSENT"]
        elsewhere = medicines_of(stage, other, medical_treatment_flag="2")
        assert read(taken(door, "YZKsiquc01req", elsewhere), "ResultCode") == ["1"]
        stage.clock.travel(TODAY + timedelta(days=1))
        told = taken(door, "YZKsiquc01req", medicines_of(stage, stage.scene.truth))
        assert read(told, "ResultCode") == ["ONSHI-CONSENT"]


def test_the_days_asked_for_are_the_days_shown() -> None:
    with opened() as (door, stage):
        consented(door, stage)
        mine = stage.scene.truth
        span = {"start_date": "20250401", "end_date": "20250630"}
        days = shown_on(taken(door, "YZKsiquc01req", medicines_of(stage, mine, **span)))
        assert days
        assert all("20250401" <= day <= "20250630" for day in days)
        everything = shown_on(taken(door, "YZKsiquc01req", medicines_of(stage, mine)))
        assert days == {day for day in everything if "20250401" <= day <= "20250630"}
        assert all(datetime.strptime(day, "%Y%m%d").date() <= TODAY for day in everything)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"start_date": "2025-04-01"}, "StartDate"),
        ({"start_date": "20250401", "end_date": "20250331"}, "EndDate"),
        ({"file_category": "3"}, "FileCategory"),
    ],
)
def test_a_wrong_element_is_named(fields: dict[str, str], wrong: str) -> None:
    with opened() as (door, stage):
        consented(door, stage)
        told = taken(door, "YZKsiquc01req", medicines_of(stage, stage.scene.truth, **fields))
        assert read(told, "ResultCode") == ["ONSHI-ITEM"]
        assert read(told, "MessageContents")[0].endswith(f": {wrong}")


def test_numbers_that_are_nobodys_show_nothing() -> None:
    with opened() as (door, stage):
        stranger = another(stage)
        stage.scene.coverages.remove(stranger)
        told = taken(door, "YZKsiquc01req", medicines_of(stage, stranger))
        assert read(told, "ResultCode") == ["ONSHI-ITEM"]


def test_a_pdf_where_one_is_asked_for() -> None:
    def plain(text: str) -> str:
        return "".join(unicodedata.normalize("NFKC", text).split())

    with opened() as (door, stage):
        consented(door, stage)
        mine = stage.scene.truth
        xml = taken(door, "YZKsiquc01req", medicines_of(stage, mine))
        path = taken(door, "YZKsiquc01req", medicines_of(stage, mine, file_category="1"))
        assert path.suffix == ".pdf"
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        text = plain(done.stdout)
        assert plain(stage.scene.patient.name) in text
        for day in shown_on(xml):
            when = datetime.strptime(day, "%Y%m%d")
            assert f"{when.year}年{when.month}月{when.day}日" in text
        info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True).stdout
        assert int(info.split("Pages:")[1].split()[0]) > 1
        path = taken(door, "TKKsiquc01req", medicines_of(stage, mine, file_category="1"))
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True)
        assert "身長" in done.stdout
        failed = taken(
            door, "YZKsiquc01req", medicines_of(stage, another(stage), file_category="1")
        )
        assert failed.suffix == ".xml", "what went wrong is said in XML"


def test_the_past_does_not_change_with_the_day_of_asking() -> None:
    with opened() as (_, stage):
        service, patient = stage.exchange.medical, stage.scene.patient
        before = service.view(patient, None, date(2025, 6, 30)).prescriptions
        stage.clock.travel(date(2026, 2, 1))
        later = service.view(patient, None, date(2025, 6, 30)).prescriptions
        assert [p for p in later if p in before] == list(later)
        assert len(later) > 40


# --------------------------------------------------------------------- faults
@pytest.mark.parametrize("who", ["stranger", "family"])
def test_medicines_of_somebody_else(who: str) -> None:
    with opened() as (door, stage):
        mine, patient = stage.scene.truth, stage.scene.patient
        consented(door, stage)
        own = taken(door, "YZKsiquc01req", medicines_of(stage, mine))
        stage.inject("scene.other_medical_info", who=who)
        right = taken(door, "OQSsiquc01req", stage.request())
        assert read(right, "ResultOfQualificationConfirmation/Name") == [patient.name]
        told = taken(door, "YZKsiquc01req", medicines_of(stage, mine))
        assert read(told, "ResultCode") == ["1"]
        assert read(told, "QuaInf/Name") != [patient.name]
        assert shown_on(told) != shown_on(own)
        if who == "family":
            assert read(told, "QuaInf/Name")[0].startswith(patient.family)
        stage.inject("scene.other_medical_info", who=who, named=False)
        silent = taken(door, "YZKsiquc01req", medicines_of(stage, mine))
        assert read(silent, "QuaInf/Name") == [patient.name]
        assert shown_on(silent) != shown_on(own)


def test_the_latest_medicines_are_not_known_yet() -> None:
    for seed in range(1, 31):
        stage = Stage(seed=seed)
        service, patient = MedicalService(stage.scene, stage.clock), stage.scene.patient
        own = service.view(patient, None, None).prescriptions
        stage.inject("scene.medical_info_delay")
        late = service.view(patient, None, None).prescriptions
        assert len(late) < len(own)
        assert set(late) < set(own)
        assert max(p.day for p in set(own) - set(late)) == max(p.day for p in own)
        stage.clock.travel(TODAY + timedelta(days=75))
        own_since = {p for p in own if p.day.year > 2021}
        assert own_since <= set(service.view(patient, None, None).prescriptions)


def test_a_delay_in_the_file_ends_by_itself() -> None:
    with opened() as (door, stage):
        mine = stage.scene.truth
        consented(door, stage)
        own = shown_on(taken(door, "YZKsiquc01req", medicines_of(stage, mine)))
        stage.inject("scene.medical_info_delay")
        late = shown_on(taken(door, "YZKsiquc01req", medicines_of(stage, mine)))
        assert late < own
        assert max(late) < max(own)
        stage.clock.travel(TODAY + timedelta(days=75))
        consented(door, stage)
        assert max(own) in shown_on(taken(door, "YZKsiquc01req", medicines_of(stage, mine)))


def test_the_faults_end_when_they_are_taken_back() -> None:
    import onshi

    with onshi.Desk(date="2025-10-20", doors=("folder",)) as desk:
        service, patient = desk._exchange_service().medical, desk.patient
        own = service.view(patient, None, None)
        for fault in ("scene.other_medical_info", "scene.medical_info_delay"):
            desk.inject(fault)
            assert service.view(patient, None, None) != own
            desk.injections.lift_fault(fault)
            assert service.view(patient, None, None) == own
        desk.inject("scene.medical_info_delay")
        desk.next_patient()
        assert desk.scene.medical == {}
