"""`onshi init`: what it writes, what it leaves alone, and that it works at once."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import junitparser
import msgspec
import pytest
import tree_sitter
import tree_sitter_c_sharp
from ruamel.yaml import YAML

from onshi.config import find_config, load_waivers
from onshi.serve import bodies
from onshi.visit import Chart, Handling
from serving import IN_SURVEY

EXAMPLES = Path(__file__).parents[2] / "examples"
ONSHI = [sys.executable, "-m", "onshi.cli"]
COMMON = {
    "onshi.toml",
    "onshi-waivers.toml",
    "ci/onshi.gitlab-ci.yml",
    ".github/workflows/onshi.yml",
}
OWN = {
    "python": {"onshi_adapter.py"},
    "java": {"onshi-tests/OnshiDriver.java", "onshi-tests/MyAdapter.java"},
    "node": {"onshi-tests/onshi-driver.mjs", "onshi-tests/my-adapter.mjs"},
    "csharp": {
        "onshi-tests/OnshiDriver.cs", "onshi-tests/MyAdapter.cs", "onshi-tests/OnshiTests.csproj",
    },
}  # fmt: skip
LANGUAGES = sorted(OWN)


def environment(**more: str) -> dict[str, str]:
    """With the commands of this environment first, and no desk of another test."""
    found = {k: v for k, v in os.environ.items() if not k.startswith(("ONSHI_", "PCSCLITE_"))}
    return {**found, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **more}


def init(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ONSHI, "init", *args],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def written(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in files}


def run(script: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A script as a CI runs it; whatever it leaves running is ended."""
    process = subprocess.Popen(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=90)
    finally:
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    return subprocess.CompletedProcess(script, process.returncode, out, err)


def verdicts(path: Path) -> list[str]:
    """The result of each case of a JUnit file: passed, or the kind and message."""
    found = []
    for suite in junitparser.JUnitXml.fromfile(str(path)):
        for case in suite:
            found.append(
                " ".join(f"{type(r).__name__}: {r.message}" for r in case.result) or "passed"
            )
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_writes_and_says_what_is_next(lang: str, tmp_path: Path) -> None:
    done = init(tmp_path, "--lang", lang)
    assert done.returncode == 0, done.stderr
    files = written(tmp_path)
    assert set(files) == COMMON | OWN[lang]
    assert all(f"   {name}\n" in done.stdout for name in files)
    japanese, english = done.stdout.split("次の三歩:")[1].split("Next three steps:")
    for text in (japanese, english):
        assert re.findall(r"^  (\d)\. ", text, re.M) == ["1", "2", "3"]
    assert load_waivers(tmp_path / "onshi-waivers.toml") == ()
    config, path = find_config(tmp_path)
    assert path == tmp_path / "onshi.toml"
    assert (config.integration or config.profile[0]) in ("onshi_adapter:Adapter", "hodanren2025")


