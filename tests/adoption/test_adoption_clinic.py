"""[tool.onshi.clinic]: what a client really receives, and where private codes never go."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from lxml import etree
from naive_project import Project, rows

import onshi
from onshi.catalogue.load import load_profile, troubles_of
from onshi.clinic import CODES_VARIABLE, site_notes, site_of
from onshi.config import Clinic, Config
from onshi.errors import BadFileError
from onshi.people.records import Qualification
from onshi.scene import Site
from onshi.seams import HangUpError, Inquiry
from serving import start

MASTER = """番号,名称,種別
06139992,甲健保
139998,乙市,国保
39139993,丙広域連合,
12139986,丁福祉,医療扶助
"""
NUMBERS = {"06139992", "139998", "39139993", "12139986"}
CODES = """
[ONSHI-ITEM]
code = "EX9901"
message = '項目"誤り"です'

[ONSHI-SYSTEM]
code = "EX0099"
"""
PRIVATE = ("EX9901", "EX0099", '項目"誤り"です', '項目\\"誤り\\"です')


@pytest.fixture(autouse=True)
def _no_codes_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CODES_VARIABLE, raising=False)


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of result codes outside the project."""
    path = tmp_path_factory.mktemp("private") / "codes.toml"
    path.write_text(CODES, encoding="utf-8")
    return path


def site(home: Path, **clinic: Any) -> Site:
    return site_of(Config(clinic=Clinic(**clinic)), home)


# --------------------------------------------------------- what a client gets
def ask_by_web(desk: onshi.Desk, inquiry: dict[str, str]) -> Any:
    """The JSON that ``requests`` receives over TLS."""
    env = desk.env()
    ca, cert = env["ONSHI_WEBAPI_CA"], (env["ONSHI_WEBAPI_CERT"], env["ONSHI_WEBAPI_KEY"])
    auth, search = "MSA12020/ILI12020SV01/auth", "MSA01030/ILI01030SV01/search"
    login = requests.post(
        f"{env['ONSHI_WEBAPI_URL']}/oqs-api-pro/{auth}", json={}, cert=cert, verify=ca, timeout=20
    ).json()
    body = {"MessageHeader": {}, "MessageBody": {"QualificationConfirmSearchInfo": inquiry}}
    reply = requests.post(
        f"{env['ONSHI_WEBAPI_SEARCH_URL']}/oqs-api-pro/{search}",
        json={"XmlMsg": body},
        headers={"Authorization": login["result"]["idToken"]},
        verify=ca,
        timeout=20,
    )
    return reply.json()["XmlMsg"]


def ask_by_folder(desk: onshi.Desk, inquiry: dict[str, str]) -> bytes:
    """The file that appears in res/ for a request in req/."""
    top = etree.Element("XmlMsg")
    etree.SubElement(top, "MessageHeader")
    info = etree.SubElement(etree.SubElement(top, "MessageBody"), "QualificationConfirmSearchInfo")
    for name, value in inquiry.items():
        etree.SubElement(info, name).text = value
    part = desk.folder / "req" / "part"
    part.write_bytes(etree.tostring(top, encoding="utf-8", xml_declaration=True))
    part.rename(desk.folder / "req" / "OQSsiquc01req_202510200001.xml")
    answer = desk.folder / "res" / "OQSsiquc01res_202510200001.xml"
    return appeared(answer)


def appeared(path: Path) -> bytes:
    """The content of a file that appears within 20 seconds; it is renamed into place."""
    for _ in range(2000):
        if path.exists():
            return path.read_bytes()
        Event().wait(0.01)
    raise AssertionError(f"{path.name} did not appear")


@pytest.fixture
def full(tmp_path: Path, outside: Path) -> Site:
    (tmp_path / "m.csv").write_text(MASTER, encoding="cp932")
    return site(
        tmp_path,
        institution_code="1330000011",
        encoding="cp932",
        insurers="m.csv",
        result_codes=str(outside),
    )


def test_the_settings_travel_with_the_site(full: Site) -> None:
    assert (full.table, full.payer, full.encoding) == ("3", "1", "cp932")
    assert {n for kind in full.insurers.values() for n, _ in kind} == NUMBERS
    assert "EX" not in repr(full)


