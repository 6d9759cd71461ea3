"""``[tool.onshi.clinic]`` as the site that a desk plays: whatever opens desks asks here."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from onshi.config import Clinic, Config
from onshi.data import convert_table, read_toml
from onshi.eligibility.codes import placeholders
from onshi.errors import BadFileError, suggest
from onshi.people.insurers import KIND_WORDS, read_insurers
from onshi.result_codes import ResultCodes
from onshi.scene import Site

__all__ = ["CODES_VARIABLE", "PASSWORD_VARIABLE", "site_notes", "site_of"]

CODES_VARIABLE = "ONSHI_RESULT_CODES"
PASSWORD_VARIABLE = "ONSHI_FOLDER_PASSWORD"
_REPOSITORIES = (".git", ".hg", ".svn")


class _Code(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    code: str
    message: str = ""

    def __post_init__(self) -> None:
        if not self.code.strip():
            raise ValueError("code is empty")


def site_of(config: Config, home: Path) -> Site:
    """The clinic that the settings describe; ``home`` is the folder that they are relative to.

    Raises :class:`BadFileError`: an insurer master or a file of result codes that cannot be used,
    or result codes that lie inside the project.
    """
    clinic = config.clinic
    site = Site(
        institution_code=clinic.institution_code,
        encoding=clinic.encoding,
        name=clinic.name,
        table=_table(clinic),
        payer=clinic.payer,
        folder_zip=clinic.folder_zip,
        folder_encrypt=clinic.folder_encrypt,
        folder_password=os.environ.get(PASSWORD_VARIABLE) or clinic.folder_password,
        folder_stay=clinic.folder_stay,
        bulk_seconds=clinic.bulk_seconds,
    )
    if clinic.insurers is not None:
        site.insurers = read_insurers(home / Path(clinic.insurers).expanduser())
    if chosen := os.environ.get(CODES_VARIABLE):
        site.codes = _result_codes(Path(chosen).expanduser().absolute(), home)
    elif clinic.result_codes is not None:
        site.codes = _result_codes(home / Path(clinic.result_codes).expanduser(), home)
    return site


def _table(clinic: Clinic) -> str:
    coded = clinic.institution_code[2]
    return clinic.table or (coded if coded in "134" else "1")


def site_notes(config: Config, site: Site) -> list[str]:
    """What a person should know at the start of a run: kinds that the insurer master lacks."""
    if config.clinic.insurers is None:
        return []
    missing = [KIND_WORDS[k] for k in ("shaho", "kokuho", "kouki") if k not in site.insurers]
    if not missing:
        return []
    return [
        f"onshi: {config.clinic.insurers} に{'・'.join(missing)}の保険者がないので、"
        "その患者は架空の保険者（試験用）に入っています"
    ]


def _result_codes(path: Path, home: Path) -> ResultCodes:
    """The codes of a private file: a table for each placeholder, with ``code`` and ``message``."""
    real = path.resolve()
    inside = real.is_relative_to(home.resolve())
    if inside or any((p / r).exists() for p in real.parents for r in _REPOSITORIES):
        where = "this project's folder" if inside else "a repository"
        raise BadFileError(
            path,
            f"lies inside {where}, where it would be committed and passed on with the rest: result "
            "codes are not public, keep them outside",
        )
    found = {}
    for name, table in read_toml(path).items():
        if name not in placeholders():
            near = suggest(name, placeholders()) or list(placeholders())
            raise BadFileError(
                path, f"there is no placeholder {name!r}; did you mean {' or '.join(near)}?"
            )
        told = convert_table(path, table, _Code, name)
        found[name] = told.code, told.message
    return ResultCodes(found)
