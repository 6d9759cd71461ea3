"""Where the shipped data lives, and how a TOML file becomes a typed record.

In a wheel ``profiles/`` and ``devices/`` are package data under ``onshi/_data``; in a checkout
they stand beside ``harness/`` (facts: packaging experiments).
"""

from __future__ import annotations

import difflib
import itertools
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from onshi.errors import BadFileError

__all__ = ["convert_table", "data_root", "explain", "line_of", "load_toml", "read_toml"]

T = TypeVar("T")
_HERE = Path(__file__).resolve().parent


def data_root() -> Path:
    """The folder that holds ``profiles/`` and ``devices/``."""
    packaged = _HERE / "_data"
    return packaged if packaged.is_dir() else _HERE.parent.parent


def read_toml(path: Path) -> dict[str, Any]:
    """The file as plain tables.

    Raises :class:`BadFileError` with path and line when it is missing, unreadable, not UTF-8
    or not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadFileError(path, "there is no such file") from None
    except OSError as e:
        raise BadFileError(path, f"cannot be read: {e.strerror}") from None
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        raise BadFileError(path, "is not UTF-8 text", line=line) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        found = re.search(r"at line (\d+)", str(e))
        raise BadFileError(
            path, f"is not valid TOML: {e}", line=int(found[1]) if found else None
        ) from None


def load_toml(path: Path, kind: type[T]) -> T:
    """The file as a record of type ``kind`` (a msgspec struct that forbids unknown fields).

    Raises :class:`BadFileError` naming file, line, key and what was expected.
    """
    return convert_table(path, read_toml(path), kind)


def convert_table(path: Path, table: Any, kind: type[T], prefix: str = "") -> T:
    """A table that was read from ``path`` as a record; ``prefix`` is where it stood there.

    Raises :class:`BadFileError` as :func:`load_toml` does.
    """
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as e:
        raise _explain(path, kind, str(e), prefix) from None


def _explain(path: Path, kind: type, message: str, prefix: str = "") -> BadFileError:
    """Turn msgspec's message into file, line, key and expectation."""
    key, expected = explain(kind, message)
    line = line_of(path, key)
    return BadFileError(path, expected, line=line, key=".".join(p for p in (prefix, key) if p))


def explain(kind: Any, message: str) -> tuple[str, str]:
    """What msgspec said of a ``kind`` (``… - at `$.a[0].b```) as dotted key and expectation.

    The key is empty where the value as a whole is wrong.
    """
    where = re.search(r"at `\$([^`]*)`", message)
    trail = where[1] if where else ""
    unknown = re.search(r"unknown field `([^`]+)`", message)
    missing = re.search(r"missing required field `([^`]+)`", message)
    named = unknown or missing
    key = (trail.lstrip(".") + "." if named and trail else trail.lstrip(".")) + (
        named[1] if named else ""
    )
    expected = message.split(" - at ")[0]
    if missing:
        expected = "is required"
    if "RFC3339" in expected:
        expected = "a date as 2025-10-20" if "date" in expected else "a time as 09:30:00"
    wrong = re.fullmatch(r"Invalid enum value (.+)", expected)
    choices = _choices_at(kind, trail) if wrong else []
    if wrong and choices:
        near = difflib.get_close_matches(wrong[1].strip("'"), choices, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        expected = f"one of {', '.join(choices)}, not {wrong[1]}{hint}"
    if unknown:
        near = difflib.get_close_matches(unknown[1], _fields_at(kind, trail), n=1)
        expected = "unknown key" + (f"; did you mean {near[0]!r}?" if near else "")
    return key, expected


def _fields_at(kind: Any, trail: str) -> set[str]:
    """The field names of the structs that can stand at ``.category[0]`` of a ``kind``."""
    here = {struct for one in _types_at(kind, trail) for struct in _structs(one)}
    return {field.encode_name for struct in here for field in msgspec.structs.fields(struct)}


def _choices_at(kind: Any, trail: str) -> list[str]:
    """What a value may be that can stand at ``.status`` of a ``kind``, where that is a list."""
    return [str(c) for one in _types_at(kind, trail) for c in _choices(one)]


def _types_at(kind: Any, trail: str) -> list[Any]:
    """The types of the fields that ``.category[0].key`` can mean in a ``kind``."""
    here = [kind]
    for name in re.findall(r"\.(\w+)", trail):
        here = [
            field.type
            for one in here
            for struct in _structs(one)
            for field in msgspec.structs.fields(struct)
            if field.encode_name == name
        ]
    return here


def _choices(kind: Any) -> list[Any]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [choice for part in get_args(kind) for choice in _choices(part)]


def _structs(kind: Any) -> set[type[msgspec.Struct]]:
    """A struct, or those named in ``tuple[A, ...]``, ``dict[str, A]``, ``A | None``."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {kind}
    return {found for part in getattr(kind, "__args__", ()) for found in _structs(part)}


def line_of(path: Path, key: str) -> int | None:
    """The line on which a dotted key (``troubles[2].titel``) stands, as far as text can tell."""
    parts = re.findall(r"([^.\[\]]+)|\[(\d+|\.\.\.)\]", key)
    names = [name for name, _ in parts if name]
    if not names:
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    start, end, table, stands = 0, len(lines), "", False
    for (name, _), (_, index) in itertools.pairwise(parts):
        table = f"{table}.{name}".strip(".") if name else table
        if name and index.isdigit():
            heads = [i for i in range(start, end) if lines[i].strip().startswith(f"[[{table}]]")]
            if int(index) < len(heads):
                start, stands = heads[int(index)], True
                end = next((i for i in heads if i > start), end)
    for i in range(start, end):
        if re.match(rf"\s*{re.escape(names[-1])}\s*=", lines[i]) or re.match(
            rf"\s*\[+[^\]]*\b{re.escape(names[-1])}\b", lines[i]
        ):
            return i + 1
    return start + 1 if stands else None
