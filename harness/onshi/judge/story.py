"""A whole course as the rules about claims see it: visits, claims and returns in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onshi.catalogue.records import Trouble
from onshi.claims.records import Receipt, Settled, Uke
from onshi.judge.case import Case
from onshi.visit import Purpose

__all__ = ["Chapter", "Story"]


@dataclass(frozen=True)
class Chapter:
    """One step of the course.

    ``case`` holds what was sent and seen in it; its visit's ``purpose`` is ``purpose``. Of a
    ``claim``: ``raw`` the file handed in (None: none), ``uke`` it read, ``problem`` why it could
    not be. Of ``returns``: ``settled`` what the 審査支払機関 decided, ``file`` the RECEIPTC.HEN
    (empty: nothing came back).
    """

    purpose: Purpose
    case: Case
    raw: bytes | None = None
    uke: Uke | None = None
    problem: str = ""
    settled: Sequence[Settled] = ()
    file: bytes = b""

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """The レセプト of this chapter's claim."""
        return self.uke.receipts if self.uke is not None else ()


@dataclass(frozen=True)
class Story:
    """The chapters of the patient whom the trouble is about, in order.

    ``limits`` are the vendor's own in seconds.
    """

    trouble: Trouble
    chapters: Sequence[Chapter]
    limits: Mapping[str, float]

    def of(self, purpose: Purpose) -> Iterator[Chapter]:
        """The chapters of one purpose."""
        return (c for c in self.chapters if c.purpose == purpose)

    @property
    def visits(self) -> list[Case]:
        """The visits, in order."""
        return [c.case for c in self.of("visit")]

    @property
    def claims(self) -> list[Chapter]:
        """The claims, in order, also those for which no file was handed in."""
        return list(self.of("claim"))
