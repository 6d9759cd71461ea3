"""What the plugin does once a profile or a desk is asked for: settings, collection, outcomes."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from onshi.catalogue.load import load_profile, troubles_of
from onshi.catalogue.records import Profile, Trouble
from onshi.catalogue.weights import draw
from onshi.clinic import site_notes, site_of
from onshi.clock import parse_date
from onshi.config import find_config, load_class, waivers_of
from onshi.errors import OnshiError
from onshi.outcomes import Outcome, Row
from onshi.platforms import libpcsclite_found, pyscard_found
from onshi.replay import person_seed
from onshi.reports.about import about
from onshi.reports.baseline import known_breaks
from onshi.reports.run import Run, read_rows
from onshi.reports.writers import check_kind
from onshi.runner import Runner
from onshi.schedule import stream
from onshi.suite import Played, applicable, desk_doors, judge_played, planned, play

if TYPE_CHECKING:
    from onshi.catalogue.encounters import Encounter
    from onshi.desk import Desk
    from onshi.endpoints import Endpoints

_OPTIONS = (
    "profile", "trouble", "only", "seed", "date", "integration", "journal", "baseline", "report",
    "min_observed", "max_time", "encounters", "rate", "weight", "time_scale", "folder",
    "webapi_port", "reader_name", "product", "version", "tester",
)  # fmt: skip


class Session:
    """Everything settled for one pytest run. Raises OnshiError for what cannot be."""

    def __init__(self, config: pytest.Config) -> None:
        self.pytest = config
        here = config.invocation_params.dir
        self.config, self.config_path = find_config(here, config.rootpath)
        given = {name: getattr(config.option, OPTION + name, None) for name in _OPTIONS}
        given = {name: value for name, value in given.items() if value is not None}
        try:
            self.config = msgspec.structs.replace(self.config, **given)
        except ValueError as e:
            raise OnshiError(f"option --onshi-{e}") from None
        if self.config.date is not None:
            self._check_date(self.config.date)
        self.home = self.config_path.parent if self.config_path else here
        self.site = site_of(self.config, self.home)
        self._started = time.monotonic()
        self._played: dict[tuple[date | None, bytes], Played] = {}
        self.profiles: list[Profile] = [load_profile(p) for p in self.config.profile]
        self.troubles = planned(self.config, self.profiles)
        self.integration: type[Any] | None = None
        if self.config.integration:
            self.integration = load_class(self.config.integration, self.home)
        self.surfaces: frozenset[str] = frozenset()
        if self.integration is not None:
            desk_doors(self.integration)
            self.surfaces = frozenset(self.integration.surfaces)
        for path in self.config.reports:
            check_kind(path)
        self.about = about(self.config, self.home)
        self.waivers = waivers_of(self.config, self.home)
        self.before = self._before()
        self._accepted = self.waivers + known_breaks(self.before or ())

    @staticmethod
    def _check_date(text: str) -> None:
        try:
            parse_date(text)
        except ValueError as e:
            raise OnshiError(f"--onshi-date: {e}") from None

    def settle(self) -> None:
        """Open the addresses early: before a product looks for them, and to fail at once.

        Not in the controller of xdist: each worker has addresses of its own.
        """
        if self.integration is None or getattr(self.pytest.option, "numprocesses", None):
            return
        try:
            endpoints = self.endpoints()
            for surface, name in (("pcsc", "pcsc"), ("webapi", "webapi"), ("folder", "folder")):
                patched = name == "pcsc" and (self._by_pyscard or endpoints.by_patch)
                if surface in self.surfaces and not patched:
                    getattr(endpoints, name)
        except OnshiError as e:
            raise pytest.UsageError(str(e)) from None

    def _doors(self, integration: Any) -> tuple[str, ...]:
        """The doors for the integration; PC/SC is by way of pyscard where the settings say so."""
        doors = desk_doors(integration)
        return tuple("pyscard" if d == "pcsc" and self._by_pyscard else d for d in doors)

    @property
    def _by_pyscard(self) -> bool:
        return self.config.flavour is not None or "pyscard" in (self.config.doors or ())

    def _before(self) -> list[Row] | None:
        """The former run to compare with."""
        if self.config.baseline is None:
            return None
        try:
            return read_rows(Path(self.config.baseline))
        except OnshiError as e:
            raise OnshiError(f"--onshi-baseline: {e}") from None

    # ------------------------------------------------------------ collection
    def selected(self, definition: Any) -> list[Trouble]:
        """The troubles for a test: in the suite only those that the product can meet."""
        if not self.troubles:
            raise pytest.UsageError(
                "onshi_trouble needs a profile: pytest --profile=hodanren2025 (or profile = "
                '["hodanren2025"] in [tool.onshi])'
            )
        from onshi.pytest_items import TroubleModule

        if self.integration is not None and isinstance(definition.parent, TroubleModule):
            return [t for t in self.troubles if applicable(t, self.surfaces)]
        return [t for t in self.troubles if not t.why_not]

    def encounters(self) -> list[Any]:
        """The encounters of the day, drawn by the seed.

        A trouble that the product cannot meet is drawn like any other and then left out, so that
        the mix stays the survey's.
        """
        from onshi.catalogue.encounters import Day

        config = self.config
        if not self.profiles:
            raise pytest.UsageError("--onshi-encounters needs a profile")
        if config.rate is None:
            raise pytest.UsageError(
                "--onshi-encounters needs --onshi-rate R, the share of patients that meet a "
                "trouble: no survey gives it (0.1 is the word of one clinic; try 0.02 and 0.05 too)"
            )
        try:
            day = Day(self.profiles[0], config.encounters, config.rate, config.seed, config.weight)
        except OnshiError as e:
            raise pytest.UsageError(str(e)) from None
        return [pytest.param(encounter, id=encounter.name) for encounter in day]

    def out_of_scope(self) -> list[Trouble]:
        """対象外: what the product's surfaces cannot meet."""
        if self.integration is None:
            return []
        return [t for t in self.troubles if not applicable(t, self.surfaces)]

    def module(self, parent: pytest.Session) -> pytest.Module | None:
        """The collector of the suite, when there is an integration."""
        if self.integration is None or not self.troubles:
            return None
        from onshi.pytest_items import EncounterModule, TroubleModule

        kind = EncounterModule if self.config.encounters else TroubleModule
        module = kind.from_parent(
            parent,
            path=parent.config.invocation_params.dir,  # hooks of a conftest.py there apply
            nodeid=f"onshi/{self.facts().suite}",
        )
        return module

    def check_used(self, used: bool) -> None:
        """Exit 4 when nothing in the run would meet the profile."""
        if not used:
            raise pytest.UsageError(
                "a profile is asked for, but there is neither an integration nor a test that "
                "uses one. Name your adapter in pyproject.toml:\n\n"
                '    [tool.onshi]\n    integration = "my_adapter:Adapter"\n\n'
                "or write tests with the fixture onshi_trouble (README: first test)"
            )

    def one_process_if_needed(self) -> None:
        """A GUI is one: turn xdist off for a product that says ``parallel = False``."""
        if self.integration is not None and not getattr(self.integration, "parallel", True):
            option = self.pytest.option
            option.numprocesses, option.dist, option.tx = None, "no", []

    # ----------------------------------------------------------------- desks
    def claim(self) -> None:
        """Point this process' libpcsclite at our socket, before its first PC/SC call."""
        try:
            endpoints = self.endpoints()
            if not (self._by_pyscard or endpoints.by_patch):
                _ = endpoints.pcsc
        except OnshiError as e:
            raise pytest.UsageError(str(e)) from None

    def endpoints(self) -> Endpoints:
        """This process' addresses, as chosen."""
        from onshi.endpoints import process_endpoints

        shared = process_endpoints()
        folder = Path(self.config.folder).absolute() if self.config.folder else None
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        port = self.config.webapi_port
        if worker and folder is not None:
            with contextlib.suppress(OSError):  # it is said, with what to do, when it is opened
                folder.mkdir(exist_ok=True)
            folder = folder / worker
        if worker and port:
            port += 2 * int(worker.removeprefix("gw") or 0)
        shared.configure(folder=folder, webapi_port=port)
        return shared

    def open_desk(self, **settings: Any) -> Desk:
        """A desk with this session's settings, overridden by ``settings``."""
        from onshi.desk import Desk

        chosen: dict[str, Any] = {
            "seed": self.config.seed,
            "date": self.config.date,
            "profile": self.profiles[0] if self.profiles else None,
            "time_scale": self.config.time_scale,
            "deadline": self.config.deadline,
            "reader_name": self.config.reader_name,
            "flavour": self.config.flavour,
            "site": self.site,
        }
        if self.config.doors is not None:
            chosen["doors"] = self.config.doors
        if chosen["date"] is None and chosen["profile"] is None:
            chosen["date"] = _QUIET_DATE
        self.endpoints()
        return Desk(**{**chosen, **settings})

    @contextlib.contextmanager
    def desk(
        self, marker: pytest.Mark | None, encounter: Encounter | None = None
    ) -> Iterator[Desk]:
        """The desk of the ``onshi`` fixture, with its marker's troubles applied.

        For an encounter of a day it is the one at which that person is received.
        """
        settings = dict(marker.kwargs) if marker else {}
        if encounter is not None:
            settings.setdefault("seed", person_seed(self.config.seed, encounter))
        with self.open_desk(**settings) as desk:
            for trouble in marker.args if marker else ():
                desk.apply(trouble)
            yield desk

    def drawn(self, name: str) -> Trouble | None:
        """A trouble from the first profile's mix, seeded by ``name``."""
        if not self.profiles:
            raise pytest.UsageError("onshi_visit needs a profile: pytest --profile=hodanren2025")
        return draw(self.profiles[0], stream(self.config.seed, f"draw/{name}"))

    @contextlib.contextmanager
    def runner(self) -> Iterator[Runner]:
        """The product under test, started when the first visit needs it."""
        if self.integration is None:
            raise pytest.UsageError("no integration: see --onshi-integration")
        try:
            runner = Runner(self.integration, patience=self.config.patience)
        except OnshiError as e:
            pytest.fail(str(e), pytrace=False)
        yield runner
        runner.stop()

    # -------------------------------------------------------------- outcomes
    def run(self, trouble: Trouble, runner: Runner, name: str = "", seed: int = 0) -> Outcome:
        """One trouble at a fresh desk; its journal is kept where asked, under ``name``.

        Troubles that do the same to this product are played once: the first one's course is
        judged again by the rules of each other. With a seed of its own a trouble is played anew.
        """
        if seed:
            return judge_played(self._play(trouble, runner, name, seed), trouble, self._accepted)
        survey = self._survey_of(trouble)
        key = (survey.date if survey else None, trouble.stimulus(self.surfaces))
        played = self._played.get(key)
        if played is None or played.trouble is trouble:
            played = self._play(trouble, runner, trouble.id, self.config.seed)
            self._played[key] = played
        return judge_played(played, trouble, self._accepted)

    def _play(self, trouble: Trouble, runner: Runner, name: str, seed: int) -> Played:
        doors = self._doors(runner.integration)
        survey = self._survey_of(trouble)
        with self.open_desk(profile=survey, doors=doors, seed=seed, keep_contexts=True) as desk:
            played = play(desk, trouble, runner, self.config)
            if self.config.journal:
                desk.journal.write(Path(self.config.journal), name)
        return played

    def _survey_of(self, trouble: Trouble) -> Profile | None:
        """The first of the profiles that has the trouble: on its date it is played."""
        having = (p for p in self.profiles if trouble in troubles_of(p))
        return next(having, self.profiles[0] if self.profiles else None)

    def out_of_time(self) -> bool:
        """Whether ``--onshi-max-time`` is over."""
        return (
            self.config.max_time is not None
            and time.monotonic() - self._started > self.config.max_time
        )

    def facts(self) -> Run:
        """What this run is, for its reports."""
        dates = [p.date.isoformat() for p in self.profiles]
        return Run(
            profiles=[_anywhere(p) for p in self.config.profile],
            seed=self.config.seed,
            date=self.config.date or (dates[0] if dates else "-"),
            surfaces=sorted(self.surfaces),
            troubles=[t.id for t in self.troubles],
            scope=[t.id for t in self.out_of_scope()],
            rules=self.config.rules,
            limits=self.config.limits,
            waivers=list(self.waivers),
            whole=not (self.config.trouble or self.config.only or self.config.encounters),
            encounters=self.config.encounters,
            rate=self.config.rate or 0.0,
            weight=self.config.weight,
            min_observed=self.config.min_observed,
            about=self.about,
        )

    def header(self) -> str:
        """The line in pytest's header."""
        line = "\n".join([self.facts().header, *site_notes(self.config, self.site)])
        if "pcsc" not in self.surfaces or self._by_pyscard or libpcsclite_found():
            return line
        if pyscard_found():
            line += (
                "\nonshi: there is no libpcsclite.so.1 here: Python code in this process reaches "
                "the reader through pyscard, other programs find none"
            )
        else:
            line += (
                "\nonshi: there is no libpcsclite.so.1 here, so programs find no reader; webapi, "
                "folder and face work (apt-get install libpcsclite1)"
            )
        return line

    def reproduce(self, trouble: Trouble) -> str:
        """The command that shows this trouble again, from the same folder."""
        parts = ["pytest", *(f"--onshi-profile={p}" for p in self.config.profile)]
        parts += [f"--onshi-trouble={trouble.id}", f"--onshi-seed={self.config.seed}"]
        if self.pytest.option.onshi_integration:
            parts.append(f"--onshi-integration={self.config.integration}")
        if self.config.date:
            parts.append(f"--onshi-date={self.config.date}")
        return " ".join(parts)

    def reporter(self) -> Any:
        """The plugin that sums up; only where results are gathered."""
        from onshi.reports.terminal import TerminalSummary

        return TerminalSummary(self)


def _anywhere(profile: str) -> str:
    """A profile's name, or the path of one's own as it is found from any folder."""
    return str(Path(profile).absolute()) if Path(profile).is_file() else profile


OPTION = "onshi_"
_QUIET_DATE = "2025-10-20"
