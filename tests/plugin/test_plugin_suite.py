"""The suite without a test file: collection, outcomes, waivers, bad input, xdist, JUnit."""

from __future__ import annotations

import json
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lean import LEAN

ADAPTER = '''
import onshi, requests

class Product(onshi.Integration):
    surfaces = {"webapi"}
    in_process = True

    def start(self, env):
        self.env = env

    def ask(self, visit):
        auth = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
        search = "/oqs-api-pro/MSA01030/ILI01030SV01/search"
        cert = (self.env["ONSHI_WEBAPI_CERT"], self.env["ONSHI_WEBAPI_KEY"])
        login = requests.post(
            self.env["ONSHI_WEBAPI_URL"] + auth, json={}, cert=cert,
            verify=self.env["ONSHI_WEBAPI_CA"], timeout=(3, 10))
        token = login.json()["result"]["idToken"]
        header = {"QualificationConfirmationDate": visit.date.strftime("%Y%m%d"),
                  "MedicalInstitutionCode": "1312345670"}
        body = {"XmlMsg": {"MessageHeader": header, "MessageBody":
                {"QualificationConfirmSearchInfo": dict(visit.inquiry)}}}
        answer = requests.post(
            self.env["ONSHI_WEBAPI_SEARCH_URL"] + search, json=body,
            headers={"Authorization": token}, verify=self.env["ONSHI_WEBAPI_CA"], timeout=(3, 10))
        return answer.json()["XmlMsg"]["MessageBody"]

    STATUS = {"1": "valid", "2": "invalid", "3": "invalid_new", "4": "not_found", "5": "multiple"}

    def check_in(self, visit):
        visit.present()
        status = self.STATUS[self.ask(visit)["QualificationValidity"]]
        return onshi.Handling(
            status=status, chart_before=visit.chart, chart_after=visit.chart,
            offered=("kakuninsho", "moushitatesho", "past_visit"), warned=(), asked=())

class Blames(Product):
    """Takes every answer that is not valid for 無効."""

    def check_in(self, visit):
        handling = super().check_in(visit)
        if handling.status == "not_found":
            handling.status = "invalid"
        return handling

class Blind(Product):
    def check_in(self, visit):
        visit.present()
        return onshi.Handling()

class Raises(Product):
    def check_in(self, visit):
        raise RuntimeError("no such window")

class Hangs(Product):
    def check_in(self, visit):
        import threading
        threading.Event().wait(600)

class Nonsense(Product):
    def check_in(self, visit):
        return onshi.Handling(copay_percent="thirty")
'''

NOT_FOUND = "--onshi-trouble=eligibility.not_found"
INVALID = "--onshi-trouble=eligibility.invalid"


@pytest.fixture
def vendor(pytester: pytest.Pytester) -> pytest.Pytester:
    """A vendor's project: an adapter, a pyproject.toml, and no test file."""
    pytester.makepyfile(product=ADAPTER)
    pytester.makepyprojecttoml('[tool.onshi]\nintegration = "product:Product"\n')
    return pytester


def run(vendor: pytest.Pytester, *args: str) -> pytest.RunResult:
    return vendor.runpytest_subprocess(*LEAN, *args)


def test_collects_one_test_per_trouble_without_a_test_file(vendor: pytest.Pytester) -> None:
    result = run(vendor, "--profile=hodanren2025", "--collect-only", "-q")
    assert result.ret == 0
    text = result.stdout.str()
    assert "onshi/hodanren2025::test_trouble[eligibility.not_found]" in text
    assert "card.pin_locked_third_try" not in text


def test_a_product_that_does_right_passes(vendor: pytest.Pytester) -> None:
    result = run(vendor, NOT_FOUND, INVALID)
    result.assert_outcomes(passed=2)


def test_a_broken_rule_fails_and_says_all(vendor: pytest.Pytester) -> None:
    result = run(vendor, NOT_FOUND, "--onshi-integration=product:Blames")
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    for words in ("eligibility.not_found", "H02", "期待:", "理由:", "再現: pytest"):
        assert words in text
    assert "--onshi-trouble=eligibility.not_found --onshi-seed=0" in text


def test_nothing_observed_is_skipped_never_passed(vendor: pytest.Pytester) -> None:
    result = run(vendor, NOT_FOUND, "--onshi-integration=product:Blind", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*観測なし*"])


def test_min_observed_turns_blindness_red(vendor: pytest.Pytester) -> None:
    args = (NOT_FOUND, "--onshi-integration=product:Blind", "--onshi-min-observed=1")
    result = run(vendor, *args)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*--onshi-min-observed*"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Raises", "RuntimeError: no such window"),
        ("Nonsense", "Handling that is not one"),
    ],
)
def test_a_broken_adapter_fails_its_own_trouble_only(
    vendor: pytest.Pytester, name: str, words: str
) -> None:
    result = run(vendor, NOT_FOUND, INVALID, f"--onshi-integration=product:{name}")
    result.assert_outcomes(failed=2)
    assert words in result.stdout.str()


