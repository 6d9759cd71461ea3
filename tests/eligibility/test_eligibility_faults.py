"""Each fault: what is seen, that it ends with its schedule, and that it is told apart by seed."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from scenery import TODAY, Stage, by_card, by_numbers

from onshi.eligibility.codes import is_placeholder
from onshi.errors import OnshiError
from onshi.faults.registry import fault_names, find_fault, make_fault
from onshi.schedule import Schedule
from onshi.seams import Delivery

OURS = [n for n in fault_names() if n.split(".")[0] in ("inquiry", "folder", "terminal", "scene")]
INQUIRY = [n for n in OURS if n.startswith("inquiry.")]
NEEDED: dict[str, dict[str, Any]] = {
    "inquiry.field": {"element": "NameKana", "absent": True},
    "inquiry.small_kana": {},
}


def stage_with_small_kana() -> Stage:
    stage = Stage(kind="elderly")
    stage.inject("scene.child_name_small_kana")
    return stage


def stage_for(name: str) -> Stage:
    """One on which the fault has something to change."""
    if name == "inquiry.padding":
        return Stage(kind="kokuho")
    stage = stage_with_small_kana()
    if name == "inquiry.raw_characters":
        stage.inject("scene.difficult_name")
    return stage


@pytest.mark.parametrize("name", OURS)
def test_names_titles_and_defaults(name: str) -> None:
    cls = find_fault(name)
    assert name == cls.NAME
    assert any(ord(c) > 0x3000 for c in cls.TITLE)
    assert cls.__doc__
    assert make_fault(name, NEEDED.get(name, {}))


@pytest.mark.parametrize("name", INQUIRY)
def test_an_inquiry_fault_strikes_once_and_ends(name: str) -> None:
    stage = stage_for(name)
    healthy = stage.message(stage.ask())
    before = copy.deepcopy(stage.scene)
    settings = {"inquiry.ratio": {"percent": 30}}.get(name, NEEDED.get(name, {}))
    stage.inject(name, Schedule(nth=2), **settings)
    answers = [stage.ask() for _ in range(3)]
    messages = [stage.message(a) for a in answers]
    if name == "inquiry.slow":
        assert [a.delay for a in answers] == [0, 45, 0]
    else:
        assert messages[1] != healthy
    assert messages[0] == messages[2] == healthy
    assert stage.scene == before


@pytest.mark.parametrize("name", INQUIRY)
def test_same_seed_same_answer(name: str) -> None:
    told = []
    for _ in range(2):
        stage = stage_for(name)
        stage.inject(name, **NEEDED.get(name, {}))
        first, second = (stage.message(stage.ask()) for _ in range(2))
        assert first == second
        told.append((first, stage.journal.canonical()))
    assert told[0] == told[1]


# ------------------------------------------------------------------ inquiry
@pytest.mark.parametrize(("code", "records"), [("2", 1), ("3", 1), ("4", 0), ("5", 0), ("6", 1)])
def test_validity(code: str, records: int) -> None:
    stage = Stage()
    stage.inject("inquiry.validity", code=code)
    answer = stage.ask()
    body = stage.message(answer).xml_msg.message_body
    assert (body.processing_result_status, body.qualification_validity) == ("1", code)
    assert (body.result_list is not None) == bool(records)
    if code in "23":
        lost = TODAY - timedelta(days=30)
        assert stage.record(answer).disqualification_date == f"{lost:%Y%m%d}"
    if code == "6":
        assert stage.record(answer).insured_card_classification == "A1"


@pytest.mark.parametrize(
    ("dots", "of"), [(1, 0), (2, 0), (2, 3), (3, 4), (2, 4), (1, 2), (4, 4), (1, 6)]
)
def test_blackdot_counts(dots: int, of: int) -> None:
    for seed in range(15):
        stage = Stage(seed=seed)
        stage.inject("inquiry.blackdot", dots=dots, of=of)
        record = stage.record(stage.ask())
        name = record.name.replace("　", "")
        own = stage.scene.patient.name.replace("　", "")
        assert name.count("●") == min(dots, len(name))
        assert len(name) == (of or len(own))
        assert "●" not in record.name_kana
        head = stage.scene.patient.insured_name == stage.scene.patient.name
        assert (record.insured_name == record.name) == head, "one name does not betray the other"


def test_blackdot_in_the_address() -> None:
    stage = Stage()
    stage.inject("inquiry.blackdot", dots=3, element="Address")
    record = stage.record(stage.ask())
    assert record.address.count("●") == 3
    assert len(record.address) == len(stage.scene.patient.address)
    assert "●" not in record.name


def test_small_kana() -> None:
    stage = stage_with_small_kana()
    assert stage.record(stage.ask()).name_kana.endswith(" ｼｮｳｲﾁ")
    stage.inject("inquiry.small_kana")
    assert stage.record(stage.ask()).name_kana.endswith(" ｼﾖｳｲﾁ")


def test_field() -> None:
    stage = Stage()
    stage.inject("inquiry.field", element="InsuredCardExpirationDate", absent=True)
    stage.inject("inquiry.field", element="ReasonOfLoss", value="99")
    stage.inject("inquiry.field", element="Address")
    record = stage.record(stage.ask())
    assert record.insured_card_expiration_date is None
    assert record.reason_of_loss == "99"
    assert record.address == ""


def test_ratio() -> None:
    for kind in ("elderly", "late_elderly", "child"):
        stage = Stage(kind=kind)
        stage.inject("inquiry.ratio", percent=30)
        record = stage.record(stage.ask())
        if kind == "late_elderly":
            assert record.insured_partial_contribution_ratio == "030"
        else:
            info = record.elderly_recipient_certificate_info
            assert info.elderly_recipient_contribution_ratio == "030"


def test_limit_bracket_and_absence() -> None:
    stage = Stage()
    stage.inject("inquiry.limit", Schedule(nth=1), bracket="A01")
    shown = stage.record(stage.ask())
    info = shown.limit_application_certificate_related_info
    assert info.limit_application_certificate_classification_flag == "A01"
    stage.inject("scene.limit_stale")
    stage.inject("inquiry.limit", absent=True)
    missing = stage.record(stage.ask(by_numbers(stage.scene.truth, limit_consent=True)))
    assert missing.limit_application_certificate_related_cons_flg == "1"
    assert missing.limit_application_certificate_related_info is None


def test_slow_is_bounded_by_the_deadline() -> None:
    stage = Stage()
    stage.inject("inquiry.slow", seconds=10_000)
    assert stage.ask().delay == 90


def test_other_person() -> None:
    stage = Stage()
    stage.inject("inquiry.other_person")
    own, other = stage.scene.patient, stage.ask().records[0].patient
    assert other.name != own.name
    assert other.birthdate != own.birthdate
    family = Stage()
    family.inject("inquiry.other_person", who="family")
    record = family.ask().records[0]
    assert record.patient.family == family.scene.patient.family
    assert record.patient.given != family.scene.patient.given
    mine = family.scene.truth.qualification
    assert record.coverage.qualification.insurer_number == mine.insurer_number


def test_multiple() -> None:
    stage = Stage()
    stage.inject("inquiry.multiple", candidates=3)
    answer = stage.ask()
    assert answer.validity == "5"
    assert len(answer.records) == 3
    assert answer.records[0].patient.key != stage.scene.patient.key
    assert [r.patient.key for r in answer.records].count(stage.scene.patient.key) == 1
    assert len({r.patient.birthdate for r in answer.records}) == 1
    assert len({r.patient.name for r in answer.records}) == 3
    assert len({r.coverage.qualification.branch for r in answer.records}) == 3


@pytest.mark.parametrize("kind", ["kokuho", "shaho"])
def test_dual(kind: str) -> None:
    stage = Stage(kind=kind)
    stage.inject("inquiry.dual")
    answer = stage.ask()
    assert answer.validity == "1"
    assert {r.coverage.qualification.plan for r in answer.records} == {"kokuho", "shaho"}
    assert {r.patient.key for r in answer.records} == {"p0"}


def test_system_error_with_and_without_a_body() -> None:
    stage = Stage()
    stage.inject("inquiry.system_error")
    message = stage.message(stage.ask()).xml_msg
    assert message.message_header.segment_of_result == "9"
    assert is_placeholder(message.message_header.error_code)
    assert message.message_body.processing_result_status == "2"
    assert message.message_body.result_list is None
    bare = Stage()
    bare.inject("inquiry.system_error", body=False)
    assert bare.message(bare.ask()).xml_msg.message_body is None


def test_request_error() -> None:
    stage = Stage()
    stage.inject("inquiry.request_error", code="X1", message="m")
    body = stage.message(stage.ask()).xml_msg.message_body
    assert (body.processing_result_status, body.processing_result_code) == ("2", "X1")
    assert body.qualification_validity is None


@pytest.mark.parametrize(("shape", "there"), [("absent", False), ("empty", True)])
def test_empty(shape: str, there: bool) -> None:
    stage = Stage()
    stage.inject("inquiry.empty", result_list=shape)
    body = stage.message(stage.ask()).xml_msg.message_body
    assert body.qualification_validity == "1"
    assert (body.result_list == []) is there


def test_faults_chain_and_the_name_stays_consistent() -> None:
    stage = stage_with_small_kana()
    stage.inject("inquiry.small_kana")
    stage.inject("inquiry.blackdot", dots=2)
    stage.inject("inquiry.validity", code="2")
    answer = stage.ask()
    record = stage.record(answer)
    assert record.name.count("●") == 2
    assert "ｼﾖｳｲﾁ" in record.name_kana
    assert answer.validity == "2"


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("inquiry.field", {"element": "NameKanna"}),
        ("inquiry.field", {"element": "Name", "value": "a\x00"}),
        ("inquiry.field", {"element": "ElderlyRecipientCertificateInfo", "value": "x"}),
        ("inquiry.blackdot", {"dots": 0}),
        ("inquiry.blackdot", {"dots": 3, "of": 2}),
        ("inquiry.dash", {"dash": "dash"}),
        ("inquiry.empty_elements", {"elements": ["Adress"]}),
        ("inquiry.empty_elements", {"elements": ["ElderlyRecipientCertificateInfo"]}),
        ("inquiry.kana_reading", {"given_kana": "ﾋﾛｷ"}),
        ("inquiry.raw_characters", {"passes": "sjis"}),
        ("wire.charset", {"charset": "UTF-8\r\nX: y"}),
        ("inquiry.validity", {"code": "7"}),
        ("inquiry.limit", {"bracket": "C01"}),
        ("inquiry.multiple", {"candidates": 1}),
        ("inquiry.slow", {"seconds": -1}),
        ("file.partial", {"part": 1.0}),
        ("file.late", {"second": 3}),
        ("scene.pin_tries", {"auth": 4}),
        ("scene.limit_stale", {"system": "A01", "truth": "A01"}),
        ("scene.child_name_small_kana", {"given_kana": "タロウ"}),
    ],
)
def test_wrong_settings_are_explained(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(OnshiError, match=name):
        make_fault(name, settings)


# ------------------------------------------------------------------- folder
def steps(name: str, times: int = 1, **settings: Any) -> list[Any]:
    stage = Stage()
    stage.inject(name, **settings)
    found: list[Any] = []
    for i in range(times):
        delivery = Delivery(where="res", name=f"r{i}.xml", content=b"0123456789")
        found = stage.board.deliver(delivery)
    return found


def test_folder_steps() -> None:
    assert steps("file.never") == []
    assert steps("file.late", seconds=5)[0].wait == 5
    assert steps("file.late", seconds=5000)[0].wait == 90
    first, second = steps("file.partial", part=0.3, seconds=4)
    assert (first.op, first.content) == ("create", b"012")
    assert (second.op, second.content, second.wait) == ("append", b"3456789", 4)
    assert len(steps("file.partial", seconds=0)) == 1
    assert steps("file.empty")[0].content == b""
    stale, new = steps("file.stale_duplicate", times=2)
    assert (stale.name, new.name) == ("r0 (1).xml", "r1.xml")


# ----------------------------------------------------------------- terminal
def test_terminal_faults() -> None:
    stage = Stage()
    patient, card = stage.scene.patient, stage.scene.card
    assert stage.terminal.present(patient, card).info_consent
    stage.inject("terminal.consent", limit=True)
    outcome = stage.terminal.present(patient, card)
    assert (outcome.limit_consent, outcome.info_consent) == (True, False)
    stage.inject("terminal.late", seconds=12)
    assert stage.terminal.present(patient, card).delay == 12
    stage.inject("terminal.no_file", Schedule(nth=1), screen="NG")
    # the first fault injected is outermost: it sees what the later ones made
    outcome = stage.terminal.present(patient, card)
    assert (outcome.method, outcome.screen) == (None, "NG")
    assert stage.terminal.present(patient, card).method == "face"


# -------------------------------------------------------------------- scene
@pytest.mark.parametrize("name", [n for n in OURS if n.startswith("scene.")])
def test_scene_faults_keep_one_person(name: str) -> None:
    stage = Stage(kind="elderly")
    before = copy.deepcopy(stage.scene)
    truth, coverage = stage.scene.truth, stage.scene.coverages[0]
    kept = copy.deepcopy((truth, coverage))
    settings = {"scene.pin_tries": {"auth": 0}}.get(name, {})
    stage.inject(name, **settings)
    scene = stage.scene
    assert scene != before
    assert (truth, coverage) == kept, "records are replaced, not changed"
    assert scene.truth.patient == scene.patient
    mine = [c for c in scene.coverages if c.patient.key == scene.patient.key]
    assert mine
    assert all(c.patient == scene.patient for c in mine)
    again = Stage(kind="elderly")
    again.inject(name, **settings)
    assert again.scene == scene


def test_certificate_expired() -> None:
    stage = Stage()
    stage.inject("scene.certificate", expired_days=10)
    assert stage.scene.card.cert_until == TODAY - timedelta(days=10)
    assert stage.terminal.present(stage.scene.patient, stage.scene.card).info_consent is False
    stage.inject("scene.certificate", expired_days=200)
    assert stage.terminal.present(stage.scene.patient, stage.scene.card).method is None


def test_pin_tries() -> None:
    stage = Stage()
    stage.inject("scene.pin_tries", auth=1)
    assert (stage.scene.card.auth_tries, stage.scene.card.sign_tries) == (1, 5)


@pytest.mark.parametrize("system", ["previous", "unrelated"])
def test_moved(system: str) -> None:
    stage = Stage()
    new = stage.scene.patient.address
    stage.inject("scene.moved", system=system)
    assert stage.record(stage.ask()).address != new
    assert stage.scene.patient.address == new
    assert stage.scene.truth.qualification.address_override is None
    if system == "unrelated":
        assert stage.record(stage.ask()).address[:2] != new[:2]


def test_lost_qualification_until_the_new_one_is_registered() -> None:
    stage = Stage(kind="kokuho")
    old = stage.scene.truth
    stage.inject("scene.lost_qualification", days_ago=20, registered_after=30)
    assert stage.ask(by_card(stage.scene)).validity == "2"
    answer = stage.ask(by_numbers(old))
    assert answer.validity == "2"
    assert stage.record(answer).disqualification_date == f"{TODAY - timedelta(days=20):%Y%m%d}"
    assert stage.record(answer).reason_of_loss == "03"
    assert stage.ask(by_numbers(stage.scene.truth)).validity == "4"
    assert stage.scene.truth.qualification.plan == "shaho"
    stage.clock.travel(TODAY + timedelta(days=30))
    assert stage.ask(by_card(stage.scene)).validity == "1"
    assert stage.ask(by_numbers(old)).validity == "3"


def test_lost_for_good() -> None:
    stage = Stage()
    stage.inject("scene.lost_qualification", new=False)
    stage.clock.travel(TODAY + timedelta(days=400))
    assert stage.ask().validity == "2"


def test_difficult_name() -> None:
    stage = Stage()
    stage.inject("scene.difficult_name")
    assert stage.scene.patient.name.startswith("髙橋　")
    record = stage.record(stage.ask())
    assert record.name.startswith("●橋　")
    assert record.insured_name.startswith("●橋　")
    assert record.name_kana.startswith("ﾀｶﾊｼ ")
    stage.inject("scene.difficult_name", family="德田", family_kana="トクダ")
    assert stage.record(stage.ask()).name.startswith("德田　")


@pytest.mark.parametrize("kind", ["elderly", "late_elderly"])
def test_ratio_stale(kind: str) -> None:
    stage = Stage(kind=kind)
    stage.inject("scene.ratio_stale")
    true = stage.scene.truth.qualification.share(stage.scene.patient.birthdate, TODAY)
    system = stage.ask().records[0].coverage.qualification
    assert system.share(stage.scene.patient.birthdate, TODAY) != true


def test_ratio_stale_needs_an_elderly_patient() -> None:
    with pytest.raises(OnshiError, match="elderly"):
        Stage().inject("scene.ratio_stale")


@pytest.mark.parametrize("settings", [{}, {"system": "A03"}, {"truth": "A01"}])
def test_limit_stale(settings: dict[str, str]) -> None:
    stage = Stage()
    stage.inject("scene.limit_stale", **settings)
    true = stage.scene.truth.qualification.limit
    system = stage.ask().records[0].coverage.qualification.limit
    assert true is not None
    assert system is not None
    assert true.bracket != system.bracket
    assert {"system": system.bracket, "truth": true.bracket}.items() >= settings.items()


def test_twin() -> None:
    stage = Stage(kind="child")
    stage.inject("scene.twin")
    assert stage.ask(by_card(stage.scene)).validity == "1"
    answer = stage.ask(by_numbers(stage.scene.truth, branch=""))
    assert answer.validity == "5"
    assert len(answer.records) == 2
    assert stage.ask(by_numbers(stage.scene.truth)).validity == "1"
