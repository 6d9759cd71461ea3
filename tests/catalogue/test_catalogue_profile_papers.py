"""What a patient brings is of the profile's day: there was no 資格確認書 before 2024-12-02."""

from __future__ import annotations

from datetime import date

import pytest

import onshi
from onshi.judge.papers import of_its_day


@pytest.mark.parametrize(
    ("profile", "brought", "other"),
    [
        ("chiba2023", "健康保険証", "資格確認書"),
        ("hodanren2024", "健康保険証", "資格確認書"),
        ("hodanren2025", "資格確認書", "健康保険証"),
    ],
)
def test_a_patient_has_the_paper_of_the_day(profile: str, brought: str, other: str) -> None:
    with onshi.Desk(profile=profile, doors=("pcsc",)) as desk:
        visit = desk.visit("eligibility.invalid")
        assert visit.brings == ("card", brought)
        assert set(visit.papers) == {brought}
        options = [f"document:{other}", f"document:{brought}", "cancel"]
        assert visit.decide("資格を確認できません", options) == f"document:{brought}"


def test_the_last_day_without_the_new_paper() -> None:
    assert of_its_day("資格確認書", date(2024, 12, 1)) == "健康保険証"
    assert of_its_day("資格確認書", date(2024, 12, 2)) == "資格確認書"
    assert of_its_day("マイナポータル", date(2023, 5, 24)) == "マイナポータル"
