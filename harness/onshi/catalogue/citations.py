"""Citations of the five source documents: ``003:L588`` or ``003:L588-590``, and their check.

The documents are not shipped; how many lines each has is (counted from the texts that the
catalogue was made from), so that a citation of a line that does not exist is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from onshi.data import line_of
from onshi.errors import BadFileError

__all__ = ["DOCUMENTS", "LINES", "check_citations", "what_is_wrong"]

LINES = {"000": 195, "001": 618, "002": 671, "003": 777, "004": 245}
"""The number of lines of each document."""

DOCUMENTS = {
    "000": "埼玉県保険医協会「24年5月以降発生トラブル調査報告」（2024年）",
    "001": "全国保険医団体連合会「マイナ保険証トラブル調査（最終集計）」ほか（2024年1月31日発表）",
    "002": "千葉県保険医協会「オンライン資格確認システムトラブル事例アンケート」（2023年）",
    "003": "全国保険医団体連合会「2025年8月以降の実態調査（最終報告）」ほか（2026年1月29日発表）",
    "004": "山口県医師会「社会保険・情報システム担当理事連絡協議会」の報告（2023年7月20日開催）",
}
"""What each document is."""

_FORM = re.compile(r"(\d{3}):L([1-9]\d*)(?:-([1-9]\d*))?")
_NEARLY = re.compile(r"\s*(\d{1,3})\s*[:：.\s]\s*[Ll]?\s*(\d+)(?:\s*[-–~～]\s*[Ll]?(\d+))?\s*")
_UNCHECKED = re.compile(r"(own|added)(: .+)?|https?://\S+")


def what_is_wrong(citation: str) -> str:
    """What is wrong with a citation, in words for the person who wrote it; empty: nothing.

    ``own`` and ``added``, alone or with words after a colon, and addresses of the web are taken
    as they are.
    """
    if _UNCHECKED.fullmatch(citation):
        return ""
    found = _FORM.fullmatch(citation)
    if not found:
        near = _NEARLY.fullmatch(citation)
        hint = f"; did you mean {_written(*near.groups())}?" if near else ""
        return f"a source is 003:L588, 003:L588-590, a web address or own, not {citation!r}{hint}"
    document, first, last = found[1], int(found[2]), int(found[3] or found[2])
    if document not in LINES:
        return f"{citation!r}: the documents are {', '.join(LINES)}; there is no {document}"
    if max(first, last) > LINES[document]:
        return f"{citation!r}: document {document} has {LINES[document]} lines"
    if found[3] and last <= first:
        return f"{citation!r} ends before it begins; did you mean {document}:L{last}-{first}?"
    return ""


def _written(document: str, first: str, last: str | None) -> str:
    return f"{int(document):03}:L{int(first)}" + (f"-{int(last)}" if last else "")


def check_citations(path: Path, cited: Iterable[tuple[str, str]]) -> None:
    """Raise :class:`BadFileError` for the first wrong citation of a file.

    ``cited``: the key under which each one stands (``figure[3].source``) and the citation.
    """
    for key, citation in cited:
        if problem := what_is_wrong(citation):
            raise BadFileError(path, problem, line=line_of(path, key), key=key)
