"""hodanren2025: its figures agree with each other, its weights follow from its counts."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import date
from random import Random

import msgspec
import pytest

from onshi.catalogue.load import (
    category_weight,
    draw,
    find_trouble,
    load_profile,
    load_troubles,
    profiles,
    troubles_by_category,
    troubles_of,
)
from onshi.catalogue.records import Category, Profile
from onshi.errors import BadFileError, OnshiError, UnknownNameError

CITATION = re.compile(r"00[0-4]:L\d+(-\d+)?")


@pytest.fixture(scope="module")
def survey() -> Profile:
    return load_profile("hodanren2025")


def table(profile: Profile, name: str) -> dict[str, float | None]:
    return {f.key: f.count for f in profile.figure if f.table == name}


def test_the_survey_as_published(survey: Profile) -> None:
    assert profiles() == ["hodanren2025"]
    assert survey.date == date(2025, 10, 20)
    assert (survey.sent, survey.answered, survey.n_troubled) == (49288, 10519, 7346)
    assert {c.key: c.count for c in survey.category} == {
        "blackdot": 5668,
        "invalid": 3738,
        "reader_auth": 3541,
        "cert_expired": 3319,
        "crowding": 2387,
        "name_address": 1695,
        "not_found": 791,
        "ratio": 761,
        "complaint": 673,
        "limit": 397,
        "other_person": 158,
    }
    assert [c.key for c in survey.category if not c.injectable] == ["crowding", "complaint"]


@pytest.mark.parametrize(
    "name",
    [
        "respondents",
        "usage",
        "expired_or_oshirase_only",
        "trouble",
        "fusho_return",
        "smartphone_reader",
    ],
)
def test_each_question_adds_up_to_all_answers(survey: Profile, name: str) -> None:
    assert sum(n or 0 for n in table(survey, name).values()) == survey.answered


def test_printed_shares_recompute(survey: Profile) -> None:
    """Percentages are printed to one decimal, of the base that the question has."""
    base = {
        "respondents": survey.answered,
        "usage": survey.answered,
        "expired_or_oshirase_only": survey.answered,
        "trouble": survey.answered,
        "fusho_return": survey.answered,
        "smartphone_reader": survey.answered,
        "responses": survey.n_troubled,
        "responses_no_trouble": 2924,
    }
    rows = [(c.key, c.count, c.share, survey.n_troubled) for c in survey.category]
    rows += [
        (f"{f.table}.{f.key}", f.count, f.share, base[f.table])
        for f in survey.figure
        if f.table in base
    ]
    assert len(rows) == 11 + 4 + 8 + 4 + 3 + 3 + 5 + 7 + 2
    wrong = [key for key, n, share, of in rows if abs(100 * n / of - share) > 0.0501]
    assert wrong == []


def test_the_categories_agree_with_the_yes_answers(survey: Profile) -> None:
    assert table(survey, "trouble")["yes"] == survey.n_troubled
    assert max(c.count for c in survey.category) <= survey.n_troubled
    assert table(survey, "responses")["ten_wari"] == table(survey, "ten_wari")["institutions"]
    assert table(survey, "ten_wari")["cases_min"] == 3686
    assert table(survey, "fusho_return_cases")["cases_min"] == 883
    monthly = table(survey, "fusho_monthly")
    assert round(100 * monthly["returned_r7_1_r7_8"] / monthly["claims_r7_1_r7_8"]) == 55


def test_weights_recompute_from_the_counts(survey: Profile) -> None:
    counts = {c.key: c.count for c in survey.category if c.injectable}
    total = sum(counts.values())
    assert total == 20068
    rates = {k: -math.log(1 - n / survey.answered) for k, n in counts.items()}
    for c in survey.category:
        if c.injectable:
            assert c.weight_a == pytest.approx(c.count / total, abs=6e-7)
            assert c.weight_b == pytest.approx(rates[c.key] / sum(rates.values()), abs=6e-7)
            assert category_weight(survey, c.key) == pytest.approx(c.weight_a, abs=2e-6)
            assert category_weight(survey, c.key, "b") == pytest.approx(c.weight_b, abs=2e-6)
        else:
            assert c.weight_a is None
            assert c.weight_b is None
            assert category_weight(survey, c.key) == 0


def test_weights_without_stored_ones_come_from_the_counts(survey: Profile) -> None:
    bare = msgspec.structs.replace(
        survey,
        category=tuple(
            msgspec.structs.replace(c, weight_a=None, weight_b=None) for c in survey.category
        ),
    )
    for c in survey.category:
        for kind in ("a", "b"):
            assert category_weight(bare, c.key, kind) == pytest.approx(
                category_weight(survey, c.key, kind), abs=2e-6
            )


def test_weight_b_of_a_category_everybody_met_has_no_value(survey: Profile) -> None:
    everybody = Category(key="x", label="x", count=survey.answered, share=100.0, source="003:L1")
    odd = msgspec.structs.replace(survey, category=(everybody,))
    assert category_weight(odd, "x") == 1
    with pytest.raises(OnshiError, match="use weight a"):
        category_weight(odd, "x", "b")


def test_every_figure_cites_document_and_line(survey: Profile) -> None:
    cited = [survey.source, *(c.source for c in survey.category)]
    cited += [f.source for f in survey.figure]
    assert [s for s in cited if not CITATION.fullmatch(s)] == []
    ids = [(f.table, f.key) for f in survey.figure]
    assert len(ids) == len(set(ids))


def test_limits_say_what_the_numbers_are_not(survey: Profile) -> None:
    text = "\n".join(survey.limits)
    for word in ("weight_a", "weight_b", "発生率", "受付の混雑", "003:L470"):
        assert word in text


def test_the_profile_runs_what_can_be_injected_in_order_of_size(survey: Profile) -> None:
    found = troubles_of(survey)
    assert len({t.id for t in found}) == len(found)
    assert not any(t.why_not for t in found)
    size = {c.key: c.count for c in survey.category if c.injectable}
    largest = [max((size.get(k, 0) for k in t.categories), default=0) for t in found]
    assert largest == sorted(largest, reverse=True)
    for n in set(largest):
        same = [t.id for t, m in zip(found, largest, strict=True) if m == n]
        assert same == sorted(same)
    ids = [t.id for t in found]
    assert ids[-1] == "backend.slow_response_late_result"
    assert "human.queue_congestion" not in ids
    assert all(troubles_by_category(survey).values())


def test_draw_follows_the_weights_and_the_seed(survey: Profile) -> None:
    of_category = troubles_by_category(survey)
    drawn = [draw(survey, rng) for rng in [Random("7")] for _ in range(4000)]
    again = [draw(survey, rng) for rng in [Random("7")] for _ in range(50)]
    assert [t.id for t in again] == [t.id for t in drawn[:50]]
    only_dots = {t.id for t in of_category["blackdot"]} - {t.id for t in of_category["invalid"]}
    share = sum(t.id in only_dots for t in drawn) / len(drawn)
    assert share == pytest.approx(0.2824, abs=0.03)
    dots = Counter(t.id for t in drawn if t.id in only_dots)
    assert dots["name.blackdot"] > 3 * dots["name.blackdot_2_of_3"]
    assert "backend.slow_response_late_result" not in {t.id for t in drawn}


def test_draw_needs_something_to_draw(survey: Profile) -> None:
    empty = msgspec.structs.replace(survey, category=())
    with pytest.raises(OnshiError, match="no trouble to draw"):
        draw(empty, Random("1"))


# ------------------------------------------------------------- own profiles
OWN = """\
name = "mine"
title = "t"
publisher = "p"
date = 2026-02-01
period = "x"
fieldwork = "x"
sent = 10
answered = 5
n_troubled = 4
source = "own"
extra_troubles = ["card.pulled_mid_session"]

