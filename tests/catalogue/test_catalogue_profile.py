"""Profiles: which troubles one runs, and what is said of a file that is wrong."""

from __future__ import annotations

import pytest

from onshi.catalogue.citations import LINES, what_is_wrong
from onshi.catalogue.load import (
    find_trouble,
    load_profile,
    load_rules,
    load_troubles,
    profiles,
    read_rules,
    read_troubles,
    troubles_by_category,
    troubles_of,
)
from onshi.errors import BadFileError, UnknownNameError


# ------------------------------------------------------------------ which troubles
@pytest.mark.parametrize("name", profiles())
def test_a_profile_runs_what_can_be_injected_in_order_of_size(name: str) -> None:
    profile = load_profile(name)
    found = troubles_of(profile)
    assert len({t.id for t in found}) == len(found)
    assert not any(t.why_not for t in found)
    injectable = [c for c in profile.category if c.injectable]

    def largest(trouble) -> int:
        sizes = [
            -1 if c.count is None else c.count
            for c in injectable
            if c.has(trouble.id, trouble.categories)
        ]
        return max(sizes, default=-2)

    order = [(-largest(t), t.id) for t in found]
    assert order == sorted(order)
    assert all(troubles_by_category(profile).values())


OF_DOCUMENT = {
    "000": "saitama2024",
    "001": "hodanren2023",
    "002": "chiba2023",
    "003": "hodanren2025",
    "004": "mhlw2023",
}


@pytest.mark.parametrize(("document", "name"), OF_DOCUMENT.items())
def test_what_a_document_tells_runs_with_its_profile(document: str, name: str) -> None:
    """In one of its categories, else as one of ``extra_troubles``, which come last."""
    profile = load_profile(name)
    ids = [t.id for t in troubles_of(profile)]
    told = {
        t.id
        for t in load_troubles().values()
        if not t.why_not and any(s.startswith(f"{document}:") for s in t.source)
    }
    assert told - set(ids) == set(), f"extra_troubles of profiles/{name}.toml"
    assert ids[-len(profile.extra_troubles) :] == sorted(profile.extra_troubles)


def test_a_category_takes_in_the_troubles_that_it_names() -> None:
    rules = load_profile("mhlw2023")
    equipment = troubles_by_category(rules)["equipment"]
    assert {t.id for t in equipment} == set(rules.category[0].troubles)
    assert "card.chip_failure" in {t.id for t in equipment}
    assert all("equipment" not in t.categories for t in equipment)


def test_equipment_is_what_has_the_rule_about_equipment() -> None:
    """004:L83-85: readers, terminals, cards that cannot be used, lines."""
    layers = {"reader", "card", "terminal PC", "network"}
    meant = {
        t.id
        for t in load_troubles().values()
        if "H10" in t.rules and t.layer in layers and not t.why_not
    }
    listed = set(load_profile("mhlw2023").category[0].troubles)
    assert listed == meant, "troubles of the category equipment in profiles/mhlw2023.toml"


# ------------------------------------------------------------- own profiles
OWN = """\
name = "mine"
title = "t"
publisher = "p"
date = 2026-02-01
period = "x"
fieldwork = "x"
sent = 10
answered = 5
n_troubled = 4
source = "own"
extra_troubles = ["card.pulled_mid_session"]

[[category]]
key = "blackdot"
label = "●"
count = 4
share = 100.0
source = "own"

[[category]]
key = "invalid"
label = "無効"
count = 1
source = "003:L289"

[[table]]
key = "answers"
title = "問1"

[[figure]]
table = "answers"
key = "yes"
label = "あった"
count = 4
source = "own: 表1"
"""


@pytest.fixture
def own(tmp_path):
    """Writes the profile above with one text in place of another."""

    def write(old: str = "", new: str = "", nth: int = 1):
        assert old in OWN
        parts = OWN.split(old) if old else [OWN]
        head = old.join(parts[:nth])
        text = head + new + old.join(parts[nth:]) if old else OWN
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_profile_of_ones_own_by_path(own) -> None:
    path = own()
    for given in (path, str(path)):
        mine = load_profile(given)
        assert mine.name == "mine"
        ids = [t.id for t in troubles_of(mine)]
        assert "blackdot" in find_trouble(ids[0]).categories
        assert ids[-1] == "card.pulled_mid_session"


def test_a_source_that_does_not_say_how_many_answered(own) -> None:
    mine = load_profile(own("answered = 5\nn_troubled = 4\n"))
    assert mine.answered is mine.n_troubled is None
    assert mine.category[0].count == 4


