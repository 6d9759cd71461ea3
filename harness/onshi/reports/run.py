"""One run as it is kept in a folder: ``run.json`` (what was asked for) and ``results.json``.

pytest writes them with ``--onshi-journal``, the control API with ``--journal``; every report
reads them, so that all of them say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from onshi.catalogue.load import find_trouble, load_profile
from onshi.catalogue.records import Profile, Trouble
from onshi.config import Waiver
from onshi.errors import OnshiError
from onshi.outcomes import Row
from onshi.reports.about import About
from onshi.reports.files import write_file

__all__ = ["Ended", "Run", "merge", "read_rows", "read_run", "worst", "write_run"]

T = TypeVar("T")
_BAD = ("skipped", "passed", "waived", "failed")
_ROWS, _RUN = "results.json", "run.json"


class Ended(Protocol):
    """A row, or the rows of one trouble: what it is about and how it ended."""

    @property
    def trouble(self) -> str: ...
    @property
    def result(self) -> str: ...


class Run(msgspec.Struct, kw_only=True, dict=True):
    """What was run. ``profiles`` are names or paths; ``date`` is the business date or ``-``.

    ``troubles`` are the ids that were to be run, ``scope`` those that the product's surfaces cannot
    meet (対象外); ``rules`` the levels that the vendor changed, ``limits`` its own limits in
    seconds, ``waivers`` its known breaks. ``whole``: every trouble of the profiles was to be run,
    each once. ``encounters``: instead of each trouble, so many patients drawn from the mix, a
    share ``rate`` of them with a trouble, categories by ``weight`` (a, b). ``about``: whose
    product this is, and who ran it with what.
    """

    profiles: list[str] = []
    seed: int = 0
    date: str = "-"
    surfaces: list[str] = []
    troubles: list[str] = []
    scope: list[str] = []
    rules: dict[str, str] = {}
    limits: dict[str, float] = {}
    waivers: list[Waiver] = []
    whole: bool = False
    encounters: int = 0
    rate: float = 0.0
    weight: str = "a"
    min_observed: int = 0
    about: About = About()

    @cached_property
    def surveys(self) -> list[Profile]:
        """The profiles. Raises :class:`OnshiError` for one that is not there any more."""
        return [load_profile(p) for p in self.profiles]

    @cached_property
    def out_of_scope(self) -> list[Trouble]:
        """対象外 as records."""
        return [find_trouble(t) for t in self.scope]

    @property
    def title(self) -> str:
        """What was run, in a line."""
        names = ", ".join(p.name for p in self.surveys) or "-"
        return f"onshi: profile {names}, seed {self.seed}, date {self.date}"

    @property
    def changes(self) -> str:
        """What the vendor judges otherwise than the rules do; empty when nothing."""
        parts = []
        if self.rules:
            changed = ", ".join(f"{rule} = {level}" for rule, level in sorted(self.rules.items()))
            parts.append(f"判定を変えた規則: {changed}")
        if self.limits:
            own = ", ".join(f"{name} = {value:g} 秒" for name, value in sorted(self.limits.items()))
            parts.append(f"自社の制限: {own}")
        return "; ".join(parts)

    @property
    def header(self) -> str:
        """One line for the top of a report."""
        return "; ".join(filter(None, [self.title, self.changes]))

    @property
    def suite(self) -> str:
        """What the tests of this run are filed under: the profiles' names."""
        return "+".join(p.name for p in self.surveys) or "troubles"

    def too_few(self, rows: Iterable[Ended]) -> bool:
        """Whether fewer troubles than ``min_observed`` could be judged."""
        return sum(1 for r in rows if r.result != "skipped") < self.min_observed


def worst(rows: Iterable[Row]) -> dict[str, Row]:
    """One row for each trouble or encounter: where there are several, the worst of them."""
    found: dict[str, Row] = {}
    for row in rows:
        key = row.name or row.trouble
        if key not in found or _BAD.index(row.result) > _BAD.index(found[key].result):
            found[key] = row
    return found


def merge(runs: list[tuple[Run, list[Row]]]) -> tuple[Run, list[Row]]:
    """Several runs as one: the shards of one suite, or one product on several surfaces.

    A trouble that was run in several counts with its worst outcome; 対象外 is what no run could
    meet. Raises :class:`OnshiError` for runs that differ in seed, date, levels or limits: their
    results do not belong into one table.
    """
    first = runs[0][0]
    for name in ("seed", "date", "rules", "limits", "encounters"):
        values = [getattr(run, name) for run, _ in runs]
        if any(v != values[0] for v in values):
            shown = ", ".join(str(v) for v in values)
            raise OnshiError(f"these runs differ in {name} ({shown}): report them one by one")
    for name in ("product", "version", "catalogue"):
        said = dict.fromkeys(getattr(run.about, name) for run, _ in runs)
        if len(known := [text for text in said if text]) > 1:
            shown = ", ".join(known)
            raise OnshiError(f"these runs differ in {name} ({shown}): report them one by one")
    rows = sorted(worst(r for _, rows in runs for r in rows).values(), key=_order)
    troubles = _union(run.troubles for run, _ in runs)
    met = {t for run, _ in runs for t in run.troubles if t not in run.scope}
    merged = msgspec.structs.replace(
        first,
        profiles=_union(run.profiles for run, _ in runs),
        surfaces=sorted(_union(run.surfaces for run, _ in runs)),
        troubles=troubles,
        scope=[t for t in troubles if t not in met],
        waivers=list(dict.fromkeys(w for run, _ in runs for w in run.waivers)),
        whole=any(run.whole for run, _ in runs),
        min_observed=max(run.min_observed for run, _ in runs),
    )
    return merged, rows


def _order(row: Row) -> tuple[str, str]:
    return row.trouble, row.name


def _union(lists: Iterable[list[str]]) -> list[str]:
    return list(dict.fromkeys(x for one in lists for x in one))


def write_run(folder: Path, run: Run, rows: list[Row]) -> None:
    """Keep a run. Raises :class:`OnshiError` when the folder cannot be written."""
    for name, kept in ((_RUN, run), (_ROWS, rows)):
        text = msgspec.json.format(msgspec.json.encode(kept), indent=1)
        write_file(folder / name, text, "the results")


def read_run(folder: Path) -> tuple[Run, list[Row]]:
    """A run that was kept. Raises :class:`OnshiError` when the folder holds none."""
    return _read(folder / _RUN, Run), read_rows(folder)


def read_rows(folder: Path) -> list[Row]:
    """The outcomes of a run. Raises :class:`OnshiError` when the folder holds none."""
    rows = _read(folder / _ROWS, list[Row])
    if strange := next((row for row in rows if row.result not in _BAD), None):
        raise OnshiError(
            f"{folder / _ROWS} is not a file of results: {strange.trouble} has the outcome "
            f"{strange.result!r}, which is none of {', '.join(_BAD)}"
        )
    return rows


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
