"""A desk as a library: isolated, quick, deterministic, and gone when closed."""

from __future__ import annotations

import datetime
import json
import threading
from pathlib import Path

import pytest

import onshi
from onshi.errors import CannotDeliverError, OnshiError, UnknownNameError

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")


def desk(**settings: object) -> onshi.Desk:
    return onshi.Desk(**{"date": "2025-10-20", **settings})  # type: ignore[arg-type]


def test_a_desk_has_a_patient_with_a_card_and_a_qualification() -> None:
    with desk() as d:
        assert d.patient.name == d.coverage.patient.name
        assert d.card.transmit(SELECT_JPKI) == b"\x90\x00"
        assert d.scene.card.cert_until > d.clock.today


def test_the_same_seed_gives_the_same_people() -> None:
    with desk(seed=3) as one:
        first = [one.patient, one.next_patient(), one.next_patient("late_elderly")]
    with desk(seed=3) as two:
        again = [two.patient, two.next_patient(), two.next_patient("late_elderly")]
    with desk(seed=4) as three:
        other = three.patient
    assert first == again
    assert other != first[0]
    assert first[2].age(datetime.date(2025, 10, 20)) >= 75


def test_mynumber_can_be_nobodys() -> None:
    """The check digit (総務省令第85号第5条) is always wrong."""
    for seed in range(20):
        with desk(seed=seed) as d:
            digits = [int(c) for c in d.patient.mynumber]
        weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
        total = sum(w * n for w, n in zip(weights, digits[:11], strict=True)) % 11
        assert digits[11] != (0 if total <= 1 else 11 - total)


def test_dates() -> None:
    with desk(profile="hodanren2025", date=None) as d:
        assert d.clock.today == datetime.date(2025, 10, 20)
        d.travel("2025-12-02")
        assert d.clock.today == datetime.date(2025, 12, 2)
        assert d.scene.date == d.clock.today
        with pytest.raises(OnshiError, match="not a date"):
            d.travel("next week")


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        (lambda d: d.inject("card.pul"), "card.pull"),
        (lambda d: d.apply("card.pin_locked_third_tri"), "card.pin_locked_third_try"),
        (lambda d: d.open("webap"), "webapi"),
        (lambda d: onshi.Desk(profile="hodanren2052"), "hodanren2025"),
    ],
)
def test_unknown_names_say_the_nearest(wrong: object, near: str) -> None:
    with desk() as d, pytest.raises(UnknownNameError, match=near):
        wrong(d)  # type: ignore[operator]


def test_wrong_settings_and_schedules_are_explained() -> None:
    with desk() as d:
        with pytest.raises(OnshiError, match="flavour"):
            d.inject("card.pull", flavor="raw")
        with pytest.raises(OnshiError, match="one trigger"):
            d.inject("card.pull", when={"nth": 1, "first": 2})
        with pytest.raises((OnshiError, CannotDeliverError), match="BeginTransaction"):
            d.inject(
                "reader.return_code",
                code="SCARD_E_SHARING_VIOLATION",
                when={"match": "BeginTransaction"},
            )


def test_scene_faults_reach_the_card() -> None:
    with desk() as d:
        d.inject("scene.pin_tries", auth=0)
        assert d.card.tries("auth") == 0


def test_every_trouble_applies_and_every_wait_ends_when_the_desk_closes() -> None:
    from onshi.catalogue.load import load_troubles

    for trouble in load_troubles().values():
        if trouble.why_not:
            continue
        with desk(doors=("pcsc", "folder", "face")) as d:
            d.apply(trouble)


def test_closing_releases_a_wait() -> None:
    from onshi.clock import Released

    d = desk(time="real")
    seen: list[str] = []

    def wait() -> None:
        try:
            d.clock.wait(3600)
        except Released:
            seen.append("released")

    thread = threading.Thread(target=wait)
    thread.start()
    d.close()
    thread.join(5)
    assert seen == ["released"]


def test_environment_for_programs(tmp_path: Path) -> None:
    with desk(doors=("pcsc", "webapi", "folder", "face")) as d:
        env = d.env()
        for name in (
            "PCSCLITE_CSOCK_NAME",
            "ONSHI_WEBAPI_URL",
            "ONSHI_WEBAPI_SEARCH_URL",
            "ONSHI_WEBAPI_CA",
            "ONSHI_WEBAPI_CERT",
            "ONSHI_WEBAPI_KEY",
            "ONSHI_WEBAPI_P12",
            "ONSHI_WEBAPI_P12_PASSWORD",
            "ONSHI_FOLDER",
            "ONSHI_PATIENT",
        ):
            assert env[name], name
        assert len(env["PCSCLITE_CSOCK_NAME"]) <= 107
        patient = json.loads(Path(env["ONSHI_PATIENT"]).read_text(encoding="utf-8"))
        assert patient["patient"]["name"] == d.patient.name
        own = d.card.secrets
        assert patient["pins"] == {
            **{"auth": "1234", "sign": "ABC123", "text": "1234", "juki": "1234"},
            **{"number_a": d.patient.mynumber, "number_b": own.number_b, "birth": own.birth},
        }
        assert len(patient["inquiry"]["InsurerNumber"]) == 8
        assert {p.name for p in Path(env["ONSHI_FOLDER"]).iterdir()} >= {"req", "res", "face"}
    assert not Path(env["ONSHI_PATIENT"]).exists()


def test_addresses_stay_and_contents_go() -> None:
    with desk(doors=("pcsc", "webapi", "folder")) as d:
        first = {k: v for k, v in d.env().items() if k != "ONSHI_PATIENT"}
        (d.folder / "res" / "left-over.xml").write_text("x")
    with desk(doors=("pcsc", "webapi", "folder")) as d:
        again = {k: v for k, v in d.env().items() if k != "ONSHI_PATIENT"}
        assert not (d.folder / "res" / "left-over.xml").exists()
    assert first == again


def test_fault_and_trouble_names_never_coincide() -> None:
    from onshi.catalogue.load import load_troubles
    from onshi.faults import fault_names

    assert not set(fault_names()) & set(load_troubles())


def test_a_visit_is_judged() -> None:
    with desk(doors=("pcsc",)) as d:
        visit = d.visit("card.pin_locked_third_try")
        visit.present()
        for _ in range(2):
            pin = visit.enter_pin()
            assert pin is not None
            _verify(d, pin)
        findings = d.judge(onshi.Handling(warned=("残り1回です",)))
        assert {f.rule: f.verdict for f in findings if f.level == "fail"}["H44"] == "met"
    with desk(doors=("pcsc",)) as d:
        visit = d.visit("card.pin_locked_third_try")
        visit.present()
        pin = visit.enter_pin()
        assert pin is not None
        for _ in range(3):
            _verify(d, pin)
        findings = d.judge(onshi.Handling())
        assert {f.rule: f.verdict for f in findings if f.level == "fail"}["H44"] == "broken"


def _verify(d: onshi.Desk, pin: str) -> None:
    from smartcard.System import readers

    connection = readers()[0].createConnection()
    connection.connect()
    connection.transmit(list(SELECT_JPKI))
    connection.transmit(list(bytes.fromhex("00A4020C020018")))
    connection.transmit([0x00, 0x20, 0x00, 0x80, len(pin), *pin.encode()])
    connection.disconnect()
