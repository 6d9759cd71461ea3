"""The tables of docs/characters.md: what doors emit, and what programs read of it.

``PYTHONPATH=tests/eligibility .venv/bin/python tests/eligibility/characters_table.py`` writes them
anew. Everything is measured: the desk is real, and so are the programs.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.dom import minidom
from xml.etree import ElementTree

from character_desk import CharacterDesk, character_desk
from lxml import etree

from onshi.eligibility.blackdot import REACHES, arrives

PAGE = Path(__file__).parents[2] / "docs" / "characters.md"
READERS = Path(__file__).parent / "readers"
BLOCK = re.compile(r"(<!-- (\w+) -->\n).*?(\n<!-- end -->)", re.DOTALL)

CHARACTERS = [
    *"髙﨑濵德冨彅鷗龢𠮷邊",
    "邊\U000e0102",
    "辻\U000e0100",
    "葛\U000e0100",
    "カ\u3099",
    *"\ufa19神①㈱㌔Ⅲ～〜－−―‐—¥ヴゔｱ畭々\ue000",
]
READ = ["高橋", "髙橋", "﨑山", "德田", "①番", "㈱一", "１～２", "１－２", "あ∥い"]


# ----------------------------------------------------------- what doors emit
def emitted_table() -> str:
    """Each character: after the rule, and with ``inquiry.raw_characters``, in both encodings."""
    plain, raw = _emitted(""), _emitted("unicode")
    lines = [
        "| character | what it is | arrives as | UTF-8 | Shift_JIS "
        "| passes with | then in UTF-8 | then in Shift_JIS |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for i, char in enumerate(CHARACTERS):
        shown = plain["utf-8"][i].decode("utf-8")
        cells = [f"{_visible(char)} {_points(char)}".strip(), _what(char), shown]
        cells += [_bytes(plain["utf-8"][i]), _bytes(plain["cp932"][i])]
        if arrives(char) or shown != "●":
            cells += ["–", "", ""]
        else:
            narrowest = next(reach for reach in REACHES if arrives(char, reach))
            cells += [f"`{narrowest}`", _bytes(raw["utf-8"][i]), _bytes(raw["cp932"][i])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _emitted(passes: str) -> dict[str, list[bytes]]:
    """By encoding, the bytes of each character; every door of an encoding emits the same."""
    found: dict[str, list[bytes]] = {}
    for encoding in ("utf-8", "cp932"):
        answers = {}
        with character_desk("webapi", "folder", "face", encoding=encoding) as desk:
            _prepare(desk, passes)
            answers = {"folder": desk.folder(), "face": desk.face(), "webapi": desk.webapi()}
        with character_desk("responses", encoding=encoding) as desk:
            _prepare(desk, passes)
            answers["responses"] = desk.requests().content
        names = {door: _name(content) for door, content in answers.items()}
        assert names["webapi"] == names["responses"]
        assert names["folder"] == names["face"]
        if encoding == "utf-8":
            assert names["folder"] == names["webapi"]
        else:
            assert names["webapi"] == found["utf-8"], "JSON is UTF-8 whatever the site has"
        found[encoding] = names["folder"]
    return found


def _prepare(desk: CharacterDesk, passes: str) -> None:
    desk.name("".join(f"{c}/" for c in CHARACTERS))
    if passes:
        desk.desk.inject("inquiry.raw_characters", passes=passes)


def _name(content: bytes) -> list[bytes]:
    """The characters of a Name in bytes. No byte of a character in CP932 is a slash."""
    found = re.search(rb'(?:<Name>|"Name":")(.*?)(?:</Name>|")', content)
    assert found is not None
    return found[1].split(b"/")[:-1]


def _points(char: str) -> str:
    return " ".join(f"U+{ord(c):04X}" for c in char)


def _visible(text: str) -> str:
    return "" if unicodedata.category(text[0]) == "Co" else text


def _bytes(content: bytes) -> str:
    """In hexadecimal, numeric references as they stand."""
    parts = [p for p in re.split(rb"(&#\d+;)", content) if p]
    return " ".join(
        f"`{p.decode('ascii')}`" if p.startswith(b"&") else p.hex(" ").upper() for p in parts
    )


def _what(char: str) -> str:
    """Where the standards have it."""
    if len(char) > 1:
        selected = 0xE0100 <= ord(char[1]) <= 0xE01EF
        return "kanji with a variation selector" if selected else "letter and combining mark"
    if unicodedata.category(char) == "Co":
        return "private use (外字)"
    jis = _encoded(char, "euc_jp")
    if len(jis) == 2 and jis[0] != 0x8E:
        row = jis[0] - 0xA0
        level = "first level" if row < 48 else "second level"
        return f"JIS X 0208, {level}" if row >= 16 else "JIS X 0208, sign or kana"
    windows = _encoded(char, "cp932")
    if windows[:1] == b"\x87":
        return "NEC row 13"
    if windows[:1] in (b"\xed", b"\xee", b"\xfa", b"\xfb", b"\xfc"):
        return "IBM extension"
    if len(windows) == 2:
        return "JIS X 0208 by the name of Windows"
    if 0xFF61 <= ord(char) <= 0xFF9F:
        return "JIS X 0201 katakana"
    wide = _encoded(char, "euc_jis_2004")
    if len(wide) == 3:
        return "JIS X 0213, fourth level"
    return "JIS X 0213, plane 1" if len(wide) == 2 else "in neither"


def _encoded(char: str, codec: str) -> bytes:
    try:
        return char.encode(codec)
    except UnicodeEncodeError:
        return b""


# --------------------------------------------------------- what programs read
@cache
def _measured() -> tuple[list[tuple[str, str]], dict[str, list[str]]]:
    """What each case is called with its site, and what each program reads of its Name.

    First the files that are right, in Shift_JIS; then those with a fault. One run of each program.
    """
    with character_desk("folder", encoding="cp932") as desk:
        files = [_folder_with(desk, text) for text in READ]
    cases = []
    for encoding, fault, settings, content in faulty_files():
        told = ", ".join(f"{k} = {v}" for k, v in settings.items())
        cases.append((f"`{fault}` {told}", encoding))
        files.append(content)
    return cases, _all_readers(files)


def read_table() -> str:
    """A Name in files declared and written as Shift_JIS by the folder door."""
    lines = ["| program | " + " | ".join(READ) + " |", "|---" * (len(READ) + 1) + "|"]
    for program, read in _measured()[1].items():
        cells = [_cell(text, READ[i]) for i, text in enumerate(read[: len(READ)])]
        lines.append("| " + " | ".join([program, *cells]) + " |")
    return "\n".join(lines)


def _folder_with(desk: CharacterDesk, text: str) -> bytes:
    """A result file in which the whole Name is this text, faults of the desk included."""
    run = desk.desk.inject("inquiry.field", element="Name", value=text)
    content = desk.folder()
    desk.desk.board.remove(run)
    return content


FAULTS: list[tuple[str, str, dict[str, str]]] = [
    ("utf-8", "file.wrong_encoding", {"wrong": "bytes"}),
    ("cp932", "file.wrong_encoding", {"wrong": "bytes"}),
    ("utf-8", "file.wrong_encoding", {"wrong": "declaration"}),
    ("cp932", "file.wrong_encoding", {"wrong": "declaration"}),
    ("utf-8", "file.wrong_encoding", {"wrong": "identifier"}),
    ("utf-8", "file.bom", {"form": "utf-8"}),
    ("cp932", "file.bom", {"form": "utf-8"}),
    ("utf-8", "file.bom", {"form": "utf-16le"}),
    ("utf-8", "file.bom", {"form": "utf-16be"}),
    ("utf-8", "file.entities", {"which": "all"}),
    ("utf-8", "file.entities", {"which": "all", "form": "hex"}),
    ("cp932", "file.entities", {"which": "lacking"}),
    ("utf-8", "file.entities", {"form": "surrogates"}),
]
NAME = "𠮷田　洋子"


@cache
def faulty_files() -> list[tuple[str, str, dict[str, str], bytes]]:
    """Each file fault at the folder door: encoding of the site, fault, settings, the file."""
    found = []
    for encoding in ("utf-8", "cp932"):
        with character_desk("folder", encoding=encoding) as desk:
            for site, fault, settings in FAULTS:
                if site == encoding:
                    run = desk.desk.inject(fault, **settings)
                    found.append((encoding, fault, settings, _folder_with(desk, NAME)))
                    desk.desk.board.remove(run)
    return found


def file_fault_table() -> str:
    """What programs read of a Name in files with a wrong encoding."""
    cases, read = _measured()
    programs = [p for p in read if "iconv" not in p and "decode" not in p]
    lines = ["| fault | site | " + " | ".join(programs) + " |", "|---" * (len(programs) + 2) + "|"]
    for i, case in enumerate(cases, start=len(READ)):
        cells = [_cell(read[p][i], NAME) for p in programs]
        lines.append("| " + " | ".join([*case, *cells]) + " |")
    return "\n".join(lines)


FORMS: list[tuple[str, str]] = [
    ("as_is", "UTF-8"),
    ("as_is", "Shift_JIS"),
    ("bom", "UTF-8"),
    ("utf-16", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp932", "UTF-8"),
    ("cp932", "Shift_JIS"),
    ("cp932", ""),
    ("escaped", "UTF-8"),
    ("lone_surrogate", "UTF-8"),
]


@cache
def json_bodies() -> list[tuple[str, str, bytes, str]]:
    """``wire.charset`` over HTTPS: form, charset, the body by curl, the Name by requests."""
    found = []
    with character_desk("webapi") as desk:
        desk.desk.inject("inquiry.field", element="Name", value=NAME)
        token = desk.token()
        for form, charset in FORMS:
            run = desk.desk.inject("wire.charset", {"match": "search"}, form=form, charset=charset)
            by_requests = _tried(lambda: _in_tree(desk.requests(token).json()))
            found.append((form, charset, desk.curl(token), by_requests))
            desk.desk.board.remove(run)
    return found


def json_table() -> str:
    """What programs read of a Name in JSON with a wrong encoding."""
    lines = [
        "| `form` | `charset` | Python json.loads(bytes) | requests' json() | Node fetch | jq |",
        "|---|---|---|---|---|---|",
    ]
    bodies = json_bodies()
    with tempfile.TemporaryDirectory() as place:
        paths = []
        for i, (_, _, body, _) in enumerate(bodies):
            paths.append(Path(place) / f"{i}.json")
            paths[-1].write_bytes(body)
        node = [found["json"] for found in _node(paths)]
        jq = [_jq(path) for path in paths]
    for i, (form, charset, body, by_requests) in enumerate(bodies):
        python = _tried(lambda body=body: _in_tree(json.loads(body)))
        cells = [_cell(text, NAME) for text in (python, by_requests, node[i], jq[i])]
        lines.append("| " + " | ".join([form, charset or "–", *cells]) + " |")
    return "\n".join(lines)


def _in_tree(tree: Any) -> str:
    (entry,) = tree["XmlMsg"]["MessageBody"]["ResultList"]
    return str(entry["ResultOfQualificationConfirmation"]["Name"])


def _jq(path: Path) -> str:
    name = ".XmlMsg.MessageBody.ResultList[0].ResultOfQualificationConfirmation.Name"
    done = subprocess.run(["jq", "-r", name, str(path)], capture_output=True, timeout=20)
    return done.stdout.decode().rstrip("\n") if done.returncode == 0 else "! parse error"


def _all_readers(files: list[bytes]) -> dict[str, list[str]]:
    """Program to what it reads as Name in each file; ``!`` and the reason where it refuses."""
    with tempfile.TemporaryDirectory() as place:
        paths = [Path(place) / f"{i}.xml" for i in range(len(files))]
        for path, content in zip(paths, files, strict=True):
            path.write_bytes(content)
        java, node = _java(paths), _node(paths)
    read: dict[str, list[str]] = {
        "Python ElementTree": [_tried(lambda f=f: _by_element_tree(f)) for f in files],
        "Python minidom": [_tried(lambda f=f: _by_minidom(f)) for f in files],
        "lxml": [_tried(lambda f=f: _by_lxml(f)) for f in files],
        "Java DocumentBuilder": [dom for dom, _ in java],
        "Java, decoded as windows-31j": [text for _, text in java],
        "Node TextDecoder": [found["lenient"] for found in node],
        "Node TextDecoder, fatal": [found["fatal"] for found in node],
        "Python decode shift_jis": [_tried(lambda f=f: _cut(f.decode("shift_jis"))) for f in files],
        "Python decode cp932": [_tried(lambda f=f: _cut(f.decode("cp932"))) for f in files],
        "iconv -f SHIFT_JIS": [_iconv("SHIFT_JIS", f) for f in files],
        "iconv -f CP932": [_iconv("CP932", f) for f in files],
    }
    return read


def _by_element_tree(content: bytes) -> str:
    return ElementTree.fromstring(content).findtext(".//Name") or ""


def _by_minidom(content: bytes) -> str:
    (found,) = minidom.parseString(content).getElementsByTagName("Name")
    return "".join(str(node.data) for node in found.childNodes)


def _by_lxml(content: bytes) -> str:
    return etree.fromstring(content).findtext(".//Name") or ""


def _cut(text: str) -> str:
    found = re.search("<Name>(.*?)</Name>", text)
    return found[1] if found else "! no element"


def _iconv(charset: str, content: bytes) -> str:
    command = ["iconv", "-f", charset, "-t", "UTF-8"]
    done = subprocess.run(command, input=content, capture_output=True, timeout=20)
    return _cut(done.stdout.decode()) if done.returncode == 0 else "! illegal input"


def _java(paths: list[Path]) -> list[tuple[str, str]]:
    command = ["java", "-XX:TieredStopAtLevel=1", str(READERS / "Reading.java")]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, timeout=60, check=True)
    told = [line.split("\t", 1)[1] for line in done.stdout.decode("utf-8").splitlines()]
    return list(zip(told[::2], told[1::2], strict=True))


def _node(paths: list[Path]) -> list[dict[str, str]]:
    command = ["node", str(READERS / "reading.js"), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def _tried(read: Callable[[], str]) -> str:
    try:
        return read()
    except Exception as e:  # whatever the library raises is what the table is about
        return f"! {type(e).__name__}"


def _cell(text: str, right: str) -> str:
    """What was read, if it is not right; a refusal by its reason."""
    if text == right:
        return "right"
    if text.startswith("! "):
        return f"refused: {text[2:].split(':')[0].split('(')[0].strip()}"
    shown = "".join(c if c.isprintable() or c == "　" else f"[{ord(c):04X}]" for c in text)
    return f"reads {shown}"


def tables() -> dict[str, Callable[[], str]]:
    """The tables by the names of their places on the page."""
    return {
        "emitted": emitted_table,
        "read": read_table,
        "files": file_fault_table,
        "json": json_table,
    }


def on_the_page() -> dict[str, str]:
    """The tables as the page has them."""
    text = PAGE.read_text(encoding="utf-8")
    return {found[2]: found[0][len(found[1]) : -len(found[3])] for found in BLOCK.finditer(text)}


if __name__ == "__main__":
    made = {name: make() for name, make in tables().items()}
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        BLOCK.sub(lambda found: found[1] + made[found[2]] + found[3], text), encoding="utf-8"
    )
