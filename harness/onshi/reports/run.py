"""One run as it is kept in a folder: ``run.json`` (what was asked for) and ``results.json``.

pytest writes them with ``--onshi-journal``, the control API with ``--journal``; every report
reads them, so that all of them say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from onshi.catalogue.load import find_trouble, load_profile
from onshi.catalogue.records import Profile, Trouble
from onshi.errors import OnshiError
from onshi.outcomes import Row

__all__ = ["Run", "read_rows", "read_run", "write_run"]

T = TypeVar("T")
_ROWS, _RUN = "results.json", "run.json"


class Run(msgspec.Struct, kw_only=True, dict=True):
    """What was run. ``profiles`` are names or paths; ``date`` is the business date or ``-``.

    ``troubles`` are the ids that were to be run, ``scope`` those that the product's surfaces cannot
    meet (対象外); ``rules`` the levels that the vendor changed.
    """

    profiles: list[str] = []
    seed: int = 0
    date: str = "-"
    surfaces: list[str] = []
    troubles: list[str] = []
    scope: list[str] = []
    rules: dict[str, str] = {}
    min_observed: int = 0

    @cached_property
    def surveys(self) -> list[Profile]:
        """The profiles. Raises :class:`OnshiError` for one that is not there any more."""
        return [load_profile(p) for p in self.profiles]

    @cached_property
    def out_of_scope(self) -> list[Trouble]:
        """対象外 as records."""
        return [find_trouble(t) for t in self.scope]

    @property
    def header(self) -> str:
        """One line for the top of a report."""
        names = ", ".join(p.name for p in self.surveys) or "-"
        line = f"onshi: profile {names}, seed {self.seed}, date {self.date}"
        if self.rules:
            changed = ", ".join(f"{rule} = {level}" for rule, level in sorted(self.rules.items()))
            line += f"; 判定を変えた規則: {changed}"
        return line

    def too_few(self, rows: Iterable[Row]) -> bool:
        """Whether fewer troubles than ``min_observed`` could be judged."""
        return sum(1 for r in rows if r.result != "skipped") < self.min_observed


def write_run(folder: Path, run: Run, rows: list[Row]) -> None:
    """Keep a run. Raises :class:`OnshiError` when the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, what in ((_RUN, run), (_ROWS, rows)):
            text = msgspec.json.format(msgspec.json.encode(what), indent=1)
            part = folder / f".{name}.part"
            part.write_bytes(text)
            part.replace(folder / name)
    except OSError as e:
        raise OnshiError(
            f"results cannot be written to {folder}: {e.strerror}; choose another folder, or make "
            "room there"
        ) from None


def read_run(folder: Path) -> tuple[Run, list[Row]]:
    """A run that was kept. Raises :class:`OnshiError` when the folder holds none."""
    return _read(folder / _RUN, Run), read_rows(folder)


def read_rows(folder: Path) -> list[Row]:
    """The outcomes of a run. Raises :class:`OnshiError` when the folder holds none."""
    return _read(folder / _ROWS, list[Row])


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise OnshiError(
            f"{path.parent} holds no results (there is no {path.name}): name the folder of a "
            "pytest --onshi-journal or an onshi serve --journal run"
        ) from None
    except OSError as e:
        raise OnshiError(f"{path} cannot be read: {e.strerror}") from None
    except msgspec.DecodeError as e:
        raise OnshiError(f"{path} is not a file of results: {e}") from None
