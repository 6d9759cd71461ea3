"""What every answer in the exchange folder shares: the header, and what it is answered with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from onshi.eligibility import messages as m
from onshi.eligibility.codes import Segment
from onshi.eligibility.elements import Element
from onshi.eligibility.mapping import Heading, character_code
from onshi.result_codes import ResultCodes
from onshi.seams import Inquiry

__all__ = ["Envelope", "Pair", "Reply"]

Pair = tuple[str, str]
"""A placeholder code and its message."""


@dataclass(frozen=True)
class Envelope:
    """``institution`` and ``identifier`` are the request's; ``on`` is the 資格確認日."""

    institution: str
    identifier: str | None
    on: date
    now: datetime
    encoding: str
    codes: ResultCodes

    @property
    def stamp(self) -> str:
        """The business time as the messages have it."""
        return self.now.strftime("%Y%m%d%H%M%S")

    @property
    def character_code(self) -> str:
        """OQSCD005 of the bytes that will be written."""
        return character_code(self.encoding)

    def told(self, pair: Pair | None) -> tuple[str | None, str | None]:
        """Code and message as they are sent, the vendor's own where there are some."""
        return self.codes.told(pair) if pair is not None else (None, None)

    def header(
        self, *, error: Pair | None = None, segment: str | None = None, **more: Any
    ) -> m.MessageHeader:
        """The header of a result; with ``error`` the whole request has failed."""
        code, text = self.told(error)
        return m.MessageHeader(
            process_execution_time=self.stamp,
            medical_institution_code=self.institution,
            arbitrary_file_identifier=self.identifier,
            segment_of_result=Segment.FAILED if error else segment,
            error_code=code,
            error_message=text,
            character_code_identifier=self.character_code,
            **more,
        )

    def heading(self, echo: Inquiry | None = None) -> Heading:
        """The same for :func:`~onshi.eligibility.mapping.answer_document`."""
        return Heading(
            institution=self.institution,
            on=self.on,
            now=self.now,
            identifier=self.identifier,
            encoding=self.encoding,
            echo=echo,
            codes=self.codes,
        )


@dataclass(frozen=True)
class Reply:
    """What answers a request: a ``document``, or a ``pdf`` in its place.

    ``delay`` is in simulated seconds; ``inquiry`` is what was asked, where one thing was.
    """

    document: Element
    identifier: str | None = None
    inquiry: Inquiry | None = None
    delay: float = 0.0
    pdf: bytes | None = None
