"""What programs see of qualifications that are late, lost, mixed up or wrong, and that it ends.

curl asks by numbers over HTTPS; by card, the result file of the face reader is read with
ElementTree. Each is asked today, and on the day on which the system has learned better.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

import onshi
from onshi.people.records import Coverage

TODAY = date(2025, 10, 20)
AUTH = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"
BODY = "XmlMsg/MessageBody"
RESULT = "ResultOfQualificationConfirmation"


class Seen(NamedTuple):
    """資格有効性, and of each record 保険者番号 and the name."""

    validity: str
    insurers: list[str]
    names: list[str]


class Clinic:
    """A desk, and the two ways in which a clinic asks there."""

    def __init__(self, desk: onshi.Desk) -> None:
        self.desk, self.env = desk, desk.env()
        self.token = ""

    def __call__(self, fault: str, **settings: Any) -> None:
        self.desk.inject(fault, **settings)

    def later(self, days: int) -> None:
        self.desk.travel(TODAY + timedelta(days=days))

    def numbers(self, c: Coverage, day: date | None = None, **changes: str) -> Seen:
        """What curl is answered that asks with the numbers of a qualification."""
        q = c.qualification
        query = {
            "InsurerNumber": q.insurer_number.rjust(8),
            "InsuredCardSymbol": q.symbol,
            "InsuredIdentificationNumber": q.number,
            "InsuredBranchNumber": q.branch,
            "Birthdate": f"{c.patient.birthdate:%Y%m%d}",
            **changes,
        }
        header = {
            "MedicalInstitutionCode": self.env["ONSHI_INSTITUTION_CODE"],
            "QualificationConfirmationDate": f"{day or self.desk.clock.today:%Y%m%d}",
        }
        body = {"QualificationConfirmSearchInfo": query}
        asked = {"XmlMsg": {"MessageHeader": header, "MessageBody": body}}
        if not self.token:
            credentials = ["--cert", self.env["ONSHI_WEBAPI_CERT"]]
            credentials += ["--key", self.env["ONSHI_WEBAPI_KEY"]]
            login = self.curl({}, self.env["ONSHI_WEBAPI_URL"] + AUTH, *credentials)
            self.token = login["result"]["idToken"]
        url = self.env["ONSHI_WEBAPI_SEARCH_URL"] + SEARCH
        told = self.curl(asked, url, "-H", f"Authorization: {self.token}")
        body = told["XmlMsg"]["MessageBody"]
        records = [item[RESULT] for item in body.get("ResultList", ())]
        return Seen(
            body["QualificationValidity"],
            [r["InsurerNumber"].strip() for r in records],
            [r["Name"] for r in records],
        )

    def curl(self, sent: object, url: str, *more: str) -> Any:
        command = ["curl", "-sS", "--fail", "--noproxy", "*", "--max-time", "20"]
        command += ["--cacert", self.env["ONSHI_WEBAPI_CA"], "--data", "@-", *more, url]
        command += ["-H", "Content-Type: application/json"]
        text = json.dumps(sent)
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def card(self) -> Seen:
        """What the face reader's file says."""
        face = Path(self.env["ONSHI_FOLDER"]) / "face"
        for old in face.iterdir():
            old.unlink()
        self.desk.drop_face_file()
        self.desk.let_late_files_arrive()
        (path,) = face.glob("OQSsiquc01res_face_*.xml")
        body = ElementTree.parse(path).getroot().find("MessageBody")
        assert body is not None
        records = body.findall(f"ResultList/{RESULT}")
        return Seen(
            body.findtext("QualificationValidity", ""),
            [r.findtext("InsurerNumber", "").strip() for r in records],
            [r.findtext("Name", "") for r in records],
        )


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    doors = ("webapi", "face")
    with onshi.Desk(doors=doors, seed=5, date=TODAY.isoformat(), time_scale=0.001) as desk:
        desk.next_patient("kokuho")
        yield Clinic(desk)


def insurer(c: Coverage) -> str:
    return c.qualification.insurer_number


def test_nothing_wrong(clinic: Clinic) -> None:
    held = clinic.desk.coverage
    expected = Seen("1", [insurer(held)], [clinic.desk.patient.name])
    assert clinic.numbers(held) == clinic.card() == expected


