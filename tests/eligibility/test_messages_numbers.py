from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onshi.people.numbers import SCHEMES, bare, check_digit_ok, luhn, padded, plan_of


@pytest.mark.parametrize(
    ("number", "plan"),
    [
        ("138057", "kokuho"),
        ("  138057", "kokuho"),
        ("00138057", "kokuho"),
        ("01130012", "shaho"),
        ("06132013", "shaho"),
        ("33120015", "shaho"),
        ("63139992", "shaho"),
        ("72139991", "shaho"),
        ("07139991", "jieitai"),
        ("39139993", "kouki"),
        ("67139998", "kokuho"),
        ("12139994", "seiho"),
        ("54016027", None),
        ("1380571", None),
        ("１３８０５７", None),
        ("", None),
    ],
)
def test_the_scheme_follows_from_the_shape(number: str, plan: str | None) -> None:
    assert plan_of(number) == plan


@pytest.mark.parametrize(
    "number", ["33120015", "54016027", "0110113719", "77777779", "  139998", "00139998"]
)
def test_published_check_digits(number: str) -> None:
    assert check_digit_ok(number)


@pytest.mark.parametrize("number", ["77777777", "139997", "", "8", "13999x", "１３９９９８"])
def test_what_is_no_number_has_no_right_digit(number: str) -> None:
    assert not check_digit_ok(number)


@given(st.sampled_from(sorted(SCHEMES)), st.text("0123456789", min_size=5, max_size=5))
def test_padding_and_back(law: str, rest: str) -> None:
    for body in (law + rest, "1" + rest[:4]):
        number = body + luhn(body)
        for with_ in (" ", "0"):
            full = padded(number, with_)
            assert len(full) == 8
            assert bare(full) == number
            assert plan_of(full) == plan_of(number) is not None
            assert check_digit_ok(full)
