"""How a person is identified when their face is not."""

from __future__ import annotations

from typing import Literal

import msgspec

from onshi.card.device import load_device
from onshi.people.records import CardSpec
from onshi.seams import TerminalOutcome

__all__ = ["SCREEN_NO_PIN", "SCREEN_PIN_LOCKED", "Way", "otherwise"]

Way = Literal["pin", "visual", "nothing"]
"""暗証番号, 目視 by the staff, or the patient gives up."""

SCREEN_PIN_LOCKED = "暗証番号がロックされています"
"""Our wording, as the next one."""
SCREEN_NO_PIN = "暗証番号の設定がないカードです"
_WITHOUT_PIN = ("phone",)


def otherwise(outcome: TerminalOutcome, way: Way, card: CardSpec, screen: str) -> TerminalOutcome:
    """What becomes of an identification by face when it goes another way.

    ``screen`` is what the reader shows if it comes to nothing. A face file has no field for the
    method (facts: oqs page, section 2), so that pin and visual look the same to who reads it.
    """
    if outcome.method is None:
        return outcome
    if way == "pin" and card.kind not in _WITHOUT_PIN:
        if load_device(card.kind).pinless:
            way, screen = "nothing", SCREEN_NO_PIN
        elif card.auth_tries == 0:
            way, screen = "nothing", SCREEN_PIN_LOCKED
    method = None if way == "nothing" else way
    return msgspec.structs.replace(outcome, method=method, screen=screen if not method else "")
