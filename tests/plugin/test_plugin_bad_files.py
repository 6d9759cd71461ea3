"""A survey of one's own with a mistake, as a user meets it: one sentence with file, line, key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lean import LEAN
from onshi.cli import main

GOOD = """\
name = "ours"
title = "当院の記録"
publisher = "試験クリニック"
date = 2025-10-20
period = "2025年"
fieldwork = "2025年"
n_troubled = 100
source = "003:L292"
extra_troubles = ["card.pulled_mid_session"]
[[category]]
key = "blackdot"
label = "●"
count = 60
weight_a = 0.6
source = "own"
[[category]]
key = "invalid"
label = "無効"
count = 40
weight_a = 0.4
source = "003:L289"
"""
MISTAKES = {
    "weights": ("weight_a = 0.4", "weight_a = 0.5", "14: category[0].weight_a: ", "not 1"),
    "trouble": (
        "pulled_mid_session",
        "pulled_midsession",
        "9: extra_troubles: ",
        "did you mean card.pulled_mid_session",
    ),
    "date": ("date = 2025-10-20", 'date = "2025-13-40"', "4: date: ", "a date as 2025-10-20"),
    "twice": ('key = "invalid"', 'key = "blackdot"', "17: category[1].key: ", "is there twice"),
    "line": ("003:L289", "003:L99999", "21: category[1].source: ", "document 003 has"),
    "key": ('label = "無効"', 'lable = "無効"', "18: category[1].lable: ", "did you mean 'label'"),
}
"""What is written in its place, where that is said to be, and what is said of it."""


@pytest.fixture
def wrong(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str, str]:
    """The file with one mistake, where it has to be said to be, and what has to be said."""
    old, new, where, words = MISTAKES[request.param]
    path = tmp_path / "ours.toml"
    assert GOOD.count(old) == 1
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    return path, where, words


def test_without_a_mistake_it_is_taken(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["profiles", str(path)])
    assert left.value.code == 0
    assert "当院の記録" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "command"),
    [
        *((mistake, ("profiles",)) for mistake in MISTAKES),
        ("line", ("replay", "--encounters", "10", "--rate", "0.1", "--profile")),
        ("weights", ("serve", "--profile")),
    ],
    indirect=["wrong"],
    ids=lambda given: given if isinstance(given, str) else given[0],
)
def test_the_command_line_says_it_in_one_sentence(
    wrong: tuple[Path, str, str], command: tuple[str, ...], capsys: Any
) -> None:
    path, where, words = wrong
    with pytest.raises(SystemExit) as left:
        main([*command, str(path)])
    out, err = capsys.readouterr()
    assert left.value.code == 2
    assert err.startswith(f"onshi: {path}:{where}"), err
    assert words in err
    assert len(err.splitlines()) == 1
    assert "当院の記録" not in out


@pytest.mark.parametrize(
    "wrong",
    [m if m == "line" else pytest.param(m, marks=pytest.mark.soak) for m in MISTAKES],
    indirect=True,
)
def test_pytest_says_it_in_one_sentence(
    wrong: tuple[Path, str, str], pytester: pytest.Pytester
) -> None:
    path, where, words = wrong
    pytester.makepyfile(
        product="import onshi\nclass Product(onshi.Integration):\n    surfaces = {'webapi'}\n"
    )
    pytester.makepyprojecttoml('[tool.onshi]\nintegration = "product:Product"\n')
    result = pytester.runpytest_subprocess(*LEAN, f"--profile={path}")
    text = result.stdout.str() + result.stderr.str()
    assert result.ret == 4, text
    assert re.search(f"^ERROR: (onshi: )?{re.escape(f'{path}:{where}')}", text, re.M), text
    assert words in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("exec", "--trouble", "name.blackdt", "--", "true"), "did you mean name.blackdot"),
        (("exec", "--trouble", "T99", "--", "true"), "T9 is a timeline"),
        (("exec", "--date", "2025-13-01", "--", "true"), "2025-13-01"),
        (("exec", "--trouble", "human.complaints", "--", "true"), "cannot be brought about"),
        (("serve", "--trouble", "name.blackdt"), "did you mean name.blackdot"),
        (("replay", "--profile", "hodanren2052", "--encounters", "1", "--rate", "0.1"),
         "did you mean hodanren2025"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_one_sentence(
    argv: tuple[str, ...], words: str, capsys: Any
) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv)
    err = capsys.readouterr().err
    assert left.value.code == 2
    assert words in err
    assert len(err.splitlines()) == 1