[[category]]
key = "blackdot"
label = "●"
count = 4
share = 100.0
source = "own"
"""


def test_a_profile_of_ones_own_by_path(tmp_path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN, encoding="utf-8")
    for given in (path, str(path)):
        own = load_profile(given)
        assert own.name == "mine"
        ids = [t.id for t in troubles_of(own)]
        assert find_trouble(ids[0]).categories == ("blackdot",)
        assert ids[-1] == "card.pulled_mid_session"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("sent = 10", "sent = ten", 7, "not valid TOML"),
        ('title = "t"', 'titel = "t"', 2, "did you mean 'title'"),
        ("sent = 10", 'sent = "ten"', 7, r"Expected `int \| null`, got `str`"),
        ("count = 4", "count = 6", 16, r"between 0 and answered \(5\), not 6"),
        ("card.pulled_mid_session", "card.pulled", 11, "did you mean card.pulled_mid_session"),
        ('label = "●"', 'lable = "●"', 15, "did you mean 'label'"),
    ],
)
def test_a_wrong_profile_names_file_line_and_remedy(tmp_path, old, new, line, says) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(BadFileError, match=says) as error:
        load_profile(path)
    assert error.value.line == line
    assert str(error.value).startswith(f"{path}:{line}: ")


def test_a_category_twice_is_wrong(tmp_path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN + OWN[OWN.index("\n[[category]]") :], encoding="utf-8")
    with pytest.raises(BadFileError, match="'blackdot' is there twice") as error:
        load_profile(path)
    assert error.value.line == 21


def test_unknown_profile_suggests() -> None:
    with pytest.raises(UnknownNameError, match="did you mean hodanren2025"):
        load_profile("hodanren2052")
    with pytest.raises(BadFileError, match="no such file"):
        load_profile("./nowhere/mine.toml")
    with pytest.raises(UnknownNameError, match="unknown category"):
        category_weight(load_profile("hodanren2025"), "black")


def test_extra_troubles_exist(survey: Profile) -> None:
    assert set(survey.extra_troubles) <= set(load_troubles())
