"""``[tool.onshi]`` of pyproject.toml, and waivers: typed, with did-you-mean for keys."""

from __future__ import annotations

import importlib
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from onshi.data import convert_table, load_toml, read_toml
from onshi.errors import OnshiError, suggest

__all__ = ["Clinic", "Config", "Waiver", "find_config", "load_class", "load_waivers"]


class Clinic(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """``[tool.onshi.clinic]``: 医療機関コード (10 digits) and the files' encoding."""

    institution_code: str = "1312345670"
    encoding: str = "utf-8"
    name: str = "試験クリニック"

    def __post_init__(self) -> None:
        if not (self.institution_code.isascii() and self.institution_code.isdigit()):
            raise ValueError("institution_code is 10 digits")
        if len(self.institution_code) != 10:
            raise ValueError(f"institution_code is 10 digits, not {len(self.institution_code)}")
        if self.encoding not in ("utf-8", "cp932"):
            raise ValueError(f"encoding is 'utf-8' or 'cp932', not {self.encoding!r}")


class Config(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Every key of ``[tool.onshi]``; the command line overrides each of them.

    ``time_scale`` shortens delays on real sockets and folders; ``deadline`` is the longest, in
    simulated seconds, that a fault may hold anything; ``rate`` has no measured value (its default
    is one clinic's word, chiba2023); ``patience`` is how long, in real seconds,
    an adapter may take over one visit before it is said to have hung. ``rules`` changes levels
    (``H46 = "fail"``, ``"off"``), ``limits`` are the vendor's own (``answer = 30``, seconds).
    """

    integration: str | None = None
    profile: list[str] = []
    trouble: list[str] = []
    seed: int = 0
    date: str | None = None
    only: str | None = None
    doors: list[str] | None = None
    folder: str | None = None
    webapi_port: int = 0
    reader_name: str | None = None
    time_scale: float = 1.0
    deadline: float = 90.0
    patience: float = 30.0
    journal: str | None = None
    waivers: str = "onshi-waivers.toml"
    min_observed: int = 0
    max_time: float | None = None
    baseline: str | None = None
    encounters: int = 0
    rate: float = 0.1
    report: str | None = None
    rules: dict[str, str] = {}
    limits: dict[str, float] = {}
    clinic: Clinic = Clinic()

    def __post_init__(self) -> None:
        if self.only not in (None, "smoke"):
            raise ValueError(f"only is 'smoke' (one trouble per category), not {self.only!r}")
        for rule, level in self.rules.items():
            if level not in ("fail", "warn", "context", "off"):
                raise ValueError(
                    f"the level of {rule} is fail, warn, context or off, not {level!r}"
                )
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate is a share between 0 and 1, not {self.rate}")
        if self.time_scale < 0:
            raise ValueError("time_scale is not negative")


class Waiver(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One known break: until when it is accepted, why, and where it is tracked."""

    trouble: str
    rule: str
    reason: str
    until: date
    ticket: str = ""


class _WaiverFile(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    waiver: tuple[Waiver, ...] = ()


def find_config(*folders: Path) -> tuple[Config, Path | None]:
    """The first ``[tool.onshi]`` found in a pyproject.toml of these folders, and its path.

    Raises :class:`BadFileError` for broken TOML, unknown keys or wrong values.
    """
    for folder in dict.fromkeys(folders):
        path = folder / "pyproject.toml"
        if not path.is_file():
            continue
        table: Any = read_toml(path).get("tool", {}).get("onshi")
        if table is not None:
            return convert_table(path, table, Config, "tool.onshi"), path
    return Config(), None


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """The waivers of a file; none when there is no such file."""
    if not path.exists():
        return ()
    return load_toml(path, _WaiverFile).waiver


def load_class(spec: str, folder: Path) -> type:
    """``pkg.mod:Class`` as a class; ``folder`` is put on the import path first.

    Raises :class:`OnshiError` saying which half is wrong.
    """
    module_name, _, class_name = spec.partition(":")
    if not module_name or not class_name:
        raise OnshiError(f"integration {spec!r}: write it as package.module:Class")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as e:
        raise OnshiError(
            f"integration {spec!r}: cannot import {e.name!r}; looked in {folder} and the usual path"
        ) from None
    except Exception as e:
        last = traceback.extract_tb(e.__traceback__)[-1]
        where = (
            (e.filename, e.lineno) if isinstance(e, SyntaxError) else (last.filename, last.lineno)
        )
        raise OnshiError(
            f"integration {spec!r}: importing {module_name} failed with "
            f"{type(e).__name__}: {e} ({where[0]}:{where[1]})"
        ) from None
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        near = suggest(class_name, [n for n, v in vars(module).items() if isinstance(v, type)])
        raise OnshiError(
            f"integration {spec!r}: {module_name} has no class {class_name!r}"
            + (f"; did you mean {' or '.join(near)}?" if near else "")
        )
    return found
