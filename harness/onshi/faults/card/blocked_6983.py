"""A blocked PIN as the standard has it, and not as this card has it."""

from __future__ import annotations

from typing import ClassVar, Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam

_LONGEST_QUESTION = 5
_SAYS_BLOCKED = {True: b"\x63\xc0", False: b"\x69\x84"}
"""By whether it was only a question: what this card says of a PIN that is blocked."""


@fault("card.blocked_6983", Seam.CARD, title="カードが暗証番号のロックを6983で知らせる")
class Blocked6983(Fault, frozen=True, kw_only=True):
    """VERIFY ends with 6983 in place of this card's 6984.

    Programs written by ISO 7816-4 expect it; nobody has seen this card do it (facts: card page,
    section 0). The card is not even asked, unless ``only_if_blocked``: then it is done for a PIN
    that really is. ``query``: the answer to the question for the tries left.
    """

    OPERATIONS: ClassVar[frozenset[str] | None] = frozenset({"VERIFY", "VERIFY_QUERY"})

    only_if_blocked: bool = False
    query: Literal["63C0", "6983"] = "63C0"

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        question = len(apdu) <= _LONGEST_QUESTION
        instead = bytes.fromhex(self.query if question else "6983")
        if not self.only_if_blocked:
            return instead
        answer = link.transmit(apdu)
        return instead if answer == _SAYS_BLOCKED[question] else answer
