"""Three behaviours at a few troubles: what `make mutants` does with all of them at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from behaviours import behaviours, find_behaviour
from mutants_play import Player, baseline, complaints, wanted

UNKNOWN = ["billing.fusho_returned", "eligibility.seiho_to_kouki_2months"]
SAMPLE = [
    "card.pin_wrong_second_try_stop",
    "card.pin_already_locked",
    "billing.furikae_not_possible_returned",
    *UNKNOWN,
]


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    playing = Player()
    yield playing
    playing.stop()


@pytest.fixture(scope="module")
def visited(player: Player) -> dict[str, set[str]]:
    found, places = baseline(player, SAMPLE)
    assert (found.broken, found.problems, found.played) == ({}, {}, len(SAMPLE))
    return places


@pytest.mark.parametrize(
    ("name", "troubles"),
    [
        ("retry_pin", ["card.pin_wrong_second_try_stop"]),
        ("claims_old_numbers_without_remark", ["billing.furikae_not_possible_returned"]),
        ("unknown_as_77777779", UNKNOWN),
    ],
)
def test_a_behaviour_breaks_what_it_says_and_nothing_else(
    name: str, troubles: list[str], player: Player, visited: dict[str, set[str]]
) -> None:
    behaviour = find_behaviour(name)
    ids = wanted(behaviour, visited)
    assert set(troubles) <= set(ids) < set(SAMPLE)
    found = player.measure(name, ids)
    assert complaints(behaviour, found) == []
    assert all(ids == troubles for ids in found.broken.values())


def test_a_mistake_where_it_makes_no_difference_is_seen_to_break_nothing(player: Player) -> None:
    found = player.measure("retry_pin", UNKNOWN)
    assert complaints(find_behaviour("retry_pin"), found) == ["H44 is not broken"]


def test_what_is_never_come_by_is_played_nowhere(visited: dict[str, set[str]]) -> None:
    assert wanted(behaviours()["only_who_was_called"], visited) == []
