"""How a survey's troubles are mixed: the weight of each category, and drawing by it.

A weight is neither a probability per encounter nor a defect rate: the surveys count institutions
that met a category at least once. A source that counts nothing is drawn evenly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import accumulate
from random import Random
from typing import Literal

from onshi.catalogue.load import troubles_by_category
from onshi.catalogue.records import Category, Profile, Trouble
from onshi.errors import OnshiError, UnknownNameError

__all__ = ["Process", "Weight", "category_weight", "category_weights", "draw", "site_share"]

Weight = Literal["a", "b"]
"""``a``: normalised counts of institutions; ``b``: normalised -ln(1 - count / answered)."""

Process = Literal["encounter", "site"]


def category_weight(profile: Profile, key: str, weight: Weight = "a") -> float:
    """The weight of one category, 0 to 1; see :func:`category_weights`.

    Raises :class:`UnknownNameError`, or :class:`OnshiError` where ``b`` has no value.
    """
    weights = category_weights(profile, weight)
    if key not in weights:
        raise UnknownNameError("category", key, weights)
    return weights[key]


def category_weights(profile: Profile, weight: Weight = "a") -> dict[str, float]:
    """The weight of every category, 0 to 1; together 1 (or 0 where there is nothing to draw).

    The stored weights if each category that can be weighed has one, else from the counts. 0 for a
    category that cannot be injected or whose count is lost. Where no count is known at all, as in
    a rule document, ``a`` is even. Raises :class:`OnshiError` where ``b`` has no value.
    """
    weights = dict.fromkeys((c.key for c in profile.category), 0.0)
    drawn = [c for c in profile.category if c.injectable]
    stored = {c.key: w for c in drawn if (w := _stored(c, weight)) is not None}
    counted = [c for c in drawn if c.count is not None]
    if stored and all(c.key in stored for c in counted):
        raw = stored
    elif counted:
        raw = {c.key: _from_count(c, profile, weight) for c in counted}
    elif weight == "b":
        raise _no_b(profile, "the source counts no institutions")
    else:
        raw = {c.key: 1.0 for c in drawn}
    total = math.fsum(raw.values())
    weights.update({key: value / total if total else 0.0 for key, value in raw.items()})
    return weights


def _stored(category: Category, weight: Weight) -> float | None:
    return category.weight_a if weight == "a" else category.weight_b


def _from_count(category: Category, profile: Profile, weight: Weight) -> float:
    count = category.count or 0
    if weight == "a":
        return float(count)
    if profile.answered is None:
        raise _no_b(profile, "the source does not say how many institutions answered")
    if count >= profile.answered:
        raise _no_b(
            profile, f"every institution that answered has met {category.key!r}", category.key
        )
    return -math.log(1 - count / profile.answered)


def _no_b(profile: Profile, why: str, key: str = "") -> OnshiError:
    of = f" of {key!r}" if key else ""
    return OnshiError(
        f"profile {profile.name}: weight b{of} has no value, since {why}; use weight a"
    )


def draw(
    profile: Profile, rng: Random, *, weight: Weight = "a", process: Process | None = None
) -> Trouble:
    """One trouble of the profile's mix: first a category by its weight, then a trouble in it.

    Whether an encounter is troubled at all is the caller's decision: the surveys give no such
    rate. Inside a category a trouble's share is its ``support`` + 1, which is editorial. Troubles
    in no category of the survey (``extra_troubles``) are never drawn. ``process``: only troubles
    that come to one patient (``encounter``), or only those that hit the whole site for a while
    (``site``), in the proportions they have in the whole mix. Raises :class:`OnshiError` when
    there is none to draw.
    """
    return _mix(profile, weight, process).draw(rng)


def site_share(profile: Profile, weight: Weight = "a") -> float:
    """The share of the mix, 0 to 1, that are troubles of the whole site (``process = "site"``).

    Troubles inside a category count by ``support`` + 1. Raises :class:`OnshiError` as
    :func:`draw` does.
    """
    shares = _shares(profile, weight)
    return math.fsum(
        share * _support(t for t in troubles if t.process == "site") / _support(troubles)
        for share, troubles in shares.values()
    )


class _Mix:
    """The troubles of each category that has any, and what :func:`random.choices` needs."""

    def __init__(self, profile: Profile, weight: Weight, process: Process | None) -> None:
        self.profile = profile
        self.troubles: list[list[Trouble]] = []
        self.supports: list[list[int]] = []
        shares = []
        for share, whole in _shares(profile, weight).values():
            part = [t for t in whole if process in (None, t.process)]
            if part and share:
                self.troubles.append(part)
                self.supports.append(list(accumulate(t.support + 1 for t in part)))
                shares.append(share * _support(part) / _support(whole))
        if not shares:
            of = f" with process {process!r}" if process else ""
            raise OnshiError(f"profile {profile.name} has no trouble to draw{of}")
        self.categories = list(accumulate(shares))

    def draw(self, rng: Random) -> Trouble:
        chosen = rng.choices(range(len(self.troubles)), cum_weights=self.categories)[0]
        return rng.choices(self.troubles[chosen], cum_weights=self.supports[chosen])[0]


_mixes: dict[tuple[int, Weight, Process | None], _Mix] = {}
"""By the identity of the profile, which the mix keeps alive: its hash would go through hundreds
of figures at every draw."""


def _mix(profile: Profile, weight: Weight, process: Process | None) -> _Mix:
    key = (id(profile), weight, process)
    if key not in _mixes:
        if len(_mixes) >= 64:
            _mixes.clear()
        _mixes[key] = _Mix(profile, weight, process)
    return _mixes[key]


def _shares(profile: Profile, weight: Weight) -> dict[str, tuple[float, list[Trouble]]]:
    """The categories that have troubles: their share of what can be drawn, and the troubles."""
    weights = category_weights(profile, weight)
    filled = {key: found for key, found in troubles_by_category(profile).items() if found}
    total = math.fsum(weights[key] for key in filled)
    if not total:
        raise OnshiError(f"profile {profile.name} has no trouble to draw")
    return {key: (weights[key] / total, found) for key, found in filled.items()}


def _support(troubles: Iterable[Trouble]) -> int:
    return sum(t.support + 1 for t in troubles)
