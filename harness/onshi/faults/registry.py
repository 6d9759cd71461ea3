"""Faults by name. Modules are imported when a fault of them is asked for."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import msgspec

import onshi.faults as package
from onshi.data import explain
from onshi.errors import OnshiError, UnknownNameError, suggest
from onshi.faults.base import Fault, registered

__all__ = ["fault_names", "find_fault", "make_fault"]


def fault_names() -> list[str]:
    """Every fault's name, sorted; from the files, without importing them."""
    names = []
    for found in pkgutil.walk_packages(package.__path__):
        if found.ispkg:
            where = [f"{p}/{found.name}" for p in package.__path__]
            names += [f"{found.name}.{m.name}" for m in pkgutil.iter_modules(where)]
    return sorted(names)


def find_fault(name: str) -> type[Fault]:
    """The class of a fault. Raises :class:`UnknownNameError` with the nearest names."""
    if name not in registered:
        family, _, rest = name.partition(".")
        known = (
            rest.isidentifier()
            and family.isidentifier()
            and _is_family(family)
            and find_spec(f"onshi.faults.{name}") is not None
        )
        if not known:
            raise UnknownNameError("fault", name, fault_names())
        import_module(f"onshi.faults.{name}")
    return registered[name]


def make_fault(name: str, settings: dict[str, Any]) -> Fault:
    """A fault with its settings checked.

    Raises :class:`UnknownNameError`, or :class:`OnshiError` naming the setting that is wrong.
    """
    cls = find_fault(name)
    fields = [f.encode_name for f in msgspec.structs.fields(cls)]
    for key in settings:
        if key not in fields:
            near = suggest(key, fields)
            raise OnshiError(
                f"fault {name} has no setting {key!r}"
                + (f"; did you mean {near[0]}?" if near else "")
                + f" (it has: {', '.join(fields) or 'none'})"
            )
    try:
        return msgspec.convert(settings, cls)
    except msgspec.ValidationError as e:
        key, expected = explain(cls, str(e))
        raise OnshiError(f"fault {name}: {key + ': ' if key else ''}{expected}") from None


def _is_family(name: str) -> bool:
    """Whether a folder of faults has that name; modules beside them are what faults share."""
    spec = find_spec(f"onshi.faults.{name}")
    return spec is not None and spec.submodule_search_locations is not None
