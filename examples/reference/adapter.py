"""The adapter: what a vendor writes once to put a product under the harness.

Life cycle here, words in :mod:`translate`. A product in another language has its driver here:
start the program, fill in its windows, read its windows.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

from clinic.card import CardReader
from clinic.chart import Charts
from clinic.claim_file import Site
from clinic.config import Config
from clinic.face import FaceFolder
from clinic.folder import Exchange
from clinic.month_end import MonthEnd
from clinic.reception import Reception
from clinic.recheck import Recheck
from clinic.returns import Returns
from clinic.webapi import WebApi
from translate import arrival, claim, errand, handling, institution, page, returned

import onshi


class Reference(onshi.Integration):
    """The reference clinic with everything it has: card, WebAPI, 連携アプリ folder, face files."""

    surfaces = frozenset({"pcsc", "webapi", "folder", "face"})
    in_process = True
    parallel = True

    def start(self, env: Mapping[str, str]) -> None:
        """Configure the product. ``requests`` runs in this process: its waits cost no time."""
        self.claims = tempfile.mkdtemp(prefix="clinic-claims-")
        weakref.finalize(self, shutil.rmtree, self.claims, ignore_errors=True)
        self.config = Config.from_env(
            {
                **env,
                "ONSHI_INSTITUTION_CODE": institution(env),
                "CLINIC_CLAIMS": self.claims,
            },
            http_in_virtual_time=self.in_process,
        )
        self.charts = Charts(self.config.database)
        self.open()

    def open(self) -> None:
        """The product as it is after its start in the morning."""
        config = self.config
        self.reception = self.make_reception(self.charts, config)
        self.month_end = self.make_month_end(self.charts, config)
        self.returns = Returns(self.charts, self.reception.ledger)
        self.chart_of: dict[str, str] = {}
        self.today = date.today()

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

    def make_month_end(self, charts: Charts, config: Config) -> MonthEnd:
        """The office; it asks by the lines that this installation has, without card or patient."""
        lines = self.reception.lines
        return MonthEnd(
            charts,
            self.reception.ledger,
            Recheck({name: line for name, line in lines.items() if name in self.surfaces}),
            site=Site(code=config.institution, name=config.name, phone=config.phone),
            folder=config.claims,
        )

    def stop(self) -> None:
        self.charts.close()
        shutil.rmtree(self.claims, ignore_errors=True)

    def reset(self) -> None:
        """A new morning: no charts, no login, nothing waited for."""
        self.charts.clear()
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
        if case.page is not None and case.page.chart_no is not None:
            self.chart_of[visit.patient.key] = case.page.chart_no
        return handling(case, elapsed=time.perf_counter() - started)

    def set_date(self, date: date) -> None:
        """The business date comes with every visit and claim."""
        self.today = date

    def close_month(self, date: date) -> None:
        """Every patient's claim is decided in :meth:`claim`: the operator is there then."""

    def claim(self, visit: onshi.Visit) -> onshi.Claim:
        """Write the claim of the patient, whatever chart the visits became."""
        known = visit.chart.chart_no if visit.chart else None
        chart_no = self.chart_of.get(visit.patient.key, known)
        return claim(self.month_end.claim(errand(visit, chart_no)))

    def import_returns(self, path: Path) -> onshi.Returned:
        """Read a 返戻 file in."""
        return returned(self.returns.take_file(Path(path), self.today))


class ReferencePcscWebapi(Reference):
    """An installation with a PC/SC reader and the WebAPI."""

    surfaces = frozenset({"pcsc", "webapi"})


class ReferenceFolder(Reference):
    """An installation with the 連携アプリ alone."""

    surfaces = frozenset({"folder"})


class ReferenceFace(Reference):
    """An installation that takes face reader files alone."""

    surfaces = frozenset({"face"})
