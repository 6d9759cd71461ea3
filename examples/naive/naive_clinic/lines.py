"""Mistakes on the lines: no time-outs, half a file taken for a whole one, anybody's face file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import requests
from clinic import messages
from clinic.config import Config
from clinic.errors import DeviceTrouble, SystemTrouble
from clinic.folder import REQUEST, RESULT
from clinic.waiting import TooLong, poll
from clinic.webapi import LOGIN_PATH, SEARCH_PATH
from lxml import etree

PATTERN = "OQSsiquc01res_face_*.xml"


class NaiveWebApi:
    """Mistake: waits for an answer for ever, and takes whatever comes for the answer."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def ask(self, query: Mapping[str, str], day: date) -> messages.Result:
        config = self._config
        certificate = (config.cert, config.key) if config.cert else None
        login = self._post(config.login_url + LOGIN_PATH, {}, cert=certificate)
        tree = messages.request_tree(query, institution=config.institution, identifier="1", day=day)
        token = {"Authorization": login["result"]["idToken"]}
        return messages.from_json(self._post(config.search_url + SEARCH_PATH, tree, headers=token))

    def _post(self, url: str, body: Mapping[str, Any], **more: Any) -> Any:
        return requests.post(url, json=body, verify=self._config.ca or True, **more).json()


def lenient(path: Path) -> messages.Result | None:
    """Mistake: a recovering parser closes the tags that are still to come."""
    try:
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(recover=True))
        return None if root is None else messages.from_xml(etree.tostring(root))
    except (OSError, etree.XMLSyntaxError, messages.BadMessage):
        return None


class NaiveExchange:
    """Mistake: the first sight of a result is the result, whoever's it is."""

    def __init__(self, config: Config, next_number: Callable[[], int]) -> None:
        assert config.folder is not None
        self._folder, self._config, self._next = config.folder, config, next_number

    def ask(self, query: Mapping[str, str], day: date) -> messages.Result:
        suffix = f"{day:%Y%m%d}{self._next():04d}"
        tree = messages.request_tree(
            query, institution=self._config.institution, identifier=suffix, day=day
        )
        request = self._folder / "req" / REQUEST.format(suffix=suffix)
        request.write_bytes(messages.request_xml(tree, self._config.encoding))
        result = self._folder / "res" / RESULT.format(suffix=suffix)
        limits = self._config.limits
        try:
            return poll(lambda: lenient(result), limits.answer_file, limits.poll)
        except TooLong:
            raise SystemTrouble("timeout", "結果がありません") from None


class NaiveFace:
    """Mistake: the newest file in the folder is always this patient's, and stays there."""

    not_called: tuple[messages.Result, ...] = ()
    """Mistake: nobody looks whether others wait."""

    def __init__(self, config: Config) -> None:
        assert config.folder is not None
        self._face, self._limits = config.folder / "face", config.limits

    def next_result(
        self, present: Callable[[], None], belongs: object, day: date
    ) -> messages.Result:
        present()
        try:
            return poll(self._newest, self._limits.face_file, self._limits.poll)
        except TooLong:
            raise DeviceTrouble("face", "結果がありません") from None

    def _newest(self) -> messages.Result | None:
        files = sorted(self._face.glob(PATTERN), key=lambda path: path.stat().st_mtime)
        return lenient(files[-1]) if files else None
