"""The adapter of the naive clinic: as the reference's, with the naive parts put in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from clinic.chart import Charts
from clinic.config import Config
from naive_clinic.card import NaiveCardReader
from naive_clinic.lines import NaiveExchange, NaiveFace, NaiveWebApi
from naive_clinic.reception import NaiveReception
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
