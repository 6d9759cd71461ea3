"""Faults of characters as real programs meet them, and the page that says what they read."""

from __future__ import annotations

import dataclasses
import importlib
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import characters_table
import pytest
from character_desk import CharacterDesk, character_desk
from lxml import etree

from onshi.eligibility import cp932
from onshi.eligibility.notation import ADDRESS_STYLES, DASHES

REFERENCE = Path(__file__).parents[2] / "examples" / "reference"
NAME = characters_table.NAME


@pytest.mark.parametrize("name", list(characters_table.tables()))
def test_the_page_says_what_was_measured(name: str) -> None:
    assert characters_table.on_the_page()[name] == characters_table.tables()[name]()


def test_shift_jis_is_what_iconv_writes() -> None:
    """All kanji of the BMP that CP932 has, in one run."""
    kanji = "".join(chr(c) for c in [*range(0x4E00, 0xA000), *range(0xF900, 0xFA2E)])
    text = "".join(c for c in kanji if cp932.encode(c, "ignore"))
    done = subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", "CP932"],
        input=text.encode(),
        capture_output=True,
        timeout=20,
        check=True,
    )
    assert len(text) == 6355 + 1 + 360, "the kanji of JIS X 0208, 仝, and the IBM extensions"
    assert cp932.encode(text) == done.stdout


# ------------------------------------------------------------ over HTTP, by curl
@pytest.fixture(scope="module")
def kokuho() -> Iterator[CharacterDesk]:
    """A patient of 国保 named 髙橋, with dashes and waves to change; asked over HTTPS by curl."""
    with character_desk("webapi", kind="kokuho") as desk:
        desk.name("髙橋", "裕樹", "ユウキ")
        yield desk


def record(desk: CharacterDesk, token: str) -> dict[str, Any]:
    (entry,) = json.loads(desk.curl(token))["XmlMsg"]["MessageBody"]["ResultList"]
    found: dict[str, Any] = entry["ResultOfQualificationConfirmation"]
    return found


@pytest.fixture(scope="module")
def token(kokuho: CharacterDesk) -> str:
    return kokuho.token()


MET: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("raw_characters", {}, "Name", "髙橋　裕樹"),
    ("raw_characters", {"passes": "jisx0213"}, "Name", "●橋　裕樹"),
    ("variation_selector", {}, "Name", "髙\U000e0100橋　裕樹"),
    ("variation_selector", {"shape": "base"}, "Name", "髙橋　裕樹"),
    ("variation_selector", {"shape": "dot_after"}, "Name", "髙●橋　裕樹"),
    ("width", {}, "NameKana", "タカハシ　ユウキ"),
    ("width", {"which": "half", "of": "space"}, "Name", "●橋 裕樹"),
    ("kana_reading", {}, "NameKana", "ﾀｶﾊｼ ﾋﾛｷ"),
    ("kana_reading", {"family_kana": "タカバシ"}, "NameKana", "ﾀｶﾊﾞｼ ﾕｳｷ"),
    ("other_kanji", {}, "Name", "●端　裕樹"),
    ("other_kanji", {"given": "弘樹"}, "Name", "●橋　弘樹"),
    ("name_in_kana", {}, "Name", "タカハシ　ユウキ"),
    ("name_in_kana", {"script": "hiragana"}, "Name", "たかはし　ゆうき"),
    ("name_in_kana", {"script": "half"}, "Name", "ﾀｶﾊｼ ﾕｳｷ"),
    ("padding", {}, "InsurerNumber", "00{}"),
    ("padding", {"style": "spaces"}, "InsurerNumber", "  {}"),
    ("padding", {"style": "trailing"}, "InsurerNumber", "{}  "),
    ("padding", {"style": "none"}, "InsurerNumber", "{}"),
    ("empty_elements", {}, "Address", ""),
    ("empty_elements", {}, "DisqualificationDate", ""),
    ("empty_elements", {"unset": False}, "DisqualificationDate", None),
    ("empty_elements", {"shape": "absent", "elements": ("Address",)}, "Address", None),
]


@pytest.mark.parametrize(("fault", "settings", "element", "told"), MET)
def test_curl_meets_it_once(
    kokuho: CharacterDesk,
    token: str,
    fault: str,
    settings: dict[str, Any],
    element: str,
    told: str | None,
) -> None:
    number = kokuho.desk.coverage.qualification.insurer_number
    run = kokuho.desk.inject(f"inquiry.{fault}", {"until_count": 1}, **settings)
    struck, after = record(kokuho, token), record(kokuho, token)
    kokuho.desk.board.remove(run)
    wanted = told.format(number) if told is not None else None
    assert struck.get(element) == wanted
    assert after["Name"] == "●橋　裕樹"
    assert after["NameKana"] == "ﾀｶﾊｼ ﾕｳｷ"
    assert after["InsurerNumber"] == f"  {number}"
    assert after["Address"] == kokuho.desk.patient.address
    assert "DisqualificationDate" not in after


def test_dashes_and_waves_over_http(kokuho: CharacterDesk, token: str) -> None:
    """The faults injected first are outermost: they change what the later ones say."""
    dash = {"dash": "hyphen", "wave": "wave_dash"}
    runs = [
        kokuho.desk.inject("inquiry.dash", **dash),
        kokuho.desk.inject("inquiry.address_notation", style="hyphens"),
        kokuho.desk.inject("inquiry.field", element="Address", value="轟町12番地の3　コーポ１～２"),
    ]
    assert record(kokuho, token)["Address"] == "轟町１２‐３　コーポ１〜２"
    for run in runs:
        kokuho.desk.board.remove(run)
    assert record(kokuho, token)["Address"] == kokuho.desk.patient.address


