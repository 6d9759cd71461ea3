"""onshi profiles, troubles, find, explain: through typer's runner and as a real program."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from onshi import cli
from onshi.catalogue.load import load_profile, load_rules, load_troubles
from onshi.cli import app, main
from onshi.cli.explain import explain_id
from onshi.faults.registry import fault_names


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(args), catch_exceptions=False)
    return result.exit_code, result.stdout


def test_troubles_as_json() -> None:
    code, out = run("troubles", "--json")
    assert code == 0
    rows = {row["id"]: row for row in json.loads(out)}
    assert list(rows) == list(load_troubles())
    pulled = rows["card.pulled_mid_session"]
    assert pulled["title"] == "操作中にカードを抜き画面が固まる"
    assert pulled["layer"] == "card"
    assert pulled["categories"] == ["reader_auth"]
    assert pulled["source"] == ["003:L738"]
    assert pulled["surfaces"] == ["pcsc", "face"]
    assert pulled["runs"] is True
    assert pulled["handling"] == ["H10", "H51"]
    assert rows["human.complaints"]["runs"] is False
    assert rows["human.complaints"]["why_not"]
    queue = rows["human.queue_congestion"]
    assert queue["process"] == "site"
    assert queue["partly"]
    assert [step["next"] for step in queue["steps"]] == [True, True]
    returned = rows["billing.fusho_returned"]["steps"][-1]
    assert {k: returned[k] for k in ("on", "do", "reason", "shows")} == {
        "on": "+2m:5",
        "do": "returns",
        "reason": "記載事項の不備",
        "shows": "4",
    }


def test_troubles_by_category_layer_and_surface() -> None:
    def ids(*args: str) -> set[str]:
        return {row["id"] for row in json.loads(run("troubles", "--json", *args)[1])}

    dots = ids("--category", "blackdot")
    assert "name.blackdot" in dots
    assert "reader.freeze" not in dots
    assert ids("--layer", "terminal PC") == ids("--layer", "terminal_pc") != set()
    on_pcsc = ids("--layer", "card", "--surface", "pcsc")
    assert "card.pin_locked_third_try" in on_pcsc
    assert "card.old_lost_card_presented" not in on_pcsc


def test_troubles_as_a_table() -> None:
    code, out = run("troubles", "--layer", "network")
    assert code == 0
    lines = out.splitlines()
    assert len(lines) == 1 + 10 + 1
    assert lines[-1] == "10 件（うち実行できるもの 10 件）"
    assert any("network.error_flap_week" in line and "webapi folder face" in line for line in lines)


def test_troubles_of_a_category_that_names_them_itself() -> None:
    listed = json.loads(run("troubles", "--category", "equipment", "--json")[1])
    named = load_profile("mhlw2023").category[0].troubles
    assert {t["id"] for t in listed} == set(named)
    assert "card.chip_failure" in named


def test_profiles_as_json() -> None:
    code, out = run("profiles", "--json")
    assert code == 0
    surveys = {s["name"]: s for s in json.loads(out)}
    assert len(surveys) == 6
    survey = surveys["hodanren2025"]
    assert survey["date"] == "2025-10-20"
    assert survey["n_troubled"] == 7346
    dots = survey["categories"][0]
    assert {k: dots[k] for k in ("key", "label", "count", "share")} == {
        "key": "blackdot",
        "label": "●（くろまる）で出る",
        "count": 5668,
        "share": 77.2,
    }
    assert len(survey["categories"]) == 11
    lost = surveys["chiba2023"]["categories"][-1]
    assert (lost["key"], lost["count"], lost["status"]) == ("chiba_insurer", None, "lost")
    assert surveys["mhlw2023"]["kind"] == "rules"
    assert surveys["mhlw2023"]["sent"] is surveys["hodanren2024"]["answered"] is None
    cases = [f for f in survey["figures"] if (f["table"], f["key"]) == ("ten_wari", "cases_min")]
    assert [(f["count"], f["source"]) for f in cases] == [(3686, "003:L111")]


def test_profiles_says_that_a_share_is_not_a_rate() -> None:
    code, out = run("profiles", "hodanren2025")
    assert code == 0
    assert "77.2%" in out
    assert "受診ごとの確率でも製品の不良率でもない" in out
    assert "pytest --profile=hodanren2025" in out


def test_profiles_says_what_is_not_known_and_why() -> None:
    out = run("profiles", "chiba2023", "mhlw2023")[1]
    assert "None" not in out
    assert re.search(r"chiba_insurer +不明 +不明", out)
    assert "chiba_insurer: 不明。離れて残った数は4つ" in out
    assert re.search(r"chiba_chip +36 推定", out)
    assert "規則の資料（調査ではない）" in out
    assert out.index("chiba_other_person") < out.index("chiba_insurer")


def test_explain_a_trouble() -> None:
    code, out = run("explain", "card.pulled_mid_session")
    assert code == 0
    for text in (
        "003:L738",
        "card.pull",
        "READ_BINARY",
        "H51 [fail]",
        "hodanren2025 で 3,541 医療機関、割合 48.2%",
        "onshi exec --trouble card.pulled_mid_session -- CMD",
        "pytest --profile=hodanren2025 --onshi-trouble card.pulled_mid_session",
    ):
        assert text in out


@pytest.mark.soak
def test_explain_works_for_every_fault_and_for_troubles_of_each_layer(capsys) -> None:
    one_of_each = {t.layer: t.id for t in load_troubles().values()}.values()
    for id in (*one_of_each, *fault_names(), *list(load_rules())[::10]):
        explain_id(id)
        assert capsys.readouterr().out.startswith(f"{id}  ")


def test_explain_what_cannot_be_injected() -> None:
    out = run("explain", "human.complaints")[1]
    assert "注入できない理由" in out
    assert "onshi exec" not in out


def test_explain_an_added_trouble_does_not_claim_a_source() -> None:
    assert "追加したもの" in run("explain", "result_file.never")[1]


def test_explain_a_fault_shows_settings_and_users() -> None:
    out = run("explain", "card.pull")[1]
    assert "flavour" in out
    assert "onshi exec --fault card.pull -- CMD" in out
    assert "card.pulled_mid_session" in out


def test_explain_a_rule() -> None:
    code, out = run("explain", "H44")
    assert code == 0
    assert "003:L487" in out
    assert "card.pin_locked_third_try" in out
    assert run("explain", "h44")[1] == out


def test_find() -> None:
    code, out = run("find", "抜いた")
    assert code == 0
    assert "onshi exec --trouble card.pulled_mid_session -- CMD" in out
    assert run("find", "zzzzz") == (1, "")
    shown = run("find", "資格", "--limit", "3")[1].splitlines()
    assert len(shown) == (1 + 3 + 1) * 2, "three troubles and three rules, and how many more"


# ------------------------------------------------------------------ errors
def exit_code(*args: str) -> int | str | None:
    with pytest.raises(SystemExit) as left:
        main(args)
    return left.value.code


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["explain", "card.pulld"], "card.pulled_mid_session"),
        (["explain", "H444"], "did you mean H44"),
        (["troubles", "--surface", "fase"], "did you mean face?"),
        (["troubles", "--category", "blackdots"], "did you mean blackdot?"),
        (["troubles", "--layer", "nettwork"], "did you mean network?"),
        (["profiles", "hodanren2052"], "did you mean hodanren2025"),
        (["troubels"], "Did you mean 'troubles'"),
        (["troubles", "--jsn"], "No such option"),
        (["explain"], "Missing argument"),
    ],
)
def test_mistakes_are_exit_code_2_with_advice(argv, says, capsys) -> None:
    assert exit_code(*argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert "Traceback" not in err


def test_a_broken_profile_names_file_and_line(tmp_path, capsys) -> None:
    path = tmp_path / "broken.toml"
    path.write_text('name = "x"\ntitle = \n', encoding="utf-8")
    assert exit_code("profiles", str(path)) == 2
    assert f"{path}:2: is not valid TOML" in capsys.readouterr().err


def test_control_c_is_130(monkeypatch) -> None:
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", interrupted)
    assert exit_code("profiles") == 130


def test_no_command_shows_help(capsys) -> None:
    assert exit_code() in (0, 2)
    shown = capsys.readouterr()
    for name in ("profiles", "troubles", "find", "explain"):
        assert name in shown.out + shown.err
    assert exit_code("--version") == 0
    assert capsys.readouterr().out.startswith("onshi ")


# ------------------------------------------------------------ real program
def program(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "onshi.cli", *args],
        env={**os.environ, **env},
        capture_output=True,
        encoding="utf-8",
        timeout=30,
    )


def test_as_a_program() -> None:
    done = program("find", "抜いた")
    assert (done.returncode, done.stderr) == (0, "")
    assert "card.pulled_mid_session" in done.stdout
    wrong = program("explain", "card.pulld")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("onshi: unknown trouble, timeline, rule, fault, profile or")
    assert "'card.pulld'; did you mean" in wrong.stderr
    assert wrong.stderr.count("\n") == 1


def test_json_survives_a_console_that_is_not_utf8() -> None:
    done = program("troubles", "--json", PYTHONIOENCODING="cp932")
    assert done.returncode == 0
    titles = {row["id"]: row["title"] for row in json.loads(done.stdout)}
    assert titles["name.blackdot"] == load_troubles()["name.blackdot"].title


def test_help_imports_nothing_heavy() -> None:
    code = """
import sys
from onshi.cli import main
try:
    main(["--help"])
finally:
    heavy = {"cryptography", "lxml", "pytest", "h11", "faker", "hypothesis", "onshi.desk"}
    print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr.strip()) == (0, "[]")