@pytest.mark.parametrize(
    ("old", "new", "nth", "line", "says"),
    [
        ("sent = 10", "sent = ten", 1, 7, "not valid TOML"),
        ('title = "t"', 'titel = "t"', 1, 2, "did you mean 'title'"),
        ("sent = 10", 'sent = "ten"', 1, 7, r"Expected `int \| null`, got `str`"),
        ("date = 2026-02-01", "date = 2026-02-30", 1, 4, "not valid TOML"),
        ("date = 2026-02-01", 'date = "1.2.2026"', 1, 4, "date: a date as 2025-10-20"),
        ("count = 4", "count = 6", 1, 16, r"category\[0\].count: .*answered \(5\), not 6"),
        ("count = 1", "count = -1", 1, 23, r"category\[1\].count: a count between 0"),
        ("share = 100.0", "share = 101.0", 1, 17, "a percentage between 0 and 100, not 101"),
        ("card.pulled_mid_session", "card.pulled", 1, 11, "did you mean card.pulled_mid_session"),
        ('label = "●"', 'lable = "●"', 1, 15, "did you mean 'label'"),
        ('key = "invalid"', 'key = "blackdot"', 1, 21, "the category 'blackdot' is there twice"),
        ("count = 1", "count = 1\nweight_a = 1.0", 1, 14, "weight_a is missing here"),
        ("count = 1", "injectable = false\nshare = 1.0\nweight_b = 1.0", 1, 25, "has no weight"),
        ("count = 1", "count = 1\nweight_a = 1.5", 1, 24, "a weight between 0 and 1, not 1.5"),
        ("count = 1", 'status = "lost"', 1, 23, "a figure that is lost needs a reason"),
        ("count = 1", 'status = "lots"', 1, 23, "did you mean 'lost'"),
        ("count = 1", 'count = 1\nstatus = "lost"\nreason = "x"', 1, 24, "neither count nor"),
        ("count = 1\n", "", 1, 21, 'or say status = "lost"'),
        ("count = 1", 'count = 1\ntroubles = ["card.pull"]', 1, 24, "no trouble 'card.pull'"),
        ('table = "answers"', 'table = "answer"', 1, 31, "did you mean answers?"),
        (
            'title = "問1"',
            'title = "問1"\nbase = "answerd"',
            1,
            29,
            "answered, n_troubled or a number",
        ),
        ('title = "問1"', 'title = "問1"\nadds_up = true', 1, 29, "say with base what"),
        ('title = "問1"', 'title = "問1"\nbase = 5\nadds_up = true', 1, 30, "add up to 4, not 5"),
        ('key = "answers"', 'key = "answer"', 1, 31, r"no \[\[table\]\] with the key 'answers'"),
        ('"003:L289"', '"003:289"', 1, 24, "did you mean 003:L289?"),
        ('"003:L289"', '"3:L289"', 1, 24, "did you mean 003:L289?"),
        ('"003:L289"', '"003:L778"', 1, 24, "document 003 has 777 lines"),
        ('"003:L289"', '"005:L1"', 1, 24, "the documents are 000, 001, 002, 003, 004"),
        ('"003:L289"', '"003:L20-10"', 1, 24, "did you mean 003:L10-20?"),
        ('"own: 表1"', '"表1"', 1, 35, r"figure\[0\].source: .* or own, not '表1'"),
        ('source = "own"', 'source = "004:L246"', 1, 10, "^.*mine.toml:10: source: .* 245 lines"),
    ],
)
def test_a_wrong_profile_names_file_line_and_remedy(own, old, new, nth, line, says) -> None:
    path = own(old, new, nth)
    with pytest.raises(BadFileError, match=says) as error:
        load_profile(path)
    assert error.value.line == line
    assert str(error.value).startswith(f"{path}:{line}: ")


def test_a_figure_or_table_twice_is_wrong(own) -> None:
    path = own()
    for kind, line in (("figure", 37), ("table", 37)):
        again = OWN[OWN.index(f"[[{kind}]]") :].split("\n\n")[0].strip()
        path.write_text(f"{OWN}\n{again}\n", encoding="utf-8")
        with pytest.raises(BadFileError, match=f"the {kind} .* is there twice") as error:
            load_profile(path)
        assert error.value.line in (line + 1, line + 2)


def test_weights_may_be_off_by_their_rounding_only(own) -> None:
    shares = "count = 4\nweight_a = 0.8"
    for second, fine in (("0.2", True), ("0.20009", True), ("0.2002", False)):
        path = own("count = 4", shares)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("count = 1", f"count = 1\nweight_a = {second}"), "utf-8")
        if fine:
            assert load_profile(path)
        else:
            with pytest.raises(
                BadFileError, match=r"category\[0\].weight_a: .* add up to 1\.000200, not 1"
            ):
                load_profile(path)


def test_unknown_profile_suggests() -> None:
    with pytest.raises(UnknownNameError, match="did you mean hodanren2025"):
        load_profile("hodanren2052")
    with pytest.raises(BadFileError, match="no such file"):
        load_profile("./nowhere/mine.toml")
    for not_one in ("rules", "timelines"):
        with pytest.raises(UnknownNameError):
            load_profile(not_one)


# ------------------------------------------------------------- citations elsewhere
@pytest.mark.parametrize(
    "citation",
    ["003:L588", "003:L588-590", "000:L1", "002:L671", "own", "own: 表2", "added",
     "https://example.org/a"],
)  # fmt: skip
def test_citations_that_are_fine(citation: str) -> None:
    assert what_is_wrong(citation) == ""


def test_what_the_catalogue_cites_exists() -> None:
    cited = [s for t in load_troubles().values() for s in t.source]
    cited += [s for r in load_rules().values() for s in r.source]
    assert {c[:3] for c in cited} >= set(LINES)
    assert [c for c in cited if what_is_wrong(c)] == []


def test_a_trouble_that_cites_no_line_is_wrong(tmp_path) -> None:
    text = (
        '[[trouble]]\nid = "x.y"\ntitle = "t"\nlayer = "card"\ncategories = []\n'
        'source = [\n  "003:L1",\n  "003:L9999",\n]\nwhat = "w"\n'
    )
    (tmp_path / "card.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError, match="document 003 has 777 lines") as error:
        read_troubles(tmp_path)
    assert (error.value.line, error.value.key) == (6, "trouble[0].source")


def test_a_rule_that_cites_no_line_is_wrong(tmp_path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[rule]]\nid = "H01"\nlevel = "fail"\ntitle = "t"\ntitle_en = "t"\nmust = "m"\n'
        'source = ["004:75"]\n',
        encoding="utf-8",
    )
    with pytest.raises(BadFileError, match="did you mean 004:L75") as error:
        read_rules(path)
    assert (error.value.line, error.value.key) == (7, "rule[0].source")
