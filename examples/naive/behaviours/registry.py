"""How a behaviour is written down, found by its name, and put in place for the time of a run."""

from __future__ import annotations

import contextlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps
from importlib import import_module
from types import MappingProxyType
from typing import Any

from onshi.errors import OnshiError, UnknownNameError

__all__ = [
    "Behaviour",
    "Change",
    "at_work",
    "behaviours",
    "find_behaviour",
    "legitimate",
    "mistake",
]

_found: dict[str, Behaviour] = {}
_at_work: dict[tuple[Any, str], Behaviour] = {}


@dataclass(frozen=True)
class Change:
    """A method, property or function of the clinic that is replaced."""

    owner: Any
    attribute: str
    usual: Any
    instead: Any

    @property
    def place(self) -> tuple[Any, str]:
        return self.owner, self.attribute


@dataclass(frozen=True, eq=False)
class Behaviour:
    """A product's way to do one thing.

    ``breaks``: the rules that it breaks, at level fail or warn, and no others; empty for a
    legitimate product. ``warned``: rules that warn a legitimate product all the same. ``ja`` and
    ``en`` say what its programmer thought; ``why`` is why it breaks several rules, or is warned.
    """

    name: str
    ja: str
    en: str
    breaks: frozenset[str] = frozenset()
    warned: frozenset[str] = frozenset()
    why: str = ""
    changes: list[Change] = field(default_factory=list)

    @property
    def expected(self) -> frozenset[str]:
        """The rules of level fail or warn that are broken with it."""
        return self.breaks | self.warned

    def instead_of(self, owner: Any, attribute: str) -> Callable[[Callable[..., Any]], Any]:
        """Use the function in the place of a method, property or function of the clinic.

        It is given the usual one first, then the arguments. Raises AttributeError for what the
        clinic does not have.
        """
        usual = vars(owner).get(attribute)
        if usual is None:
            raise AttributeError(f"{self.name}: {owner.__name__} has no {attribute} of its own")

        def keep(function: Callable[..., Any]) -> Callable[..., Any]:
            self.changes.append(Change(owner, attribute, usual, _instead(usual, function)))
            return function

        return keep


def _instead(usual: Any, function: Callable[..., Any]) -> Any:
    """What is put in place: of the same kind as what was there."""
    if isinstance(usual, property):
        return property(lambda self: function(usual.fget, self))

    @wraps(usual)
    def call(*args: Any, **named: Any) -> Any:
        return function(usual, *args, **named)

    return call


def mistake(name: str, *breaks: str, ja: str, en: str, why: str = "") -> Behaviour:
    """A behaviour that breaks these rules. ``why`` goes with more than one."""
    assert breaks, name
    assert why or len(breaks) == 1, name
    return _register(Behaviour(name, ja, en, frozenset(breaks), why=why))


def legitimate(
    name: str, *, ja: str, en: str, warned: Iterable[str] = (), why: str = ""
) -> Behaviour:
    """A product that must stay green. ``why`` goes with what it is warned of."""
    return _register(Behaviour(name, ja, en, warned=frozenset(warned), why=why))


def _register(behaviour: Behaviour) -> Behaviour:
    if behaviour.name in _found:
        raise ValueError(f"behaviour {behaviour.name} is there twice")
    _found[behaviour.name] = behaviour
    return behaviour


@cache
def behaviours() -> Mapping[str, Behaviour]:
    """Every behaviour by name, mistakes first, in the order of the rules that they break."""
    package = import_module("behaviours")
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        import_module(f"behaviours.{module}")
    ordered = sorted(_found.values(), key=lambda b: (not b.breaks, sorted(b.breaks), b.name))
    return MappingProxyType({b.name: b for b in ordered})


def find_behaviour(name: str) -> Behaviour:
    """The behaviour of that name. Raises :class:`UnknownNameError`, with what may be meant."""
    try:
        return behaviours()[name]
    except KeyError:
        raise UnknownNameError("behaviour", name, behaviours()) from None


@contextlib.contextmanager
def at_work(*names: str) -> Iterator[None]:
    """Put behaviours in place, and back again. Raises :class:`OnshiError` where two of them
    replace the same thing.
    """
    chosen = [find_behaviour(name) for name in dict.fromkeys(names)]
    placed: list[Change] = []
    try:
        for one in chosen:
            for change in one.changes:
                _take(one, change)
                placed.append(change)
                setattr(change.owner, change.attribute, change.instead)
        yield
    finally:
        for change in reversed(placed):
            setattr(change.owner, change.attribute, change.usual)
            del _at_work[change.place]


def _take(one: Behaviour, change: Change) -> None:
    other = _at_work.get(change.place)
    if other is not None:
        what = f"{change.owner.__name__}.{change.attribute}"
        raise OnshiError(
            f"{one.name} and {other.name} both replace {what}: use one of them at a time"
        )
    _at_work[change.place] = one
