"""券面事項確認: files, who opens them, pictures (facts: card page, section 1.3)."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from card_talk import TEXT, VISUAL, Talk
from card_tlv import only
from PIL import Image

from onshi.card.images import digits
from onshi.people.records import Patient

BIRTH, B, A = "0011", "0012", "0013"
OPENED_BY = {"0001": {BIRTH}, "0002": {A, B}, "0005": {A}}
FREE = ("0003", "0004", "0006")


@pytest.fixture
def visual(make_talk: Callable[..., Talk], patient: Patient) -> Talk:
    patient.mynumber = "123456789012"
    return make_talk(application=VISUAL)


def secret(talk: Talk, fid: str) -> str:
    own = talk.card.secrets
    return {BIRTH: own.birth, A: own.number_a, B: own.number_b}[fid]


def unlocked(talk: Talk, fid: str) -> Talk:
    assert talk.verify(fid, secret(talk, fid)) == "9000"
    return talk


@pytest.mark.parametrize("reference", [BIRTH, B, A])
def test_each_reference_opens_its_own(visual: Talk, reference: str) -> None:
    opened = set()
    unlocked(visual, reference)
    for fid in OPENED_BY:
        visual.select(fid)
        sw = visual("00B0000001")[-4:]
        assert sw in ("9000", "6982")
        if sw == "9000":
            opened.add(fid)
    assert opened == {fid for fid, by in OPENED_BY.items() if reference in by}


def test_what_is_free(visual: Talk) -> None:
    info = only(visual.read("0003"), "FF30")
    assert {tag: len(value) for tag, value in info.items()} == {
        **{"DF31": 4, "DF32": 16, "DF33": 1},
        **{"DF34": 5, "DF35": 272},
    }
    assert info["DF31"].hex().upper() == "06030E01"
    assert info["DF34"] == b"13221"
    assert len(visual.read("0004")) == 568
    assert visual.read("0006") == b"\xff" * 16


def test_age_record(visual: Talk) -> None:
    data = unlocked(visual, BIRTH).read("0001")
    assert data[:5].hex().upper() == "FF1082021E"
    assert len(data) == 0x21E + 5
    record = only(data, "FF10")
    assert record["DF11"] == b"19800217"
    assert {tag: len(value) for tag, value in record.items()} == {
        **{"DF11": 8, "DF12": 265, "DF13": 256},
    }


@pytest.mark.parametrize("reference", [A, B])
def test_face(visual: Talk, reference: str) -> None:
    data = unlocked(visual, reference).read("0002")
    face = only(data, "FF20")
    tags = ["DF22", "DF23", "DF24", "DF25", "DF26", "DF27", "DF28", "DF29", "DF2A"]
    assert list(face) == ["DF21", *tags]
    offsets = [int.from_bytes(face["DF21"][i : i + 2], "big") for i in range(0, 18, 2)]
    assert [data[o : o + 2].hex().upper() for o in offsets] == tags
    assert (face["DF22"], face["DF23"]) == (b"19800217", b"2")
    assert face["DF29"].decode()[:4] == visual.card.secrets.number_b[6:10]


def test_pictures_are_what_they_say(visual: Talk, tmp_path: Path) -> None:
    """Decoded by Pillow and named by file(1)."""
    face = only(unlocked(visual, A).read("0002"), "FF20")
    number = only(visual.read("0005"), "FF40")
    for data in (face["DF25"], face["DF26"], face["DF2A"], number["DF41"]):
        picture = Image.open(io.BytesIO(data))
        picture.load()
        assert (picture.format, picture.mode) == ("PNG", "1")
        assert picture.getextrema() == (0, 255)
        (tmp_path / "x").write_bytes(data)
        assert "PNG image data" in named(tmp_path / "x")
        assert "1-bit grayscale" in named(tmp_path / "x")
    photo = Image.open(io.BytesIO(face["DF27"]))
    photo.load()
    assert (photo.format, photo.mode) == ("JPEG2000", "L")
    (tmp_path / "photo").write_bytes(face["DF27"])
    assert "JP2" in named(tmp_path / "photo")


def named(path: Path) -> str:
    done = subprocess.run(
        ["file", "-b", path], capture_output=True, text=True, timeout=20, check=True
    )
    return done.stdout


def test_pictures_of_digits_differ_by_digit(visual: Talk) -> None:
    """Each digit is drawn: rendering the number again gives the card's picture, and no two
    digits look the same."""
    number = only(unlocked(visual, A).read("0005"), "FF40")
    assert number["DF41"] == digits("123456789012")
    drawn = {Image.open(io.BytesIO(digits(str(n)))).tobytes() for n in range(10)}
    assert len(drawn) == 10
    wide = Image.open(io.BytesIO(digits("11")))
    glyph = Image.open(io.BytesIO(digits("1")))
    left = wide.crop((0, 0, *glyph.size))
    assert left.crop((8, 0, 28, 44)).tobytes() == glyph.crop((8, 0, 28, 44)).tobytes()


def test_counters_are_apart_from_those_of_the_text_application(visual: Talk) -> None:
    assert visual.verify(A, "000000000000") == "63C9"
    assert visual.verify(B, "00000000000000") == "63C9"
    assert visual.card.tries("visual_a") == visual.card.tries("visual_b") == 9
    assert visual.card.tries("text_a") == visual.card.tries("text_b") == 10
    assert visual(TEXT, "00200094") == "63CA"
    assert visual(VISUAL, "00200093") == "63C9"


@pytest.mark.parametrize(
    ("fid", "sw"), [("0011", "63CA"), ("0012", "63CA"), ("0013", "63CA"), ("0014", "6A82")]
)
def test_tries(visual: Talk, fid: str, sw: str) -> None:
    assert visual(f"002000{0x80 | int(fid, 16):02X}") == sw


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("0024018004" + "31323334", "6D00"),
        ("8032008004" + "31323334", "6D00"),
        ("0088008004AABBCCDD00", "6985"),
        ("80AE000001AA", "66F1"),
        ("80A2000001AA", "6A86"),
        ("00B0870000", "6A82"),
    ],
)
def test_refused(visual: Talk, apdu: str, sw: str) -> None:
    assert visual(apdu) == sw


def test_a_person_of_neither_sex_before_any_era(
    make_talk: Callable[..., Talk], patient: Patient
) -> None:
    patient.birthdate = patient.birthdate.replace(year=1866)
    talk = make_talk(application=VISUAL)
    assert talk.card.secrets.birth == "010217"
    assert talk.verify(BIRTH, "010217") == "9000"
