"""Known breaks: written down by the report, accepted until their day, compared with a baseline."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from naive_project import PROFILE, Project, WholeRun, cases, results, rows

from onshi.config import load_waivers
from onshi.outcomes import Row, accept

NOT_FOUND, CHIP, TWINS = "eligibility.not_found", "card.chip_failure", "eligibility.multiple_twins"
PROMISE = ("--until", "2999-03-31", "--reason", '次版で"対応"', "--ticket", "REC-1")


def only(*troubles: str) -> list[str]:
    return [f"--onshi-trouble={t}" for t in troubles]


def broken(folder: Path) -> set[tuple[str, str]]:
    return {(t, rule) for t, row in rows(folder).items() for rule in row["broken"]}


@pytest.mark.soak
def test_red_then_written_down_then_green(whole: WholeRun) -> None:
    """The way of a Monday: the whole survey, with exactly today's breaks accepted."""
    project = whole.project
    path = project.home / "onshi-waivers.toml"
    done = project.report(whole.kept, "--waivers", "onshi-waivers.toml", *PROMISE)
    assert done.code == 0
    accepted = {(w.trouble, w.rule) for w in load_waivers(path)}
    assert accepted == broken(whole.kept)
    assert f"{len(accepted)} 件の違反を onshi-waivers.toml に猶予として書きました" in done.out
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["waiver"]
    assert len(entries) == len({rule for _, rule in accepted})
    assert entries[0]["reason"] == '次版で"対応"'

    more = '\n[[waiver]]\ntrouble = "address.stale"\nrule = "H51"\nreason = "x"\nticket = "REC-9"'
    with path.open("a", encoding="utf-8") as f:
        f.write(more + "\nuntil = 2020-01-01\n")
    try:
        kept, xml = whole.kept.parent / "waived", whole.kept.parent / "waived.xml"
        done = project.pytest(PROFILE, f"--onshi-journal={kept}", f"--junitxml={xml}")
        assert done.code == 0, done.out
        was = results(whole.kept)
        now = {t: "waived" if r == "failed" else r for t, r in was.items()}
        assert results(kept) == now
        fixed = done.lines("不要になった猶予")
        assert fixed == [
            "不要になった猶予  address.stale H51 REC-9: "
            "違反していません。猶予のファイルから消してください"
        ]
        again = project.report(kept, "--junit", kept / "mine.xml")
        assert again.code == 0
        assert again.lines("不要になった猶予") == fixed
        assert cases(kept / "mine.xml") == cases(xml)
    finally:
        path.unlink()


