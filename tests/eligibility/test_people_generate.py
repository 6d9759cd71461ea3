from __future__ import annotations

import subprocess
import sys
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onshi.catalogue.words import PERSONS
from onshi.eligibility.blackdot import arrives
from onshi.errors import UnknownNameError
from onshi.people.generate import (
    KINDS,
    luhn,
    make_card_spec,
    make_person,
    make_sibling,
    make_twin,
    mynumber_digit,
)

ON = date(2025, 10, 20)


@pytest.mark.parametrize(
    "number", ["33120015", "54016027", "0110113719", "77777779", "06139992", "139998", "12139994"]
)
def test_the_check_digit_is_the_published_one(number: str) -> None:
    assert luhn(number[:-1]) == number[-1]


def test_77777777_fails_the_check_digit() -> None:
    assert luhn("7777777") == "9"


def test_the_mynumber_digit_follows_the_ordinance() -> None:
    # 総務省令: 11 - (sum mod 11); the weights of 12345678901 sum to 5 * 11 + ... worked by hand
    body = "12345678901"
    weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
    rest = sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11
    assert mynumber_digit(body) == ("0" if rest <= 1 else str(11 - rest))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(KINDS),
    on=st.dates(date(2021, 10, 20), date(2030, 12, 31)),
)
def test_every_person_is_consistent(seed: int, kind: str, on: date) -> None:
    patient, coverage = make_person(seed, "p0", on=on, kind=kind)
    q = coverage.qualification
    assert luhn(q.insurer_number[:-1]) == q.insurer_number[-1]
    assert "999" in q.insurer_number
    assert mynumber_digit(patient.mynumber[:11]) != patient.mynumber[11]
    assert len(patient.mynumber) == 12
    assert patient.postcode[3] == "-"
    assert len(patient.postcode) == 8
    assert coverage.patient is patient
    assert coverage.holds_from <= on
    assert q.acquired >= patient.birthdate
    assert q.valid_to is None or q.valid_to >= on
    assert (q.relation == "1") == (patient.insured_name == patient.name)
    assert all(arrives(c) for c in patient.name + patient.address + patient.insured_name)
    low, high = {
        "child": (0, 5),
        "elderly": (70, 74),
        "late_elderly": (75, 93),
        "jieitai": (20, 53),
    }.get(kind, (30, 64))
    assert low <= patient.age(on) <= high
    expected = {"child": 20, "elderly": 20, "seiho": 0}.get(kind, q.late_ratio or 30)
    assert q.share(patient.birthdate, on) == expected


def test_kinds_have_their_scheme() -> None:
    assert make_person(1, "a", on=ON, kind="shaho")[1].qualification.plan == "shaho"
    assert make_person(1, "a", on=ON, kind="kokuho")[1].qualification.plan == "kokuho"
    late = make_person(1, "a", on=ON, kind="late_elderly")[1].qualification
    assert late.insurer_number.startswith("39")
    assert (late.symbol, late.branch) == ("", "")
    assert make_person(1, "a", on=ON, kind="child")[1].qualification.preschool
    mutual = make_person(1, "a", on=ON, kind="kyosai")[1].qualification
    assert (mutual.insurer_number[:2], mutual.plan, mutual.card_class) == ("31", "shaho", "01")
    soldier = make_person(1, "a", on=ON, kind="jieitai")[1].qualification
    assert (soldier.insurer_number[:2], soldier.plan, soldier.card_class) == ("07", "jieitai", "07")
    assert soldier.relation == "1"


def test_a_person_on_medical_aid_has_a_ticket_for_the_month() -> None:
    patient, coverage = make_person(2, "a", on=ON, kind="seiho")
    q = coverage.qualification
    assert (q.plan, q.card_class, q.insurer_number[:2]) == ("seiho", "A1", "12")
    assert (q.symbol, q.branch, len(q.number)) == ("", "", 7)
    assert luhn(q.number[:-1]) == q.number[-1]
    (ticket,) = q.tickets
    assert (ticket.month, ticket.start, ticket.end) == (
        "202510",
        date(2025, 10, 1),
        date(2025, 10, 31),
    )
    twin = make_twin(patient, coverage, on=ON)[1].qualification
    assert twin.tickets[0].issue_number != ticket.issue_number


