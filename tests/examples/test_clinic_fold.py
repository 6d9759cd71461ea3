"""Spellings that are the same, and those that are not."""

from __future__ import annotations

import pytest
from clinic import fold


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("タカハシ　ショウ", "ﾀｶﾊｼ ｼﾖｳ"),
        ("たかはし しょう", "タカハシショウ"),
        ("ガッキョク", "ｶﾞﾂｷﾖｸ"),
        ("ソーマ", "ｿｰﾏ"),
    ],
)
def test_kana_small_width_and_script_are_the_same(ours: str, theirs: str) -> None:
    assert fold.fold_kana(ours) == fold.fold_kana(theirs)


def test_kana_voiced_marks_tell_people_apart() -> None:
    assert fold.fold_kana("カキ") != fold.fold_kana("ガギ")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("霞が関１丁目２番地２号", "霞が関１－２－２"),
        ("霞が関一丁目2番2号", "霞が関1-2-2"),
        ("本町３番地の４", "本町3-4"),
        ("本町 ３－４", "本町３‐４"),
    ],
)
def test_address_styles_are_the_same(ours: str, theirs: str) -> None:
    assert fold.fold_address(ours) == fold.fold_address(theirs)


def test_another_house_is_another_address() -> None:
    assert fold.fold_address("霞が関１－２－２") != fold.fold_address("霞が関１－２－３")


def test_kuromaru_stands_for_one_character() -> None:
    assert fold.same_name("髙橋　翔", "●橋　翔")
    assert not fold.same_name("髙橋　翔", "●●橋　翔")
    assert not fold.same_name("髙橋　翔", "高橋　翔")


def test_numbers_ignore_padding_and_width() -> None:
    assert fold.fold_insurer("  123456") == fold.fold_insurer("00123456")
    assert fold.fold_number("１２－３") == fold.fold_number("12-3")
    assert fold.fold_branch("1") == fold.fold_branch("01")
    assert fold.fold_sex("男") == fold.fold_sex("1")
    assert fold.fold_sex("3") == ""
