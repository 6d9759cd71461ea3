"""The encounters of a day: the survey's mix, the rate that was asked for, the same by the seed."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import pytest

from onshi import Desk
from onshi.catalogue.encounters import OUTAGES, PEOPLE, Day, Encounter
from onshi.catalogue.load import load_profile, profiles
from onshi.catalogue.weights import category_weights, site_share
from onshi.errors import OnshiError
from onshi.people.generate import KINDS
from onshi.replay import person_seed, visit_of

MANY = 6_000


def day(profile: str = "hodanren2025", n: int = MANY, rate: float = 0.2, **more) -> Day:
    return Day(load_profile(profile), n, rate, **{"seed": 7, **more})


def test_the_same_seed_gives_the_same_day_and_another_one_another() -> None:
    first, again = list(day(n=500)), list(day(n=500))
    assert first == again
    assert first != list(day(n=500, seed=8))
    assert first[:300] == list(day(n=300)), "a longer day begins like a shorter one"


@pytest.mark.parametrize("name", profiles())
def test_the_rate_is_the_share_of_troubled_encounters(name: str) -> None:
    """Outages come in lumps: within four standard deviations of so many lumps."""
    survey = load_profile(name)
    found = list(Day(survey, MANY, 0.2, seed=3))
    troubled = sum(e.trouble is not None for e in found) / MANY
    assert troubled == pytest.approx(0.2, abs=0.07)
    outages = sum(e.outage > 0 for e in found) / MANY
    assert outages == pytest.approx(0.2 * site_share(survey), abs=0.07)


@pytest.mark.parametrize("weight", ["a", "b"])
def test_the_mix_is_the_surveys_by_either_weight(weight: str) -> None:
    survey = load_profile("hodanren2025")
    drawn = [e.trouble for e in day(rate=1.0, weight=weight) if e.trouble]
    first = Counter(t.categories[0] for t in drawn)
    weights = category_weights(survey, weight)
    for key in ("blackdot", "invalid", "cert_expired"):
        # A trouble counts for its first category here, so that those with two blur it a little.
        assert first[key] / len(drawn) == pytest.approx(weights[key], abs=0.07)
    assert weights["blackdot"] == pytest.approx({"a": 0.282, "b": 0.325}[weight], abs=0.001)


def test_no_rate_no_trouble_and_all_of_it() -> None:
    assert not any(e.trouble for e in day(rate=0.0, n=2000))
    assert all(e.trouble for e in day(rate=1.0, n=2000))


def test_an_outage_meets_every_patient_until_it_is_over() -> None:
    runs = [
        (outage, list(found))
        for outage, found in groupby(day(rate=0.5), key=lambda e: e.outage)
        if outage
    ]
    assert len(runs) > 5
    lengths = {n for n, _ in OUTAGES.values()}
    for number, (outage, found) in enumerate(runs[:-1], start=1):
        assert outage == number
        assert len(found) in lengths
        assert len({e.trouble.id for e in found if e.trouble}) == 1
        assert all(e.trouble and e.trouble.process == "site" for e in found)
    alone = [e.trouble for e in day(rate=0.5) if e.trouble and not e.outage]
    assert all(t.process == "encounter" for t in alone)


def test_people_are_new_or_have_been_here_and_stay_who_they_are() -> None:
    seen: dict[int, str] = {}
    plain = [e for e in day() if e.trouble is None]
    for encounter in day():
        assert encounter.first_visit == (encounter.person not in seen)
        assert seen.setdefault(encounter.person, encounter.kind) == encounter.kind
    assert sum(not e.first_visit for e in plain) / len(plain) == pytest.approx(0.7, abs=0.03)
    kinds = Counter(e.kind for e in plain)
    for kind, share in PEOPLE.items():
        assert kinds[kind] / len(plain) == pytest.approx(share / 100, abs=0.03)
    assert set(PEOPLE) <= set(KINDS)


def test_a_person_who_comes_again_is_the_same_person() -> None:
    again = next(e for e in day(n=200) if not e.first_visit)
    first = next(e for e in day(n=200) if e.person == again.person)

    def who(encounter: Encounter) -> tuple[object, ...]:
        seed = person_seed(7, encounter)
        with Desk(profile="hodanren2025", seed=seed, doors=("webapi",)) as desk:
            visit = desk.visit(visit_of(encounter))
            return visit.patient.name, visit.patient.birthdate, desk.coverage.qualification

    assert first.number < again.number
    assert who(first) == who(again)
    other = next(e for e in day(n=200) if e.person != again.person)
    assert who(other) != who(again)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"rate": 1.5}, "share between 0 and 1"),
        ({"rate": -0.1}, "share between 0 and 1"),
        ({"n": 0}, "one encounter or more"),
        ({"profile": "hodanren2024", "weight": "b"}, "use weight a"),
    ],
)
def test_a_day_that_cannot_be_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(OnshiError, match=says):
        day(**settings)
