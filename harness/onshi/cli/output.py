"""How commands print: JSON for programs, text for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from onshi.reports.summary import Line

__all__ = ["console", "print_json", "print_lines", "table"]

_PIPE_WIDTH = 240


def console() -> Console:
    """Standard output, brackets as they are; wide where it is not a terminal, so that ``| grep``
    sees whole lines.
    """
    from rich.console import Console

    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(width=width, highlight=False, markup=False)


def table(*columns: str) -> Table:
    """A table without frames whose cells wrap and are never cut off."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def print_lines(lines: Iterable[Line]) -> None:
    """Lines of a report, coloured on a terminal."""
    out = console()
    for line in lines:
        out.print(line.text, style=line.colour or None, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document; non-ASCII letters as they are where standard output is UTF-8."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")
    print(json.dumps(value, ensure_ascii=not utf8, indent=2))
