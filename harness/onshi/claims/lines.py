"""The bytes of a レセプト電算 file as records, and what is wrong with them.

CP932, CR+LF after each record, one 0x1A after the last (facts: claims page, section 1). What
cannot be read at all is a :class:`Problem`; what can be read but is not as it should be, such as
lines that end in LF alone, is told by :func:`odd_shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from onshi.claims.records import Record
from onshi.errors import OnshiError

__all__ = ["BadClaimError", "Oddity", "Problem", "odd_shape", "shown", "split", "where"]

_LARGEST = 64 * 1024 * 1024
_SHOWN = 10
_END = b"\x1a"


def where(line: int, record: str, item: int, name: str) -> str:
    """A place in words: ``3行目 RE 項番4（診療年月）``; what is 0 or "" is left out."""
    place = f"{line}行目" if line else "ファイル"
    if record:
        place += f" {record}"
    if item:
        place += f" 項番{item}" + (f"（{name}）" if name else "")
    return place


@dataclass(frozen=True)
class Problem:
    """Something that cannot be read: ``line`` from 1 (0: the file), ``item`` the 項番."""

    line: int
    record: str
    item: int
    name: str
    text: str

    def __str__(self) -> str:
        """``3行目 RE 項番4（診療年月）: …``."""
        return f"{where(self.line, self.record, self.item, self.name)}: {self.text}"


class BadClaimError(OnshiError):
    """A file that is no レセプト電算 file, or a broken one: which line, record, item, and why.

    ``problems`` has all of them, the message the first ten. ``file`` is what the file is called.
    """

    def __init__(self, problems: Sequence[Problem] | str, file: str = "") -> None:
        if isinstance(problems, str):
            problems = [Problem(0, "", 0, "", problems)]
        self.problems = tuple(problems)
        lines = [str(p) for p in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"ほかに {len(self.problems) - _SHOWN} か所")
        head = f"{file or 'レセプト電算ファイル'}は読めません。"
        super().__init__(head + ("" if len(lines) == 1 else "\n") + "\n".join(lines))


@dataclass(frozen=True)
class Oddity:
    """A way in which the bytes differ from the rule; the file can be read all the same."""

    line: int
    text: str


def shown(text: str) -> str:
    """A text as a message can show it: the beginning, with ``\\x07`` for what is no character."""
    return "".join(c if c.isprintable() or c == "　" else f"\\x{ord(c):02x}" for c in text[:40])


def split(
    data: bytes, name_of: Callable[[str, int], str]
) -> tuple[tuple[Record, ...], list[Problem]]:
    """The records of a file, and what of it cannot be read.

    ``name_of`` gives the name of an item by record and index. Empty lines are passed over.
    """
    if problem := _no_text(data):
        return (), [Problem(0, "", 0, "", problem)]
    body, end, rest = data.partition(_END)
    problems: list[Problem] = []
    records = []
    for number, line in enumerate(body.split(b"\n"), start=1):
        line = line.removesuffix(b"\r")
        if not line:
            continue
        if b"\r" in line:
            record = shown(line[:2].decode("ascii", "replace"))
            text = "途中に CR があります。レコードは CR+LF で終えます"
            problems.append(Problem(number, record, 0, "", text))
        try:
            text = line.decode("cp932")
        except UnicodeDecodeError:
            problems.append(_bad_byte(number, line, name_of))
            text = line.decode("cp932", "replace")
        records.append(Record(number, tuple(text.split(","))))
    if end and rest.strip(b"\r\n\x1a"):
        last = body.count(b"\n") + 1
        problems.append(
            Problem(
                last,
                "",
                0,
                "",
                "ファイルの終わり（0x1A）の後に続きがあります。1件だけにしてください",
            )
        )
    return tuple(records), problems


def _no_text(data: bytes) -> str:
    if not data.strip(b"\r\n\x1a"):
        return "中身がありません"
    if len(data) > _LARGEST:
        return f"{len(data):,} バイトあります。{_LARGEST:,} バイトまでを読みます"
    if not data.isascii() and _is_utf8(data):
        return "UTF-8 で書かれています。Shift_JIS（CP932）で書いてください"
    return ""


def _is_utf8(data: bytes) -> bool:
    """Whether kanji or kana are in UTF-8; half-width kana of CP932 can look like Latin letters."""
    try:
        return any(char >= "\u3000" for char in data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _bad_byte(number: int, line: bytes, name_of: Callable[[str, int], str]) -> Problem:
    fields = line.split(b",")
    record = shown(fields[0].decode("ascii", "replace"))
    for index, field in enumerate(fields):
        try:
            field.decode("cp932")
        except UnicodeDecodeError as e:
            bad = " ".join(f"{b:02X}" for b in field[e.start : e.end])
            text = f"{e.start + 1} バイト目の {bad} は Shift_JIS（CP932）の文字ではありません"
            return Problem(number, record[:8], index + 1, name_of(record, index), text)
    return Problem(number, record[:8], 0, "", "Shift_JIS（CP932）の文字ではないものがあります")


def odd_shape(data: bytes) -> Iterable[Oddity]:
    """How the bytes of a readable file differ from CRLF after each record and one 0x1A."""
    body, end, _ = data.partition(_END)
    if not end:
        yield Oddity(0, "最後に 0x1A（EOF）がありません")
    elif data.count(_END) > 1:
        yield Oddity(0, "0x1A（EOF）が2つ以上あります")
    lines = body.split(b"\n")
    alone = [i for i, line in enumerate(lines[:-1], start=1) if not line.endswith(b"\r")]
    if alone:
        yield Oddity(alone[0], f"{len(alone)} 行が CR+LF ではなく LF だけで終わっています")
    if lines[-1].strip(b"\r"):
        yield Oddity(len(lines), "最後のレコードの後に改行（CR+LF）がありません")
    empty = [i for i, line in enumerate(lines[:-1], start=1) if not line.strip(b"\r")]
    if empty:
        yield Oddity(empty[0], f"空の行が {len(empty)} 行あります")
