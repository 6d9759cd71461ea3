"""Normal, 旧資格情報, 不詳 and disaster are told apart, and what each of them lacks."""

from __future__ import annotations

import pytest
from claim_samples import (
    DECLARED,
    NORMAL,
    OLD,
    SI,
    UNKNOWN,
    UNKNOWN_LATE,
    as_bytes,
    changed,
)

from onshi.claims.kinds import Description, describe, first_note, notes
from onshi.claims.read import read_uke
from onshi.claims.records import Receipt

SEVENS = "HO,77777777,,777777777,1,291,,,,,,,,,"


def receipt(lines: tuple[str, ...]) -> Receipt:
    return read_uke(as_bytes(lines)).receipts[0]


def lacks(lines: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(p.id, p.certain) for p in describe(receipt(lines)).missing]


def unknown(*comments: str, ho: str = SEVENS) -> tuple[str, ...]:
    return changed(UNKNOWN, HO=ho, CO=None, SI=[*comments, SI])


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (NORMAL, "normal"),
        (OLD, "old"),
        (UNKNOWN, "unknown"),
        (UNKNOWN_LATE, "unknown"),
        (changed(UNKNOWN, HO=SEVENS.replace("77777777,,", "77777779,,")), "unknown"),
        (changed(UNKNOWN, HO="HO,99999999,,999999999,1,291"), "disaster"),
    ],
)
def test_the_samples_are_what_they_say_and_lack_nothing(lines: tuple[str, ...], kind: str) -> None:
    described = describe(receipt(lines))
    assert described.kind == kind
    assert described.missing == ()


def test_what_was_declared() -> None:
    said = describe(receipt(UNKNOWN)).declared
    assert said.kana_name == "ケンショウ　タロウ"
    assert (said.plan, said.insurer_name) == ("被用者保険", "検証健康保険組合")
    assert said.employer == "検証株式会社"
    assert said.addresses == ("東京都検証区検証一丁目１番１号", "大阪府検証市検証町２－２")
    assert said.phone == "０３－００００－０００１"
    assert said.contact_date == "令和７年５月２０日"
    late = describe(receipt(UNKNOWN_LATE)).declared
    assert (late.employer, len(late.addresses)) == ("", 1)


def test_the_first_note() -> None:
    first = first_note(receipt(UNKNOWN))
    assert first is not None
    assert (first.role, first.by_code, first.comment.place) == ("unknown", True, 0)
    assert first_note(receipt(NORMAL)) is None
    assert first_note(receipt(changed(UNKNOWN, CO=None, SI=[SI, *DECLARED]))) is None


@pytest.mark.parametrize(
    ("ho", "missing"),
    [
        ("HO,06139992,,777777777,1,291", ["F1"]),
        ("HO,77777777,１２,777777777,1,291", ["F1"]),
        ("HO,77777777,,77777777,1,291", ["F1"]),
        ("HO,77777777,,4567,1,291", ["F1"]),
        ("HO,,,T0001,1,291", ["F1", "F1"]),
        ("HO,99999999,,777777777,1,291", ["F1"]),
    ],
)
def test_sevens_and_nothing_else(ho: str, missing: list[str]) -> None:
    described = describe(receipt(changed(UNKNOWN, HO=ho)))
    assert [p.id for p in described.missing] == missing
    assert all(p.certain for p in described.missing) is (described.kind == "unknown")


def test_what_is_wrong_is_said_with_what_would_be_right() -> None:
    lines = changed(UNKNOWN, HO="HO,06139992,１２,\x074567,1,291")
    assert [p.text for p in describe(receipt(lines)).missing] == [
        "保険者番号「06139992」: 77777777 か 77777779 です",
        "記号「１２」: 不詳では記録しません",
        "番号「\\x074567」: 777777777（9 桁）です",
    ]


def test_sevens_in_the_number_alone_are_meant_as_unknown() -> None:
    lines = changed(NORMAL, HO="HO,06139992,,777777777,1,291")
    assert describe(receipt(lines)).kind == "unknown"
    eight = changed(NORMAL, HO="HO,06139992,,77777777,1,291")
    assert describe(receipt(eight)).kind == "normal"


def test_late_elderly_have_eight_sevens() -> None:
    nine = changed(UNKNOWN_LATE, HO=SEVENS)
    assert lacks(nine) == [("F1", True)]


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (0, [("F2", True)]),
        (1, [("F3", True)]),
        (2, []),
        (3, []),
        (4, []),
        (5, [("F3", True)]),
        (6, []),
        (7, [("F3", True)]),
        (8, [("F3", True)]),
    ],
)
def test_each_comment_that_is_left_out(left_out: int, missing: list[tuple[str, bool]]) -> None:
    comments = [c for i, c in enumerate(DECLARED) if i != left_out]
    assert lacks(unknown(*comments)) == missing


def test_order_is_inferred_and_only_warned_of() -> None:
    assert lacks(changed(UNKNOWN, CO=None, SI=[SI, *DECLARED])) == [("F2", False)]
    swapped = (DECLARED[1], DECLARED[0], *DECLARED[2:])
    assert lacks(unknown(*swapped)) == [("F2", False), ("F3", False)]


def test_free_text_says_it_too() -> None:
    word = "CO,01,1,810000001,不詳"
    assert lacks(unknown(word, *DECLARED[1:])) == [("F2", False)]
    free = "CO,01,1,810000001,ケンショウ　タロウ　東京都検証区　電話０３"
    assert set(lacks(unknown(word, free))) == {("F2", False), ("F3", False)}
    old = changed(OLD, CO="CO,01,1,810000001,旧資格情報")
    assert describe(receipt(old)).kind == "old"
    assert lacks(old) == [("F7", False)]


def test_half_width_texts() -> None:
    comments = [*DECLARED[:7], "CO,01,1,830000507,03-0000-0001", DECLARED[8]]
    assert lacks(unknown(*comments)) == [("F4", True)]
    comments = [DECLARED[0], "CO,01,1,830000501,ｹﾝｼｮｳ", *DECLARED[2:]]
    assert lacks(unknown(*comments)) == [("F4", True)]


def test_old_and_unknown_exclude_each_other() -> None:
    both = unknown(*DECLARED, "CO,01,1,820000245,")
    assert describe(receipt(both)).kind == "unknown"
    assert lacks(both) == [("F5", True)]
    strange = changed(OLD, CO=["CO,01,1,820000245,", DECLARED[1]])
    assert lacks(strange) == [("F5", True)]


def test_old_without_numbers() -> None:
    assert lacks(changed(OLD, HO="HO,,,,1,291")) == [("F7", True)]


def test_a_normal_claim_has_none_of_these_comments() -> None:
    strange = changed(NORMAL, SI=[DECLARED[1], SI])
    assert lacks(strange) == [("F6", True)]
    split = changed(NORMAL, SI=["CO,01,1,820000244,", SI])
    assert lacks(split) == []
    assert [n.role for n in notes(receipt(split))] == ["split"]


def test_disaster_is_all_inferred() -> None:
    lines = changed(UNKNOWN, HO="HO,99999999,,4567,1,291", CO=None)
    described: Description = describe(receipt(lines))
    assert described.kind == "disaster"
    assert {(p.id, p.certain) for p in described.missing} == {("F1", False), ("F2", False)}


def test_every_point_names_a_line_of_the_receipt() -> None:
    for lines in (NORMAL, OLD, UNKNOWN, UNKNOWN_LATE, unknown(), unknown(*DECLARED[1:])):
        one = receipt(lines)
        numbers = {r.number for r in one.records}
        assert all(p.line in numbers and p.text for p in describe(one).points)