@pytest.mark.soak
def test_a_hanging_adapter_is_given_up_and_the_next_trouble_runs(vendor: pytest.Pytester) -> None:
    vendor.makepyprojecttoml('[tool.onshi]\nintegration = "product:Hangs"\npatience = 0.5\n')
    result = run(vendor, NOT_FOUND, INVALID)
    result.assert_outcomes(failed=2)
    assert "did not return within 0.5 seconds" in result.stdout.str()


@pytest.mark.soak
def test_a_waiver_holds_until_it_expires(vendor: pytest.Pytester) -> None:
    waiver = (
        '[[waiver]]\ntrouble = "eligibility.not_found"\nrule = "H02"\n'
        'reason = "次版で対応"\nticket = "T-1"\nuntil = {until}\n'
    )
    path = vendor.path / "onshi-waivers.toml"
    path.write_text(waiver.format(until="2999-01-01"), encoding="utf-8")
    args = (NOT_FOUND, "--onshi-integration=product:Blames", "-rx")
    result = run(vendor, *args)
    result.assert_outcomes(xfailed=1)
    assert "次版で対応" in result.stdout.str()
    path.write_text(waiver.format(until="2020-01-01"), encoding="utf-8")
    result = run(vendor, *args)
    result.assert_outcomes(failed=1)
    assert "2020-01-01 に切れています" in result.stdout.str()


@pytest.mark.soak
def test_a_baseline_lets_old_breaks_pass(vendor: pytest.Pytester) -> None:
    blames = (NOT_FOUND, "--onshi-integration=product:Blames")
    run(vendor, *blames, "--onshi-journal=first").assert_outcomes(failed=1)
    run(vendor, *blames, "--onshi-baseline=first").assert_outcomes(xfailed=1)
    result = run(vendor, *blames, "--onshi-baseline=nowhere")
    assert result.ret == 4
    assert "nowhere" in result.stderr.str()


def test_summary_names_categories_with_their_share(vendor: pytest.Pytester) -> None:
    result = run(vendor, "--profile=hodanren2025", "--onshi-only=smoke")
    text = result.stdout.str()
    assert " 77.2 %" in text
    assert "製品の不具合率ではありません" in text
    assert "対象外" in text


def test_same_seed_same_journal(vendor: pytest.Pytester) -> None:
    for name in ("a", "b"):
        run(vendor, NOT_FOUND, INVALID, f"--onshi-journal={name}", "--onshi-seed=7")
    run(vendor, NOT_FOUND, INVALID, "--onshi-journal=c", "--onshi-seed=8")
    read = {n: (vendor.path / n / "eligibility.not_found.jsonl").read_bytes() for n in "abc"}
    assert read["a"] == read["b"]
    assert read["a"] != read["c"]


def test_xdist_and_junit(vendor: pytest.Pytester) -> None:
    result = run(vendor, "--profile=hodanren2025", "-n", "2", "--junitxml=out.xml")
    assert "77.2 %" in result.stdout.str()
    cases = ET.parse(vendor.path / "out.xml").getroot().findall(".//testcase")
    assert "test_trouble[eligibility.not_found]" in {c.get("name") for c in cases}


def test_results_json_lists_every_outcome(vendor: pytest.Pytester) -> None:
    run(vendor, NOT_FOUND, "--onshi-journal=out")
    rows = json.loads((vendor.path / "out" / "results.json").read_text(encoding="utf-8"))
    assert [r["trouble"] for r in rows] == ["eligibility.not_found"]
    assert "H02" in rows[0]["met"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--profile=hodanren2052"], ["hodanren2052", "hodanren2025"]),
        (["--onshi-trouble=card.pin_lokked"], ["card.pin_lokked", "did you mean"]),
        (["--profile=hodanren2025", "--onshi-integration=product:Prodct"], ["Product"]),
        (["--profile=hodanren2025", "--onshi-integration=produkt:X"], ["produkt"]),
        (["--profile=hodanren2025", "--onshi-date=tomorrow"], ["tomorrow"]),
    ],
)
def test_wrong_names_are_exit_4_with_the_nearest(
    vendor: pytest.Pytester, args: list[str], words: list[str]
) -> None:
    result = run(vendor, *args)
    assert result.ret == 4
    for word in words:
        assert word in result.stderr.str() + result.stdout.str()


