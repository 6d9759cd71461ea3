"""Trees of any message type, drawn from the types themselves and from nothing else."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from onshi.eligibility import kinds

EVERY_DOCUMENT: tuple[type, ...] = tuple(
    dict.fromkeys(t for kind in kinds.KINDS.values() for t in (kind.request, kind.result))
)

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&\"' 　●髙𠮷ｶﾞ①～－"),
    max_size=6,
)
CP932_TEXT = st.text(st.sampled_from("\t\n\r<>&\"' 　●髙﨑德①㈱～－ｶﾞァ08-"), max_size=6)


def trees(kind: type, text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Any value of a record type: elements absent, empty or with text, lists of 0 to 2."""
    return _of(inspect.type_info(kind), text)


def _of(info: Any, text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    if isinstance(info, inspect.StrType):
        return st.sampled_from(["", "1", "  138057"]) | text
    if isinstance(info, inspect.UnionType):
        return st.one_of(
            *(st.none() if isinstance(t, inspect.NoneType) else _of(t, text) for t in info.types)
        )
    if isinstance(info, inspect.ListType):
        return st.lists(_of(info.item_type, text), max_size=2)
    assert isinstance(info, inspect.StructType), info
    return _struct(info, text)


@st.composite
def _struct(draw: st.DrawFn, info: inspect.StructType, text: st.SearchStrategy[str]) -> Any:
    """Few of the optional fields at a time, so that a tree stays small."""
    optional = [f for f in info.fields if not f.required]
    chosen = draw(
        st.lists(st.sampled_from(optional), max_size=4, unique_by=lambda f: f.name)
        if optional
        else st.just([])
    )
    required = [f for f in info.fields if f.required]
    return info.cls(**{f.name: draw(_of(f.type, text)) for f in [*chosen, *required]})


def full_tree(kind: type) -> Any:
    """A value with every field set, each text another, two entries in every list."""
    counter = itertools.count(1)

    def make(info: Any) -> Any:
        if isinstance(info, inspect.StrType):
            return f"値{next(counter)}"
        if isinstance(info, inspect.UnionType):
            (real,) = (t for t in info.types if not isinstance(t, inspect.NoneType))
            return make(real)
        if isinstance(info, inspect.ListType):
            return [make(info.item_type) for _ in range(2)]
        return info.cls(**{f.name: make(f.type) for f in info.fields})

    return make(inspect.type_info(kind))


def leaves(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    """(path of element names, text) of every leaf of the builtins of a tree."""
    plain = msgspec.to_builtins(tree) if isinstance(tree, msgspec.Struct) else tree
    if isinstance(plain, dict):
        return [leaf for tag, inner in plain.items() for leaf in leaves(inner, (*path, tag))]
    if isinstance(plain, list):
        return [leaf for inner in plain for leaf in leaves(inner, path)]
    return [(path, plain)]
