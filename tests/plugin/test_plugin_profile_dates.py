"""Several profiles in one run: a trouble is played on the date of the first that has it."""

from __future__ import annotations

import pytest

from lean import LEAN

ADAPTER = """
import onshi

class Product(onshi.Integration):
    surfaces = {"webapi"}
    in_process = True

    def check_in(self, visit):
        with open("days.txt", "a", encoding="utf-8") as days:
            print(visit.trouble, visit.date, file=days)
        return onshi.Handling(chart_before=visit.chart, chart_after=visit.chart)
"""


def days(pytester: pytest.Pytester, *args: str) -> dict[str, str]:
    (pytester.path / "days.txt").unlink(missing_ok=True)
    pytester.runpytest_subprocess(*LEAN, *args)
    lines = (pytester.path / "days.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if not line.startswith(" "))


@pytest.mark.soak
def test_each_trouble_has_the_date_of_its_profile(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(product=ADAPTER)
    pytester.makepyprojecttoml('[tool.onshi]\nintegration = "product:Product"\n')
    both = ("--profile=hodanren2023", "--profile=hodanren2025")
    ids = ("address.stale", "name.blackdot", "backend.slow_response_late_result")
    assert days(pytester, *both, *(f"--onshi-trouble={id}" for id in ids)) == {
        "address.stale": "2023-11-30",
        "name.blackdot": "2023-11-30",
        "backend.slow_response_late_result": "2025-10-20",
    }
    given = days(pytester, *both, "--onshi-date=2026-02-02", "--onshi-trouble=name.blackdot")
    assert given == {"name.blackdot": "2026-02-02"}
