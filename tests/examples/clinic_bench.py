"""Small stand-ins for what surrounds the clinic: answers, a reader, an operator."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from xml.etree import ElementTree

from clinic.case import Arrival
from clinic.chart import Page
from clinic.config import Limits
from smartcard import scard

INSTITUTION = "1312345670"
DAY = date(2025, 10, 20)
FAST = Limits(
    http_connect=1,
    http_read=1,
    http_total=5,
    answer_file=2,
    face_file=2,
    card=5,
    pause=0.001,
    poll=0.003,
)
IMPATIENT = replace(FAST, answer_file=0.25, face_file=0.25)
"""For what does not come; long enough for a busy machine to bring what does."""
PAGE = Page(
    chart_no="C-1",
    name="髙橋　翔",
    kana="タカハシ　ショウ",
    birthdate=date(1980, 4, 1),
    sex="1",
    address="東京都千代田区霞が関１丁目２番地２号",
    insurer_number="06132013",
    symbol="１２３",
    number="4567",
    branch="01",
    copay_percent=30,
    public=(),
    status="valid",
)
QUERY = {
    "InsurerNumber": "06132013",
    "InsuredCardSymbol": "１２３",
    "InsuredIdentificationNumber": "4567",
    "InsuredBranchNumber": "01",
    "Birthdate": "19800401",
    "LimitApplicationCertificateRelatedConsFlg": "0",
}
RECORD = {
    "InsuredCardClassification": "01",
    "InsurerNumber": "06132013",
    "InsuredCardSymbol": "１２３",
    "InsuredIdentificationNumber": "4567",
    "InsuredBranchNumber": "01",
    "PersonalFamilyClassification": "1",
    "Name": "●橋　翔",
    "NameKana": "ﾀｶﾊｼ ｼﾖｳ",
    "Sex1": "1",
    "Birthdate": "19800401",
    "Address": "東京都千代田区霞が関１－２－２",
    "InsuredCardValidDate": "20200401",
    "InsuredCardExpirationDate": "99999999",
    "InsurerName": "試験健康保険組合",
}


def record(**changes: Any) -> dict[str, Any]:
    """A record of an answer; None leaves an element out."""
    return {k: v for k, v in {**RECORD, **changes}.items() if v is not None}


def answer(
    *records: dict[str, Any],
    identifier: str = "202510200001",
    segment: str = "1",
    status: str = "1",
    validity: str | None = "1",
    message: str = "",
) -> dict[str, Any]:
    """An answer as JSON has it."""
    body: dict[str, Any] = {"ProcessingResultStatus": status}
    if message:
        body["ProcessingResultMessage"] = message
    if validity is not None:
        body["QualificationValidity"] = validity
    if records:
        items = [{"ResultOfQualificationConfirmation": copy.deepcopy(r)} for r in records]
        body["ResultList"] = items
    header = {
        "MedicalInstitutionCode": INSTITUTION,
        "ArbitraryFileIdentifier": identifier,
        "SegmentOfResult": segment,
        "CharacterCodeIdentifier": "0",
    }
    return {"XmlMsg": {"MessageHeader": header, "MessageBody": body}}


def as_xml(tree: dict[str, Any], encoding: str = "utf-8", declared: str | None = None) -> bytes:
    """The same answer as a file."""
    tree = copy.deepcopy(tree)
    body = tree["XmlMsg"]["MessageBody"]
    if "ResultList" in body:
        inner = [item["ResultOfQualificationConfirmation"] for item in body["ResultList"]]
        body["ResultList"] = [("ResultOfQualificationConfirmation", r) for r in inner]
    tree["XmlMsg"]["MessageHeader"]["CharacterCodeIdentifier"] = "01"[encoding == "cp932"]
    text = ElementTree.tostring(_element("XmlMsg", tree["XmlMsg"]), encoding="unicode")
    declared = declared or ("Shift_JIS" if encoding == "cp932" else "UTF-8")
    return (f'<?xml version="1.0" encoding="{declared}" standalone="no"?>' + text).encode(encoding)


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, str):
        element.text = content
    else:
        pairs = content.items() if isinstance(content, dict) else content
        element.extend(_element(k, v) for k, v in pairs)
    return element


class Operator:
    """Answers questions by a script of (part of the prompt, answer); cancel otherwise."""

    def __init__(self, *script: tuple[str, str]) -> None:
        self.script = list(script)
        self.prompts: list[str] = []

    def __call__(self, prompt: str, options: tuple[str, ...]) -> str:
        self.prompts.append(prompt)
        for i, (part, said) in enumerate(self.script):
            if part in prompt and said in options:
                del self.script[i]
                return said
        return "cancel"


def arrival(operator: Operator | None = None, **changes: Any) -> Arrival:
    """A known patient who comes with a card; ``pins`` are what they type."""
    pins = list(changes.pop("pins", ["1234"]))
    given: dict[str, Any] = {
        "route": "numbers",
        "line": "webapi",
        "day": DAY,
        "query": QUERY,
        "ask": operator or Operator(),
        "enter_pin": lambda: pins.pop(0) if pins else None,
        "present": lambda: None,
        "form": Page(name=PAGE.name, kana=PAGE.kana, birthdate=PAGE.birthdate, sex=PAGE.sex),
        "chart_no": PAGE.chart_no,
    }
    return Arrival(**{**given, **changes})


class FakePcsc:
    """The functions of ``smartcard.scard`` over one card; ``fails`` maps a function's nth call.

    ``fails = {("SCardConnect", 1): code}``; a callable instead of a code is called.
    """

    def __init__(self, card: Any, readers: tuple[str, ...] = ("reader",)) -> None:
        self.card, self.readers = card, readers
        self.fails: dict[tuple[str, int], int | Callable[[], int]] = {}
        self.calls: list[str] = []
        self.sent: list[bytes] = []

    def _code(self, name: str) -> int:
        self.calls.append(name)
        code = self.fails.get((name, self.calls.count(name)), self.fails.get((name, 0), 0))
        return code() if callable(code) else code

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]:
        return self._code("SCardEstablishContext"), 1

    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]:
        return self._code("SCardListReaders"), list(self.readers)

    def SCardConnect(self, *args: Any) -> tuple[int, int, int]:
        return self._code("SCardConnect"), 1, scard.SCARD_PROTOCOL_T1

    def SCardTransmit(self, handle: int, pci: Any, command: list[int]) -> tuple[int, list[int]]:
        code = self._code("SCardTransmit")
        self.sent.append(bytes(command))
        return code, list(self.card.transmit(bytes(command))) if code == 0 else []

    def SCardDisconnect(self, handle: int, disposition: int) -> int:
        return self._code("SCardDisconnect")

    def SCardReleaseContext(self, context: int) -> int:
        return self._code("SCardReleaseContext")

    @property
    def verifies(self) -> int:
        """VERIFY commands with a PIN in them."""
        return sum(1 for c in self.sent if c[1] == 0x20 and len(c) > 5)