def test_xml_has_the_encoding_and_an_insurer_of_the_master(full: Site) -> None:
    with onshi.Desk(seed=3, date="2025-10-20", doors=("folder", "face"), site=full) as desk:
        visit = desk.visit()
        data = ask_by_folder(desk, dict(visit.inquiry))
        desk.drop_face_file()
        face = next(iter((desk.folder / "face").glob("*.xml"))).read_bytes()
    for content in (data, face):
        assert content.startswith(b'<?xml version="1.0" encoding="Shift_JIS"')
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")
        tree = etree.fromstring(content.split(b"?>", 1)[1].decode("cp932"))
        assert tree.findtext(".//CharacterCodeIdentifier") == "1"
        assert tree.findtext(".//MedicalInstitutionCode") == "1330000011"
        number = (tree.findtext(".//InsurerNumber") or "").strip()
        assert number in NUMBERS
        names = {n: name for kind in full.insurers.values() for n, name in kind}
        assert tree.findtext(".//InsurerName") == names[number]


@pytest.mark.parametrize(
    ("fault", "where", "code", "message"),
    [
        ("inquiry.request_error", "MessageBody/ProcessingResult", "EX9901", '項目"誤り"です'),
        ("inquiry.system_error", "MessageHeader/Error", "EX0099", None),
    ],
)
def test_codes_are_the_vendors_on_every_door_and_kept_nowhere(
    full: Site, tmp_path: Path, fault: str, where: str, code: str, message: str | None
) -> None:
    doors = ("webapi", "folder")
    with onshi.Desk(seed=3, date="2025-10-20", doors=doors, site=full) as desk:
        desk.inject(fault)
        visit = desk.visit()
        told = ask_by_web(desk, dict(visit.inquiry))
        element, prefix = where.split("/")
        assert told[element][f"{prefix}Code"] == code
        if message:
            assert told[element][f"{prefix}Message"] == message
        else:
            assert "試験用の文言" in told[element][f"{prefix}Message"]
        content = ask_by_folder(desk, dict(visit.inquiry))
        tree = etree.fromstring(content.split(b"?>", 1)[1].decode("cp932"))
        assert tree.findtext(f"{element}/{prefix}Code") == code
        visit.decide("どれですか", (f"{code} {message or ''} と出ました", "cancel"))
        desk.journal.write(tmp_path / "kept", "one")
        events = json.dumps(list(desk.journal.events()), ensure_ascii=False)
    kept = events + "".join(
        p.read_text(encoding="utf-8") for p in (tmp_path / "kept").glob("*.jsonl")
    )
    assert "と出ました" in kept
    assert not [word for word in PRIVATE if word in kept]


@pytest.mark.soak
def test_a_request_nobody_can_read_gets_the_vendors_code_too(tmp_path: Path, outside: Path) -> None:
    outside.write_text('[ONSHI-UNREADABLE]\ncode = "EX77"\nmessage = "読めません"\n', "utf-8")
    own = site(tmp_path, result_codes=str(outside))
    with onshi.Desk(seed=3, date="2025-10-20", doors=("folder",), site=own) as desk:
        part = desk.folder / "req" / "part"
        part.write_bytes(b"<nothing")
        part.rename(desk.folder / "req" / "OQSsiquc01req_202510200002.xml")
        answer = desk.folder / "res" / "OQSsiquc01res_202510200002.xml"
        tree = etree.fromstring(appeared(answer))
    assert tree.findtext(".//ErrorCode") == "EX77"
    assert tree.findtext(".//ErrorMessage") == "読めません"


# ------------------------------------------- whatever the trouble, the master
def numbers_in(desk: onshi.Desk) -> Iterator[str]:
    """Every insurer number that this desk's system knows or has answered."""
    held: list[Qualification] = [c.qualification for c in desk.scene.coverages]
    held.append(desk.scene.truth.qualification)
    held += [r.coverage.qualification for a in desk.answers for r in a.records]
    yield from (q.insurer_number for q in held)


def test_no_trouble_brings_an_insurer_from_elsewhere(full: Site) -> None:
    for trouble in troubles_of(load_profile("hodanren2025")):
        if "webapi" not in trouble.surfaces:
            continue
        with onshi.Desk(seed=5, date="2025-10-20", doors=("responses",), site=full) as desk:
            visit = desk.visit(trouble, surfaces=("webapi",))
            _ask_seam(desk, dict(visit.inquiry))
            desk.next_patient("late_elderly")
            assert set(numbers_in(desk)) <= NUMBERS, trouble.id


