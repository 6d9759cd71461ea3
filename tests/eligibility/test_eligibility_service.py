from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from scenery import TODAY, Stage, by_card, by_numbers

from onshi.clock import VirtualClock
from onshi.eligibility.codes import is_placeholder
from onshi.eligibility.service import add_months
from onshi.people.generate import make_card_spec, make_person
from onshi.people.records import CardSpec
from onshi.terminal.app import FaceTerminal, grace_end


def test_both_ways_of_asking_find_the_patient() -> None:
    stage = Stage()
    for inquiry in (by_card(stage.scene), by_numbers(stage.scene.truth)):
        answer = stage.ask(inquiry)
        assert (answer.segment, answer.status, answer.validity) == ("1", "1", "1")
        assert [r.patient.key for r in answer.records] == ["p0"]
        assert answer.processing is None


def test_limit_needs_consent() -> None:
    stage = Stage()
    stage.inject("scene.limit_stale")
    without = stage.record(stage.ask(by_numbers(stage.scene.truth)))
    assert without.limit_application_certificate_related_info is None
    assert without.limit_application_certificate_related_cons_flg == "0"
    given = stage.record(stage.ask(by_numbers(stage.scene.truth, limit_consent=True)))
    assert given.limit_application_certificate_related_info is not None
    assert given.limit_application_certificate_related_cons_time == "20251020090000"


@pytest.mark.parametrize(
    ("wrong", "element"),
    [
        ({"birthdate": "1980-01-01"}, "Birthdate"),
        ({"birthdate": "20251399"}, "Birthdate"),
        ({"number": " "}, "InsuredIdentificationNumber"),
        ({"insurer_number": ""}, "InsurerNumber"),
        ({"date": "2025102"}, "QualificationConfirmationDate"),
    ],
)
def test_an_unusable_item_is_a_request_error(wrong: dict[str, str], element: str) -> None:
    stage = Stage()
    answer = stage.ask(by_numbers(stage.scene.truth, **wrong))
    assert (answer.segment, answer.status, answer.validity) == ("1", "2", None)
    assert answer.processing is not None
    assert is_placeholder(answer.processing[0])
    assert element in answer.processing[1]
    body = stage.message(answer).xml_msg.message_body
    assert body.result_list is None
    assert body.qualification_validity is None


def test_not_found_has_no_list() -> None:
    stage = Stage()
    stranger = make_person(99, "x", on=TODAY)[1]
    answer = stage.ask(by_numbers(stranger))
    assert (answer.validity, answer.records) == ("4", [])
    assert stage.message(answer).xml_msg.message_body.result_list is None


def test_the_scene_is_read_live() -> None:
    stage = Stage()
    patient, coverage = make_person(5, "p1", on=TODAY)
    stage.scene.patient, stage.scene.coverages = patient, [coverage]
    assert stage.ask().records[0].patient.key == "p1"


def test_travel_takes_effect() -> None:
    stage = Stage()
    stage.inject("scene.unregistered", days=10)
    assert stage.ask().validity == "4"
    stage.clock.travel(TODAY + timedelta(days=10))
    assert stage.ask().validity == "1"


def test_asking_about_a_day_in_the_past() -> None:
    stage = Stage()
    stage.inject("scene.lost_qualification", days_ago=20)
    before = (TODAY - timedelta(days=40)).strftime("%Y%m%d")
    assert stage.ask().validity == "2"
    assert stage.ask(msgspec.structs.replace(by_card(stage.scene), date=before)).validity == "1"


def test_a_notice_comes_with_a_certificate_near_its_end() -> None:
    stage = Stage()
    stage.inject("scene.certificate", expired_days=-80)
    answer = stage.ask()
    assert answer.validity == "1"
    assert answer.processing is not None
    assert stage.ask(by_numbers(stage.scene.truth)).processing is None


def test_add_months() -> None:
    assert add_months(date(2024, 11, 30), 3) == date(2025, 2, 28)
    assert add_months(date(2025, 10, 20), 3) == date(2026, 1, 20)


# ----------------------------------------------------------------- terminal
def card(until: date, kind: str = "mynumber") -> CardSpec:
    return CardSpec(kind=kind, cert_from=date(2020, 1, 1), cert_until=until)


def outcome(today: date, until: date, kind: str = "mynumber") -> tuple[str | None, bool]:
    patient = make_person(1, "p", on=TODAY)[0]
    found = FaceTerminal(VirtualClock(today)).present(patient, card(until, kind))
    assert bool(found.screen) == (found.method is None)
    return found.method, found.info_consent


@pytest.mark.parametrize(
    ("until", "end"),
    [
        (date(2025, 2, 10), date(2025, 5, 31)),
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2025, 9, 1), date(2025, 12, 31)),
    ],
)
def test_grace_ends_with_the_month_three_months_later(until: date, end: date) -> None:
    assert grace_end(until) == end
    assert outcome(until, until) == ("face", True)
    assert outcome(until + timedelta(days=1), until) == ("face", False)
    assert outcome(end, until) == ("face", False)
    assert outcome(end + timedelta(days=1), until) == (None, False)


def test_no_grace_before_it_began_nor_for_phones() -> None:
    assert outcome(date(2024, 12, 1), date(2024, 11, 1)) == (None, False)
    assert outcome(date(2024, 12, 2), date(2024, 11, 1)) == ("face", False)
    assert outcome(date(2025, 3, 1), date(2025, 2, 10), "phone") == (None, False)


def test_the_screen_shows_006() -> None:
    patient = make_person(1, "p", on=TODAY)[0]
    terminal = FaceTerminal(VirtualClock(TODAY))
    assert "006" in terminal.present(patient, card(date(2025, 1, 1))).screen
    assert terminal.present(patient, make_card_spec(1, "p", TODAY)).method == "face"
