"""Messages of the eligibility system, JSON (WebAPI) and XML (folder): one tree, one Result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree import ElementTree

_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding=[\"']([A-Za-z0-9_\-]+)[\"']")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_CP932 = {"shift_jis", "sjis", "windows-31j", "ms932", "cp932", "x-sjis"}
_CODE_OF = {"utf-8": "0", "cp932": "1"}
_BROKEN = re.compile("[\ufffd\ud800-\udfff]")
"""What is left of a character whose bytes were lost on the way."""


class BadMessage(Exception):
    """Not a whole, well-formed message: maybe still being written."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One qualification of an answer; None and "" for what was not sent."""

    card_class: str
    insurer_number: str
    insurer_name: str
    symbol: str
    number: str
    branch: str
    relation: str
    name: str
    kana: str
    sex: str
    birthdate: date | None
    address: str
    lost: date | None
    valid_from: date | None
    valid_to: str
    preschool: bool
    elderly_ratio: int | None
    late_ratio: int | None
    limit: str
    limit_consent: bool


@dataclass(frozen=True, kw_only=True)
class Result:
    """Codes as sent: segment OQSCD003, status 004, validity 006. ``text`` is their message."""

    institution: str
    identifier: str
    segment: str
    status: str
    validity: str
    text: str
    records: tuple[Record, ...]


def request_tree(
    query: Mapping[str, str], *, institution: str, identifier: str, day: date
) -> dict[str, Any]:
    """The inquiry as a tree; JSON sends it as it is."""
    return {
        "XmlMsg": {
            "MessageHeader": {
                "QualificationConfirmationDate": f"{day:%Y%m%d}",
                "MedicalInstitutionCode": institution,
                "ArbitraryFileIdentifier": identifier,
            },
            "MessageBody": {"QualificationConfirmSearchInfo": dict(query)},
        }
    }


def request_xml(tree: Mapping[str, Any], encoding: str) -> bytes:
    """The inquiry as a file. Raises UnicodeEncodeError for what the encoding cannot carry."""
    (name, content), *_ = tree.items()
    text = ElementTree.tostring(_element(name, content), encoding="unicode")
    declared = "Shift_JIS" if encoding == "cp932" else "UTF-8"
    head = f'<?xml version="1.0" encoding="{declared}" standalone="no"?>\n'
    return (head + text).encode(encoding)


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, Mapping):
        element.extend(_element(key, value) for key, value in content.items())
    else:
        element.text = str(content)
    return element


def from_json(document: Any) -> Result:
    """A Result from decoded JSON. Raises :class:`BadMessage`."""
    return _result(_child(document, "XmlMsg"))


def from_xml(content: bytes) -> Result:
    """A Result from the bytes of a file. Raises :class:`BadMessage`, also for half a file.

    Bytes are decoded here, strictly: XML libraries differ over Shift_JIS (which means CP932), and
    reading one encoding as the other can succeed with wrong names. CharacterCodeIdentifier says
    which of the two is meant; it decides when the declaration is wrong.
    """
    found = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    declared = found[1].decode().lower() if found else "utf-8"
    first = "cp932" if declared in _CP932 else "utf-8"
    fallback = None
    for encoding in (first, "utf-8" if first == "cp932" else "cp932"):
        try:
            tree = _parse(content.decode(encoding))
        except (UnicodeDecodeError, ElementTree.ParseError):
            continue
        header = _child(tree, "MessageHeader")
        if _text(header, "CharacterCodeIdentifier") in ("", _CODE_OF[encoding]):
            return _result(tree)
        fallback = fallback or tree
    if fallback is None:
        raise BadMessage("XMLとして読み取れません")
    return _result(fallback)


def _parse(text: str) -> dict[str, Any]:
    if "<!DOCTYPE" in text:
        raise BadMessage("DOCTYPEのある応答は受け付けません")
    root = ElementTree.fromstring(_DECLARATION.sub("", text, count=1))
    if root.tag != "XmlMsg":
        raise BadMessage(f"XmlMsgではなく{root.tag}です")
    tree = _tree(root)
    return tree if isinstance(tree, dict) else {}


