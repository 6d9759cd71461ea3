"""``[tool.onshi]`` of pyproject.toml or onshi.toml, and waivers: typed, with did-you-mean."""

from __future__ import annotations

import importlib
import re
import sys
import traceback
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from onshi.catalogue.weights import Weight
from onshi.data import convert_table, load_toml, read_toml
from onshi.errors import BadFileError, OnshiError, suggest

__all__ = [
    "Clinic",
    "Config",
    "Waiver",
    "WaiverFile",
    "find_config",
    "load_class",
    "load_waivers",
    "waivers_of",
]


_TABLES = ("1", "3", "4")
_ZIP = ("off", "results", "all")


class Clinic(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """``[tool.onshi.clinic]``: who the clinic is, and what its product accepts.

    ``institution_code``: 10 digits, 都道府県 2, 点数表 1, 医療機関コード 7. ``table``: 点数表, 1
    医科, 3 歯科, 4 調剤; without it as the code says. ``payer``: 審査支払機関 of a claim,
    1 支払基金, 2 国保連. ``insurers``: a CSV file of 番号, 名称; ``result_codes``: a TOML file
    outside the project. ``folder_*`` and ``bulk_seconds``: the exchange folder, as in
    :class:`~onshi.scene.Site`; the password may be in ``ONSHI_FOLDER_PASSWORD`` instead.
    """

    institution_code: str = "1312345670"
    encoding: str = "utf-8"
    name: str = "試験クリニック"
    table: str = ""
    payer: str = "1"
    insurers: str | None = None
    result_codes: str | None = None
    folder_zip: str = "off"
    folder_encrypt: tuple[str, ...] = ()
    folder_password: str = ""
    folder_stay: float = 0.0
    bulk_seconds: float = 10.0

    def __post_init__(self) -> None:
        if self.table not in ("", *_TABLES):
            raise ValueError(f"table is '1' 医科, '3' 歯科 or '4' 調剤, not {self.table!r}")
        if self.payer not in ("1", "2"):
            raise ValueError(f"payer is '1' 支払基金 (社保) or '2' 国保連, not {self.payer!r}")
        if not (self.institution_code.isascii() and self.institution_code.isdigit()):
            raise ValueError("institution_code is 10 digits")
        if len(self.institution_code) != 10:
            raise ValueError(f"institution_code is 10 digits, not {len(self.institution_code)}")
        coded = self.institution_code[2]
        if self.table and coded in _TABLES and coded != self.table:
            raise ValueError(
                f"table is {self.table!r}, but the third digit of institution_code says {coded!r}"
            )
        if self.encoding not in ("utf-8", "cp932"):
            raise ValueError(f"encoding is 'utf-8' or 'cp932', not {self.encoding!r}")
        if self.folder_zip not in _ZIP:
            raise ValueError(f"folder_zip is 'off', 'results' or 'all', not {self.folder_zip!r}")
        if not (self.folder_stay >= 0 and self.bulk_seconds >= 0):
            raise ValueError("folder_stay (minutes) and bulk_seconds are not negative")


class Config(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Every key of ``[tool.onshi]``; the command line overrides each of them.

    ``time_scale`` shortens delays on real sockets and folders; ``deadline`` is the longest, in
    simulated seconds, that a fault may hold anything; ``rate`` has no measured value and no
    default, ``weight`` is how categories are weighed (a, b); ``patience`` is how long, in real
    seconds, an adapter may take over one visit before it is said to have hung. ``rules`` changes
    levels
    (``H46 = "fail"``, ``"off"``), ``flavour`` is how PC/SC answers at the door ``pyscard``
    (``linux``, ``macos``, ``windows``), ``limits`` are the vendor's own (``answer = 30``, seconds).
    ``product``, ``version`` and ``tester`` stand at the head of every report; without a name
    the first two are those of ``[project]``. ``report`` is a file or several.
    """

    integration: str | None = None
    profile: list[str] = []
    trouble: list[str] = []
    seed: int = 0
    date: str | None = None
    only: str | None = None
    doors: list[str] | None = None
    flavour: str | None = None
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
    rate: float | None = None
    weight: Weight = "a"
    report: str | list[str] = []
    product: str = ""
    version: str = ""
    tester: str = ""
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
        if self.flavour not in (None, "linux", "macos", "windows"):
            raise ValueError(
                f"flavour is linux, macos or windows (the door pyscard), not {self.flavour!r}"
            )
        if self.rate is not None and not 0 <= self.rate <= 1:
            raise ValueError(f"rate is a share between 0 and 1, not {self.rate}")
        if self.time_scale < 0:
            raise ValueError("time_scale is not negative")

    @property
    def reports(self) -> list[Path]:
        """The files that ``report`` names."""
        named = [self.report] if isinstance(self.report, str) else self.report
        return [Path(one) for one in named]


class Waiver(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One known break: until when it is accepted, why, and where it is tracked.

    ``trouble`` is an id or a pattern (``name.*``).
    """

    trouble: str
    rule: str
    reason: str
    until: date
    ticket: str = ""


class _Entry(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A waiver as it is written: for one trouble, for a pattern, or for a list of either."""

    trouble: str | tuple[str, ...]
    rule: str
    reason: str
    until: date
    ticket: str = ""

    @property
    def troubles(self) -> tuple[str, ...]:
        return (self.trouble,) if isinstance(self.trouble, str) else self.trouble

    def __post_init__(self) -> None:
        if not self.troubles:
            raise ValueError("trouble names no trouble")
        if not self.reason.strip():
            raise ValueError("reason says why the break is accepted; it is empty")


class WaiverFile(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """``onshi-waivers.toml``."""

    waiver: tuple[_Entry, ...] = ()


def find_config(*folders: Path) -> tuple[Config, Path | None]:
    """The settings of the first folder that has some, and the file they stand in.

    They are ``[tool.onshi]`` of pyproject.toml, or the same keys in an onshi.toml, which a project
    without Python may prefer. Raises :class:`BadFileError` for broken TOML, unknown keys or
    wrong values, and where both files of a folder have settings.
    """
    for folder in dict.fromkeys(folders):
        project, own = folder / "pyproject.toml", folder / "onshi.toml"
        table: Any = None
        if project.is_file():
            table = read_toml(project).get("tool", {}).get("onshi")
        if own.is_file():
            if table is not None:
                raise BadFileError(
                    own, f"{project} has settings too ([tool.onshi]): keep them in one of the two"
                )
            return _config(own, read_toml(own), "")
        if table is not None:
            return _config(project, table, "tool.onshi")
    return Config(), None


def _config(path: Path, table: Any, prefix: str) -> tuple[Config, Path]:
    from onshi.catalogue.load import load_rules

    config = convert_table(path, table, Config, prefix)
    for rule in config.rules:
        if rule not in load_rules():
            key = ".".join(filter(None, [prefix, "rules"]))
            raise _unknown(path, "rule", rule, load_rules(), key)
    return config, path


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """The waivers of a file, one for each trouble or pattern named; none without such a file.

    Raises :class:`BadFileError` with the line for unknown keys, troubles and rules, and for a
    pattern that no trouble fits.
    """
    if not path.exists():
        return ()
    from onshi.catalogue.load import load_rules, load_troubles
    from onshi.catalogue.timelines import load_timelines

    known = [*load_troubles(), *load_timelines()]
    found = []
    for i, entry in enumerate(load_toml(path, WaiverFile).waiver):
        if entry.rule not in load_rules():
            raise _unknown(path, "rule", entry.rule, load_rules(), f"waiver[{i}].rule")
        for trouble in entry.troubles:
            if not any(fnmatchcase(id, trouble) for id in known):
                raise _unknown(path, "trouble", trouble, known, f"waiver[{i}].trouble")
            found.append(
                Waiver(
                    trouble=trouble,
                    rule=entry.rule,
                    reason=entry.reason,
                    until=entry.until,
                    ticket=entry.ticket,
                )
            )
    return tuple(found)


def waivers_of(config: Config, home: Path) -> tuple[Waiver, ...]:
    """The waivers that the settings of the folder ``home`` name.

    The usual file may be missing, one with a name of its own may not. Raises as
    :func:`load_waivers`.
    """
    path = home / config.waivers
    if config.waivers != Config().waivers and not path.exists():
        raise BadFileError(path, "there is no such file, but waivers names it")
    return load_waivers(path)


def _unknown(path: Path, kind: str, name: str, known: Iterable[str], key: str) -> BadFileError:
    near = suggest(name, known)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    lines = path.read_text(encoding="utf-8").splitlines()
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w.])")
    line = next((i for i, text in enumerate(lines, 1) if word.search(text)), None)
    return BadFileError(path, f"there is no {kind} {name!r}{hint}", line=line, key=key)


def load_class(spec: str, folder: Path) -> type:
    """``pkg.mod:Class`` as a class; ``folder`` is put on the import path first, and what its
    pyproject.toml puts there for pytest: an adapter is found by every command as by pytest.

    Raises :class:`OnshiError` saying which half is wrong.
    """
    module_name, _, class_name = spec.partition(":")
    if not module_name or not class_name:
        raise OnshiError(f"integration {spec!r}: write it as package.module:Class")
    known = {Path(entry).resolve() for entry in sys.path if entry}
    for place in (*reversed(_pytest_path(folder)), folder):
        if place.resolve() not in known:  # pytest may have put it there in other words
            sys.path.insert(0, str(place))
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


def _pytest_path(folder: Path) -> list[Path]:
    """``pythonpath`` of ``[tool.pytest.ini_options]`` in the folder's pyproject.toml."""
    path = folder / "pyproject.toml"
    settings = read_toml(path) if path.is_file() else {}
    for key in ("tool", "pytest", "ini_options"):
        settings = settings.get(key, {})
        if not isinstance(settings, dict):
            return []
    given = settings.get("pythonpath", [])
    names = given.split() if isinstance(given, str) else given
    return [(folder / name).resolve() for name in names if isinstance(name, str)]
