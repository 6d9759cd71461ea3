"""Request files that are wrong, odd or hostile: the message-level failure, and nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from eligstage import Stage, eventually
from folder_clients import list_of, medicines_of, opened, put, registering, taken

from onshi.doors.folder import FolderDoor
from onshi.eligibility.kinds import KINDS, UNSERVED
from onshi.eligibility.messages import Document
from onshi.eligibility.xml import MAX_BULK_BYTES, MAX_BYTES, parse

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def why(stage: Stage) -> str:
    return [e for e in stage.journal.events("folder", "request") if e.get("malformed")][-1]["why"]


def with_dtd(content: bytes, dtd: str, text: str) -> bytes:
    """A request with a document type, and a reference to what it declares in it."""
    xml = content.decode()
    head, _, rest = xml.partition("<XmlMsg>")
    before, name, after = rest.partition("<InsuredIdentificationNumber>")
    return f"{head}<!DOCTYPE XmlMsg [{dtd}]><XmlMsg>{before}{name}{text}{after}".encode()


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A server that nobody may ask, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_entities_and_external_references_are_harmless(
    tmp_path: Path, outside: tuple[str, list[str]]
) -> None:
    url, asked = outside
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    with opened() as (door, stage):
        content = stage.request()
        cases = [
            with_dtd(content, f'<!ENTITY l0 "lol">{LAUGHS}', "&l9;"),
            with_dtd(content, f'<!ENTITY x SYSTEM "file://{secret}">', "&x;"),
            with_dtd(content, f'<!ENTITY x SYSTEM "{url}/general">', "&x;"),
            with_dtd(content, f'<!ENTITY % x SYSTEM "{url}/parameter"> %x;', ""),
            content.replace(b"<XmlMsg>", f'<!DOCTYPE XmlMsg SYSTEM "{url}/dtd"><XmlMsg>'.encode()),
        ]
        for case in cases:
            start = time.monotonic()
            path = taken(door, "OQSsiquc01req", case)
            told = path.read_bytes()
            assert parse(told, Document).xml_msg.message_header.segment_of_result == "9"
            assert b"TOP-SECRET" not in told
            assert why(stage)
            assert time.monotonic() - start < 3
    assert asked == []


def test_depth_and_size_are_bounded() -> None:
    with opened() as (door, stage):
        deep = b"<XmlMsg>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</XmlMsg>"
        taken(door, "OQSsiquc01req", deep)
        assert "not well-formed" in why(stage)
        taken(door, "OQSsiquc01req", b"<XmlMsg>" + b" " * MAX_BYTES + b"</XmlMsg>")
        assert why(stage) == f"larger than {MAX_BYTES} bytes"
        taken(door, "OQSmuquc01req", b" " * (MAX_BULK_BYTES + 1))
        assert why(stage) == f"larger than {MAX_BULK_BYTES} bytes"
        assert parse(taken(door, "OQSsiquc01req", stage.request()).read_bytes(), Document)


def test_every_kind_says_so_in_its_own_way() -> None:
    contents = (b"", b"<XmlMsg><MessageHeader/></XmlMsg>", b"<Other/>", b"\xff\xfe<")
    with opened(encoding="cp932") as (door, _):
        handed = [(kind, put(door, kind.prefix, c)) for kind in KINDS.values() for c in contents]
        for kind, suffix in handed:
            path = door.root / "res" / f"{kind.result_prefix}_{suffix}.xml"
            eventually(path.exists)
            told: Any = parse(path.read_bytes(), kind.result)
            if kind.prefix.startswith("OQS"):
                header = told.xml_msg.message_header
                assert (header.segment_of_result, header.error_code) == ("9", "ONSHI-UNREADABLE")
                assert header.character_code_identifier == "1"
            else:
                assert told.xml_msg.message_body.result_code == "ONSHI-UNREADABLE"
                assert told.xml_msg.message_body.message_contents


def test_a_message_of_another_kind_is_not_taken_for_ones_own() -> None:
    """The elements of another kind are ignored; what is left names nobody."""
    with opened() as (door, stage):
        path = taken(door, "OQSsiquc01req", registering(stage, ("K-1", stage.scene.truth)))
        body = parse(path.read_bytes(), Document).xml_msg.message_body
        assert body is not None
        assert body.processing_result_code == "ONSHI-ITEM"
        path = taken(door, "OQSsiimm01req", list_of(stage, stage.scene.truth))
        assert b"ONSHI-ITEM" in path.read_bytes()
        path = taken(door, "YZKsiquc01req", stage.request())
        assert b"ONSHI-ITEM" in path.read_bytes()
        path = taken(door, "OQSsiquc01req", medicines_of(stage, stage.scene.truth))
        assert b"ONSHI-ITEM" in path.read_bytes()


# ------------------------------------------------------------------- encodings
def answered(door: FolderDoor, content: bytes) -> tuple[str | None, bytes]:
    told = taken(door, "OQSsiquc01req", content).read_bytes()
    body = parse(told, Document).xml_msg.message_body
    return (body.qualification_validity if body else None), told


@pytest.mark.parametrize(("site", "other"), [("utf-8", "cp932"), ("cp932", "utf-8")])
def test_a_request_in_another_encoding_is_read_and_answered_in_the_clinics(
    site: str, other: str
) -> None:
    with opened(encoding=site, kind="kokuho") as (door, stage):
        stage.site.encoding = other
        content = stage.request()
        stage.site.encoding = site
        validity, told = answered(door, content)
        assert validity == "1"
        assert told.startswith(
            b'<?xml version="1.0" encoding="%s"' % (b"UTF-8" if site == "utf-8" else b"Shift_JIS")
        )
        (event,) = stage.journal.events("folder", "other_encoding")
        assert event["encoding"] == other
        answered(door, stage.request())
        assert len(list(stage.journal.events("folder", "other_encoding"))) == 1


@pytest.mark.parametrize("site", ["utf-8", "cp932"])
def test_a_byte_order_mark_and_no_declaration(site: str) -> None:
    with opened(encoding="utf-8", kind="kokuho") as (door, stage):
        content = stage.request()
        stage.site.encoding = site
        bare = content[content.index(b"<XmlMsg>") :]
        for data in (b"\xef\xbb\xbf" + content, b"\xef\xbb\xbf" + bare, bare):
            assert answered(door, data)[0] == "1"


def test_text_that_is_not_what_it_is_declared_to_be() -> None:
    with opened(encoding="utf-8", kind="kokuho") as (door, stage):
        content = stage.request()
        assert not content.isascii()
        broken = content.decode().encode("cp932")
        assert answered(door, broken)[0] is None
        assert "although it is declared so" in why(stage)
        assert answered(door, content.replace(b"UTF-8", b"EUC-JP"))[0] is None
        assert "euc-jp" in why(stage)


# ----------------------------------------------------------------------- names
def test_names_as_windows_takes_them_and_suffixes_as_clients_choose_them() -> None:
    with opened() as (door, stage):
        for name, result in (
            ("oqssiquc01REQ_1.XML", "OQSsiquc01res_1.xml"),
            ("OQSsiquc01req_2021081611906.xml", "OQSsiquc01res_2021081611906.xml"),
            ("OQSsiquc01req_a_b.c (1).xml", "OQSsiquc01res_a_b.c (1).xml"),
            ("OQSsiquc01req_受付.xml", "OQSsiquc01res_受付.xml"),
        ):
            part = door.root / "a.tmp"
            part.write_bytes(stage.request())
            part.rename(door.root / "req" / name)
            eventually((door.root / "res" / result).exists)


def test_what_is_known_and_not_served_says_why() -> None:
    with opened() as (door, stage):
        for unserved in UNSERVED:
            prefix = unserved.prefix if unserved.prefix != "EPS" else "EPSsiABC01req"
            (door.root / "req" / f"{prefix}_1.xml").write_bytes(stage.request())
        taken(door, "OQSsiquc01req", stage.request())
        eventually(lambda: len(list(stage.journal.events("folder", "ignored"))) == len(UNSERVED))
        ignored = stage.journal.events("folder", "ignored")
        assert {e["why"] for e in ignored} == {u.why for u in UNSERVED}