@pytest.mark.parametrize(
    ("loss", "new", "card", "old_numbers", "new_numbers"),
    [
        (30, 30, "old", "1", "4"),
        (0, 30, "2", "2", "4"),
        (30, 0, "both", "1", "1"),
        (0, 0, "new", "3", "1"),
    ],
)
def test_the_insurer_changed(
    clinic: Clinic, loss: int, new: int, card: str, old_numbers: str, new_numbers: str
) -> None:
    old = clinic.desk.coverage
    clinic("scene.insurer_changed", loss_known_in=loss, new_known_in=new)
    held = clinic.desk.coverage
    assert held.qualification.plan == "shaho"
    seen = clinic.card()
    expected = {"2": [old], "both": [old, held], "new": [held], "old": [old]}[card]
    assert seen.validity == ("2" if card == "2" else "1")
    assert seen.insurers == [insurer(c) for c in expected]
    assert clinic.numbers(old).validity == old_numbers
    assert clinic.numbers(held).validity == new_numbers
    clinic.later(30)
    assert clinic.card() == Seen("1", [insurer(held)], [clinic.desk.patient.name])
    assert clinic.numbers(old).validity == "3"
    before = clinic.numbers(old, TODAY - timedelta(days=21))
    assert before.validity == "1", "what was so on a day before stays so"


def test_an_earlier_insurer_is_still_valid(clinic: Clinic) -> None:
    clinic("scene.earlier_insurer", loss_known_in=10)
    held = clinic.desk.coverage
    earlier = clinic.desk.scene.coverages[0]
    assert clinic.card().insurers == [insurer(earlier), insurer(held)]
    assert clinic.numbers(earlier).validity == "1"
    clinic.later(10)
    assert clinic.card().insurers == [insurer(held)]
    assert clinic.numbers(earlier).validity == "3"


def test_back_to_an_insurer_of_before(clinic: Clinic) -> None:
    held = clinic.desk.coverage
    clinic("scene.regressed", days_ago=19, corrected_in=11)
    seen = clinic.card()
    assert seen.validity == "1"
    assert seen.insurers != [insurer(held)]
    assert clinic.numbers(held).validity == "3"
    assert clinic.numbers(held, TODAY - timedelta(days=20)).validity == "1"
    clinic.later(11)
    assert clinic.card().insurers == [insurer(held)]
    assert clinic.numbers(held).validity == "1"


def test_a_loss_that_never_was(clinic: Clinic) -> None:
    held = clinic.desk.coverage
    clinic("scene.mistaken_loss", corrected_in=5)
    assert clinic.card().validity == clinic.numbers(held).validity == "2"
    clinic.later(5)
    assert clinic.card().validity == clinic.numbers(held).validity == "1"
    assert clinic.numbers(held, TODAY).validity == "1", "that day is right by now, too"


def test_deleted_by_mistake(clinic: Clinic) -> None:
    held = clinic.desk.coverage
    clinic("scene.deleted", restored_in=7)
    assert clinic.card().validity == clinic.numbers(held).validity == "4"
    clinic.later(7)
    assert clinic.card().validity == clinic.numbers(held).validity == "1"


def test_the_latest_deleted_by_mistake(clinic: Clinic) -> None:
    old = clinic.desk.coverage
    clinic("scene.insurer_changed", to="same", loss_known_in=0, new_known_in=0)
    clinic("scene.deleted", restored_in=7, which="latest")
    assert clinic.card() == Seen("2", [insurer(old)], [clinic.desk.patient.name])
    assert clinic.numbers(old).validity == "2"
    clinic.later(7)
    assert clinic.card().validity == "1"
    assert clinic.numbers(old).validity == "3"


@pytest.mark.parametrize("who", ["stranger", "family"])
def test_another_persons_number(clinic: Clinic, who: str) -> None:
    held, patient = clinic.desk.coverage, clinic.desk.patient
    clinic("scene.linked_to_other", who=who, corrected_in=9)
    (other,) = clinic.desk.scene.others
    assert clinic.card().names == [other.name]
    assert clinic.numbers(held) == Seen("1", [insurer(held)], [patient.name])
    clinic.later(9)
    assert clinic.card().names == [patient.name]


def test_another_persons_data(clinic: Clinic) -> None:
    held, patient = clinic.desk.coverage, clinic.desk.patient
    clinic("scene.linked_to_other", how="data", corrected_in=9)
    (other,) = clinic.desk.scene.others
    wrong = Seen("1", [insurer(held)], [other.name])
    assert clinic.card() == clinic.numbers(held) == wrong
    clinic.later(9)
    assert clinic.card() == clinic.numbers(held) == Seen("1", [insurer(held)], [patient.name])


def test_the_name_before_a_marriage(clinic: Clinic) -> None:
    before = clinic.desk.patient
    clinic("scene.name_changed", known_in=12)
    held, now = clinic.desk.coverage, clinic.desk.patient
    assert now.family != before.family
    assert clinic.card().names == clinic.numbers(held).names == [before.name]
    clinic.later(12)
    assert clinic.card().names == clinic.numbers(held).names == [now.name]


