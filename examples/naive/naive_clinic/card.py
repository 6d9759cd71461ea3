"""Mistakes at the card reader: one try, and whatever comes first in the list is the reader."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clinic.card import CardReader
from clinic.config import Limits


class NaiveCardReader(CardReader):
    """Mistake: a broken reader at the head of the list hides the one that works."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(replace(limits, tries=1))

    def _readers(self, context: Any) -> list[str]:
        return super()._readers(context)[:1]
