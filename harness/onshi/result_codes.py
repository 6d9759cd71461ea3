"""A vendor's own result codes in place of our placeholders.

The genuine codes are not public (facts: oqs page, section 4). A vendor who has them keeps them in
a private file; they go to the program under test and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

__all__ = ["ResultCodes"]


class ResultCodes:
    """``told`` puts the vendor's code in; ``hide`` takes it out of a text that is kept.

    ``table`` gives (code, message) by placeholder (``ONSHI-ITEM``); an empty message leaves ours.
    """

    def __init__(self, table: Mapping[str, tuple[str, str]] | None = None) -> None:
        self._table = dict(table or {})
        self._back: dict[str, str] = {}
        for placeholder, (code, message) in self._table.items():
            self._back[code] = placeholder
            if message:
                self._back[message] = self._back[_escaped(message)] = f"[{placeholder}]"
        longest_first = sorted(self._back, key=len, reverse=True)
        words = "|".join(re.escape(text) for text in longest_first)
        self._private = re.compile(rf"(?<![0-9A-Za-z])(?:{words})(?![0-9A-Za-z])")

    def __repr__(self) -> str:
        return f"ResultCodes({', '.join(sorted(self._table))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResultCodes) and self._table == other._table

    def __hash__(self) -> int:
        return hash(frozenset(self._table.items()))

    def __bool__(self) -> bool:
        return bool(self._table)

    def told(self, pair: tuple[str, str]) -> tuple[str, str]:
        """What an answer says for one of our (code, message) pairs."""
        code, message = self._table.get(pair[0], pair)
        return code, message or pair[1]

    def hide(self, text: str) -> str:
        """The text with the placeholders again; JSON text as well."""
        if not self._table:
            return text
        return self._private.sub(lambda found: self._back[found[0]], text)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