def test_a_name_that_is_difficult_as_well(clinic: Clinic) -> None:
    """What another fault does to the person is done to what the system knows of them, too."""
    clinic("scene.moved")
    address = clinic.desk.scene.coverages[0].shown(TODAY).address
    clinic("scene.difficult_name")
    (record,) = [c for c in clinic.desk.scene.coverages if c.patient.key == clinic.desk.patient.key]
    assert record.shown(TODAY).address == address != clinic.desk.patient.address
    assert clinic.card().names[0].startswith("●橋")


def test_a_newborn(clinic: Clinic) -> None:
    clinic.desk.next_patient("child")
    clinic("scene.newborn", days_old=60, known_in=31)
    held = clinic.desk.coverage
    assert held.patient.birthdate == TODAY - timedelta(days=60)
    assert clinic.card().validity == clinic.numbers(held).validity == "4"
    clinic.later(31)
    assert clinic.card().validity == clinic.numbers(held).validity == "1"
    assert clinic.numbers(held, held.holds_from).validity == "1", "from the birth on"


@pytest.mark.parametrize("scheme", ["ninkei", "tokurei"])
def test_a_scheme_that_is_not_there(clinic: Clinic, scheme: str) -> None:
    clinic("scene.scheme", scheme=scheme)
    held = clinic.desk.coverage
    assert clinic.card().validity == clinic.numbers(held).validity == "4"
    clinic.later(365)
    assert clinic.numbers(held).validity == "4"
    clinic.desk.injections.lift_fault("scene.scheme")
    assert clinic.card().validity == "1"


@pytest.mark.parametrize("item", ["number", "symbol", "branch"])
def test_a_number_mistyped(clinic: Clinic, item: str) -> None:
    held = clinic.desk.coverage
    clinic("scene.mistyped", item=item)
    assert clinic.numbers(held).validity == "4"
    assert clinic.card().validity == "1"
    wrong = getattr(clinic.desk.scene.coverages[0].qualification, item)
    assert wrong != getattr(held.qualification, item)
    assert len(wrong) == len(getattr(held.qualification, item))


@pytest.mark.parametrize(
    ("settings", "branch", "numbers", "card"),
    [
        ({}, True, "1", "1"),
        ({}, False, "5", "1"),
        ({"same_branch": True}, True, "5", "1"),
        ({"same_branch": True, "filed_together": True}, True, "5", "4"),
    ],
)
def test_twins(
    clinic: Clinic, settings: dict[str, bool], branch: bool, numbers: str, card: str
) -> None:
    held, patient = clinic.desk.coverage, clinic.desk.patient
    clinic("scene.twin", **settings)
    (twin,) = clinic.desk.scene.others
    seen = clinic.numbers(held, **({} if branch else {"InsuredBranchNumber": ""}))
    assert seen.validity == numbers
    if numbers == "5":
        assert seen.names == [twin.name, patient.name], "the patient is not the first"
    assert clinic.card().validity == card
    clinic.desk.injections.lift_fault("scene.twin")
    assert clinic.numbers(held).validity == clinic.card().validity == "1"


@pytest.mark.parametrize(
    ("fault", "settings", "says"),
    [
        ("scene.deleted", {"days_ago": -1}, "0 or days"),
        ("scene.earlier_insurer", {"loss_known_in": 0}, "count from 1"),
        ("scene.insurer_changed", {"days_ago": 0}, "counts from 1"),
        ("scene.insurer_changed", {"new_known_in": -1}, "0 or days from now"),
        ("scene.insurer_changed", {"to": "ship"}, "to"),
        ("scene.linked_to_other", {"corrected_in": 0}, "counts from 1"),
        ("scene.mistaken_loss", {"days_ago": 0}, "count from 1"),
        ("scene.mistyped", {"corrected_in": 0}, "counts from 1"),
        ("scene.moved", {"known_in": 0}, "counts from 1"),
        ("scene.name_changed", {"family": "北条"}, "or neither"),
        ("scene.newborn", {"known_in": 0}, "known_in from 1"),
        ("scene.regressed", {"corrected_in": 0}, "count from 1"),
    ],
)
def test_settings_that_make_no_sense(fault: str, settings: dict[str, Any], says: str) -> None:
    with onshi.Desk(doors=(), date=TODAY.isoformat()) as desk:
        before = list(desk.scene.coverages)
        with pytest.raises(onshi.OnshiError, match=says):
            desk.inject(fault, **settings)
        assert list(desk.scene.coverages) == before
