"""The spellings that rules treat as one, and those they must not."""

from __future__ import annotations

from datetime import date

import pytest

from onshi.judge.compare import (
    address,
    day,
    fold_kana,
    has_kanji,
    kana,
    means_invalid,
    percent,
    same,
    sex,
)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("name", "髙橋　翔一", "髙橋 翔一"),
        ("name", "ＳＭＩＴＨ　ＪＯＨＮ", "SMITH JOHN"),
        ("kana", "タカハシ　ショウイチ", "ﾀｶﾊｼ ｼｮｳｲﾁ"),
        ("kana", "たかはし", "タカハシ"),
        ("kana", "ローラ", "ﾛ-ﾗ"),
        ("insurer_number", "132013", "  132013"),
        ("insurer_number", "132013", "00132013"),
        ("insurer_number", "０６１３２０１３", "06132013"),
        ("symbol", "１２‐３", "12-3"),
        ("number", "0003456", "３４５６"),
        ("sex", "1", "男"),
        ("birthdate", date(1980, 4, 5), date(1980, 4, 5)),
    ],
)
def test_the_same(field, a, b):
    assert same(field, a, b)


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        ("name", "髙橋　翔一", "高橋　翔一"),
        ("name", "髙橋　翔一", "●橋　翔一"),
        ("kana", "ショウイチ", "シヨウイチ"),
        ("kana", "ハナコ", "バナコ"),
        ("insurer_number", "06132013", "06132021"),
        ("number", "3456", "34567"),
        ("sex", "1", "2"),
        ("sex", "1", None),
        ("birthdate", date(1980, 4, 5), date(1980, 5, 4)),
    ],
)
def test_not_the_same(field, a, b):
    assert not same(field, a, b)


def test_small_kana_fold_but_voiced_marks_stay():
    assert fold_kana("ｼﾖｳｲﾁ") == fold_kana("ショウイチ")
    assert kana("ｼﾖｳｲﾁ") != kana("ショウイチ")
    assert fold_kana("ハ") != fold_kana("バ")


@pytest.mark.parametrize(
    "style",
    [
        "架空区霞1-2-3",
        "架空区霞１－２－３",
        "架空区霞１丁目２番３号",
        "架空区霞一丁目2番地3",
        "架空区 霞1丁目2の3",
    ],
)
def test_address_styles_are_one(style):
    assert address(style) == "架空区霞1-2-3"


def test_addresses_that_differ():
    assert address("架空区霞1-2-3") != address("架空区霞1-23")
    assert address("架空区霞十二丁目3") == address("架空区霞12-3")
    assert address("架空区霞二十三丁目4") == address("架空区霞23-4")


def test_small_readers():
    assert day("19800405") == date(1980, 4, 5)
    assert day("1980405") is None
    assert day("19801399") is None
    assert percent("020") == 20
    assert percent("") is None
    assert sex("女性") == "2"
    assert sex("？") == "?"
    assert has_kanji("山だ")
    assert not has_kanji("ヤマダ SMITH ●")
    assert means_invalid("資格喪失")
    assert means_invalid("not_found")
    assert not means_invalid("valid")
    assert not means_invalid("有効（未登録）")
