"""The mix of each profile: stored weights follow from the counts, and drawing follows them."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import msgspec
import pytest

from onshi.catalogue.load import load_profile, profiles, troubles_by_category
from onshi.catalogue.records import Category, Profile
from onshi.catalogue.weights import category_weight, category_weights, draw, site_share
from onshi.errors import OnshiError, UnknownNameError

# Weights as computed apart from this code, to four digits: profile, weight, category: value.
KNOWN = {
    ("saitama2024", "a"): (
        "blackdot .2670 reader_auth .2367 invalid .2102 name_address .0758 cert_expired .0720"
        " not_found .0587 ratio .0530 limit .0189 other_person .0076"
    ),
    ("saitama2024", "b"): (
        "blackdot .2880 reader_auth .2467 invalid .2129 name_address .0676 cert_expired .0641"
        " not_found .0517 ratio .0465 limit .0162 other_person .0064"
    ),
    ("hodanren2023", "a"): (
        "not_found .1121 invalid .2167 name_address .0909 blackdot .2963 ratio .0658 limit .0261"
        " reader_auth .1751 other_person .0087 wrong_medical_info .0084"
    ),
    ("hodanren2023", "b"): (
        "not_found .1042 invalid .2200 name_address .0831 blackdot .3249 ratio .0591 limit .0227"
        " reader_auth .1713 other_person .0075 wrong_medical_info .0072"
    ),
    ("hodanren2024", "a"): (
        "invalid .1946 not_found .0755 name_address .0819 blackdot .2745 reader_auth .2156"
        " limit .0225 ratio .0446 other_person .0086 cert_expired .0821"
    ),
    ("hodanren2025", "a"): (
        "invalid .1863 not_found .0394 name_address .0845 blackdot .2824 reader_auth .1765"
        " limit .0198 ratio .0379 other_person .0079 cert_expired .1654"
    ),
    ("hodanren2025", "b"): (
        "invalid .1841 not_found .0328 name_address .0737 blackdot .3245 reader_auth .1721"
        " limit .0161 ratio .0315 other_person .0063 cert_expired .1589"
    ),
}


def bare(profile: Profile) -> Profile:
    """The same without stored weights."""
    rows = (msgspec.structs.replace(c, weight_a=None, weight_b=None) for c in profile.category)
    return msgspec.structs.replace(profile, category=tuple(rows))


@pytest.fixture(scope="module")
def survey() -> Profile:
    return load_profile("hodanren2025")


@pytest.mark.parametrize(("name", "weight"), KNOWN)
def test_weights_are_those_computed_elsewhere(name: str, weight: str) -> None:
    words = KNOWN[name, weight].split()
    known = dict(zip(words[::2], map(float, words[1::2]), strict=True))
    found = {k: w for k, w in category_weights(load_profile(name), weight).items() if w}
    assert found == pytest.approx(known, abs=6e-5)
    assert math.fsum(found.values()) == pytest.approx(1)


@pytest.mark.parametrize("name", ["saitama2024", "hodanren2023", "hodanren2025", "chiba2023"])
def test_stored_weights_recompute_from_the_counts(name: str) -> None:
    profile = load_profile(name)
    drawn = [c for c in profile.category if c.injectable and c.count is not None and c.weight_a]
    total = sum(c.count for c in drawn)
    rates = {c.key: -math.log(1 - c.count / profile.answered) for c in drawn}
    assert len(drawn) == {"saitama2024": 9, "chiba2023": 3}.get(name, 9)
    for c in drawn:
        assert c.weight_a == pytest.approx(c.count / total, abs=6e-7)
        assert c.weight_b == pytest.approx(rates[c.key] / sum(rates.values()), abs=6e-7)
    for c in profile.category:
        if c not in drawn:
            assert not c.weight_a
            assert not c.weight_b
            assert category_weight(profile, c.key) == category_weight(profile, c.key, "b") == 0


def test_weights_without_stored_ones_come_from_the_counts() -> None:
    for name in ("hodanren2023", "hodanren2025", "chiba2023"):
        profile = load_profile(name)
        for weight in ("a", "b"):
            again = category_weights(bare(profile), weight)
            assert again == pytest.approx(category_weights(profile, weight), abs=2e-6)


def test_a_lost_count_has_no_weight_and_what_is_known_has_all() -> None:
    weights = category_weights(load_profile("chiba2023"))
    assert weights["chiba_insurer"] == 0
    assert weights["chiba_reader_pc"] == pytest.approx(56 / 96, abs=1e-6)


def test_the_rest_of_the_answers_is_run_and_not_drawn() -> None:
    profile = load_profile("saitama2024")
    other = {t.id for t in troubles_by_category(profile)["other"] if t.categories == ("other",)}
    assert other
    rng = Random("3")
    assert not other & {draw(profile, rng).id for _ in range(3000)}


def test_a_rule_document_is_drawn_evenly() -> None:
    rules = load_profile("mhlw2023")
    third = pytest.approx(1 / 3)
    assert category_weights(rules) == {"equipment": third, "invalid": third, "not_found": third}
    rng = Random("5")
    drawn = [draw(rules, rng).id for _ in range(3000)]
    equipment = set(rules.category[0].troubles)
    both = {t.id for k in ("invalid", "not_found") for t in troubles_by_category(rules)[k]}
    assert sum(id in equipment - both for id in drawn) == pytest.approx(1000, abs=120)


@pytest.mark.parametrize(
    ("name", "why"),
    [("hodanren2024", "how many institutions answered"), ("mhlw2023", "counts no institutions")],
)
def test_weight_b_needs_what_the_source_does_not_say(name: str, why: str) -> None:
    with pytest.raises(OnshiError, match=f"profile {name}: weight b .*{why}; use weight a"):
        draw(load_profile(name), Random("1"), weight="b")


def test_weight_b_of_a_category_everybody_met_has_no_value(survey: Profile) -> None:
    everybody = Category(key="x", label="x", count=survey.answered, share=100.0, source="003:L1")
    odd = msgspec.structs.replace(survey, category=(everybody,))
    assert category_weight(odd, "x") == 1
    with pytest.raises(OnshiError, match="use weight a"):
        category_weight(odd, "x", "b")


def test_an_unknown_category_suggests(survey: Profile) -> None:
    with pytest.raises(UnknownNameError, match="unknown category"):
        category_weight(survey, "black")


# --------------------------------------------------------------------- drawing
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
    assert not set(survey.extra_troubles) & {t.id for t in drawn}


def test_troubles_of_the_site_are_drawn_apart(survey: Profile) -> None:
    rng = Random("11")
    mixed = [draw(survey, rng) for _ in range(4000)]
    of_site = sum(t.process == "site" for t in mixed) / len(mixed)
    assert of_site == pytest.approx(site_share(survey), abs=0.02)
    for process in ("site", "encounter"):
        part = [draw(survey, rng, process=process) for _ in range(4000)]
        assert {t.process for t in part} == {process}
        # The proportions among them are those they have in the whole mix.
        whole = Counter(t.id for t in mixed if t.process == process)
        most = whole.most_common(1)[0][0]
        share = sum(t.id == most for t in part) / len(part)
        assert share == pytest.approx(whole[most] / sum(whole.values()), abs=0.06)


def test_troubles_of_the_site_are_part_of_every_mix() -> None:
    for name in profiles():
        assert 0 < site_share(load_profile(name)) < 0.75


def test_draw_needs_something_to_draw(survey: Profile) -> None:
    empty = msgspec.structs.replace(survey, category=())
    with pytest.raises(OnshiError, match="no trouble to draw"):
        draw(empty, Random("1"))
    dots = tuple(c for c in survey.category if c.key == "blackdot")
    with pytest.raises(OnshiError, match="no trouble to draw with process 'site'"):
        draw(msgspec.structs.replace(survey, category=dots), Random("1"), process="site")


def test_two_profiles_of_one_name_have_mixes_of_their_own(survey: Profile) -> None:
    """The mix is remembered by the profile itself, not by what it is called."""
    dots = tuple(c for c in survey.category if c.key == "blackdot")
    own = msgspec.structs.replace(survey, category=dots)
    rng = Random("2")
    assert "blackdot" in draw(own, rng).categories
    assert {t.layer for t in (draw(survey, rng) for _ in range(100))} != {"backend data"}
