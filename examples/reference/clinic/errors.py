"""The two kinds of trouble a reception has to keep apart: the device, and the system behind it."""

from __future__ import annotations


class DeviceTrouble(Exception):
    """The reader or the card cannot be used. Says nothing about the patient's insurance.

    ``category``: no_service, no_reader, reader_gone, no_card, mute, removed, busy, comm, hang,
    not_mynumber, unreadable, certificate, pin or face.
    """

    def __init__(self, category: str, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.category, self.text, self.code = category, text, code & 0xFFFFFFFF


class SystemTrouble(Exception):
    """The eligibility system gave no usable answer. Says nothing about the insurance either.

    ``category``: unreachable, timeout, refused, bad_answer or bad_request.
    """

    def __init__(self, category: str, text: str) -> None:
        super().__init__(text)
        self.category, self.text = category, text
