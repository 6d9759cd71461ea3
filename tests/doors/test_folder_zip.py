"""ZIP files in the exchange folder, made and read by 7-Zip: AES-256 as agreed, or nothing."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from folder_clients import all_who, exchanged, fetch, list_of, number_of, opened, taken

from onshi.clinic import site_of
from onshi.config import Clinic, Config
from onshi.doors.face import FaceDoor
from onshi.doors.folder_wrapping import Wrapping
from onshi.doors.folder_zip import pack, unpack
from onshi.eligibility.bulk import BulkResult, ReceptionResult
from onshi.eligibility.messages import Document
from onshi.eligibility.xml import NotAMessageError, parse
from onshi.errors import MissingPieceError, OnshiError, UnknownNameError
from onshi.scene import Site
from onshi.seams import TerminalOutcome

PASSWORD = "Zweck-0815 x"
SEALED: dict[str, Any] = {"folder_zip": "all", "folder_password": PASSWORD, "bulk_seconds": 0.0}
NOON = datetime(2025, 10, 20, 12)


def seven(*args: str, cwd: Path, ok: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["7zz", *args], cwd=cwd, capture_output=True, text=True, timeout=30)
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done


def zipped(where: Path, content: bytes, *options: str, name: str = "request.xml") -> bytes:
    """What 7-Zip makes of a request."""
    (where / name).write_bytes(content)
    (where / "request.zip").unlink(missing_ok=True)
    seven("a", "-tzip", *options, "request.zip", name, cwd=where)
    return (where / "request.zip").read_bytes()


def unzipped(path: Path, where: Path, password: str = PASSWORD) -> bytes:
    """The one file that 7-Zip finds in a result."""
    out = where / path.stem
    seven("x", f"-o{out}", f"-p{password}", str(path), cwd=where)
    (only,) = out.iterdir()
    assert only.stem == path.stem
    return only.read_bytes()


# ------------------------------------------------------------- bulk downloads
def test_a_download_may_come_as_a_zip(tmp_path: Path) -> None:
    with opened(site={"folder_zip": "results", "bulk_seconds": 0.0}) as (door, stage):
        assert taken(door, "OQSsiquc01req", stage.request()).suffix == ".xml"
        upload = taken(door, "OQSmuquc01req", list_of(stage, stage.scene.truth))
        assert upload.suffix == ".xml", "only what is fetched is a ZIP"
        number = number_of(parse(upload.read_bytes(), ReceptionResult))
        path = taken(door, "OQSmuquc02req", fetch(stage, number))
        assert path.suffix == ".zip"
        told = parse(unzipped(path, tmp_path, ""), BulkResult).xml_msg
        assert told.message_header.reception_number == number
        assert told.message_body is not None
        assert len(told.message_body.units) == 1


# ---------------------------------------------------------------- under a password
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_everything_is_encrypted_both_ways(tmp_path: Path, encoding: str) -> None:
    with opened(site=SEALED, encoding=encoding, kind="kokuho") as (door, stage):
        request = zipped(tmp_path, stage.request("mine"), "-mem=AES256", f"-p{PASSWORD}")
        path = taken(door, "OQSsiquc01req", request, "zip")
        assert path.suffix == ".zip"
        listing = seven("l", "-slt", f"-p{PASSWORD}", str(path), cwd=tmp_path).stdout
        assert "Method = AES-256 Deflate" in listing
        assert "Encrypted = +" in listing
        seven("t", "-pwrong", str(path), cwd=tmp_path, ok=False)
        told = parse(unzipped(path, tmp_path), Document).xml_msg
        assert told.message_header.arbitrary_file_identifier == "mine"
        assert told.message_body is not None
        assert told.message_body.qualification_validity == "1"
        FaceDoor(door).drop(TerminalOutcome(), stage.scene.patient)
        (face,) = (door.root / "face").iterdir()
        assert b"ResultOfQualificationConfirmation" in unzipped(face, tmp_path)
        written = stage.journal.canonical() + repr(stage.site).encode()
        assert PASSWORD.encode() not in written
        assert PASSWORD not in written.decode()


def test_only_the_families_that_are_named(tmp_path: Path) -> None:
    site = {**SEALED, "folder_zip": "off", "folder_encrypt": ("muhvq",)}
    with opened(site=site) as (door, stage):
        assert taken(door, "OQSsiquc01req", stage.request()).suffix == ".xml"
        content = all_who(stage, consent_date_from="20251020", consent_date_to="20251020")
        path = taken(
            door, "OQSmuhvq01req", zipped(tmp_path, content, f"-p{PASSWORD}", "-mem=AES256"), "zip"
        )
        number = number_of(parse(unzipped(path, tmp_path), ReceptionResult))
        asked = zipped(tmp_path, fetch(stage, number), f"-p{PASSWORD}", "-mem=AES256")
        told = parse(unzipped(taken(door, "OQSmuhvq02req", asked, "zip"), tmp_path), BulkResult)
        assert told.xml_msg.message_header.segment_of_result == "1"


def refused(door: Any, stage: Any, content: bytes, extension: str = "zip") -> tuple[str, bytes]:
    """What a request that cannot be opened is answered, and why it could not."""
    path = taken(door, "OQSsiquc01req", content, extension)
    events = [e for e in stage.journal.events("folder", "request") if e.get("malformed")]
    return events[-1]["why"], path.read_bytes()


def test_what_is_wrong_with_an_encrypted_request_is_in_the_journal(tmp_path: Path) -> None:
    with opened(site=SEALED) as (door, stage):
        content = stage.request()
        cases = {
            "the password of the ZIP file is another one": zipped(
                tmp_path, content, "-pother", "-mem=AES256"
            ),
            "encrypted in another way than AES-256": zipped(tmp_path, content, f"-p{PASSWORD}"),
            "the ZIP file has no password": zipped(tmp_path, content),
            "not encrypted, although": content,
            "a broken ZIP file": b"PK\x03\x04" + bytes(200),
        }
        for why, request in cases.items():
            said, answer = refused(door, stage, request)
            assert why in said
            told = parse(unpack(answer, PASSWORD), Document).xml_msg
            assert told.message_header.error_code == "ONSHI-UNREADABLE"
        weaker = zipped(tmp_path, content, f"-p{PASSWORD}", "-mem=AES128")
        assert "another way" in refused(door, stage, weaker)[0]
        assert "not encrypted" in refused(door, stage, content, "xml")[0]
        said = stage.journal.canonical().decode()
        assert PASSWORD not in said


def test_a_zip_where_none_is_agreed_is_refused(tmp_path: Path) -> None:
    with opened() as (door, stage):
        for extension in ("zip", "xml"):
            why, answer = refused(door, stage, zipped(tmp_path, stage.request()), extension)
            assert "agreed to be plain XML" in why
            assert parse(answer, Document).xml_msg.message_header.segment_of_result == "9"


# ------------------------------------------------------------ what comes from outside
def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w", method) as made:
            for name, data in members:
                made.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "name", ["../../x.xml", "/etc/x.xml", "C:\\x.xml", "a/b.xml", "x.exe", "a\0.xml", ".zip"]
)
def test_names_that_no_message_has(name: str) -> None:
    with pytest.raises(NotAMessageError, match="a name that no message has"):
        unpack(archive((name, b"<XmlMsg/>")))


def test_several_members_or_none() -> None:
    with pytest.raises(NotAMessageError, match="2 files"):
        unpack(archive(("a.xml", b"1"), ("b.xml", b"2")))
    with pytest.raises(NotAMessageError, match="0 files"):
        unpack(archive())
    with pytest.raises(NotAMessageError, match="900 files"):
        unpack(archive(*((f"{n}.xml", b"") for n in range(900))))


def test_a_bomb_is_read_no_further_than_a_message_is_long() -> None:
    bomb = archive(("a.xml", bytes(40 << 20)))
    assert len(bomb) < 1 << 20
    with pytest.raises(NotAMessageError, match="larger than 1048576 bytes when unpacked"):
        unpack(bomb)
    with pytest.raises(NotAMessageError, match="compressed in a way"):
        unpack(archive(("a.xml", b"<a/>"), method=zipfile.ZIP_LZMA))


def test_a_bomb_in_the_folder_holds_up_nothing() -> None:
    bomb = archive(("a.xml", bytes(8 << 20)))
    with opened(site=SEALED) as (door, stage):
        sealed = pack("a.xml", bytes(8 << 20), PASSWORD, when=NOON)
        assert "larger than" in refused(door, stage, sealed)[0]
        assert refused(door, stage, bomb)[0].startswith("the ZIP file has no password")


def test_a_password_may_have_other_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(pack("a.xml", b"<XmlMsg/>", "合言葉", when=NOON))
    assert unzipped(path, tmp_path, "合言葉") == b"<XmlMsg/>"
    assert unpack(path.read_bytes(), "合言葉") == b"<XmlMsg/>"


def test_what_we_pack_we_unpack() -> None:
    for password in ("", PASSWORD):
        for data in (b"", b"<XmlMsg/>", bytes(range(256)) * 500):
            assert unpack(pack("a.xml", data, password, when=NOON), password) == data


# ------------------------------------------------------------------- settings
def test_settings_that_cannot_be_are_said_when_the_folder_opens() -> None:
    with pytest.raises(OnshiError, match="need a password: set ONSHI_FOLDER_PASSWORD"):
        Wrapping(Site(folder_zip="all"))
    with pytest.raises(UnknownNameError, match="did you mean muquc"):
        Wrapping(Site(folder_encrypt=("muqcu",), folder_password="x"))
    with pytest.raises(OnshiError, match="need a password"), opened(site={"folder_zip": "all"}):
        pass


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyzipper", None)
    with pytest.raises(MissingPieceError, match=r'pip install "pytest-onshi\[zip\]"'):
        Wrapping(Site(folder_zip="all", folder_password="x"))
    assert not Wrapping(Site(folder_zip="results", folder_password="x")).sealed("siquc")


def test_settings_come_from_the_clinics_table(monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = Clinic(
        folder_encrypt=("siquc",), folder_password="a", folder_stay=1440, bulk_seconds=3
    )
    site = site_of(Config(clinic=clinic), Path.cwd())
    assert (site.folder_encrypt, site.folder_password) == (("siquc",), "a")
    assert (site.folder_stay, site.bulk_seconds) == (1440, 3)
    monkeypatch.setenv("ONSHI_FOLDER_PASSWORD", "b")
    assert site_of(Config(clinic=clinic), Path.cwd()).folder_password == "b"
    with pytest.raises(ValueError, match="'off', 'results' or 'all'"):
        Clinic(folder_zip="some")
    for wrong in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="not negative"):
            Clinic(folder_stay=wrong)


def test_downloads_stay_readable_with_a_plain_reader() -> None:
    with opened(site={"folder_zip": "results", "bulk_seconds": 0.0}) as (door, stage):
        upload = exchanged(
            door, "OQSmuquc01req", list_of(stage, stage.scene.truth), ReceptionResult
        )
        path = taken(door, "OQSmuquc02req", fetch(stage, number_of(upload)))
        with zipfile.ZipFile(path) as found:
            (member,) = found.infolist()
            assert member.filename == f"{path.stem}.xml"
            assert member.date_time == (2025, 10, 20, 9, 0, 0)
