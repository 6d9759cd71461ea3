"""onshi explain and find: every kind of id, as text and as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from typer.testing import CliRunner

from onshi.catalogue.load import load_profile, load_rules, load_troubles, profiles
from onshi.catalogue.timelines import find_timeline, load_timelines
from onshi.cli import app, main
from onshi.cli.explained import KINDS, known_ids
from onshi.cli.mistakes import mistakes
from onshi.data import data_root

RETURNED = "billing.returned_insurer_difference"


def run(*args: str) -> str:
    result = CliRunner().invoke(app, list(args), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def told(id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("explain", id, "--json"))
    return found


def test_no_two_things_have_the_same_id() -> None:
    known = known_ids()
    assert tuple(known) == KINDS
    assert all(known.values())
    counted = Counter(id.upper() for ids in known.values() for id in ids)
    assert [id for id, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_of_each_kind(kind: str) -> None:
    id = known_ids()[kind][-1]
    assert told(id)["explains"] == kind
    assert run("explain", id).splitlines()[0].startswith(f"{id}  ")


def test_a_trouble_says_how_often_in_every_survey_that_has_it() -> None:
    out, about = run("explain", RETURNED), told(RETURNED)
    having = {
        p.name: c
        for p in map(load_profile, profiles())
        for c in p.category
        if c.has(RETURNED, load_troubles()[RETURNED].categories)
    }
    assert len(having) >= 4
    assert {r["profile"]: (r["count"], r["share"]) for r in about["reported"]} == {
        name: (c.count, c.share) for name, c in having.items()
    }
    assert "hodanren2025 で 3,738 医療機関、割合 50.9%" in out
    assert "受診ごとの確率でも製品の不良率でもない" in out


def test_a_trouble_says_what_is_right_and_why() -> None:
    out, about = run("explain", RETURNED), told(RETURNED)
    rule = load_rules()["H13"]
    mine = next(r for r in about["rules"] if r["id"] == "H13")
    assert (mine["level"], mine["must"]) == ("fail", rule.must)
    assert f"H13 [fail] {rule.title}\n    ○ {rule.must}\n    × {rule.must_not}" in out
    assert f"理由: {rule.why}" in out
    assert f"出典: {' '.join(rule.source)}" in out


def test_a_trouble_says_its_steps_by_date() -> None:
    steps = told(RETURNED)["steps"]
    assert [(s["date"], s["do"]) for s in steps] == [
        ("2025-11-10", "claim"),
        ("2025-12-05", "returns"),
    ]
    lines = run("explain", RETURNED).splitlines()
    at = lines.index("経過")
    assert lines[at + 1] == "  2025-10-20 最初の来院"
    assert lines[at + 2].startswith("  2025-11-10 翌月10日 請求: ")
    assert "経過" not in run("explain", "name.blackdot").splitlines()


def test_a_timeline_says_a_date_once_and_what_is_assumed() -> None:
    timeline = find_timeline("T18")
    out, about = run("explain", "t18"), told("T18")
    assert about["assumed"] == timeline.assumed
    assert timeline.assumed in out
    assert [s["date"] for s in about["steps"]] == [s.on for s in timeline.step[1:]]
    assert f"  {timeline.step[1].on} 09:10 次の患者の来院" in out
    assert timeline.trouble in about["about"]


def test_what_is_partly_or_not_at_all_injected_says_so() -> None:
    partly = next(t for t in load_troubles().values() if t.partly)
    assert partly.partly in run("explain", partly.id)
    out = run("explain", "human.complaints")
    assert load_troubles()["human.complaints"].why_not in out
    assert told("human.complaints")["run"] == []


def test_a_rule_in_both_languages_with_who_asks_and_who_breaks_it() -> None:
    rule, out, about = load_rules()["H15"], run("explain", "h15"), told("H15")
    for text in (rule.must, rule.must_en, rule.title_en, rule.why, *rule.observes, *rule.source):
        assert text in out
    asking = {t.id for t in load_troubles().values() if "H15" in t.rules}
    assert set(about["troubles"]) == asking
    assert set(about["timelines"]) >= {id for id, t in load_timelines().items() if "H15" in t.rules}
    assert [m["name"] for m in about["mistakes"]] == [
        m["name"] for m in mistakes() if "H15" in m["breaks"]
    ]
    for mistake in about["mistakes"]:
        assert f"{mistake['name']}  {mistake['ja']}" in out


def test_mistakes_are_read_where_the_naive_clinic_is() -> None:
    known = {m["name"]: m for m in mistakes()}
    assert known["retry_pin"]["breaks"] == ["H44"]
    assert known["retry_pin"]["ja"]
    assert known["retry_pin"]["en"]
    assert all(rule in load_rules() for m in known.values() for rule in m["breaks"])


@pytest.mark.soak
def test_what_is_read_of_the_mistakes_is_what_their_registry_has() -> None:
    """Asked of a process of its own, which loads the clinic."""
    naive = data_root() / "examples" / "naive"
    ask = (
        "import json; from behaviours import behaviours; print(json.dumps("
        "{b.name: [sorted(b.breaks), b.ja, b.en] for b in behaviours().values() if b.breaks}))"
    )
    env = {**os.environ, "PYTHONPATH": f"{naive}{os.pathsep}{naive.parent / 'reference'}"}
    done = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    read = {m["name"]: [sorted(m["breaks"]), m["ja"], m["en"]] for m in mistakes()}
    assert read == json.loads(done.stdout)


def test_a_survey_says_what_cannot_be_said_of_it() -> None:
    out, about = run("explain", "hodanren2025"), told("hodanren2025")
    assert about["name"] == "hodanren2025"
    for text in ("77.2%", "5,668", "この調査から言えないこと", "pytest --profile=hodanren2025"):
        assert text in out
    assert all(limit in out for limit in about["limits"])
    assert "blackdot  0.2824 / 0.3245" in out


def test_a_category_says_each_survey_and_its_troubles() -> None:
    out, about = run("explain", "blackdot"), told("blackdot")
    assert about["reported"][0]["profile"] == "hodanren2025"
    assert "name.blackdot" in about["troubles"]
    assert "hodanren2023 で 3,492 医療機関" in out
    lost = run("explain", "chiba_insurer")
    assert "不明" in lost
    assert "None" not in lost
    assert "human.complaints" in told("complaint")["not_run"]


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("blackdott", "blackdot is a category"),
        ("hodanren2026", "hodanren2025 is a profile"),
        ("T99", "T9 is a timeline"),
        ("card.pul", "card.pull is a fault"),
        ("name.blackdt", "name.blackdot is a trouble"),
        ("h444", "H44 is a rule"),
        ("zzzzzz", "onshi find TEXT"),
    ],
)
def test_suggestions_are_of_every_kind(id: str, words: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as left:
        main(["explain", id])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


def test_find_finds_rules_by_id_and_by_their_words() -> None:
    assert "onshi explain H44" in run("find", "h44")
    assert "onshi explain H15" in run("find", "旧資格情報")
    assert "onshi explain H15" in run("find", "former qualification")
