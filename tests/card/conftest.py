from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from card_talk import JPKI, Talk

from onshi.card import VirtualCard
from onshi.people.records import CardSpec, Patient
from onshi.seams import Power


@pytest.fixture
def make_card(patient: Patient) -> Callable[..., VirtualCard]:
    def make(
        *, seed: int = 1, lane: Any = None, who: Patient = patient, **spec: Any
    ) -> VirtualCard:
        settings = {"cert_from": date(2024, 2, 1), "cert_until": date(2029, 2, 17), **spec}
        return VirtualCard(CardSpec(**settings), who, seed=seed, lane=lane)

    return make


@pytest.fixture
def make_talk(make_card: Callable[..., VirtualCard]) -> Callable[..., Talk]:
    def make(*, jpki: bool = True, application: str = JPKI, **settings: Any) -> Talk:
        talk = Talk(make_card(**settings))
        talk.card.power(Power.ON)
        if jpki:
            assert talk(application) == "9000"
        return talk

    return make


@pytest.fixture
def talk(make_talk: Callable[..., Talk]) -> Talk:
    """A powered card with the JPKI application selected."""
    return make_talk()
