from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onshi.eligibility.blackdot import BLACKDOT, arrives, dot, force
from onshi.eligibility.codes import CODE_LISTS, Validity, is_placeholder, label
from onshi.eligibility.kana import fold_small, full_width, half_width, has_small

KANA = "アイウエオカキクケコガギグゲゴサシスセソパピプペポヤユヨラリルレロワンァィゥェォャュョッー"


@pytest.mark.parametrize("char", "髙﨑冨𠮷①㈱")
def test_outside_the_repertoire_becomes_a_dot(char: str) -> None:
    assert not arrives(char)
    assert dot(f"{char}橋") == "●橋"


@pytest.mark.parametrize("char", "高橋太郎德々ー　１－～Ａ・")
def test_inside_the_repertoire_and_exceptions_arrive(char: str) -> None:
    assert dot(char) == char


def test_one_dot_for_one_character() -> None:
    assert dot("髙﨑　一郎") == "●●　一郎"


@given(
    name=st.lists(st.sampled_from("佐藤髙太郎花子"), min_size=1, max_size=6),
    dots=st.integers(1, 5),
    of=st.integers(0, 6),
    seed=st.integers(),
)
def test_force_gives_the_dots_asked_for(name: list[str], dots: int, of: int, seed: int) -> None:
    text = "".join(name[:1]) + "　" + "".join(name[1:])
    found = force(text, dots, Random(seed), of)
    length = len(found.replace("　", ""))
    assert length == (of or len(name))
    assert found.count(BLACKDOT) == min(dots, length)


def test_force_keeps_both_parts_and_the_rest() -> None:
    found = force("佐々木　舞", 2, Random(1), 3)
    family, given_name = found.split("　")
    assert len(family) == 2
    assert len(given_name) == 1
    assert set(found) - {"　", BLACKDOT} <= set("佐々木舞")


def test_half_width() -> None:
    assert half_width("シンリョウ　タロウ") == "ｼﾝﾘｮｳ ﾀﾛｳ"
    assert half_width("ヴァイオレット　ガゼ") == "ｳﾞｧｲｵﾚｯﾄ ｶﾞｾﾞ"
    assert half_width("ヷ") == "ﾜﾞ"


@given(st.text(KANA, min_size=1))
def test_half_width_and_back(kana: str) -> None:
    half = half_width(kana)
    assert all("\uff61" <= c <= "\uff9f" for c in half)
    assert full_width(half) == kana


@pytest.mark.parametrize(
    ("kana", "folded"),
    [("ｼｮｳｲﾁ", "ｼﾖｳｲﾁ"), ("キョウコ", "キヨウコ"), ("ｷｯｶﾜ", "ｷﾂｶﾜ"), ("ﾀﾛｳ", "ﾀﾛｳ")],
)
def test_small_kana_fold(kana: str, folded: str) -> None:
    assert fold_small(kana) == folded
    assert has_small(kana) == (kana != folded)


def test_unknown_codes_survive() -> None:
    assert label("OQSCD006", "4") == "該当資格なし"
    assert label("OQSCD006", "7") == "7"
    assert label("OQSCD999", "x") == "x"
    assert set(CODE_LISTS) == {f"OQSCD{n:03d}" for n in range(1, 45)}
    assert {v.value for v in Validity} == set(CODE_LISTS["OQSCD006"])


def test_placeholders_are_told_apart() -> None:
    assert is_placeholder("ONSHI-SYSTEM")
    assert not is_placeholder("ABC00001")