def test_broken_toml_names_file_line_and_key(vendor: pytest.Pytester) -> None:
    vendor.makepyprojecttoml('[tool.onshi]\nintegration = "product:Product"\nprofil = ["x"]\n')
    result = run(vendor, "--profile=hodanren2025")
    assert result.ret == 4
    text = result.stderr.str()
    assert "pyproject.toml:3" in text
    assert "tool.onshi.profil" in text
    assert "did you mean 'profile'" in text


def test_profile_without_anything_to_run_is_exit_4(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_other(): pass")
    result = pytester.runpytest_subprocess("--profile=hodanren2025")
    assert result.ret == 4
    assert "[tool.onshi]" in result.stderr.str() + result.stdout.str()


def test_an_empty_folder_collects(vendor: pytest.Pytester) -> None:
    result = run(vendor, NOT_FOUND)
    assert result.ret == 0


def test_works_beside_other_tests_and_explicit_paths(vendor: pytest.Pytester) -> None:
    path = vendor.makepyfile(test_mine="def test_mine(): pass")
    run(vendor, NOT_FOUND, str(path)).assert_outcomes(passed=2)


def test_gui_products_get_one_process(vendor: pytest.Pytester) -> None:
    vendor.makepyfile(gui="from product import Product\nclass Gui(Product):\n    parallel = False")
    result = run(vendor, NOT_FOUND, INVALID, "-n", "2", "--onshi-integration=gui:Gui")
    result.assert_outcomes(passed=2)
    assert "2 workers" not in result.stdout.str()


@pytest.mark.soak
def test_steps_aside_for_pytest_profiling(
    vendor: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is installed beside the environment, because in it it would take --profile away."""
    beside = Path(sys.prefix) / "beside"
    assert (beside / "pytest_profiling.py").exists(), "make setup puts it there"
    monkeypatch.setenv("PYTHONPATH", str(beside), prepend=os.pathsep)
    args = ("--onshi-only=smoke", "--collect-only")
    assert run(vendor, "--onshi-profile=hodanren2025", *args).ret == 0
    assert run(vendor, "--profile=hodanren2025", *args).ret == 4
    assert run(vendor, "-p", "no:profiling", "--profile=hodanren2025", *args).ret == 0


@pytest.mark.soak
def test_a_day_of_encounters_is_drawn_by_the_seed(vendor: pytest.Pytester) -> None:
    day = ("--profile=hodanren2025", "--onshi-encounters=30", "--onshi-rate=0.5")
    collected = [
        run(vendor, *day, f"--onshi-seed={seed}", "--collect-only", "-q")
        .stdout.str()
        .split("\n\n")[0]
        for seed in (1, 1, 2)
    ]
    assert collected[0] == collected[1] != collected[2]
    assert "untroubled" in collected[0]
    result = run(vendor, *day, "-k", "untroubled")
    assert result.ret == 0


def test_an_untroubled_patient_who_is_turned_away_is_a_failure(vendor: pytest.Pytester) -> None:
    vendor.makepyfile(
        deny="import onshi\nclass Deny(onshi.Integration):\n    surfaces = {'webapi'}\n"
        "    def check_in(self, visit):\n        return onshi.Handling(status='invalid')\n"
    )
    day = ("--profile=hodanren2025", "--onshi-encounters=2", "--onshi-rate=0")
    run(vendor, *day, "--onshi-integration=deny:Deny").assert_outcomes(failed=2)


@pytest.mark.soak
def test_html_report_stands_alone(vendor: pytest.Pytester) -> None:
    run(
        vendor,
        "--profile=hodanren2025",
        "--onshi-only=smoke",
        "--onshi-report=out/report.html",
        "--onshi-integration=product:Blames",
    )
    page = (vendor.path / "out" / "report.html").read_text(encoding="utf-8")
    assert "77.2 %" in page
    assert "製品の不具合率ではありません" in page
    assert "src=" not in page
    assert "<link" not in page


@pytest.mark.parametrize("wrong", ["--onshi-rate=2", "--onshi-only=some"])
def test_values_out_of_range_are_exit_4(vendor: pytest.Pytester, wrong: str) -> None:
    assert run(vendor, "--profile=hodanren2025", wrong).ret == 4


@pytest.mark.parametrize(
    ("code", "words"),
    [("def broken(:", "SyntaxError"), ("raise RuntimeError('no licence')", "no licence")],
)
def test_an_adapter_that_cannot_be_imported_is_exit_4(
    vendor: pytest.Pytester, code: str, words: str
) -> None:
    (vendor.path / "bad.py").write_text(code, encoding="utf-8")
    result = run(vendor, NOT_FOUND, "--onshi-integration=bad:X")
    assert result.ret == 4
    text = result.stderr.str()
    assert words in text
    assert "bad.py:1" in text
    assert "Traceback" not in text
