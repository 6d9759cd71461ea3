"""Every timeline at a desk, day by day: a client sees what each step says, and the end is whole."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
import requests
from smartcard.Exceptions import SmartcardException
from smartcard.System import readers
from timeline_clients import Seen, Walked, by_webapi, walk

import onshi
from onshi.catalogue.timelines import as_trouble, find_timeline, load_timelines
from onshi.eligibility.api import LOGIN_PATH, PRODUCTION_LOGIN
from onshi.visit import Visit

BY_NUMBERS = {
    "T1": {3: "3", 4: "3"},
    "T3": {4: "3"},
    "T4": {2: "3"},
    "T5": {2: "3", 3: "3", 4: "3", 5: "3", 6: "3"},
    "T6": {1: "3"},
    "T7": {3: "3"},
    "T10": {2: "3"},
    "T14": {3: "3"},
    "T28": {2: "3"},
    "T32": {2: "3"},
    "T42": {2: "3"},
}
"""Where the chart's numbers show something else than the card: they are of the insurer before, and
a newer qualification is known (3).
"""
NEW_HERE = {"T29": {0: "4"}}
"""A new patient's numbers are the new ones, which nobody knows yet."""

ALL = [
    pytest.param(id, surface, id=f"{id}-{surface}")
    for id, timeline in load_timelines().items()
    for surface in as_trouble(timeline).surfaces
    if surface != "folder"
]


def scheme(insurer_number: str) -> str:
    """国保 has six digits, the others eight that begin with 39, 12, or 01 and 06."""
    number = insurer_number.strip()
    if len(number) == 6:
        return "kokuho"
    return {"39": "kouki", "12": "seiho"}.get(number[:2], "shaho")


def share(fields: dict[str, str]) -> int | None:
    """負担割合 where an answer has it: of 高齢受給者証 in percent, of 後期 in tenths."""
    for name, value in fields.items():
        if "ContributionRatio" in name and value:
            return int(value)
    return None


@pytest.mark.parametrize(("id", "surface"), ALL)
def test_a_client_sees_what_each_step_says(id: str, surface: str) -> None:
    sees_what_each_step_says(id, surface, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 8))
@pytest.mark.parametrize(("id", "surface"), ALL)
def test_whoever_comes_sees_the_same(id: str, surface: str, seed: int) -> None:
    sees_what_each_step_says(id, surface, seed)


def sees_what_each_step_says(id: str, surface: str, seed: int) -> None:
    timeline = find_timeline(id)
    steps = itertools.count()

    def look(w: Walked) -> None:
        i, step, seen = next(steps), w.step, w.seen
        where = f"step {i}, {w.visit.date}, {step.what}"
        if surface != "webapi" and step.reads is not None and seen.reads is not None:
            assert seen.reads == step.reads, where
        if surface == "pcsc" or not seen.code or (surface == "face" and step.reads is False):
            return
        expected = step.shows
        if surface == "webapi":
            other = {**BY_NUMBERS, **NEW_HERE}.get(id, {}).get(i)
            if other:
                assert (seen.code, step.shows) in {(other, "1"), (other, "2")}, where
                return
        if expected:
            assert seen.code == expected, where
        if step.plan and seen.code in "123":
            assert scheme(seen.fields["InsurerNumber"]) == step.plan, where

    walk(timeline, surface, look, seed=seed)
    assert next(steps) == len(timeline.step)


@pytest.mark.parametrize("id", load_timelines())
def test_the_last_step_works_again(id: str) -> None:
    last = find_timeline(id).step[-1]
    assert last.shows in ("", "1") or id == "T28", "what is returned for good stays returned"
    assert last.reads in (None, True)
    assert last.shows == "1" or last.reads or id == "T28"


def seen_by_face(id: str) -> list[Walked]:
    found: list[Walked] = []
    walk(find_timeline(id), "face", found.append)
    return found


@pytest.mark.parametrize(
    ("id", "shares"),
    [("T6", [20, 10]), ("T8", [20, None, None, 30, None]), ("T9", [20, None, 20, None, 30])],
)
def test_the_share_is_the_one_of_the_day(id: str, shares: list[int | None]) -> None:
    found = seen_by_face(id)
    assert [share(w.seen.fields) for w in found] == shares
    for w, percent in zip(found, shares, strict=True):
        assert percent in (None, w.step.share)


def test_the_change_of_insurers_that_was_not_known() -> None:
    first, second, third = (w.seen.fields["InsurerNumber"] for w in seen_by_face("T10"))
    assert first == second
    assert third != second


