"""照会番号 of one patient: registered in the folder, and in every answer from then on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
from eligstage import eventually
from folder_clients import another, exchanged, opened, registering, taken

from onshi.doors.face import FaceDoor
from onshi.eligibility.messages import Document
from onshi.eligibility.registration import RegistrationResult, RegistrationResultBody
from onshi.seams import TerminalOutcome


def read(path: Path, element: str) -> list[str]:
    """What xmllint finds under a name, wherever it stands."""
    done = subprocess.run(
        ["xmllint", "--xpath", f"//{element}/text()", str(path)], capture_output=True, text=True
    )
    return done.stdout.split()


def body_of(result: RegistrationResult) -> RegistrationResultBody:
    assert result.xml_msg.message_body is not None
    return result.xml_msg.message_body


def test_a_number_is_registered_and_comes_back_with_every_answer() -> None:
    with opened() as (door, stage):
        before = taken(door, "OQSsiquc01req", stage.request())
        assert read(before, "ReferenceNumber") == []
        done = taken(door, "OQSsiimm01req", registering(stage, ("K-0001", stage.scene.truth)))
        assert read(done, "ReferenceNumber") == ["K-0001"]
        assert read(done, "ProcessingResultStatus") == ["1"]
        assert read(done, "ArbitraryFileIdentifier") == ["id-1"]
        assert read(done, "MedicalInstitutionCode") == [stage.site.institution_code]
        assert read(taken(door, "OQSsiquc01req", stage.request()), "ReferenceNumber") == ["K-0001"]
        FaceDoor(door).drop(TerminalOutcome(), stage.scene.patient)
        (face,) = eventually(lambda: list((door.root / "face").iterdir()))
        assert read(face, "ReferenceNumber") == ["K-0001"]


def test_the_newest_number_counts_and_only_for_whom_it_is() -> None:
    with opened() as (door, stage):
        other = another(stage)
        for number in ("K-1", "K-2"):
            taken(door, "OQSsiimm01req", registering(stage, (number, other)))
        assert read(taken(door, "OQSsiquc01req", stage.request()), "ReferenceNumber") == []
        q = other.qualification
        theirs = stage.request(
            insurer_number=q.insurer_number,
            symbol=q.symbol,
            number=q.number,
            branch=q.branch,
            birthdate=f"{other.patient.birthdate:%Y%m%d}",
        )
        assert read(taken(door, "OQSsiquc01req", theirs), "ReferenceNumber") == ["K-2"]


def test_another_persons_answer_has_another_persons_number_or_none() -> None:
    with opened() as (door, stage):
        taken(door, "OQSsiimm01req", registering(stage, ("K-1", stage.scene.truth)))
        stage.inject("inquiry.other_person")
        assert read(taken(door, "OQSsiquc01req", stage.request()), "ReferenceNumber") == []


def test_a_fault_has_the_last_word() -> None:
    with opened() as (door, stage):
        taken(door, "OQSsiimm01req", registering(stage, ("K-1", stage.scene.truth)))
        stage.inject("inquiry.field", element="ReferenceNumber", value="K-9")
        assert read(taken(door, "OQSsiquc01req", stage.request()), "ReferenceNumber") == ["K-9"]


def test_what_cannot_be_registered_says_which_element() -> None:
    with opened() as (door, stage):
        mine = stage.scene.truth
        twin = msgspec.structs.replace(
            mine,
            patient=msgspec.structs.replace(mine.patient, key="twin"),
            qualification=msgspec.structs.replace(mine.qualification, branch="09"),
        )
        nobody = msgspec.structs.replace(
            mine, qualification=msgspec.structs.replace(mine.qualification, number="0")
        )
        blank = msgspec.structs.replace(
            mine, qualification=msgspec.structs.replace(mine.qualification, number="")
        )
        stage.scene.coverages.append(twin)
        cases = {
            "ReferenceNumber": registering(stage, ("", mine)),
            "InsuredIdentificationNumber": registering(stage, ("K-1", nobody)),
            "InsuredBranchNumber": registering(stage, ("K-1", mine), branch=False),
            "ReferenceNumberRegistrationInfo": registering(stage, ("K-1", mine), ("K-2", mine)),
        }
        more = {
            "InsuredIdentificationNumber": registering(stage, ("K-1", blank)),
            "ReferenceNumber": registering(stage, ("K" * 51, mine)),
        }
        for wrong, content in [*cases.items(), *more.items()]:
            body = body_of(exchanged(door, "OQSsiimm01req", content, RegistrationResult))
            assert body.processing_result_status == "2"
            assert body.processing_result_code == "ONSHI-ITEM"
            assert (body.processing_result_message or "").endswith(f": {wrong}")
        told = exchanged(door, "OQSsiquc01req", stage.request(), Document).xml_msg.message_body
        assert told is not None
        assert told.result_list is not None
        record = told.result_list[0].result_of_qualification_confirmation
        assert record.reference_number is None