def test_an_existing_file_is_replaced_only_by_force(whole: WholeRun, tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text("# mine\n", encoding="utf-8")
    done = whole.project.report(whole.kept, "--waivers", path, *PROMISE)
    assert (done.code, path.read_text(encoding="utf-8")) == (2, "# mine\n")
    assert "there already" in done.err
    assert whole.project.report(whole.kept, "--waivers", path, *PROMISE, "--force").code == 0
    assert len(load_waivers(path)) == len(broken(whole.kept))


def test_a_promise_in_force_is_kept_when_the_file_is_written_anew(project: Project) -> None:
    old = (
        f'[[waiver]]\ntrouble = "{NOT_FOUND}"\nrule = "H02"\nreason = "old"\nticket = "T-1"\n'
        "until = 2999-01-01\n"
    )
    path = project.home / "onshi-waivers.toml"
    path.write_text(old, encoding="utf-8")
    assert project.pytest(*only(NOT_FOUND, CHIP), "--onshi-journal=kept").code == 1
    project.report("kept", "--waivers", "onshi-waivers.toml", *PROMISE, "--force")
    told = {(w.trouble, w.rule, w.ticket, w.until.isoformat()) for w in load_waivers(path)}
    assert told == {(NOT_FOUND, "H02", "T-1", "2999-01-01"), (CHIP, "H10", "REC-1", "2999-03-31")}


def test_what_broke_no_rule_cannot_be_waived(project: Project) -> None:
    (project.home / "raising.py").write_text(
        "from adapter import Naive\nclass Raises(Naive):\n    def check_in(self, visit):\n"
        "        raise RuntimeError('no such window')\n",
        encoding="utf-8",
    )
    args = ("--onshi-integration=raising:Raises", "--onshi-journal=kept")
    assert project.pytest(*only(NOT_FOUND), *args).code == 1
    done = project.report("kept", "--waivers", "w.toml", *PROMISE)
    assert done.code == 1
    assert done.lines("規則の違反ではないので") == [
        f"規則の違反ではないので猶予にできないもの: {NOT_FOUND}"
    ]


@pytest.mark.soak
def test_a_product_that_hangs_can_be_waived(project: Project) -> None:
    """It breaks H51; a vendor who knows must be able to go on with the rest."""
    (project.home / "hanging.py").write_text(
        "import threading\nfrom adapter import Naive\nclass Hangs(Naive):\n"
        "    def check_in(self, visit):\n        threading.Event().wait(600)\n",
        encoding="utf-8",
    )
    project.settings("patience = 0.3")
    args = (*only(NOT_FOUND), "--onshi-integration=hanging:Hangs")
    done = project.pytest(*args, "--onshi-journal=kept")
    assert done.code == 1
    assert "did not return within 0.3 seconds" in done.out
    assert project.report("kept", "--waivers", "onshi-waivers.toml", *PROMISE).code == 0
    done = project.pytest(*args)
    assert done.code == 0
    assert "1 xfailed" in done.out


@pytest.mark.soak
def test_an_expired_waiver_is_red_and_says_which_until_when_and_why(project: Project) -> None:
    """One date of the written file is in the past; the others hold."""
    assert project.pytest(*only(NOT_FOUND, CHIP, TWINS), "--onshi-journal=kept").code == 1
    assert project.report("kept", "--waivers", "onshi-waivers.toml", *PROMISE).code == 0
    path = project.home / "onshi-waivers.toml"
    yesterday = (date.today() - timedelta(days=2)).isoformat()
    text = path.read_text(encoding="utf-8")
    pattern = r'(rule = "H02"(?:\n(?!\n).*)*?\nuntil = )2999-03-31'
    text, changed = re.subn(pattern, rf"\g<1>{yesterday}", text)
    assert changed == 1
    path.write_text(text, encoding="utf-8")
    done = project.pytest(*only(NOT_FOUND, CHIP, TWINS), "--onshi-journal=again")
    assert done.code == 1
    assert results(project.home / "again") == {
        CHIP: "waived", TWINS: "waived", NOT_FOUND: "failed"
    }  # fmt: skip
    said = f'H02 の猶予 (waiver) は {yesterday} に切れています: 次版で"対応" (REC-1)'
    assert done.lines("違反") == [f"違反  {NOT_FOUND}: H02; {said}"]
    assert f"  問題: {said}" in done.out


@pytest.mark.soak
def test_a_waiver_may_be_a_pattern(whole: WholeRun, project: Project, tmp_path: Path) -> None:
    entry = '[[waiver]]\ntrouble = "{}"\nrule = "H02"\nreason = "r"\nuntil = 2999-01-01\n'
    (project.home / "onshi-waivers.toml").write_text(entry.format("eligibility.*"), "utf-8")
    done = project.pytest(*only(NOT_FOUND, CHIP), "--onshi-journal=kept")
    assert done.code == 1
    assert results(project.home / "kept") == {NOT_FOUND: "waived", CHIP: "failed"}
    assert not done.lines("不要になった猶予")

    was = [msgspec.convert(row, Row) for row in rows(whole.kept).values()]
    for pattern, meant in (("*", ""), ("card.*", "card."), (NOT_FOUND, NOT_FOUND)):
        path = tmp_path / "w.toml"
        path.write_text(entry.format(pattern), encoding="utf-8")
        now = [accept(row, load_waivers(path)) for row in was]
        waived = {row.trouble for row in now if row.result == "waived"}
        only_that = {r.trouble for r in was if r.broken == ["H02"] and r.trouble.startswith(meant)}
        assert waived == only_that != set()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('trouble = "name.blakdot"\nrule = "H29"', ":2: waiver[0].trouble: there is no trouble"),
        ('trouble = "nome.*"\nrule = "H29"', ":2: waiver[0].trouble: there is no trouble 'nome.*'"),
        (
            'trouble = [\n"name.blackdot",\n"nam.x"]\nrule = "H29"',
            ":4: waiver[0].trouble: there is no trouble 'nam.x'",
        ),
        ('trouble = "name.blackdot"\nrule = "H99"', ":3: waiver[0].rule: there is no rule 'H99'"),
        ('trouble = "name.blackdot"\nruel = "H29"', "unknown key; did you mean 'rule'?"),
        ('trouble = []\nrule = "H29"', "trouble names no trouble"),
        ('trouble = "name.blackdot"\nrule = "H29"\nuntil = "soon"', "waiver[0].until"),
        ('trouble = "name.blackdot"\nrule = "H29"\nreason = " "', "reason says why"),
    ],
)
def test_a_wrong_waiver_file_is_exit_4_with_file_and_line(
    pytester: pytest.Pytester, text: str, words: str
) -> None:
    for key, value in (("reason", '"r"'), ("until", "2999-01-01")):
        text += "" if f"{key} =" in text else f"\n{key} = {value}"
    path = pytester.path / "onshi-waivers.toml"
    path.write_text(f"[[waiver]]\n{text}\n", encoding="utf-8")
    result = pytester.runpytest_inprocess("--onshi-trouble=name.blackdot", "--collect-only")
    assert result.ret == 4
    assert f"{path}" in result.stderr.str()
    assert words in result.stderr.str()