def _tree(element: ElementTree.Element) -> dict[str, Any] | str:
    """Children by name; a name that repeats becomes a list."""
    if len(element) == 0:
        return element.text or ""
    tree: dict[str, Any] = {}
    for child in element:
        value = _tree(child)
        if child.tag in tree:
            earlier = tree[child.tag]
            tree[child.tag] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            tree[child.tag] = value
    return tree


def _result(tree: Mapping[str, Any]) -> Result:
    header = _child(tree, "MessageHeader")
    if not header:
        raise BadMessage("MessageHeaderがありません")
    body = _child(tree, "MessageBody")
    text = _text(header, "ErrorMessage") or _text(body, "ProcessingResultMessage")
    return Result(
        institution=_text(header, "MedicalInstitutionCode"),
        identifier=_text(header, "ArbitraryFileIdentifier"),
        segment=_text(header, "SegmentOfResult"),
        status=_text(body, "ProcessingResultStatus"),
        validity=_text(body, "QualificationValidity"),
        text=text,
        records=tuple(_record(r) for r in _records(body.get("ResultList"))),
    )


def _records(found: Any) -> list[Mapping[str, Any]]:
    """ResultList is a list of one-key objects in JSON and an element with children in XML."""
    name = "ResultOfQualificationConfirmation"
    parts = found if isinstance(found, list) else [found]
    inner = [part.get(name) for part in parts if isinstance(part, Mapping)]
    flat = [one for some in inner for one in (some if isinstance(some, list) else [some])]
    return [one for one in flat if isinstance(one, Mapping)]


def _record(r: Mapping[str, Any]) -> Record:
    elderly = _child(r, "ElderlyRecipientCertificateInfo")
    limit = _child(r, "LimitApplicationCertificateRelatedInfo")
    return Record(
        card_class=_text(r, "InsuredCardClassification"),
        insurer_number=_text(r, "InsurerNumber"),
        insurer_name=_text(r, "InsurerName"),
        symbol=_text(r, "InsuredCardSymbol"),
        number=_text(r, "InsuredIdentificationNumber"),
        branch=_text(r, "InsuredBranchNumber"),
        relation=_text(r, "PersonalFamilyClassification"),
        name=_text(r, "Name"),
        kana=_text(r, "NameKana"),
        sex=_text(r, "Sex1"),
        birthdate=_date(r, "Birthdate"),
        address=_text(r, "Address"),
        lost=_date(r, "DisqualificationDate"),
        valid_from=_date(r, "InsuredCardValidDate"),
        valid_to=_text(r, "InsuredCardExpirationDate"),
        preschool=_text(r, "PreschoolClassification") == "1",
        elderly_ratio=_percent(elderly, "ElderlyRecipientContributionRatio"),
        late_ratio=_percent(r, "InsuredPartialContributionRatio"),
        limit=_text(limit, "LimitApplicationCertificateClassificationFlag"),
        limit_consent=_text(r, "LimitApplicationCertificateRelatedConsFlg") == "1",
    )


def _child(tree: Any, name: str) -> Mapping[str, Any]:
    """A part of the tree; empty when it is missing. Raises BadMessage for another type."""
    if not isinstance(tree, Mapping):
        raise BadMessage("応答の形が違います")
    found = tree.get(name)
    if found in (None, ""):
        return {}
    if not isinstance(found, Mapping):
        raise BadMessage(f"{name}の形が違います")
    return found


def _text(tree: Mapping[str, Any], name: str) -> str:
    found = tree.get(name)
    if not isinstance(found, str):
        return ""
    if _BROKEN.search(found):
        raise BadMessage(f"{name}の文字が壊れています")
    return found.strip()


def _date(tree: Mapping[str, Any], name: str) -> date | None:
    text = _text(tree, name)
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
    except ValueError:
        return None


def _percent(tree: Mapping[str, Any], name: str) -> int | None:
    text = _text(tree, name)
    return int(text) if text.isascii() and text.isdigit() and int(text) <= 100 else None