def test_the_example_waiver_is_one(tmp_path: Path) -> None:
    init(tmp_path, "--lang", "node")
    text = (tmp_path / "onshi-waivers.toml").read_text("utf-8")
    example = re.findall(r"^# (\[\[.*|\w+ = .*)$", text, re.M)
    (tmp_path / "w.toml").write_text("\n".join(example), "utf-8")
    assert [w.rule for w in load_waivers(tmp_path / "w.toml")] == ["H29"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ci_files_are_valid(lang: str, tmp_path: Path) -> None:
    init(tmp_path, "--lang", lang)
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    for schema, file in (
        (("vendor.gitlab-ci", "--data-transform", "gitlab-ci"), "ci/onshi.gitlab-ci.yml"),
        (("vendor.github-workflows",), ".github/workflows/onshi.yml"),
    ):
        done = subprocess.run(
            [*check, *schema, file], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_drivers_are_the_ones_of_the_examples(tmp_path: Path) -> None:
    for lang, name in (("java", "OnshiDriver.java"), ("node", "onshi-driver.mjs")):
        assert init(tmp_path, "--lang", lang, "--dir", lang).returncode == 0
        assert (tmp_path / lang / "onshi-tests" / name).read_bytes() == (
            EXAMPLES / lang / name
        ).read_bytes()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_surfaces_stand_in_the_adapter(lang: str, tmp_path: Path) -> None:
    done = init(tmp_path, "--lang", lang, "--surfaces", "webapi,folder,face")
    assert done.returncode == 0, done.stderr
    adapter = next(f for n, f in written(tmp_path).items() if re.search("[Aa]dapter", n))
    assert '"webapi", "folder", "face"' in adapter


# --------------------------------------------------------------------- refusals
def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "onshi.gitlab-ci.yml").write_text("mine: 1\n")
    (tmp_path / "onshi.toml").write_text("seed = 3\n")
    before = written(tmp_path)
    done = init(tmp_path, "--lang", "python")
    assert done.returncode == 2
    assert "ci/onshi.gitlab-ci.yml, onshi.toml" in done.stderr
    assert "nothing was written" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert written(tmp_path) == before
    assert init(tmp_path, "--lang", "python", "--force").returncode == 0
    assert "mine" not in (tmp_path / "ci" / "onshi.gitlab-ci.yml").read_text()


def test_a_second_time_nothing_changes(tmp_path: Path) -> None:
    init(tmp_path, "--lang", "node")
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    done = init(tmp_path, "--lang", "node")
    assert done.returncode == 0, done.stderr
    assert {p: p.stat().st_mtime_ns for p in stamps} == stamps
    assert done.stdout.count(" = ") >= len(stamps)


def test_settings_in_pyproject_stay_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.onshi]\nseed = 3\n")
    done = init(tmp_path, "--lang", "python")
    assert done.returncode == 0, done.stderr
    assert 'integration = "onshi_adapter:Adapter"' in done.stdout
    assert find_config(tmp_path)[0].seed == 3


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--lang", "pyton"), "did you mean python"),
        (("--lang", "c#"), "there are python, java, node, csharp"),
        (("--lang", "java", "--surfaces", "websapi"), "did you mean webapi"),
        (("--lang", "java", "--dir", "file"), "file/onshi-waivers.toml cannot be written"),
    ],
)
def test_mistakes_are_one_sentence(args: tuple[str, ...], words: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = init(tmp_path, *args)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize(
    ("options", "words"),
    [("size=12k", "No space left on device"), ("size=1m,ro", "Read-only file system")],
)
def test_a_disk_that_takes_no_more(options: str, words: str, tmp_path: Path) -> None:
    """In a process with mounts of its own: what was written is named, and is whole."""
    wrapper = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    place = shlex.quote(str(tmp_path))
    script = (
        f"mount -t tmpfs -o {options} onshi {place} && cd {place} && "
        f"{shlex.join([*ONSHI, 'init', '--lang', 'java'])}; code=$?; find . -type f; exit $code"
    )
    done = subprocess.run(
        [*wrapper, "sh", "-c", script],
        env=environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    left = {line.removeprefix("./") for line in done.stdout.splitlines()}
    told = re.search(r"written so far: (.*)$", done.stderr.strip())
    assert left == (set(told[1].split(", ")) if told else set())


# ----------------------------------------------------------------- works at once
@pytest.mark.soak
def test_python_runs_and_observes_nothing(tmp_path: Path) -> None:
    init(tmp_path, "--lang", "python")
    done = run("pytest --profile=hodanren2025 --onshi-only smoke --junitxml=j.xml", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    found = verdicts(tmp_path / "j.xml")
    assert len(found) >= 7
    assert all("観測なし" in one for one in found), found
    assert "status, message, offered" in done.stdout, "says what to fill in"


def test_python_sees_what_is_filled_in(tmp_path: Path) -> None:
    init(tmp_path, "--lang", "python", "--surfaces", "webapi")
    adapter = tmp_path / "onshi_adapter.py"
    text = adapter.read_text("utf-8").replace('# status="invalid",', 'status="invalid",')
    adapter.write_text(
        text.replace("return onshi.Handling(", "visit.present()\n        return onshi.Handling(")
    )
    done = run("pytest --profile=hodanren2025 --onshi-trouble=network.vpn_lost", tmp_path)
    assert done.returncode == 1, done.stdout
    assert "H10" in done.stdout


def gitlab(folder: Path) -> str:
    """What the GitLab job does once the machine is set up."""
    job: Mapping[str, Any] = YAML(typ="safe").load(folder / "ci/onshi.gitlab-ci.yml")["onshi"]
    return "\n".join(job["script"])


def github(folder: Path) -> str:
    """The steps of the GitHub workflow once the machine is set up."""
    flow = YAML(typ="safe").load(folder / ".github/workflows/onshi.yml")
    steps = [step["run"] for step in flow["jobs"]["onshi"]["steps"] if "run" in step]
    return "\n".join(s for s in steps if not s.startswith(("sudo apt-get", "pip")))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_ci_files_do_the_same(lang: str, tmp_path: Path) -> None:
    init(tmp_path, "--lang", lang)
    assert github(tmp_path) == gitlab(tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("lang", ["java", "node", "python"])
def test_the_ci_job_runs_as_written(lang: str, tmp_path: Path) -> None:
    init(tmp_path, "--lang", lang)
    done = run(gitlab(tmp_path), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    found = verdicts(tmp_path / "onshi-junit.xml")
    assert all(one.startswith("Skipped") for one in found), found
    assert len([one for one in found if "観測なし" in one]) > 60
    if lang != "python":
        assert len(found) == IN_SURVEY
        assert "何も観測できませんでした" in done.stdout
    rows = json.loads((tmp_path / "onshi-journal" / "results.json").read_text("utf-8"))
    assert rows, "the journal folder is what the job keeps"


@pytest.mark.soak
def test_the_first_step_works_as_printed(tmp_path: Path) -> None:
    said = init(tmp_path, "--lang", "node").stdout
    first = said.split("  1. ")[1].split("  2. ")[0].splitlines()[1:]
    assert [line.strip() for line in first] == [
        "onshi serve -- node onshi-tests/my-adapter.mjs --quiet"
    ]
    done = run("\n".join(first), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "観測なし" in done.stdout


# --------------------------------------------------------- C#: not compiled here
def properties(kind: str) -> set[str]:
    """The properties of a class of OnshiDriver.cs, as the API spells them."""
    text = (EXAMPLES / "init/csharp/onshi-tests/OnshiDriver.cs").read_text("utf-8")
    body = re.search(rf"^public sealed class {kind}\n{{\n(.*?)^}}", text, re.M | re.S)
    assert body, kind
    names = re.findall(r"^    public .* (\w+) \{ get; set; \}", body[1], re.M)
    return {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() for name in names}


@pytest.mark.parametrize("name", ["OnshiDriver.cs", "MyAdapter.cs"])
def test_csharp_parses(name: str) -> None:
    """By a C# grammar. Nothing here can compile it, and its first lines say so."""
    source = (EXAMPLES / "init/csharp/onshi-tests" / name).read_bytes()
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c_sharp.language()))
    assert not parser.parse(source).root_node.has_error
    assert parser.parse(source.replace(b"{", b"(", 1)).root_node.has_error, "the parser is awake"
    if name == "OnshiDriver.cs":
        assert "NOT COMPILED" in source.decode()[:400]


def test_csharp_knows_the_fields_of_the_api() -> None:
    assert properties("Handling") == set(Handling.__struct_fields__)
    assert properties("Chart") == set(Chart.__struct_fields__)
    answer = {field.encode_name for field in msgspec.structs.fields(bodies.VisitAnswer)}
    assert properties("Visit") <= answer
    assert answer - properties("Visit") == {"desk", "over"}


def test_java_knows_the_fields_of_the_api() -> None:
    text = (EXAMPLES / "java" / "OnshiDriver.java").read_text("utf-8")

    def fields(kind: str) -> set[str]:
        body = re.search(
            rf"^    public static final class {kind} {{\n(.*?)^    }}", text, re.M | re.S
        )
        assert body, kind
        lines = re.findall(r"^        public [\w<>, ]+? ((?:\w+, )*\w+);$", body[1], re.M)
        names = [name for line in lines for name in line.split(", ")]
        names = ["public" if name == "publicExpense" else name for name in names]
        return {re.sub(r"([A-Z])", r"_\1", name).lower() for name in names}

    assert fields("Handling") == set(Handling.__struct_fields__)
    assert fields("Chart") == set(Chart.__struct_fields__)
    answer = {field.encode_name for field in msgspec.structs.fields(bodies.VisitAnswer)}
    assert answer - fields("Visit") == {"desk", "over"}
