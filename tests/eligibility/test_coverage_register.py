"""The register against a slow model of it: random histories, every day, every day of asking.

Few days, few people and few numbers, so that they meet.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from scenery import by_numbers

from onshi.eligibility.register import Register
from onshi.people.generate import make_person, make_twin
from onshi.people.records import Coverage, Patient, Registered
from onshi.people.roster import Roster

START = date(2025, 10, 1)
DAYS = 3
days = st.sampled_from([START + timedelta(days=n) for n in range(DAYS + 1)])
maybe = st.sampled_from((None, *(START + timedelta(days=n) for n in range(DAYS + 1))))
EVERY_DAY = [START + timedelta(days=n) for n in range(DAYS + 2)]
PERSON, HELD = make_person(1, "p", on=START, kind="kokuho")
TWIN, TWIN_HELD = make_twin(PERSON, HELD, on=START)
OTHER, OTHER_HELD = make_person(2, "q", on=START, kind="shaho")
PEOPLE = {p.key: p for p in (PERSON, TWIN, OTHER)}


@st.composite
def records(draw: st.DrawFn) -> Coverage:
    """One qualification with its dates in any order."""
    held = draw(st.sampled_from((HELD, TWIN_HELD, OTHER_HELD)))
    number = draw(st.sampled_from(("1", "２")))
    branch = draw(st.sampled_from(("01", "01", "02")))
    q = msgspec.structs.replace(held.qualification, number=number, branch=branch)
    if draw(st.integers(0, 4)) == 4:
        q = msgspec.structs.replace(q, card_class="A1")
    shown = st.builds(Registered, patient=st.sampled_from((PERSON, TWIN, OTHER)), known_from=days)
    return msgspec.structs.replace(
        held,
        qualification=q,
        holds_from=draw(days),
        holds_to=draw(maybe),
        known_from=draw(maybe),
        loss_known_from=draw(maybe),
        deleted_on=draw(maybe),
        restored_on=draw(maybe),
        linked_to=draw(st.sampled_from(("", *PEOPLE))),
        linked_from=draw(maybe),
        linked_until=draw(maybe),
        registered=tuple(draw(st.lists(shown, max_size=2))),
    )


SOME = [HELD, TWIN_HELD, OTHER_HELD, msgspec.structs.replace(HELD, linked_to="q")]
histories = st.lists(records(), max_size=4)


# ----------------------------------------------------------------------- the model
def said_of(c: Coverage, day: date, today: date) -> str:
    """What the system says of a record about a day, told day by day until the day of asking."""
    first, over = c.known_from or c.holds_from, None
    if c.holds_to is not None:
        over = c.loss_known_from or c.holds_to + timedelta(days=1)
    known = lost = gone = False
    for n in range((today - START).days + 1):
        on = START + timedelta(days=n)
        known = known or on >= first
        lost = lost or (over is not None and on >= over)
        if c.deleted_on == on:
            gone = True
        if gone and c.restored_on is not None and on >= c.restored_on:
            gone = False
    if not known or gone or day < c.holds_from:
        return "unknown"
    return "lost" if c.holds_to is not None and day > c.holds_to and lost else "valid"


def filed_under(c: Coverage, today: date) -> str:
    span = (c.linked_from or date.min, c.linked_until or date.max)
    return c.linked_to if c.linked_to and span[0] <= today < span[1] else c.patient.key


def model_by_person(history: list[Coverage], key: str, day: date, today: date) -> object:
    found: dict[str, list[Coverage]] = {"valid": [], "lost": [], "unknown": []}
    for c in history:
        if filed_under(c, today) == key:
            found[said_of(c, day, today)].append(c)
    if found["valid"]:
        return "1", {number(c) for c in found["valid"] if c.qualification.plan != "seiho"}
    if not found["lost"]:
        return "4", set()
    return "2", {max(c.holds_to for c in found["lost"] if c.holds_to)}


def number(c: Coverage) -> tuple[str, str]:
    return c.qualification.insurer_number, c.qualification.number


def seen_by_person(register: Register, key: str, day: date) -> object:
    found = register.by_person(key, day)
    if found.validity == "1":
        return "1", {number(c) for c in found.coverages if c.qualification.plan != "seiho"}
    return found.validity.value, {c.holds_to for c in found.coverages}


def model_by_numbers(history: list[Coverage], asked: Coverage, day: date, today: date) -> str:
    fits = [
        c
        for c in history
        if number(c) == number(asked)
        and c.qualification.branch == asked.qualification.branch
        and c.qualification.symbol == asked.qualification.symbol
        and c.patient.birthdate == asked.patient.birthdate
    ]
    said = [(c, said_of(c, day, today)) for c in fits]
    said = [(c, s) for c, s in said if s != "unknown"]
    if len({c.patient.key for c, _ in said}) > 1:
        return "5"
    if not said:
        return "4"
    if any(s == "valid" for _, s in said):
        return "1"
    last = max(c.holds_to for c, _ in said if c.holds_to)
    keys = {filed_under(c, today) for c, _ in said if c.holds_to == last}
    newer = {model_by_person(history, key, day, today)[0] == "1" for key in keys}  # type: ignore[index]
    return "either" if len(newer) > 1 else "3" if newer.pop() else "2"


def model_of_person(c: Coverage, today: date) -> list[Patient]:
    """Whose data the system may show: of those it learned last, any that came on the same day."""
    for n in range((today - START).days, -1, -1):
        on = START + timedelta(days=n)
        if found := [r.patient for r in c.registered if r.known_from == on]:
            return found
    return [c.patient]


# -------------------------------------------------------------------------- against it
def questions(history: list[Coverage]) -> Iterator[tuple[Register, date, date]]:
    """Every day asked about on every day."""
    roster = Roster(history)
    for today in EVERY_DAY:
        register = Register(lambda: roster, today=lambda today=today: today)  # type: ignore[misc]
        for day in EVERY_DAY:
            yield register, day, today


@given(histories)
def test_by_card_as_the_model_has_it(history: list[Coverage]) -> None:
    for register, day, today in questions(history):
        for key in PEOPLE:
            expected = model_by_person(history, key, day, today)
            assert seen_by_person(register, key, day) == expected


@given(histories)
def test_by_numbers_as_the_model_has_it(history: list[Coverage]) -> None:
    for register, day, today in questions(history):
        for asked in history:
            expected = model_by_numbers(history, asked, day, today)
            said = register.by_numbers(by_numbers(asked), day).validity
            assert said == expected or (expected == "either" and said in ("2", "3"))


@given(histories)
def test_what_is_not_known_yet_is_never_shown(history: list[Coverage]) -> None:
    for register, day, today in questions(history):
        findings = [register.by_person(key, day) for key in PEOPLE]
        findings += [register.by_numbers(by_numbers(c), day) for c in history]
        for finding in findings:
            assert len(finding.coverages) == len(finding.lost)
            for c, lost in zip(finding.coverages, finding.lost, strict=True):
                assert today >= (c.known_from or c.holds_from)
                assert day >= c.holds_from
                assert (lost is None) == (said_of(c, day, today) == "valid")
                assert lost is None or today >= (c.loss_known_from or lost)
                assert c.shown(today) in model_of_person(c, today)
            begun = [c.holds_from for c in finding.coverages if c.qualification.plan != "seiho"]
            if finding.validity == "1":
                assert begun == sorted(begun), "the one that began last is the last"


@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from(SOME)), max_size=8))
def test_an_index_is_never_older_than_the_list(edits: list[tuple[int, Coverage]]) -> None:
    """Every way in which a list can change, with a question before and after each."""
    roster, plain = Roster([HELD, OTHER_HELD]), [HELD, OTHER_HELD]
    kept = Register(lambda: roster, today=lambda: START)
    fresh = Register(lambda: plain, today=lambda: START)
    for how, c in edits:
        for found in (roster, plain):
            change(found, how, c)
        assert list(roster) == plain
        for one in (*PEOPLE, "nobody"):
            assert kept.by_person(one) == fresh.by_person(one)
        for one in plain:
            assert kept.by_numbers(by_numbers(one)) == fresh.by_numbers(by_numbers(one))


def change(found: list[Coverage], how: int, c: Coverage) -> None:
    if how == 0:
        found.append(c)
    elif how == 1:
        found.insert(0, c)
    elif how == 2:
        found += [c]
    elif how == 3:
        found.extend([c, c])
    elif how == 4 and found:
        found[0] = c
    elif how == 5 and found:
        del found[-1:]
    elif how == 6 and found:
        found.pop(0)
    else:
        found.sort(key=lambda one: one.holds_from)


def test_a_copy_of_a_roster_changes_for_itself() -> None:
    roster = Roster([HELD, HELD])
    register = Register(lambda: roster, today=lambda: START)
    assert register.by_person("p").validity == "1"
    copied = copy.deepcopy(roster)
    assert isinstance(copied, Roster)
    assert copied[0] is copied[1], "what is one record stays one"
    assert copied[0] is not HELD
    copied.clear()
    assert register.by_person("p").validity == "1"
    assert Register(lambda: copied, today=lambda: START).by_person("p").validity == "4"


def test_a_lost_record_under_anothers_number_has_their_successor() -> None:
    """無効（新しい資格あり） is said of the person under whose number it is filed."""
    over = msgspec.structs.replace(HELD, holds_to=START - timedelta(days=9), linked_to="q")
    register = Register(lambda: [over, OTHER_HELD], today=lambda: START)
    assert register.by_numbers(by_numbers(over)).validity == "3"
    assert register.by_person("p").validity == "4"
    right = msgspec.structs.replace(over, linked_until=START)
    register = Register(lambda: [right, OTHER_HELD], today=lambda: START)
    assert register.by_numbers(by_numbers(right)).validity == "2"
    assert register.by_person("p").validity == "2"


def test_the_one_that_began_last_is_shown_last() -> None:
    """However the system came to know of them: who takes the first takes the old one."""
    newer = msgspec.structs.replace(OTHER_HELD, patient=PERSON, holds_from=START)
    register = Register(lambda: [newer, HELD], today=lambda: START)
    assert HELD.holds_from < START
    assert register.by_person("p").coverages == (HELD, newer)
