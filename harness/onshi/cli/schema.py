"""``onshi schema``: the JSON Schema of each file that is read or written, made from its record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["SCHEMAS", "schema", "schema_of"]

SCHEMAS = {
    "profile": "a survey: profiles/*.toml, or one of your own",
    "troubles": "profiles/troubles/*.toml",
    "timelines": "profiles/timelines.toml",
    "rules": "profiles/rules.toml",
    "card": "devices/cards/*.toml",
    "reader": "devices/readers/*.toml",
    "settings": "onshi.toml, and [tool.onshi] of pyproject.toml",
    "waivers": "onshi-waivers.toml",
    "run": "run.json: what was run",
    "results": "results.json: a row for each trouble or kind of encounter",
    "journal": "one line of NAME.jsonl or NAME.order.jsonl",
}
"""The names, with the file that each describes."""

_JOURNAL = {
    "title": "Event",
    "description": "One event of a desk's journal. Every event has fields of its own beside these: "
    "hex without spaces for bytes, names and numbers as they were, nothing that varies from run to "
    "run.",
    "type": "object",
    "properties": {
        "lane": {
            "description": "The sequence it belongs to: desk, card, pcsc, a connection, folder …",
            "type": "string",
            "pattern": r"^[a-z_]+/\d+$",
        },
        "event": {"description": "What happened.", "type": "string", "minLength": 1},
        "t": {"description": "The lane's virtual time in seconds; 0 if absent.", "type": "number"},
        "wall_ns": {
            "description": "The machine's clock; only in NAME.order.jsonl.",
            "type": "integer",
        },
    },
    "required": ["event"],
}


def schema(
    name: Annotated[str | None, typer.Argument(help="one of them; without it, they are listed")]
    = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="write all of them there, as NAME.schema.json")
    ] = None,
) -> None:  # fmt: skip
    """Print the JSON Schema of a file, for editors and other programs."""
    from onshi.cli.output import console, print_json, table
    from onshi.reports.files import write_file

    if folder is not None:
        for one in SCHEMAS if name is None else [name]:
            path = folder / f"{one}.schema.json"
            text = json.dumps(schema_of(one), ensure_ascii=False, indent=1)
            write_file(path, f"{text}\n", "the schema")
            print(path)
    elif name is not None:
        print_json(schema_of(name))
    else:
        rows = table("name", "file")
        for one, what in SCHEMAS.items():
            rows.add_row(one, what)
        console().print(rows)


def schema_of(name: str) -> dict[str, Any]:
    """The schema (draft 2020-12). Dates are strings as 2025-10-20, as TOML's own dates are read.

    What a type cannot say (names that exist, numbers that add up) is checked when the file is
    read. Raises :class:`UnknownNameError`.
    """
    import msgspec

    from onshi.errors import UnknownNameError

    if name not in SCHEMAS:
        raise UnknownNameError("schema", name, SCHEMAS, f"there are: {', '.join(SCHEMAS)}")
    made = _JOURNAL if name == "journal" else msgspec.json.schema(_record(name))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _record(name: str) -> Any:
    from onshi.card.device import CardDevice
    from onshi.catalogue.load import RuleFile, TroubleFile
    from onshi.catalogue.records import Profile
    from onshi.catalogue.timelines import TimelineFile
    from onshi.config import Config, WaiverFile
    from onshi.outcomes import Row
    from onshi.reader.devices import ReaderSpec
    from onshi.reports.run import Run

    return {
        "profile": Profile,
        "troubles": TroubleFile,
        "timelines": TimelineFile,
        "rules": RuleFile,
        "card": CardDevice,
        "reader": ReaderSpec,
        "settings": Config,
        "waivers": WaiverFile,
        "run": Run,
        "results": list[Row],
    }[name]
