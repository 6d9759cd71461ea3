"""What all message records are made of, and how their fields lie in a message.

Values are strings; ``None`` is an element that is not there, ``""`` an empty one. A field is one
of four things: text, a block (one element with elements in it), a list (one element around
entries of one name), or entries that stand beside each other without an element around them.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import msgspec

__all__ = ["Element", "Entry", "Part", "entry_part", "parts"]


class Element(msgspec.Struct, kw_only=True, rename="pascal", omit_defaults=True):
    """An element with elements in it; field names are its children's in snake case."""


class Entry(Element, kw_only=True):
    """One entry of a list: in JSON an object with this one key, in XML the element itself."""


@dataclass(frozen=True)
class Part:
    """One field: ``name`` in Python, ``tag`` in the message, ``type`` of the block or entry."""

    name: str
    tag: str
    kind: Literal["text", "block", "list", "beside"]
    type: Any = None


@cache
def parts(kind: Any) -> tuple[Part, ...]:
    """The fields of a record type in the order of the specification."""
    return tuple(_part(f) for f in msgspec.structs.fields(kind))


def entry_part(kind: type[Entry]) -> Part:
    """The one field of a list's entry."""
    (only,) = parts(kind)
    return only


def _part(found: msgspec.structs.FieldInfo) -> Part:
    inner = _without_none(found.type)
    if inner is str:
        return Part(found.name, found.encode_name, "text")
    if typing.get_origin(inner) is list:
        (entry,) = typing.get_args(inner)
        kind: Literal["list", "beside"] = "list" if _is_entry(entry) else "beside"
        return Part(found.name, found.encode_name, kind, entry)
    return Part(found.name, found.encode_name, "block", inner)


def _is_entry(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Entry)


def _without_none(kind: Any) -> Any:
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return kind
    (rest,) = (part for part in typing.get_args(kind) if part is not type(None))
    return rest
