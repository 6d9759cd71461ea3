"""The adapters of the naive clinic: everything wrong at once, or single mistakes by name.

With ``ONSHI_NAIVE=retry_pin`` (or several names, with commas) the reference clinic runs with
those mistakes and no others; docs/mutants.md has their names.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache, partial

from behaviours import at_work
from clinic.chart import Charts
from clinic.config import Config
from naive_clinic.card import NaiveCardReader
from naive_clinic.lines import NaiveExchange, NaiveFace, NaiveWebApi
from naive_clinic.reception import NaiveReception
from reference_clinic import Reference
from translate import arrival, handling, institution, page

import onshi


class Naive(onshi.Integration):
    """A clinic that handles every trouble as it should not."""

    surfaces = frozenset({"pcsc", "webapi", "folder", "face"})
    in_process = True
    parallel = True

    def start(self, env: Mapping[str, str]) -> None:
        self.config = Config.from_env(
            {**env, "ONSHI_INSTITUTION_CODE": institution(env)},
            http_in_virtual_time=self.in_process,
        )
        self.open()

    def open(self) -> None:
        config = self.config
        self.charts = Charts(config.database)
        lines, face = {}, None
        if config.login_url:
            lines["webapi"] = NaiveWebApi(config).ask
        if config.folder is not None:
            lines["folder"] = NaiveExchange(config, partial(self.charts.next, "request")).ask
            face = NaiveFace(config)
        card = NaiveCardReader(config.limits)
        self.reception = NaiveReception(self.charts, card=card, lines=lines, face=face)  # type: ignore[arg-type]

    def stop(self) -> None:
        self.charts.close()

    def reset(self) -> None:
        self.charts.close()
        self.open()

    def prepare(self, chart: onshi.Chart | None) -> None:
        if chart is not None:
            self.charts.save(page(chart))

    def check_in(self, visit: onshi.Visit) -> onshi.Handling:
        case = self.reception.check_in(arrival(visit, self.surfaces))
        visit.take_away()
        return handling(case)


NAMES = tuple(name.strip() for name in os.environ.get("ONSHI_NAIVE", "").split(",") if name.strip())
with at_work(*NAMES):
    """A name that does not exist, or two that exclude each other, are said at once."""


@cache
def _put_in_place() -> ExitStack:
    """The mistakes named, from the product's first start on; a product that hung starts again."""
    stack = ExitStack()
    stack.enter_context(at_work(*NAMES))
    return stack


class Mutant(Reference):  # type: ignore[misc]
    """The reference clinic with the mistakes that ``ONSHI_NAIVE`` names."""

    def start(self, env: Mapping[str, str]) -> None:
        _put_in_place()
        super().start(env)


class Chosen(Mutant if NAMES else Naive):  # type: ignore[misc]
    """What the settings here run: the mistakes named, else all of them."""
