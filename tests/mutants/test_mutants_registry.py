"""Behaviours: each with its rules and its words, put in place and back; docs/mutants.md."""

from __future__ import annotations

from typing import Any

import pytest
from behaviours import at_work, behaviours, find_behaviour
from behaviours.registry import Behaviour, legitimate, mistake
from mutants_page import PAGE, page
from mutants_play import Measured, complaints, without_behaviour

from onshi.catalogue.load import load_rules
from onshi.errors import OnshiError, UnknownNameError

JUDGED = {id for id, text in load_rules().items() if text.level != "context"}


class Thing:
    """Something to replace."""

    def method(self) -> str:
        return "usual"

    @property
    def value(self) -> int:
        return 1


def of_thing(name: str, attribute: str) -> Behaviour:
    behaviour = Behaviour(name, "日本語", "English")

    @behaviour.instead_of(Thing, attribute)
    def changed(usual: Any, thing: Thing) -> Any:
        return usual(thing) * 2

    return behaviour


def places() -> dict[tuple[Any, str], Any]:
    return {c.place: vars(c.owner)[c.attribute] for b in behaviours().values() for c in b.changes}


def test_every_rule_that_fails_or_warns_has_a_mistake() -> None:
    assert without_behaviour(JUDGED) == []
    assert {rule for b in behaviours().values() for rule in b.expected} <= JUDGED


def test_every_rule_has_a_mistake_that_breaks_it_alone_but_one() -> None:
    """H43 looks at one case of what H51 looks at in general, and their troubles are the same."""
    alone = {next(iter(b.breaks)) for b in behaviours().values() if len(b.breaks) == 1}
    assert JUDGED - alone == {"H43"}


@pytest.mark.parametrize("name", behaviours())
def test_a_behaviour_says_what_it_is_and_changes_something(name: str) -> None:
    behaviour = find_behaviour(name)
    assert behaviour.ja.endswith("。")
    assert behaviour.en.endswith(".")
    assert behaviour.changes
    assert bool(behaviour.why) == (len(behaviour.breaks) > 1 or bool(behaviour.warned))


def test_the_clinic_is_as_it_was_afterwards() -> None:
    usual = places()
    for name in behaviours():
        with at_work(name):
            assert places() != usual
    with pytest.raises(ZeroDivisionError), at_work(*list(behaviours())[:1]):
        raise ZeroDivisionError
    assert places() == usual


def test_what_was_there_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    thing, found = Thing(), {b.name: b for b in (of_thing("a", "method"), of_thing("b", "value"))}
    monkeypatch.setattr("behaviours.registry.find_behaviour", found.__getitem__)
    with at_work("a", "b"):
        assert (thing.method(), thing.value) == ("usualusual", 2)
    assert (thing.method(), thing.value) == ("usual", 1)


def test_two_that_replace_the_same_are_refused_and_leave_nothing_behind() -> None:
    usual = places()
    names = ("share_is_fixed", "papers_pay_in_full")
    text = "papers_pay_in_full and share_is_fixed both replace Fallback._share_without_answer"
    with pytest.raises(OnshiError, match=text), at_work(*names):
        pass
    assert places() == usual


def test_a_name_that_does_not_exist_is_answered_with_one_that_does() -> None:
    with pytest.raises(UnknownNameError, match="did you mean retry_pin"):
        find_behaviour("retry_pim")


def test_what_the_clinic_does_not_have_cannot_be_replaced() -> None:
    with pytest.raises(AttributeError, match="x: Thing has no metod of its own"):
        Behaviour("x", "日本語", "English").instead_of(Thing, "metod")


def test_a_name_is_given_once() -> None:
    for make in (
        lambda: mistake("retry_pin", "H44", ja="", en=""),
        lambda: legitimate("retry_pin", ja="", en=""),
    ):
        with pytest.raises(ValueError, match="retry_pin is there twice"):
            make()


def test_more_and_less_than_it_should_break_is_complained_of() -> None:
    behaviour = find_behaviour("retry_pin")
    right = Measured("retry_pin", broken={"H44": ["t"]})
    more = Measured("retry_pin", broken={"H44": ["t"], "H01": ["t"]}, reasons={"H01": "why"})
    assert complaints(behaviour, right) == []
    assert complaints(behaviour, more) == ["H01 is broken, which it should not: ['t'], why"]
    assert complaints(behaviour, Measured("retry_pin")) == ["H44 is not broken"]
    raised = Measured("retry_pin", broken={"H44": ["t"]}, problems={"t": "the adapter raised"})
    assert complaints(behaviour, raised) == ["t: the adapter raised"]


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