def test_nobody_else_meets_it(kokuho: CharacterDesk, token: str) -> None:
    """A fault of one patient's spelling leaves the others alone."""
    run = kokuho.desk.inject("inquiry.name_in_kana", {"match": "patient:nobody"})
    assert record(kokuho, token)["Name"] == "●橋　裕樹"
    kokuho.desk.board.remove(run)


def test_charset_at_the_door_responses_and_its_end() -> None:
    with character_desk("responses") as desk:
        desk.name("髙橋")
        desk.desk.inject("wire.charset", {"match": "search", "until_count": 1}, form="cp932")
        struck, after = desk.requests(), desk.requests()
    assert struck.headers["Content-Type"] == after.headers["Content-Type"]
    assert "●橋　太郎".encode("cp932") in struck.content
    assert "\ufffd" in struck.text
    assert "●橋　太郎".encode() in after.content
    assert int(struck.headers["Content-Length"]) == len(struck.content)


@pytest.mark.parametrize("door", ["folder", "face"])
@pytest.mark.parametrize("fault", ["file.wrong_encoding", "file.bom", "file.entities"])
def test_a_file_fault_ends_and_leaves_nothing(door: str, fault: str) -> None:
    with character_desk("folder", "face") as desk:
        desk.desk.inject(fault, {"until_count": 1, "match": "res" if door == "folder" else "face"})
        struck, after = (getattr(desk, door)() for _ in range(2))
        there = sorted(p.name for p in desk.desk.folder.rglob("*") if p.is_file())
    assert etree.fromstring(after).findtext(".//Name") == desk.desk.patient.name
    assert desk.desk.patient.name.encode() in after
    assert struck.startswith(b"\xef\xbb\xbf") or desk.desk.patient.name.encode() not in struck
    files = [name for name in there if name.startswith("OQS")]
    assert len(files) == 2


# ---------------------------------------------------------------- the clinic
@pytest.fixture(scope="module")
def clinic() -> Iterator[Any]:
    """The reference clinic's reading of messages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REFERENCE))
        yield importlib.import_module("clinic.messages")


@pytest.fixture(scope="module")
def differences(kokuho: CharacterDesk, clinic: Any) -> Callable[[], set[str]]:
    """What the clinic finds between the chart of this patient and what curl gets."""
    compare, chart = (importlib.import_module(f"clinic.{name}") for name in ("compare", "chart"))
    patient, q = kokuho.desk.patient, kokuho.desk.coverage.qualification
    blank = {field.name: "" for field in dataclasses.fields(chart.Page)}
    page = chart.Page(
        **{
            **blank,
            "name": patient.name,
            "kana": patient.kana,
            "birthdate": patient.birthdate,
            "sex": patient.sex,
            "address": patient.address,
            "insurer_number": q.insurer_number,
            "symbol": q.symbol,
            "number": q.number,
            "branch": q.branch,
        }
    )
    token = kokuho.token()

    def found() -> set[str]:
        (told,) = clinic.from_json(json.loads(kokuho.curl(token))).records
        checks = (compare.person, compare.name, compare.address, compare.insurance)
        return {difference.label for check in checks for difference in check(page, told)}

    return found


@pytest.mark.parametrize(
    ("fault", "settings", "labels"),
    [
        ("raw_characters", {}, set()),
        ("variation_selector", {}, {"氏名"}),
        ("variation_selector", {"shape": "dot_after"}, {"氏名"}),
        ("width", {}, set()),
        ("width", {"which": "half"}, set()),
        *[("dash", {"dash": dash}, set()) for dash in DASHES],
        *[("address_notation", {"style": style}, set()) for style in ADDRESS_STYLES],
        ("padding", {}, set()),
        ("padding", {"style": "trailing"}, set()),
        ("empty_elements", {}, set()),
        ("small_kana", {}, set()),
        ("kana_reading", {}, {"カナ氏名"}),
        ("other_kanji", {}, {"氏名"}),
        ("name_in_kana", {}, {"氏名"}),
    ],
)
def test_the_clinic_takes_notations_for_the_same_and_others_for_different(
    kokuho: CharacterDesk,
    differences: Callable[[], set[str]],
    fault: str,
    settings: dict[str, str],
    labels: set[str],
) -> None:
    run = kokuho.desk.inject(f"inquiry.{fault}", **settings)
    found = differences()
    kokuho.desk.board.remove(run)
    assert found == labels


def test_the_clinic_reads_a_file_right_or_not_at_all(clinic: Any) -> None:
    read, refused = [], []
    for encoding, fault, settings, content in characters_table.faulty_files():
        case = (encoding, fault, *settings.values())
        try:
            (found,) = clinic.from_xml(content).records
        except clinic.BadMessage:
            refused.append(case)
        else:
            assert found.name == NAME, case
            read.append(case)
    assert {case[1:] for case in refused} == {
        ("file.bom", "utf-8"),  # before bytes in Shift_JIS, which is neither
        ("file.bom", "utf-16le"),
        ("file.bom", "utf-16be"),
        ("file.entities", "surrogates"),
    }
    assert len(read) + len(refused) == len(characters_table.FAULTS)


def test_the_clinic_reads_json_right_or_not_at_all(clinic: Any) -> None:
    refused = set()
    for form, charset, body, _ in characters_table.json_bodies():
        try:
            (found,) = clinic.from_json(json.loads(body)).records
        except (clinic.BadMessage, ValueError):
            refused.add(form)
        else:
            assert found.name == NAME, (form, charset)
    assert refused == {"cp932", "lone_surrogate"}