def test_a_named_waiver_file_must_be_there(project: Project) -> None:
    project.settings('waivers = "ours.toml"')
    done = project.pytest(*only(CHIP))
    assert done.code == 4
    assert "ours.toml: there is no such file, but waivers names it" in done.err


CHANGED = """
from adapter import Naive

class Changed(Naive):
    def check_in(self, visit):
        handling = super().check_in(visit)
        if visit.trouble == "eligibility.not_found":
            handling.status, handling.chart_after = "not_found", handling.chart_before
        return handling

    def alive(self):
        return False
"""


@pytest.mark.soak
def test_with_a_baseline_only_what_is_new_fails(project: Project) -> None:
    """Old breaks pass; a frozen screen (H51), which is new, does not; H02 is fixed."""
    stale = "address.stale"
    assert project.pytest(*only(CHIP, stale, NOT_FOUND), "--onshi-journal=before").code == 1
    same = project.pytest(*only(CHIP, stale, NOT_FOUND), "--onshi-baseline=before")
    assert same.code == 0
    assert same.lines("以前の実行") == ["以前の実行 (baseline) と比べて、新しい違反はありません"]
    assert same.lines("猶予") == [
        f"猶予  {CHIP}: H10 (baseline)", f"猶予  {NOT_FOUND}: H02 (baseline)"
    ]  # fmt: skip

    (project.home / "changed.py").write_text(CHANGED, encoding="utf-8")
    args = ("--onshi-baseline=before", "--onshi-integration=changed:Changed", "--onshi-journal=now")
    done = project.pytest(*only(CHIP, stale, NOT_FOUND), *args)
    assert done.code == 1
    now = results(project.home / "now")
    assert now[CHIP] == "failed"
    assert f"違反  {CHIP}: H51" in done.lines("違反")
    assert f"新しい違反  {CHIP}: H51" in done.lines("新しい違反")
    assert done.lines("直った違反") == [f"直った違反  {NOT_FOUND}: H02"]

    plain = project.pytest(
        *only(CHIP, stale, NOT_FOUND), "--onshi-integration=changed:Changed", "--onshi-journal=raw"
    )
    assert plain.code == 1
    told = project.report("raw", "--baseline", "before")
    assert told.code == 1
    for start in ("新しい違反", "直った違反"):
        assert told.lines(start) == done.lines(start)
    assert project.report("before", "--baseline", "before").code == 0