@pytest.mark.parametrize(
    ("fault", "settings"),
    [
        ("scene.lost_qualification", {}),
        ("scene.twin", {}),
        ("inquiry.dual", {}),
        ("inquiry.multiple", {}),
        ("inquiry.other_person", {}),
        ("inquiry.validity", {"code": "6"}),
    ],
)
def test_no_fault_brings_an_insurer_from_elsewhere(
    full: Site, fault: str, settings: dict[str, str]
) -> None:
    with onshi.Desk(seed=5, date="2025-10-20", doors=("responses",), site=full) as desk:
        desk.inject(fault, **settings)
        _ask_seam(desk, dict(desk.visit().inquiry))
        found = set(numbers_in(desk))
        assert found <= NUMBERS
        assert ("12139986" in found) == (fault == "inquiry.validity")
        assert len(found) == (1 if fault in ("scene.twin", "inquiry.multiple") else 2) or (
            fault == "inquiry.other_person"
        )


def _ask_seam(desk: onshi.Desk, told: dict[str, str]) -> None:
    """One inquiry behind the doors; a fault may end it."""
    inquiry = Inquiry(
        insurer_number=told["InsurerNumber"].strip(),
        symbol=told.get("InsuredCardSymbol", ""),
        number=told["InsuredIdentificationNumber"],
        branch=told.get("InsuredBranchNumber", ""),
        birthdate=told["Birthdate"],
    )
    try:
        desk._recorder.ask(inquiry)
    except HangUpError:
        pass


# ------------------------------------------------------------ in a run
def test_a_run_uses_the_master_and_says_once_what_it_lacks(project: Project) -> None:
    (project.home / "ours.csv").write_text("06139992,甲健保\n", encoding="utf-8")
    project.settings('[tool.onshi.clinic]\ninsurers = "ours.csv"')
    troubles = [f"--onshi-trouble={t}" for t in ("eligibility.not_found", "eligibility.dual_valid")]
    command = [*troubles, "--onshi-journal=kept", "-v", "-v"]
    done = project.pytest(*command)
    assert done.code == 1
    notes = [x for x in done.out.splitlines() if "ours.csv に" in x]
    assert len(notes) == 1
    assert "国保・後期" in notes[0]
    assert set(rows(project.home / "kept")) == {"eligibility.not_found", "eligibility.dual_valid"}
    asked = "".join(p.read_text("utf-8") for p in (project.home / "kept").glob("*.jsonl"))
    found = set(re.findall(r'"insurer_number":"(\d+)"', asked))
    assert found
    assert {n for n in found if len(n) == 8 and not n.startswith("39")} <= {"06139992"}


def test_private_codes_reach_the_product_but_no_file_of_the_run(
    project: Project, outside: Path
) -> None:
    """The adapter shows what the operator read and dies of it: neither may be kept."""
    (project.home / "shows.py").write_text(
        "from adapter import Naive\nclass Shows(Naive):\n    def check_in(self, visit):\n"
        "        handling = super().check_in(visit)\n"
        "        print('SEEN', handling.message)\n"
        "        if visit.trouble == 'eligibility.not_found':\n"
        "            raise RuntimeError('EX9901: 項目\"誤り\"です')\n"
        "        handling.message = 'EX9901 項目\"誤り\"です'\n"
        "        handling.status = 'EX9901'\n"
        "        return handling\n",
        encoding="utf-8",
    )
    troubles = [f"--onshi-trouble={t}" for t in ("eligibility.not_found", "card.chip_failure")]
    done = project.pytest(
        *troubles,
        "--onshi-integration=shows:Shows",
        "--onshi-journal=kept",
        "--onshi-report=kept/r.html",
        "--junitxml=kept/p.xml",
        "--show-capture=no",
        **{CODES_VARIABLE: str(outside)},
    )
    assert done.code == 1
    told = project.report("kept", "--junit", "kept/o.xml", "--html", "kept/o.html")
    files = [p for p in (project.home / "kept").rglob("*") if p.is_file()]
    assert len(files) >= 7
    kept = {str(p): p.read_text(encoding="utf-8") for p in files} | {
        "terminal": done.out, "report": told.out
    }  # fmt: skip
    for where, text in kept.items():
        assert not [word for word in PRIVATE if word in text], where
    assert "ONSHI-ITEM" in kept[str(project.home / "kept" / "results.json")]