def test_two_employers_of_one_scheme_are_told_apart() -> None:
    found = [w.seen.fields["InsurerNumber"] for w in seen_by_face("T5") if w.seen.code]
    a, kokuho, b = found
    assert len({a, kokuho, b}) == 3


@pytest.mark.parametrize(("id", "element"), [("T11", "Address"), ("T39", "Name")])
def test_what_the_insurer_learns_late(id: str, element: str) -> None:
    before, after = seen_by_face(id)
    own = after.visit.patient
    right = own.address if element == "Address" else own.name
    assert before.seen.fields[element] != right
    assert after.seen.fields[element] == right


def test_the_pin_is_stopped_then_locked_then_locked_still_then_reset() -> None:
    found: list[Walked] = []
    walk(find_timeline("T22"), "pcsc", found.append)
    assert [w.seen.sws for w in found] == [("63C2", "63C1"), ("63C0",), ("6984",), ("9000",)]


def until_it_works(work: Callable[[], bool]) -> int:
    """How many tries it takes, at most nine."""
    return next(n for n in range(1, 10) if work())


@pytest.mark.parametrize("surface", ["pcsc", "webapi"])
def test_the_sixth_try_the_seventh_and_the_first(surface: str) -> None:
    tries: list[int] = []

    def client(desk: onshi.Desk, visit: Visit) -> Seen:
        visit.present()
        tries.append(until_it_works(connects if surface == "pcsc" else logs_in))
        return Seen()

    walk(find_timeline("T24"), surface, lambda w: None, client=client)
    assert tries == [6, 7, 1]


def connects() -> bool:
    card = readers()[0].createConnection()
    try:
        card.connect()
    except SmartcardException:
        return False
    else:
        card.disconnect()
        return True
    finally:
        card.release()


def logs_in() -> bool:
    reply = requests.post(PRODUCTION_LOGIN + LOGIN_PATH, json={}, cert="client.pem", timeout=5)
    return reply.ok


def test_an_impatient_client_gives_up_before_the_late_answer() -> None:
    waited: list[float] = []

    def ten_seconds(desk: onshi.Desk, visit: Visit) -> Seen:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("timeline_clients.PATIENCE", 10.0)
            seen = by_webapi(desk, visit)
        waited.append(desk.clock.waited)
        return seen

    found: list[Walked] = []
    walk(find_timeline("T23"), "webapi", found.append, client=ten_seconds)
    assert [w.seen.code for w in found] == ["silent", "1"]
    assert waited[0] == pytest.approx(10.0)


def test_the_more_it_is_used_the_more_is_refused() -> None:
    refused: list[int] = []

    def twenty_times(desk: onshi.Desk, visit: Visit) -> Seen:
        codes = [by_webapi(desk, visit).code for _ in range(20)]
        refused.append(codes.count("silent"))
        return Seen()

    walk(find_timeline("T34"), "webapi", lambda w: None, client=twenty_times)
    assert refused[0] == refused[1] == refused[-1] == 0
    assert refused[2] <= 2 < refused[3]
    assert refused[5] > 5


def test_hours_pass_without_waiting() -> None:
    times: list[str] = []
    walk(find_timeline("T26"), "webapi", lambda w: times.append(f"{w.desk.clock.now():%H:%M}"))
    assert times == ["09:00", "10:00", "10:05", "11:00", "11:05", "12:00", "12:05"]


def _twice_the_same(id: str, surface: str) -> None:
    timeline = find_timeline(id)
    one, again = (walk(timeline, surface, lambda w: None, seed=7) for _ in range(2))
    assert one == again
    # which card it is makes no difference to a program that only tries a PIN
    assert surface == "pcsc" or one != walk(timeline, surface, lambda w: None, seed=8)


@pytest.mark.parametrize(
    ("id", "surface"), [("T5", "face"), ("T16", "webapi"), ("T24", "pcsc"), ("T34", "webapi")]
)
def test_the_same_seed_gives_the_same_journal(id: str, surface: str) -> None:
    _twice_the_same(id, surface)


@pytest.mark.soak
@pytest.mark.parametrize(("id", "surface"), [one.values for one in ALL], ids=[p.id for p in ALL])
def test_the_same_seed_gives_the_same_journal_of_every_timeline(id: str, surface: str) -> None:
    _twice_the_same(id, surface)


def test_each_next_patient_is_another_one() -> None:
    people: list[str] = []
    walk(find_timeline("T16"), "webapi", lambda w: people.append(w.visit.patient.key))
    assert len(set(people)) == len(people)
    assert all(re.fullmatch(r"p\d+", key) for key in people)
