"""What a report is about: the product, who tested it and when, and by which catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from onshi import __version__
from onshi.clock import today
from onshi.config import Config
from onshi.data import data_root, read_toml

__all__ = ["About", "about", "catalogue_hash"]


class About(msgspec.Struct, kw_only=True, frozen=True):
    """The head of a report; "" is what nobody said, or what an older run did not keep.

    ``on`` is the day on which the run was made, by the calendar on the wall; ``plugin`` is our
    version, ``catalogue`` the hash of surveys, troubles and rules, which decide the verdicts.
    """

    product: str = ""
    version: str = ""
    tester: str = ""
    on: str = ""
    plugin: str = ""
    catalogue: str = ""


def about(config: Config, home: Path) -> About:
    """What is known in the folder of the settings.

    Product and version are those of ``[tool.onshi]``, else of ``[project]`` in pyproject.toml.
    Raises :class:`BadFileError` for a pyproject.toml that is none.
    """
    product, version = config.product, config.version
    if not product:
        project = _project(home)
        product = str(project.get("name", ""))
        version = version or str(project.get("version", ""))
    return About(
        product=product,
        version=version,
        tester=config.tester,
        on=today().isoformat(),
        plugin=__version__,
        catalogue=catalogue_hash(tuple(config.profile)),
    )


def _project(home: Path) -> dict[str, object]:
    path = home / "pyproject.toml"
    table = read_toml(path).get("project", {}) if path.is_file() else {}
    return table if isinstance(table, dict) else {}


@cache
def catalogue_hash(profiles: tuple[str, ...] = ()) -> str:
    """Twelve hex digits of SHA-256 over the shipped catalogue and the surveys given by a path."""
    root = data_root() / "profiles"
    shipped = [(p.relative_to(root).as_posix(), p) for p in root.rglob("*.toml")]
    own = [(p, Path(p)) for p in profiles if Path(p).is_file()]
    return _digest(path for _, path in [*sorted(shipped), *own])


def _digest(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        content = path.read_bytes().replace(b"\r\n", b"\n")
        found.update(f"{path.name} {len(content)}\n".encode() + content)
    return found.hexdigest()[:12]
