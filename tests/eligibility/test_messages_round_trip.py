from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from message_trees import CP932_TEXT, EVERY_DOCUMENT, TEXT, full_tree, leaves, trees

from onshi.eligibility import json as json_codec
from onshi.eligibility.xml import NotAMessageError, parse, to_xml

KINDS = st.sampled_from(EVERY_DOCUMENT)
ANY_TREE = KINDS.flatmap(lambda kind: trees(kind, TEXT))
CP932_TREE = KINDS.flatmap(lambda kind: trees(kind, CP932_TEXT))


def element_texts(data: bytes) -> list[tuple[tuple[str, ...], str]]:
    """(path, text) of every element with text, by lxml alone."""
    return [
        ((*(n.tag for n in reversed(list(node.iterancestors()))), node.tag), node.text)
        for node in etree.fromstring(data).iter()
        if not len(node) and node.text
    ]


@settings(max_examples=60, deadline=None)
@given(tree=ANY_TREE, seed=st.integers(0, 99))
def test_every_tree_survives_xml_and_json(tree: Any, seed: int) -> None:
    kind = type(tree)
    data = to_xml(tree)
    assert parse(data, kind) == tree
    assert parse(to_xml(tree, shuffle=Random(seed)), kind) == tree
    told = json_codec.to_json(tree)
    assert json_codec.parse(told, kind) == tree
    assert element_texts(data) == [leaf for leaf in leaves(json.loads(told)) if leaf[1]]


@settings(max_examples=50, deadline=None)
@given(tree=CP932_TREE, shuffled=st.none() | st.integers(0, 99))
def test_every_tree_survives_shift_jis(tree: Any, shuffled: int | None) -> None:
    shuffle = None if shuffled is None else Random(shuffled)
    data = to_xml(tree, "cp932", shuffle=shuffle)
    assert b"Shift_JIS" in data.splitlines()[0]
    assert b"&#" not in data.replace(b"&#13;", b"")
    assert parse(data, type(tree)) == tree


@pytest.mark.parametrize("kind", EVERY_DOCUMENT, ids=lambda kind: kind.__name__)
def test_a_message_with_everything_in_it(kind: type) -> None:
    tree = full_tree(kind)
    told = leaves(tree)
    assert len({text for _, text in told}) == len(told)
    for data in (to_xml(tree), to_xml(tree, "cp932"), to_xml(tree, shuffle=Random(1))):
        assert parse(data, kind) == tree
    assert json_codec.parse(json_codec.to_json(tree), kind) == tree
    assert element_texts(to_xml(tree)) == told
    mixed = element_texts(to_xml(tree, shuffle=Random(1)))
    assert sorted(mixed) == sorted(told)
    assert mixed != told or len(told) < 3


@settings(max_examples=40, deadline=None)
@given(tree=ANY_TREE, seed=st.integers(0, 999))
def test_unknown_elements_change_nothing(tree: Any, seed: int) -> None:
    root = etree.fromstring(to_xml(tree))
    rng = Random(seed)
    for node in [n for n in root.iter() if len(n)]:
        new = etree.Element("SomethingNew")
        etree.SubElement(new, "Deeper").text = "1"
        node.insert(rng.randint(0, len(node)), new)
    assert parse(etree.tostring(root, encoding="utf-8"), type(tree)) == tree


@settings(max_examples=40, deadline=None)
@given(tree=ANY_TREE, cut=st.floats(0, 0.999))
def test_no_beginning_of_a_message_is_one(tree: Any, cut: float) -> None:
    whole = to_xml(tree).rstrip()
    with pytest.raises(NotAMessageError):
        parse(whole[: int(len(whole) * cut)], type(tree))
    told = json_codec.to_json(tree)
    with pytest.raises(NotAMessageError):
        json_codec.parse(told[: int(len(told) * cut)], type(tree))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=60) | ANY_TREE.map(to_xml), kind=KINDS)
def test_other_bytes_are_read_or_refused_and_nothing_else(data: bytes, kind: type) -> None:
    for codec in (parse, json_codec.parse):
        try:
            assert isinstance(codec(data, kind), kind)
        except NotAMessageError:
            pass
