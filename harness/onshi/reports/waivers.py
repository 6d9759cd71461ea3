"""The file of waivers that accepts exactly what a run broke."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from onshi.config import Waiver
from onshi.errors import OnshiError
from onshi.outcomes import Row
from onshi.reports.files import write_file

__all__ = ["waiver_text", "write_waivers"]

_HEAD = """\
# 猶予 (waivers): known breaks, each accepted until its day and red after it.
# Take out what has been fixed; the summary of a whole run names it (不要になった猶予).
"""


def write_waivers(path: Path, rows: list[Row], promise: Waiver, *, force: bool = False) -> None:
    """Write the file; ``promise`` says until when, why and where the breaks are tracked.

    Raises :class:`OnshiError` when the file is there already and ``force`` is not set, and when it
    cannot be written.
    """
    if path.exists() and not force:
        raise OnshiError(
            f"{path} is there already, and somebody may have written into it: choose another "
            "name, or replace it with --force"
        )
    write_file(path, waiver_text(rows, promise), "the waivers")


def waiver_text(rows: list[Row], promise: Waiver) -> str:
    """The file as text: one entry for each rule, with the troubles in which it was broken.

    Troubles are listed, not matched by a pattern: a trouble that a later catalogue adds is not
    accepted unseen. A break that the run had waived already keeps its own promise.
    """
    entries: dict[tuple[str, date, str, str], set[str]] = {}
    for row in rows:
        own = {w.rule: w for w in row.waived if w.until != date.max}
        for rule in row.broken:
            w = own.get(rule, promise)
            entries.setdefault((rule, w.until, w.reason, w.ticket), set()).add(row.trouble)
    return _HEAD + "".join(_entry(key, sorted(entries[key])) for key in sorted(entries))


def _entry(key: tuple[str, date, str, str], troubles: list[str]) -> str:
    rule, until, reason, ticket = key
    if len(troubles) == 1:
        named = _quoted(troubles[0])
    else:
        named = "[\n" + "".join(f"    {_quoted(t)},\n" for t in troubles) + "]"
    lines = [
        "\n[[waiver]]",
        f"trouble = {named}",
        f"rule = {_quoted(rule)}",
        f"reason = {_quoted(reason)}",
        *([f"ticket = {_quoted(ticket)}"] if ticket else []),
        f"until = {until.isoformat()}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string: as in JSON, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
