"""The fixtures, the marker, and a plugin that costs nothing when unused."""

from __future__ import annotations

import pytest


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error", *args)


def test_onshi_fixture_with_unchanged_pyscard_code(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from smartcard.System import readers
        from smartcard.util import toBytes

        SELECT = toBytes("00A4040C0AD392F000260100000001")

        def read():
            connection = readers()[0].createConnection()
            connection.connect()
            answer = connection.transmit(SELECT)
            connection.disconnect()
            return answer[1:]

        def test_selects(onshi):
            assert read() == (0x90, 0x00)

        @pytest.mark.onshi("card.chip_failure")
        def test_dead_chip(onshi):
            with pytest.raises(Exception):
                read()

        def test_next_desk_is_a_new_world(onshi):
            assert read() == (0x90, 0x00)
            onshi.inject("card.status_word", sw="6A82")
            assert read() == (0x6A, 0x82)
        """
    )
    run(pytester).assert_outcomes(passed=3)


def test_fixture_dates_never_come_from_the_wall_clock(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import datetime
        def test_date(onshi):
            assert onshi.clock.today == datetime.date(2025, 10, 20)
        """
    )
    run(pytester).assert_outcomes(passed=1)
    run(pytester, "--onshi-date=2026-01-05").assert_outcomes(failed=1)


def test_desk_factory_for_several_desks(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from onshi import OnshiError

        def test_two(onshi_desks):
            one, two = onshi_desks(seed=1), onshi_desks(seed=2)
            assert one.env()["PCSCLITE_CSOCK_NAME"] != two.env()["PCSCLITE_CSOCK_NAME"]
            with pytest.raises(OnshiError, match="in-process"):
                onshi_desks(in_process=True)
        """
    )
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.soak
def test_trouble_fixture_takes_each_trouble(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_each(onshi_trouble, onshi):
            onshi.apply(onshi_trouble)
        """
    )
    result = run(pytester, "--profile=hodanren2025")
    outcomes = result.parseoutcomes()
    assert outcomes.keys() == {"passed"}
    assert outcomes["passed"] >= 20


@pytest.mark.soak
def test_drawn_visits_are_the_same_for_the_same_seed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pathlib
        def test_drawn(onshi_visit):
            with pathlib.Path("drawn.txt").open("a") as f:
                f.write(onshi_visit.trouble + "/" + onshi_visit.patient.name + chr(10))
        """
    )
    for _ in range(2):
        run(pytester, "--profile=hodanren2025").assert_outcomes(passed=1)
    first, second = (pytester.path / "drawn.txt").read_text(encoding="utf-8").splitlines()
    assert first == second


def test_unused_plugin_imports_nothing_of_ours(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        def test_light():
            ours = {m for m in sys.modules if m.startswith("onshi")}
            assert ours <= {"onshi", "onshi.pytest_plugin", "onshi.pytest_profile_alias"}
            assert not {"hypothesis", "faker", "responses", "msgspec", "lxml"} & set(sys.modules)
        """
    )
    run(pytester, "-p", "no:hypothesispytest", "-p", "no:faker").assert_outcomes(passed=1)


def test_unknown_trouble_in_a_marker_says_which(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        @pytest.mark.onshi("card.pulled_mid_sesion")
        def test_x(onshi): pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=1)
    assert "card.pulled_mid_session" in result.stdout.str()
