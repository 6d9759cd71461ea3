"""Reader definitions: every file is valid and its names fit."""

from __future__ import annotations

import pytest
from reader_bench import Bench

from onshi.errors import UnknownNameError
from onshi.reader import load_reader, reader_names


def test_the_default_is_the_reader_that_linux_shows() -> None:
    reader = load_reader()
    assert reader.pcsc_name == "SONY FeliCa RC-S300/P (1000000) 00 00"
    assert (reader.vendor, reader.interface) == ("SONY", "contactless")


@pytest.mark.parametrize("name", reader_names())
def test_each_can_be_plugged_in(bench: Bench, name: str) -> None:
    reader = load_reader(name)
    bench.engine.add_reader(reader.pcsc_name, vendor=reader.vendor)
    assert bench.engine.states()[-1].name == reader.pcsc_name
    assert reader.title
    assert reader.source


def test_unknown_readers_are_suggested() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean .*rc-s300"):
        load_reader("rc-s30")
