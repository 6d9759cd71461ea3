"""住基: only its PIN and a key that answers nothing; what its files hold is not public.

Facts: card page, sections 1.4 and 3.3.
"""

from __future__ import annotations

from onshi.card.common import CHANGE_KEY, REFUSED
from onshi.card.files import Application, Internal
from onshi.card.pins import PinSet

__all__ = ["AID", "FIDS", "application"]

AID = bytes.fromhex("D3921000310001010401")
FIDS = (0x0019, 0x001C)


def application(pins: PinSet) -> Application:
    """The application of one card; its PIN is that of 共通カード."""
    return Application(AID, [Internal(0x0019), pins["juki"]], refused=REFUSED, change=CHANGE_KEY)