# ----------------------------------------------------------------- refusals
def test_codes_inside_the_project_or_a_repository_are_refused(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "project"
    (home / "sub").mkdir(parents=True)
    (home / "sub" / "codes.toml").write_text(CODES, encoding="utf-8")
    (home / "link.toml").symlink_to(outside)
    with pytest.raises(BadFileError, match="inside this project's folder"):
        site(home, result_codes="sub/codes.toml")
    monkeypatch.setenv(CODES_VARIABLE, str(home / "sub" / "codes.toml"))
    with pytest.raises(BadFileError, match="inside this project's folder"):
        site(home)
    monkeypatch.setenv(CODES_VARIABLE, str(outside))
    assert site(home).codes.told(("ONSHI-SYSTEM", "m")) == ("EX0099", "m")
    monkeypatch.delenv(CODES_VARIABLE)
    assert site(home, result_codes="link.toml").codes
    other = tmp_path / "elsewhere"
    (other / ".git").mkdir(parents=True)
    (other / "deep").mkdir()
    (other / "deep" / "codes.toml").write_text(CODES, encoding="utf-8")
    with pytest.raises(BadFileError, match="inside a repository"):
        site(home, result_codes=str(other / "deep" / "codes.toml"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[ONSHI-ITEMS]\ncode = "X"\n', "no placeholder 'ONSHI-ITEMS'; did you mean ONSHI-ITEM"),
        ("[ONSHI-ITEM]\ncode = 1\n", "codes.toml:2: ONSHI-ITEM.code: Expected `str`"),
        ('ONSHI-ITEM = "X"\n', "ONSHI-ITEM: Expected `object`"),
        ('[ONSHI-ITEM]\nmesage = "X"\ncode = "1"\n', "did you mean 'message'?"),
        ('[ONSHI-ITEM]\ncode = " "\n', "code is empty"),
        ("[ONSHI", "is not valid TOML"),
        (None, "no such file"),
    ],
)
def test_a_wrong_file_of_codes_says_what(
    tmp_path: Path, outside: Path, text: str | None, words: str
) -> None:
    if text is None:
        outside.unlink()
    else:
        outside.write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError, match=re.escape(words)):
        site(tmp_path, result_codes=str(outside))


@pytest.mark.parametrize(
    ("clinic", "words"),
    [
        ('table = "2"', "table is '1' 医科, '3' 歯科 or '4' 調剤, not '2'"),
        ('payer = "3"', "payer is '1' 支払基金 (社保) or '2' 国保連, not '3'"),
        ('table = "3"', "the third digit of institution_code says '1'"),
        ('insurers = "none.csv"', "none.csv: there is no such file"),
        ('insurer = "x.csv"', "did you mean 'insurers'?"),
    ],
)
def test_wrong_settings_are_exit_4(pytester: pytest.Pytester, clinic: str, words: str) -> None:
    pytester.makefile(".toml", onshi=f"[clinic]\n{clinic}\n")
    result = pytester.runpytest_inprocess("--onshi-trouble=name.blackdot", "--collect-only")
    assert result.ret == 4
    assert words in result.stderr.str()


def test_the_note_is_for_a_master_that_lacks_a_kind(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(MASTER, encoding="utf-8")
    config = Config(clinic=Clinic(insurers="m.csv"))
    assert site_notes(config, site_of(config, tmp_path)) == []
    assert site_notes(Config(), Site()) == []
    (tmp_path / "m.csv").write_text("139998,乙市\n", encoding="utf-8")
    (note,) = site_notes(config, site_of(config, tmp_path))
    assert "社保・後期" in note


def test_serve_plays_the_same_clinic_and_says_what_the_master_lacks(
    tmp_path: Path, outside: Path
) -> None:
    (tmp_path / "m.csv").write_text("139998,乙市\n06139992,甲健保\n", encoding="utf-8")
    (tmp_path / "onshi.toml").write_text(
        '[clinic]\ninstitution_code = "1340000011"\ninsurers = "m.csv"\n', encoding="utf-8"
    )
    served = start("--trouble", "backend.errors_month_start", cwd=tmp_path, env={
        CODES_VARIABLE: str(outside)
    })  # fmt: skip
    try:
        patient = json.loads(Path(served.env["ONSHI_PATIENT"]).read_text(encoding="utf-8"))
        assert served.env["ONSHI_INSTITUTION_CODE"] == "1340000011"
        number = patient["inquiry"]["InsurerNumber"].strip()
        assert number in ("139998", "06139992")
    finally:
        assert served.stop() == 0
    assert [line for line in served.log[1].splitlines() if "m.csv に後期の" in line]
    assert "EX" not in "".join(served.log)
