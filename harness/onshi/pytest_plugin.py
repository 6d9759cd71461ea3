"""The pytest plugin: options, fixtures, marker. Imports nothing heavy.

Every pytest run of an environment that has the package imports this module, so everything else
is imported where it is first needed (bar: 30 ms when unused).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from onshi.catalogue.encounters import Encounter
    from onshi.desk import Desk
    from onshi.pytest_suite import Session
    from onshi.visit import Visit

SESSION: pytest.StashKey[Session] = pytest.StashKey()
OPTIONS = "onshi_"
USES_DESK = {"onshi", "onshi_desks", "onshi_visit"}
USES_PROFILE = {"onshi_trouble", "onshi_visit", "onshi_integration", "onshi_encounter"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Long options only, each with a twin of the same name in ``[tool.onshi]``."""
    group = parser.getgroup("onshi", "onshi: troubles of オンライン資格確認")
    add = group.addoption
    add(
        "--onshi-profile",
        action="append",
        dest="onshi_profile",
        metavar="NAME",
        help="survey profile to run, by name or path (repeatable: union)",
    )
    add(
        "--onshi-trouble",
        action="append",
        dest="onshi_trouble",
        metavar="ID",
        help="run only this trouble (repeatable)",
    )
    add("--onshi-only", dest="onshi_only", metavar="smoke", help="smoke: one trouble per category")
    add(
        "--onshi-seed",
        dest="onshi_seed",
        type=int,
        metavar="N",
        help="seed of patients and faults (default 0)",
    )
    add(
        "--onshi-date",
        dest="onshi_date",
        metavar="DATE",
        help="business date, YYYY-MM-DD or now (default: the profile's)",
    )
    add(
        "--onshi-integration",
        dest="onshi_integration",
        metavar="MOD:CLASS",
        help="the adapter of the product under test",
    )
    add(
        "--onshi-journal",
        dest="onshi_journal",
        metavar="DIR",
        help="write each trouble's journal and results.json there",
    )
    add(
        "--onshi-baseline",
        dest="onshi_baseline",
        metavar="DIR",
        help="a former --onshi-journal DIR: only breaks that are new fail",
    )
    add(
        "--onshi-encounters",
        dest="onshi_encounters",
        type=int,
        metavar="N",
        help="a day of N encounters drawn from the first profile, instead of each trouble once; "
        "a test that takes onshi_visit runs once for each of them",
    )
    add(
        "--onshi-rate",
        dest="onshi_rate",
        type=float,
        metavar="R",
        help="share of encounters that meet a trouble; no survey gives it (one clinic: 0.1)",
    )
    add(
        "--onshi-weight",
        dest="onshi_weight",
        choices=("a", "b"),
        help="how categories are weighed: a by institutions (default), b as rates",
    )
    add(
        "--onshi-report",
        action="append",
        dest="onshi_report",
        metavar="FILE",
        help="write a report: .html, .md, .csv, .json or .xml (repeatable)",
    )
    for name, what in (
        ("product", "the product under test"),
        ("version", "its version"),
        ("tester", "who tests it"),
    ):
        add(
            f"--onshi-{name}",
            dest=f"onshi_{name}",
            metavar="TEXT",
            help=f"for the head of the reports: {what}",
        )
    add(
        "--onshi-min-observed",
        dest="onshi_min_observed",
        type=int,
        metavar="N",
        help="fail when fewer than N troubles could be judged",
    )
    add(
        "--onshi-max-time",
        dest="onshi_max_time",
        type=float,
        metavar="SECONDS",
        help="start no further trouble after this time",
    )
    add(
        "--onshi-time-scale",
        dest="onshi_time_scale",
        type=float,
        metavar="X",
        help="shorten delays on real sockets and folders (0.01: a hundredth)",
    )
    add(
        "--onshi-folder",
        dest="onshi_folder",
        metavar="DIR",
        help="use this folder for req/, res/ and face/",
    )
    add(
        "--onshi-webapi-port",
        dest="onshi_webapi_port",
        type=int,
        metavar="PORT",
        help="login on PORT, search on PORT+1 (default: free ports)",
    )
    add(
        "--onshi-reader-name",
        dest="onshi_reader_name",
        metavar="NAME",
        help="PC/SC name of the card reader",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; with a profile or an integration, settle everything now."""
    config.addinivalue_line(
        "markers",
        "onshi(*trouble_ids, **settings): the desk of the `onshi` fixture meets these troubles; "
        "settings are those of onshi.Desk (seed, date, doors, time, profile)",
    )
    if _wanted(config):
        _session(config).settle()
        config.pluginmanager.register(_session(config).reporter(), "onshi-reporter")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """A product that cannot run twice at once gets one process, whatever ``-n`` says."""
    if getattr(config.option, "numprocesses", None) and _wanted(config):
        _session(config).one_process_if_needed()


def _wanted(config: pytest.Config) -> bool:
    """Whether a profile is asked for: on the command line, in pyproject.toml or in onshi.toml."""
    option = config.option
    if option.onshi_profile or option.onshi_trouble:
        return True
    for folder in {config.invocation_params.dir, config.rootpath}:
        path = folder / "pyproject.toml"
        settings = path.is_file() and b"[tool.onshi" in path.read_bytes()
        if settings or (folder / "onshi.toml").is_file():
            return bool(_session(config).config.profile or _session(config).config.trouble)
    return False


def _session(config: pytest.Config) -> Session:
    """The session's settings; what is wrong with them ends pytest with exit 4."""
    if SESSION not in config.stash:
        from onshi.errors import OnshiError
        from onshi.pytest_suite import Session

        try:
            config.stash[SESSION] = Session(config)
        except OnshiError as e:
            raise pytest.UsageError(str(e)) from None
    return config.stash[SESSION]


def pytest_report_header(config: pytest.Config) -> str | None:
    """Which profile, seed and date; why ``--profile`` is not ours, when it is not."""
    return _session(config).header() if _wanted(config) else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """With an integration, the suite is collected without a test file."""
    report = yield
    if isinstance(collector, pytest.Session) and _wanted(collector.config):
        module = _session(collector.config).module(collector)
        if module is not None and report.outcome == "passed":
            report.result = [*report.result, module]
    return report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``onshi_trouble`` takes each trouble of the profile in turn."""
    if "onshi_encounter" in metafunc.fixturenames:
        metafunc.parametrize("onshi_encounter", _session(metafunc.config).encounters())
    if "onshi_visit" in metafunc.fixturenames and _wanted(metafunc.config):
        session = _session(metafunc.config)
        if session.config.encounters:
            metafunc.parametrize("onshi_visit", session.encounters(), indirect=True)
    if "onshi_trouble" in metafunc.fixturenames:
        troubles = _session(metafunc.config).selected(metafunc.definition)
        metafunc.parametrize("onshi_trouble", troubles, ids=[t.id for t in troubles])


def pytest_collection_finish(session: pytest.Session) -> None:
    """Claim the PC/SC socket where a test uses a desk; refuse a profile that nothing uses."""
    used: set[str] = set()
    for item in session.items:
        used.update(getattr(item, "fixturenames", ()))
    if used & USES_DESK:
        _session(session.config).claim()
    if _wanted(session.config) and not session.config.option.collectonly:
        _session(session.config).check_used(bool(used & USES_PROFILE))


@pytest.fixture
def onshi(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk: a patient with a card on a PC/SC reader, and the eligibility system."""
    session, marker = _session(request.config), request.node.get_closest_marker("onshi")
    with session.desk(marker, _encounter(request)) as desk:
        yield desk


def _encounter(request: pytest.FixtureRequest) -> Encounter | None:
    """The encounter of the day that a test is run for."""
    call = getattr(request.node, "callspec", None)
    found: Encounter | None = call.params.get("onshi_visit") if call is not None else None
    return found


@pytest.fixture(scope="session")
def onshi_desks(request: pytest.FixtureRequest) -> Iterator[Callable[..., Desk]]:
    """A factory of desks, for Hypothesis and for several at once; closes what is left open."""
    opened: list[Desk] = []
    session = _session(request.config)

    def make(**settings: Any) -> Desk:
        opened.append(session.open_desk(**settings))
        return opened[-1]

    yield make
    for desk in opened:
        desk.close()


@pytest.fixture
def onshi_visit(onshi: Desk, request: pytest.FixtureRequest) -> Visit:
    """A visit drawn from the profile's mix, seeded by the test's name.

    With ``--onshi-encounters`` it is the next one of that day.
    """
    encounter = _encounter(request)
    if encounter is not None:
        from onshi.replay import visit_of

        return onshi.visit(visit_of(encounter))
    return onshi.visit(_session(request.config).drawn(request.node.nodeid))


@pytest.fixture(scope="session")
def onshi_runner(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The adapter in its own thread; tests want ``onshi_integration``."""
    with _session(request.config).runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def onshi_integration(onshi_runner: Any) -> Any:
    """The adapter of the product under test."""
    return onshi_runner.integration


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Carry a trouble's outcome on the report: it survives the way from an xdist worker."""
    report = yield
    outcome = getattr(item, "onshi_outcome", None)
    if outcome is not None and call.when == "call":
        report.onshi = outcome
        report.onshi_journal = getattr(item, "onshi_journal", "")
    return report
