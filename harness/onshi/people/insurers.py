"""A vendor's insurer master: the insurers by whom generated patients are insured.

A CSV file as spreadsheets write it: number and name in the first columns, or named by a heading.
The kind follows from the number's shape, the last digit is a check digit (facts: claims page,
section 5).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from onshi.errors import BadFileError
from onshi.people.generate import Insurers
from onshi.people.numbers import bare, luhn, plan_of

__all__ = ["KIND_WORDS", "Insurers", "read_insurers"]

KIND_WORDS = {
    "shaho": "社保",
    "kokuho": "国保",
    "kouki": "後期",
    "jieitai": "自衛官",
    "seiho": "医療扶助",
}
_KINDS = {word: kind for kind, word in KIND_WORDS.items()} | {k: k for k in KIND_WORDS}
_HEADINGS = {
    "number": ("番号", "保険者番号", "number"),
    "name": ("名称", "保険者名称", "保険者名", "name"),
    "kind": ("種別", "kind"),
}


def read_insurers(path: Path) -> Insurers:
    """(number, name) of each insurer of a file, by kind; UTF-8 with or without BOM, or CP932.

    Columns 番号, 名称 and optionally 種別 (社保, 国保, 後期, 自衛官, 医療扶助). Raises
    :class:`BadFileError` with the line for a number of another shape or with a wrong check
    digit, a missing name, a kind that does not fit, a number that is there twice.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    seen: dict[str, int] = {}
    for line, number, name, kind in _rows(path):
        _check(path, line, number, name)
        number = bare(number)
        if number in seen:
            raise BadFileError(path, f"{number} is in line {seen[number]} already", line=line)
        seen[number] = line
        found.setdefault(_kind(path, line, number, kind), []).append((number, name))
    if not found:
        raise BadFileError(path, "there is no insurer in it: lines of 番号,名称 are expected")
    return {kind: tuple(insurers) for kind, insurers in found.items()}


def _rows(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """(line, number, name, kind) of each line with something in it, the heading left out."""
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    where, width, first = {"number": 0, "name": 1, "kind": 2}, 3, True
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if first and not cells[0][:1].isdigit():
                where, width = _heading(path, reader.line_num, cells), len(cells)
            else:
                if any(cells[width:]):
                    raise BadFileError(
                        path,
                        f"there is more in this line than {width} columns",
                        line=reader.line_num,
                    )
                number, name, kind = (
                    cells[where[k]] if where[k] < len(cells) else "" for k in _HEADINGS
                )
                yield reader.line_num, number, name, kind
            first = False
    except csv.Error as e:
        raise BadFileError(path, f"is not CSV: {e}", line=reader.line_num) from None


def _heading(path: Path, line: int, cells: list[str]) -> dict[str, int]:
    where = {}
    for column, words in _HEADINGS.items():
        at = [i for i, cell in enumerate(cells) if cell.lower() in words]
        if not at and column != "kind":
            raise BadFileError(
                path, f"the heading has no column {words[0]}; it is {','.join(cells)}", line=line
            )
        where[column] = at[0] if at else len(cells) + 1_000
    return where


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadFileError(path, "there is no such file (insurers of the clinic)") from None
    except OSError as e:
        raise BadFileError(path, f"cannot be read: {e.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp932")
    except UnicodeDecodeError as e:
        line = data[: e.start].count(b"\n") + 1
        raise BadFileError(path, "is neither UTF-8 nor Shift_JIS (CP932)", line=line) from None


def _check(path: Path, line: int, number: str, name: str) -> None:
    if not (number.isascii() and number.isdigit() and len(number) in (6, 8)):
        hint = ""
        if number.isascii() and number.isdigit() and len(number) in (5, 7):
            hint = "; a spreadsheet may have dropped a leading 0: format the column as text"
        raise BadFileError(path, f"保険者番号 is 6 or 8 digits, not {number!r}{hint}", line=line)
    right = luhn(number[:-1])
    if number[-1] != right:
        raise BadFileError(
            path,
            f"the check digit of {number} does not fit: {number[:-1]} ends with {right}",
            line=line,
        )
    if not name:
        raise BadFileError(path, f"{number} has no 名称", line=line)


def _kind(path: Path, line: int, number: str, told: str) -> str:
    """The kind by the number's shape, which the file's word cannot change."""
    shape = plan_of(number) or "shaho"
    if not told:
        return shape
    kind = _KINDS.get(told)
    if kind is None:
        raise BadFileError(
            path, f"種別 is one of {', '.join(KIND_WORDS.values())}, not {told!r}", line=line
        )
    if kind != shape:
        raise BadFileError(
            path, f"{number} has the shape of {KIND_WORDS[shape]}, not of {told}", line=line
        )
    return kind
