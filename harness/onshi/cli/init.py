"""``onshi init``: an adapter, settings and CI files for a product, ready to run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from onshi.data import data_root, read_toml
from onshi.errors import MissingPieceError, OnshiError, UnknownNameError

__all__ = ["init"]

_SURFACES = ("pcsc", "webapi", "folder", "face")


@dataclass(frozen=True)
class _Language:
    """``adapter`` is the file that says which surfaces there are, ``default`` what it says.

    ``drivers`` are copied from the examples, where they are in use: one copy is enough.
    """

    adapter: str
    default: tuple[str, ...] = ("pcsc", "webapi")
    drivers: tuple[tuple[str, str], ...] = ()


_LANGUAGES = {
    "python": _Language("onshi_adapter.py"),
    "java": _Language(
        "onshi-tests/MyAdapter.java",
        drivers=(("java/OnshiDriver.java", "onshi-tests/OnshiDriver.java"),),
    ),
    "node": _Language(
        "onshi-tests/my-adapter.mjs",
        drivers=(("node/onshi-driver.mjs", "onshi-tests/onshi-driver.mjs"),),
    ),
    "csharp": _Language("onshi-tests/MyAdapter.cs", ("folder",)),
}


def init(
    lang: Annotated[str, typer.Option(help=f"language of the adapter: {', '.join(_LANGUAGES)}")],
    folder: Annotated[Path, typer.Option("--dir", help="the root of the project")] = Path(),
    surfaces: Annotated[
        str, typer.Option(help="what the product uses, as pcsc,webapi,folder,face")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="replace files that are there")] = False,
) -> None:
    """Write an adapter to fill in, settings, waivers and CI files into a project.

    Exit code: 0 written; 2 nothing was (files are there already, an unknown language), or the
    message names what was.
    """
    if lang not in _LANGUAGES:
        raise UnknownNameError("language", lang, _LANGUAGES, f"there are {', '.join(_LANGUAGES)}")
    language = _LANGUAGES[lang]
    files = _files(lang, language, _chosen(surfaces) or language.default)
    settings = files.pop("onshi.toml") if _has_settings(folder) else ""
    todo = {name: content for name, content in files.items() if not _same(folder / name, content)}
    taken = [name for name in todo if (folder / name).exists()]
    if taken and not force:
        raise OnshiError(
            f"in {folder.absolute()} there is already {', '.join(taken)}: nothing was written "
            "(--force replaces them)"
        )
    _write(folder, todo)
    for name in files:
        print(f"{'  ' if name in todo else ' ='} {name}")
    if settings:
        first = next(line for line in settings.splitlines() if line[:1] not in ("", "#"))
        print(
            "pyproject.toml に [tool.onshi] があるので onshi.toml は書きません / "
            f"[tool.onshi] of pyproject.toml stays; what belongs there: {first}"
        )
    print()
    if folder.absolute() != Path.cwd():
        print(f"cd {folder}")
    print(_text(_sources() / f"{lang}.txt"), end="")


def _chosen(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for one in found:
        if one not in _SURFACES:
            raise UnknownNameError("surface", one, _SURFACES, f"there are {', '.join(_SURFACES)}")
    return found


def _sources() -> Path:
    found = data_root() / "examples" / "init"
    if not found.is_dir():
        raise MissingPieceError(f"the skeletons are not installed (looked in {found})")
    return found


def _files(lang: str, language: _Language, surfaces: Iterable[str]) -> dict[str, str]:
    """What to write: content by path, relative to the project. ``github`` stands for ``.github``,
    which packagers overlook.
    """
    sources = _sources()
    found: dict[str, str] = {}
    for top in (sources / "common", sources / lang):
        for path in sorted(p for p in top.rglob("*") if p.is_file() and p.suffix != ".pyc"):
            name = path.relative_to(top).as_posix()
            found[f".{name}" if name.startswith("github/") else name] = _text(path)
    for source, name in language.drivers:
        found[name] = _text(sources.parent / source)
    told, wanted = _quoted(language.default), _quoted(surfaces)
    assert found[language.adapter].count(told) == 1, f"{language.adapter} names its surfaces once"
    found[language.adapter] = found[language.adapter].replace(told, wanted)
    return found


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as e:
        raise MissingPieceError(
            f"{path} belongs to onshi and cannot be read: {e.strerror}"
        ) from None


def _has_settings(folder: Path) -> bool:
    """Whether pyproject.toml has settings already: an onshi.toml beside it would be an error."""
    project = folder / "pyproject.toml"
    return project.is_file() and "onshi" in read_toml(project).get("tool", {})


def _same(path: Path, content: str) -> bool:
    """Whether the file is there as it would be written."""
    try:
        return path.read_bytes() == content.encode()
    except OSError:
        return False


def _write(folder: Path, files: dict[str, str]) -> None:
    """All of them, each whole or not at all. Raises :class:`OnshiError` naming what was written."""
    done: list[str] = []
    for name, content in files.items():
        path = folder / name
        draft = path.with_name(f".{path.name}.onshi")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content.encode())
            draft.replace(path)
        except OSError as e:
            with contextlib.suppress(OSError):
                draft.unlink()
            written = f"written so far: {', '.join(done)}" if done else "nothing was written"
            raise OnshiError(f"{path} cannot be written: {e.strerror}; {written}") from None
        done.append(name)
