"""Edits of the card in a scene: what faults of what is on the card are made of."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import msgspec

from onshi.card.device import load_device
from onshi.card.spec import check
from onshi.scene import Scene

__all__ = ["birthday", "check_kind", "edit_card"]


def edit_card(scene: Scene, **changes: Any) -> None:
    """Give the scene's card other settings; the scene stays as it is when no card can have them.

    Raises :class:`OnshiError`.
    """
    card = msgspec.structs.replace(scene.card, **changes)
    check(card)
    scene.card = card


def check_kind(name: str) -> None:
    """Raises :class:`UnknownNameError` for what is no file of ``devices/cards``."""
    load_device(name)


def birthday(born: date, year: int) -> date:
    """The birthday in a year; 28 February in the years without a 29th."""
    return date(year, born.month, min(born.day, monthrange(year, born.month)[1]))
