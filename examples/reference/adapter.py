"""The adapter: what a vendor writes once to put a product under the harness.

Life cycle here, words in :mod:`translate`. A product in another language has its driver here:
start the program, fill in its windows, read its windows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial

from clinic.card import CardReader
from clinic.chart import Charts
from clinic.config import Config
from clinic.face import FaceFolder
from clinic.folder import Exchange
from clinic.reception import Reception
from clinic.webapi import WebApi
from translate import arrival, handling, institution, page

import onshi


class Reference(onshi.Integration):
    """The reference clinic with everything it has: card, WebAPI, 連携アプリ folder, face files."""

    surfaces = frozenset({"pcsc", "webapi", "folder", "face"})
    in_process = True
    parallel = True

    def start(self, env: Mapping[str, str]) -> None:
        """Configure the product. ``requests`` runs in this process: its waits cost no time."""
        self.config = Config.from_env(
            {**env, "ONSHI_INSTITUTION_CODE": institution(env)},
            http_in_virtual_time=self.in_process,
        )
        self.open()

    def open(self) -> None:
        """The product as it is after its start in the morning."""
        config = self.config
        self.charts = Charts(config.database)
        self.reception = self.make_reception(self.charts, config)

    def make_reception(self, charts: Charts, config: Config) -> Reception:
        """The desk with what this installation has."""
        lines, face = {}, None
        if config.login_url:
            lines["webapi"] = WebApi(config, next_number=partial(charts.next, "inquiry")).ask
        if config.folder is not None:
            number = partial(charts.next, "request")
            lines["folder"] = Exchange(config, number, charts.keep_late).ask
            face = FaceFolder(config, charts.keep_late)
        return Reception(charts, card=CardReader(config.limits), lines=lines, face=face)

    def stop(self) -> None:
        self.charts.close()

    def reset(self) -> None:
        """A new morning: no charts, no login, nothing waited for."""
        self.charts.close()
        self.open()

    def prepare(self, chart: onshi.Chart | None) -> None:
        if chart is not None:
            self.charts.save(page(chart))

    def alive(self) -> bool:
        """Whether the next patient could be received."""
        return self.charts.next("alive") > 0

    def check_in(self, visit: onshi.Visit) -> onshi.Handling:
        started = time.perf_counter()
        case = self.reception.check_in(arrival(visit, self.surfaces))
        visit.take_away()
        return handling(case, elapsed=time.perf_counter() - started)


class ReferencePcscWebapi(Reference):
    """An installation with a PC/SC reader and the WebAPI."""

    surfaces = frozenset({"pcsc", "webapi"})


class ReferenceFolder(Reference):
    """An installation with the 連携アプリ alone."""

    surfaces = frozenset({"folder"})


class ReferenceFace(Reference):
    """An installation that takes face reader files alone."""

    surfaces = frozenset({"face"})
