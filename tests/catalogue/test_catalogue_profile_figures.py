"""The figures of the six profiles: as printed, and as far as they have to agree with each other.

The expected numbers of the main tables were written from the documents by hand.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from onshi.catalogue.citations import LINES
from onshi.catalogue.load import load_profile, profiles
from onshi.catalogue.records import Category, Figure, Profile

NAMES = [
    "chiba2023", "hodanren2023", "hodanren2024", "hodanren2025", "mhlw2023", "saitama2024",
]  # fmt: skip
each_profile = pytest.mark.parametrize("name", NAMES)

# Category, institutions, printed percentage, line; hodanren2023 in the order of 001, the others
# in the order of the table.
CATEGORIES = {
    "saitama2024": """
        blackdot 141 56 000:L38
        reader_auth 125 50 000:L39
        invalid 111 44 000:L40
        name_address 40 16 000:L41
        cert_expired 38 15 000:L42
        not_found 31 12 000:L43
        ratio 28 11 000:L44
        limit 10 4 000:L45
        other_person 4 2 000:L46
        other 3 1 000:L47
    """,
    "hodanren2023": """
        not_found 1321 25 001:L53
        invalid 2554 49 001:L55
        name_address 1071 21 001:L57
        blackdot 3492 67 001:L59
        ratio 776 15 001:L69
        limit 307 6 001:L69
        reader_auth 2063 40 001:L69
        other_person 102 2 001:L77
        wrong_medical_info 99 2 001:L77
    """,
    "hodanren2024": """
        invalid 4266 47.8 003:L289
        not_found 1655 18.5 003:L290
        name_address 1795 20.1 003:L291
        blackdot 6017 67.4 003:L292
        reader_auth 4726 52.9 003:L293
        limit 493 5.5 003:L294
        ratio 977 10.9 003:L295
        other_person 189 2.1 003:L299
        cert_expired 1799 20.1 003:L300
    """,
    "hodanren2025": """
        invalid 3738 50.9 003:L289
        not_found 791 10.8 003:L290
        name_address 1695 23.1 003:L291
        blackdot 5668 77.2 003:L292
        reader_auth 3541 48.2 003:L293
        limit 397 5.4 003:L294
        ratio 761 10.4 003:L295
        other_person 158 2.2 003:L299
        cert_expired 3319 45.2 003:L300
        crowding 2387 32.5 003:L301
        complaint 673 9.2 003:L302
    """,
}

# Profile, table: key, count, printed percentage (－: none).
TABLES = {
    ("saitama2024", "trouble"): "yes 251 72 | no 96 28",
    ("saitama2024", "respondents"): "ika 254 － | shika 93 －",
    ("saitama2024", "responses"): (
        "hokensho 167 67 | past_visit 58 23 | vendor 46 18 | insurer_or_callcenter 37 15"
        " | other 30 12"
    ),
    ("saitama2024", "ten_wari"): "yes 26 8 | no 320 92 | na 1 0",
    ("saitama2024", "campaign"): "yes 29 8 | no 231 67 | no_coop 78 22 | na 9 3",
    ("saitama2024", "after_abolition"): (
        "busy 193 56 | wait 172 50 | calm 56 16 | staff 52 15 | na 18 5 | other 10 3"
    ),
    ("saitama2024", "abolition"): "keep 279 85 | postpone 43 13 | agree 8 2",
    ("saitama2024", "abolition_2023_12"): "keep 134 89 | postpone 12 8 | agree 4 3",
    ("hodanren2023", "trouble"): "yes 5188 59.8 | no 3042 － | na 442 －",
    ("hodanren2023", "respondents"): "ika 6216 － | shika 1744 － | hosp 582 － | na 130 －",
    ("hodanren2023", "ratio_parts"): "kokuho 246 5 | shaho 126 2 | kouki 448 9",
    ("hodanren2023", "ten_wari"): "yes 403 － | no 6454 － | na 1815 －",
    ("hodanren2023", "returns"): "returned 1231 － | reduced 94 － | none 6120 － | na 1227 －",
    ("hodanren2023", "abolition"): "agree 379 － | postpone 1169 － | keep 6884 － | na 240 －",
    ("hodanren2024", "ratio_parts"): "kokuho 371 4.2 | shaho 159 1.8 | kouki 641 7.2",
    ("hodanren2024", "ten_wari"): "cases 1241 －",
    ("hodanren2025", "respondents"): (
        "ika 7554 71.8 | shika 2043 19.4 | hosp 743 7.1 | na 179 1.7"
    ),
    ("hodanren2025", "usage"): (
        "lt10 483 4.6 | 10_20 725 6.9 | 20_30 1662 15.8 | 30_40 2616 24.9 | ge40 4474 42.5"
        " | none 86 0.8 | dk 289 2.7 | na 184 1.7"
    ),
    ("hodanren2025", "expired_or_oshirase_only"): (
        "yes 6950 66.1 | no 2771 26.3 | dk 651 6.2 | na 147 1.4"
    ),
    ("hodanren2025", "trouble"): "yes 7346 69.8 | no 2924 27.8 | na 249 2.4",
    ("hodanren2025", "responses"): (
        "hokensho 5411 73.7 | kakuninsho 4542 61.8 | past_visit 2883 39.2 | oshirase 2487 33.9"
        " | ten_wari 1437 19.6 | portal 938 12.8 | moushitatesho 353 4.8 | other － －"
    ),
    ("hodanren2025", "responses_no_trouble"): "hokensho 1794 61.4 | kakuninsho 1555 53.2",
    ("hodanren2025", "ten_wari"): "institutions 1437 19.6 | cases_min 3686 － | cases_2024 1241 －",
    ("hodanren2025", "fusho_return"): "yes 480 4.6 | no 9390 89.3 | na 649 6.2",
    ("hodanren2025", "fusho_return_cases"): "cases_min 883 －",
    ("hodanren2025", "fusho_monthly_r5_9_r6_12"): "claims 36 － | returned 20 56",
    ("hodanren2025", "fusho_monthly_r7_1_r7_8"): "claims 651 － | returned 359 55",
    ("hodanren2025", "smartphone_reader"): (
        "done 2936 27.9 | plan 1661 15.8 | consider 4029 38.3 | no 1737 16.5 | na 156 1.5"
    ),
    ("hodanren2025", "national_usage"): "2025_10 － 37.14 | 2025_11 － 39.24 | 2025_12 － 47.73",
    ("hodanren2025", "chuikyo_hospital"): (
        "n 579 － | unfamiliar － 70.8 | bad_data － 36.8 | training － 17.4 | outage － 56.3"
        " | cost － 61.3 | security － 28.3 | expiry － 53.5 | other － 9.7 | na － 0.5"
    ),
    ("hodanren2025", "chuikyo_clinic"): (
        "n 526 － | unfamiliar － 65.4 | bad_data － 37.1 | training － 16.7 | outage － 71.9"
        " | cost － 57.6 | security － 31.2 | expiry － 52.1 | other － 10.1 | na － 1"
    ),
    ("hodanren2025", "chuikyo_dental"): (
        "n 599 － | unfamiliar － 71.8 | bad_data － 41.2 | training － 27.2 | outage － 68.8"
        " | cost － 58.4 | security － 36.4 | expiry － 54.8 | other － 6.2 | na － 0.3"
    ),
    ("chiba2023", "respondents"): "hosp 14 － | yusho 8 － | musho 162 － | shika 72 － | na 0 －",
}


def as_text(row: Category | Figure) -> str:
    """``yes 26 8``, as above."""
    parts = (f"{value:.10g}" if value is not None else "－" for value in (row.count, row.share))
    return f"{row.key} {' '.join(parts)}"


def table(profile: Profile, key: str) -> list[Figure]:
    return [f for f in profile.figure if f.table == key]


def counts(profile: Profile, key: str) -> dict[str, float | None]:
    return {f.key: f.count for f in table(profile, key)}


def test_six_profiles_are_shipped() -> None:
    assert profiles() == NAMES


@pytest.mark.parametrize(
    ("name", "day", "sent", "answered", "n_troubled"),
    [
        ("saitama2024", "2024-08-20", 3415, 347, 251),
        ("hodanren2023", "2023-11-30", 55357, 8672, 5188),
        ("hodanren2024", "2024-08-30", None, None, 8929),
        ("hodanren2025", "2025-10-20", 49288, 10519, 7346),
        ("chiba2023", "2023-05-24", 3843, 256, 128),
        ("mhlw2023", "2023-07-20", None, None, None),
    ],
)
def test_whom_it_asked_and_when_it_plays(name, day, sent, answered, n_troubled) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert profile.date.isoformat() == day
    assert (profile.sent, profile.answered, profile.n_troubled) == (sent, answered, n_troubled)
    assert profile.kind == ("rules" if name == "mhlw2023" else "survey")


@pytest.mark.parametrize("name", ["chiba2023", "hodanren2023", "hodanren2025", "saitama2024"])
def test_it_plays_while_the_survey_was_made(name: str) -> None:
    profile = load_profile(name)
    first, last = map(date.fromisoformat, profile.fieldwork.split("～"))
    assert first <= profile.date <= last


@pytest.mark.parametrize("name", CATEGORIES)
def test_categories_are_those_of_the_document(name: str) -> None:
    printed = sorted(line.strip() for line in CATEGORIES[name].splitlines() if line.strip())
    assert sorted(f"{as_text(c)} {c.source}" for c in load_profile(name).category) == printed


@pytest.mark.parametrize(("name", "key"), TABLES, ids=lambda x: x)
def test_tables_are_those_of_the_document(name: str, key: str) -> None:
    assert [as_text(f) for f in table(load_profile(name), key)] == TABLES[name, key].split(" | ")


def test_chiba_has_counts_that_are_inferred_and_one_that_is_lost() -> None:
    found = {c.key: (c.count, c.status) for c in load_profile("chiba2023").category}
    assert found == {
        "chiba_reader_pc": (56, "inferred"),
        "chiba_chip": (36, "inferred"),
        "chiba_complaint": (23, "inferred"),
        "chiba_other_person": (4, "printed"),
        "chiba_insurer": (None, "lost"),
    }
    lost = [f for f in load_profile("chiba2023").figure if f.status == "lost"]
    assert {f.table for f in lost} == {
        "age", "implementing", "responses", "ten_wari", "not_at_once_cases", "not_at_once_why",
    }  # fmt: skip


def test_the_rule_document_names_three_cases_and_counts_none() -> None:
    rules = load_profile("mhlw2023")
    labels = {c.key: c.label for c in rules.category}
    assert labels == {
        "equipment": "機器不良等",
        "invalid": "資格（無効）",
        "not_found": "資格情報なし",
    }
    assert all(c.count is c.share is None and c.reason for c in rules.category)
    numbers = {f.key: f.text for f in table(rules, "context")}
    assert numbers["insurer_number"] == "77777777（8桁）"
    assert numbers["number"] == "777777777（9桁）"


# ------------------------------------------------------ what has to agree with what
def base_of(profile: Profile, base: str | int) -> float | None:
    return base if isinstance(base, int) else getattr(profile, base) if base else None


def recomputed(count: float, base: float, digits: int) -> Decimal:
    """The percentage as it would be printed."""
    exact = Decimal(str(count)) * 100 / Decimal(str(base))
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def shares(profile: Profile) -> list[tuple[str, Category | Figure, Decimal]]:
    """(table, row, recomputed percentage) of each row with a count, a share and a base."""
    tables = {t.key: t for t in profile.table}
    rows: list[tuple[str, Category | Figure]] = [("category", c) for c in profile.category]
    rows += [(f.table, f) for f in profile.figure]
    found = []
    for key, row in rows:
        base = base_of(profile, tables[key].base) if key in tables else None
        if row.count is not None and row.share is not None and base is not None:
            found.append((key, row, recomputed(row.count, base, tables[key].digits)))
    return found


@each_profile
def test_every_percentage_recomputes(name: str) -> None:
    wrong = [
        (key, row.key, row.share, str(again))
        for key, row, again in shares(load_profile(name))
        if row.status != "inconsistent" and Decimal(str(row.share)) != again
    ]
    assert wrong == []


def test_so_many_percentages_are_recomputed() -> None:
    """Not fewer: a table that loses its base would no longer be looked at."""
    found = {name: len(shares(load_profile(name))) for name in NAMES}
    assert found == {
        "saitama2024": 10 + 1 + 2 + 5 + 3 + 4 + 6 + 3 + 3,
        "hodanren2023": 9 + 1 + 1 + 3 + 1,
        "hodanren2024": 9 + 3,
        "hodanren2025": 11 + 1 + 4 + 8 + 4 + 3 + 7 + 2 + 1 + 3 + 2 + 5 + 12 + 12,
        "chiba2023": 1,
        "mhlw2023": 0,
    }


@each_profile
def test_every_total_adds_up(name: str) -> None:
    profile = load_profile(name)
    for t in profile.table:
        if t.adds_up:
            assert sum(n or 0 for n in counts(profile, t.key).values()) == base_of(profile, t.base)


def test_so_many_totals_are_added() -> None:
    found = {n: [t.key for t in load_profile(n).table if t.adds_up] for n in NAMES}
    assert {n: len(keys) for n, keys in found.items()} == {
        "saitama2024": 6,
        "hodanren2023": 11,
        "hodanren2024": 0,
        "hodanren2025": 6,
        "chiba2023": 4,
        "mhlw2023": 0,
    }


def test_what_is_said_to_be_inconsistent_is_so() -> None:
    """And nothing else is: each such figure has its own look here."""
    looked = {
        ("saitama2024", "ten_wari", "yes"): Decimal(8) != recomputed(26, 347, 0) == 7,
        ("saitama2024", "usage", "per_month"): round((12.47 - 5.87) / 3, 3) != 1.002,
        ("chiba2023", "fax", "ika"): 1903 + 2076 != 3843,
        ("chiba2023", "fax", "shika"): 1903 + 2076 != 3843,
    }
    rows = {
        (name, f.table, f.key): f
        for name in NAMES
        for f in load_profile(name).figure
        if f.status == "inconsistent"
    }
    assert rows.keys() == looked.keys()
    assert all(looked.values())
    chiba = load_profile("chiba2023")
    assert sum(n or 0 for n in counts(chiba, "fax").values()) != chiba.sent


def test_parts_of_a_category_exceed_it_and_are_not_categories() -> None:
    for name, whole, parts in (("hodanren2023", 776, 820), ("hodanren2024", 977, 1171)):
        profile = load_profile(name)
        assert sum(n or 0 for n in counts(profile, "ratio_parts").values()) == parts > whole
        assert [c.count for c in profile.category if c.key.startswith("ratio")] == [whole]


def test_the_yes_answers_are_the_base_of_the_categories() -> None:
    for name in ("saitama2024", "hodanren2023", "hodanren2024", "hodanren2025", "chiba2023"):
        profile = load_profile(name)
        assert counts(profile, "trouble")["yes"] == profile.n_troubled
        assert max(c.count or 0 for c in profile.category) <= (profile.n_troubled or 0)


def test_figures_that_stand_in_two_documents_are_the_same() -> None:
    """The comparison of 2026 repeats the earlier surveys of the same publisher."""
    newest = load_profile("hodanren2025")
    for table_key, name in (("compared_2023", "hodanren2023"), ("compared_2024", "hodanren2024")):
        earlier = load_profile(name)
        again = {f.key: (f.count, f.share) for f in table(newest, table_key)}
        assert again.pop("n_troubled")[0] == earlier.n_troubled
        own = {c.key: (c.count, c.share) for c in earlier.category}
        own |= {f"ratio_{f.key}": (f.count, f.share) for f in table(earlier, "ratio_parts")}
        assert again == own
    assert counts(newest, "ten_wari")["cases_2024"] == 1241
    assert counts(newest, "responses")["ten_wari"] == counts(newest, "ten_wari")["institutions"]


def test_confirmations_by_card_and_by_insurance_card_are_all_of_them() -> None:
    survey = load_profile("hodanren2023")
    card = counts(survey, "usage_2023_12_card")
    paper = counts(survey, "usage_2023_12_hokensho")
    assert {k: card[k] + paper[k] for k in card} == counts(survey, "usage_2023_12_total")
    total = sum(counts(survey, "usage_2023_12_total").values())
    usage = next(f for f in table(survey, "usage") if f.key == "2023_12")
    assert float(recomputed(sum(card.values()), total, 2)) == usage.share == 4.29


def test_almost_nine_in_ten_is_the_sum_of_two_groups() -> None:
    survey = load_profile("hodanren2025")
    (rate,) = table(survey, "real_rate")
    without = counts(survey, "responses_no_trouble")["hokensho"]
    assert rate.count == survey.n_troubled + without == 9140
    assert recomputed(rate.count, survey.answered, 1) == Decimal("86.9")


def test_what_the_rest_of_the_ten_wari_answers_said_is_not_known() -> None:
    survey = load_profile("saitama2024")
    cases = counts(survey, "ten_wari_cases")
    assert sum(cases.values()) == counts(survey, "ten_wari")["yes"] == 26


# ------------------------------------------------------------------ how it is told
@each_profile
def test_what_is_not_as_printed_says_why(name: str) -> None:
    profile = load_profile(name)
    for row in (*profile.category, *profile.figure):
        where = (name, row.key, row.status)
        assert row.status == "printed" or row.reason, where
        assert row.label, where
        text = row.text if isinstance(row, Figure) else ""
        known = row.count is not None or row.share is not None or text
        assert known or row.reason, where


@each_profile
def test_every_table_is_used_and_every_document_line_exists(name: str) -> None:
    profile = load_profile(name)
    used = {"category"} | {f.table for f in profile.figure}
    assert {t.key for t in profile.table} | {"category"} == used
    cited = [profile.source, *(r.source for r in (*profile.category, *profile.figure))]
    outside = [s for s in cited if s.partition(":")[0] not in LINES]
    external = [f.source for f in profile.figure if f.status == "external"]
    assert outside == external


@each_profile
def test_limits_say_what_the_numbers_are_not(name: str) -> None:
    text = "\n".join(load_profile(name).limits)
    if name == "mhlw2023":
        assert "調査ではない" in text
        assert "等しい確率" in text
    else:
        for word in ("発生率", "製品の不良率", "weight_a", "回答を選んだ", "編集上の重み"):
            assert word in text, word


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("saitama2024", ["000:L103", "000:L112", "000:L138", "000:L17", "n=330"]),
        ("hodanren2023", ["003:L289", "820は776を超える", "403は8672", "4.49%", "001:L21", "8672"]),
        ("hodanren2023", ["内科診療所", "カードリーダーでエラーが出る", "001:L594"]),
        ("hodanren2024", ["12735", "送付数・回答数", "対応方法"]),
        ("hodanren2025", ["003:L470", "003:L184", "003:L305", "再掲"]),
        ("chiba2023", ["002:L15", "002:L299", "失われている", "002:L375", "誤字"]),
        ("mhlw2023", ["004:L91", "004:L107", "004:L125", "6月18日", "資格確認書"]),
    ],
)
def test_damages_of_the_documents_are_told(name: str, said: list[str]) -> None:
    text = "\n".join(load_profile(name).limits)
    assert [s for s in said if s not in text] == []