def test_dialysis_comes_with_a_certificate_and_changes_nothing_else() -> None:
    q = make_person(2, "a", on=ON, kind="dialysis")[1].qualification
    (disease,) = q.diseases
    assert (disease.category, disease.start, disease.self_pay) == ("1", q.acquired, 10_000)
    assert q.plan in ("shaho", "kokuho")


def test_same_seed_same_person_and_keys_do_not_shift_each_other() -> None:
    first = make_person(7, "p1", on=ON)
    make_person(7, "p2", on=ON)
    assert make_person(7, "p1", on=ON) == first
    assert make_person(8, "p1", on=ON) != first


def test_people_differ() -> None:
    people = [make_person(3, f"p{i}", on=ON)[0] for i in range(50)]
    assert len({p.name for p in people}) > 40
    assert len({p.mynumber for p in people}) == 50


def test_a_mutual_aid_is_drawn_from_the_clinic_s_own() -> None:
    own = {"shaho": [("06132013", "指定健保"), ("31130012", "指定共済")]}
    q = make_person(1, "p", on=ON, kind="kyosai", insurers=own)[1].qualification
    assert q.insurer_number == "31130012"
    other = {"shaho": own["shaho"][:1]}
    assert make_person(1, "p", on=ON, kind="kyosai", insurers=other)[1].qualification == (
        make_person(1, "p", on=ON, kind="kyosai")[1].qualification
    )


def test_insurers_of_the_clinic_are_used() -> None:
    own = {"shaho": [("06132013", "指定健保"), ("01130012", "協会けんぽ")]}
    drawn = set()
    for seed in range(20):
        patient, coverage = make_person(seed, "p", on=ON, kind="shaho", insurers=own)
        other, invented = make_person(seed, "p", on=ON, kind="shaho")
        q, unlike = coverage.qualification, invented.qualification
        drawn.add((q.insurer_number, q.insurer_name))
        assert patient == other
        assert (q.symbol, q.number, q.acquired) == (unlike.symbol, unlike.number, unlike.acquired)
        again = make_person(seed, "p", on=ON, kind="shaho", insurers=own)
        assert again == (patient, coverage)
    assert drawn == set(own["shaho"])
    assert (
        make_person(1, "p", on=ON, kind="kokuho", insurers=own)[1]
        == (make_person(1, "p", on=ON, kind="kokuho")[1])
    )


def test_every_kind_has_its_words() -> None:
    assert set(PERSONS) == set(KINDS) - {""}


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(UnknownNameError, match="elderly"):
        make_person(1, "p", on=ON, kind="eldery")


@pytest.mark.parametrize("kind", KINDS)
def test_twin_and_sibling_share_the_family_but_not_the_person(kind: str) -> None:
    patient, coverage = make_person(1, "p", on=ON, kind=kind)
    twin, twins = make_twin(patient, coverage, on=ON)
    sibling, _ = make_sibling(patient, coverage, on=ON)
    for other in (twin, sibling):
        assert (other.family, other.address) == (patient.family, patient.address)
        assert other.given != patient.given
        assert other.mynumber != patient.mynumber
        assert other.key != patient.key
    assert twin.birthdate == patient.birthdate
    assert sibling.birthdate != patient.birthdate
    mine, theirs = coverage.qualification, twins.qualification
    assert (mine.insurer_number == theirs.insurer_number) == (kind != "jieitai")
    if kind in ("late_elderly", "seiho"):
        assert mine.number != theirs.number
        assert twin.insured_name == twin.name
    else:
        assert (mine.symbol, mine.number) == (theirs.symbol, theirs.number)
        assert mine.branch != theirs.branch
    assert make_twin(patient, coverage, on=ON) == (twin, twins)


def test_card_runs_two_to_four_years() -> None:
    for i in range(20):
        card = make_card_spec(1, f"p{i}", ON)
        assert 2 * 365 < (card.cert_until - ON).days <= 4 * 365
        assert card.cert_from < ON


def test_a_person_costs_less_than_a_millisecond() -> None:
    make_person(0, "warm", on=ON)
    best = min(_timed(i) for i in range(20))
    assert best < 0.001


def _timed(i: int) -> float:
    start = time.perf_counter()
    make_person(0, f"t{i}", on=ON)
    return time.perf_counter() - start


def test_faker_is_not_imported_with_the_module() -> None:
    code = "import sys, onshi.people.generate; sys.exit('faker' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
