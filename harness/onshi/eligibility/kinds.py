"""Which file is which message: the names of the exchange folder, with the records they hold.

A name is ``<prefix>_<suffix>.<extension>``; the answer's has ``res`` for ``req`` and the same
suffix, perhaps another extension (facts: oqs page, sections 1.1 and 1.2). The suffix is the
client's; only a file system's own limits apply to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from onshi.eligibility import bulk, medical, registration
from onshi.eligibility.elements import Element
from onshi.eligibility.messages import Document, RequestDocument

__all__ = ["KINDS", "UNSERVED", "Kind", "Unserved", "kind_of", "result_name", "unserved_kind"]


@dataclass(frozen=True)
class Kind:
    """One kind of request. ``interface`` is the number in OQS-IF-…, "" where none is known.

    ``phase`` 1 hands something in or asks at once, 2 fetches the result of a ``bulk`` phase 1.
    """

    prefix: str
    title: str
    interface: str
    request: type[Element]
    result: type[Element]
    bulk: bool = False
    phase: int = 1

    @property
    def result_prefix(self) -> str:
        """As ``OQSsiquc01res``."""
        return f"{self.prefix[:-3]}res"

    @property
    def family(self) -> str:
        """As ``siquc01`` or ``YZKsiquc01``: what a delivery and the journal call it."""
        return self.prefix[:-3].removeprefix("OQS")


@dataclass(frozen=True)
class Unserved:
    """A kind that is known by name and not answered, and why. ``interface`` as for a kind."""

    prefix: str
    title: str
    interface: str
    why: str


def _uploads(name: str, title: str, interface: int, request: type[Element]) -> tuple[Kind, Kind]:
    """The two phases of a bulk kind: handing in, and fetching two interfaces later."""
    fetched = (
        registration.BulkRegistrationResult
        if request is registration.RegistrationRequest
        else bulk.BulkResult
    )
    first, second = f"{interface:03d}", f"{interface + 2:03d}"
    return (
        Kind(f"OQS{name}01req", title, first, request, bulk.ReceptionResult, bulk=True),
        Kind(
            f"OQS{name}02req",
            f"{title}（結果取得）",
            second,
            bulk.DownloadRequest,
            fetched,
            bulk=True,
            phase=2,
        ),
    )


_ALL = (
    Kind("OQSsiquc01req", "資格確認", "001", RequestDocument, Document),
    Kind(
        "OQSsiimm01req",
        "照会番号登録",
        "003",
        registration.RegistrationRequest,
        registration.RegistrationResult,
    ),
    *_uploads("muquc", "資格確認一括照会", 5, bulk.BulkRequest),
    *_uploads("muimm", "照会番号一括登録", 9, registration.RegistrationRequest),
    *_uploads("mutic", "医療扶助 委託先資格情報の一括取得", 13, bulk.ListRequest),
    *_uploads("muhvq", "同意済資格情報の一括取得（訪問診療等）", 17, bulk.ListRequest),
    *_uploads("muonq", "同意済資格情報の一括取得（オンライン診療等）", 21, bulk.ListRequest),
    Kind("YZKsiquc01req", "薬剤情報", "", medical.MedicalRequest, medical.MedicineResult),
    Kind("TKKsiquc01req", "特定健診情報", "", medical.MedicalRequest, medical.CheckupResult),
)
KINDS: dict[str, Kind] = {kind.prefix: kind for kind in _ALL}
"""Every kind that is answered, by the prefix of its request."""

_NO_CONTENT = "only the prefix of the name is public, not what is in the message"
_OTHER_SYSTEM = "belongs to another system than the eligibility check"
UNSERVED: tuple[Unserved, ...] = (
    Unserved("OQSsihvq01req", "資格確認（訪問診療等）", "025", _NO_CONTENT),
    Unserved("OQSsionq01req", "資格確認（オンライン診療等）", "027", _NO_CONTENT),
    Unserved("OQSsihvd01req", "閲覧同意の取り消し（訪問診療等）", "037", _NO_CONTENT),
    Unserved("OQSsiurl01req", "医療機関アクセスURLの取得", "039", _NO_CONTENT),
    Unserved("OQSsiinq01req", "医療機関環境設定情報の照会", "041", _NO_CONTENT),
    Unserved("OQSsiupd01req", "医療機関環境設定情報の更新", "043", _NO_CONTENT),
    Unserved("CIPsiquc01req", "不明", "", _NO_CONTENT),
    Unserved("PMHsimsm01req", "公費（PMH）", "", _OTHER_SYSTEM),
    Unserved("EPS", "電子処方箋", "", _OTHER_SYSTEM),
)
"""Known and not answered; ``EPS`` is the start of many names. Numbers of ``si…`` are inferred."""

_NAME = re.compile(
    r"(?P<prefix>[A-Za-z]{3}[A-Za-z]{5}\d{2}req)_(?P<suffix>.+)\.(?P<ext>[^.]+)", re.I
)
_REQUEST = re.compile(r"[A-Za-z]{3,}\d{2}req(?=_)", re.IGNORECASE)
_BY_LOWER = {prefix.lower(): kind for prefix, kind in KINDS.items()}


def kind_of(file_name: str) -> tuple[Kind, str, str] | None:
    """The kind, the suffix and the extension (without the dot) of a request's file name.

    Case does not matter, as on Windows. None for a name of no kind that is answered.
    """
    found = _NAME.fullmatch(file_name)
    kind = _BY_LOWER.get(found["prefix"].lower()) if found else None
    return (kind, found["suffix"], found["ext"]) if found and kind else None


def unserved_kind(file_name: str) -> Unserved | None:
    """The kind of a request that is known and not answered, by its file name."""
    found = _REQUEST.match(file_name)
    prefix = found[0].lower() if found else ""
    return next((u for u in UNSERVED if prefix.startswith(u.prefix.lower())), None)


def result_name(file_name: str, extension: str = "xml") -> str:
    """The name of the answer to a request. Raises ValueError for a name of no kind."""
    found = kind_of(file_name)
    if found is None:
        raise ValueError(f"{file_name} is the name of no request that is answered")
    kind, suffix, _ = found
    return f"{kind.result_prefix}_{suffix}.{extension}"
