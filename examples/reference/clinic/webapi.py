"""The eligibility system's WebAPI: login with a client certificate, then search with a token."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

import requests
from requests.utils import get_environ_proxies

from clinic import messages
from clinic.config import Config
from clinic.errors import SystemTrouble
from clinic.waiting import TooLong, bounded

LOGIN_PATH = "/oqs-api-pro/MSA12020/ILI12020SV01/auth"
SEARCH_PATH = "/oqs-api-pro/MSA01030/ILI01030SV01/search"


class _Again(Exception):
    """A failure that came at once and may be gone at the next try."""

    def __init__(self, trouble: SystemTrouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


@cache
def _proxies(host: str) -> dict[str, str]:
    """As the machine has them for a host; the environment of a program stays as it is."""
    return dict(get_environ_proxies(host))


def _session(host: str) -> requests.Session:
    """For one request, over a connection of its own."""
    session = requests.Session()
    session.proxies.update(_proxies(host))
    session.trust_env = False
    return session


class WebApi:
    """One logged-in client. What to send at login is the institution's own affair."""

    def __init__(
        self,
        config: Config,
        next_number: Callable[[], int],
        credentials: Mapping[str, str] | None = None,
    ) -> None:
        self._config, self._next = config, next_number
        self._credentials = dict(credentials or {})
        self._token = ""

    def ask(self, query: Mapping[str, str], day: date) -> messages.Result:
        """One inquiry. Raises :class:`SystemTrouble`; returns within ``limits.http_total``.

        The limit on the whole is needed beside the read time-out, which a slow trickle of bytes
        never reaches.
        """
        identifier = f"{day:%Y%m%d}{self._next():04d}"
        tree = messages.request_tree(
            query, institution=self._config.institution, identifier=identifier, day=day
        )
        try:
            result = bounded(lambda: self._ask(tree), self._config.limits.http_total)
        except TooLong:
            raise SystemTrouble("timeout", "資格確認システムの応答が終わりません") from None
        if (result.institution, result.identifier) != (self._config.institution, identifier):
            raise SystemTrouble("bad_answer", "別の照会への応答が返りました")
        return result

    def _ask(self, tree: Mapping[str, Any]) -> messages.Result:
        """Failures that come at once are worth another try; a time-out is not."""
        limits = self._config.limits
        for attempt in range(limits.tries):
            if attempt:
                time.sleep(limits.pause)
            try:
                if not self._token:
                    self._token = self._login()
                document = self._post(
                    self._config.search_url,
                    SEARCH_PATH,
                    tree,
                    headers={"Authorization": self._token, "Accept": "application/json"},
                )
                return messages.from_json(document)
            except _Again as e:
                last = e.trouble
            except messages.BadMessage as e:
                last = SystemTrouble("bad_answer", f"応答を読み取れません({e})")
        raise last

    def _login(self) -> str:
        config = self._config
        certificate = (config.cert, config.key) if config.cert else None
        document = self._post(config.login_url, LOGIN_PATH, self._credentials, cert=certificate)
        result = document.get("result") if isinstance(document, dict) else None
        token = result.get("idToken") if isinstance(result, dict) else None
        if not isinstance(token, str) or not token:
            raise SystemTrouble("refused", "資格確認システムにログインできません")
        return token

    def _post(self, host: str, path: str, body: Mapping[str, Any], **more: Any) -> Any:
        """Decoded JSON. Never an exception of requests."""
        limits = self._config.limits
        try:
            with _session(host) as session:
                reply = session.post(
                    host + path,
                    json=body,
                    timeout=(limits.http_connect, limits.http_read),
                    verify=self._config.ca or True,
                    **more,
                )
        except requests.Timeout:
            raise SystemTrouble("timeout", "資格確認システムの応答がありません") from None
        except (requests.RequestException, OSError):
            raise _Again(SystemTrouble("unreachable", "資格確認システムにつながりません")) from None
        if reply.status_code in (401, 403):
            self._token = ""
            raise _Again(SystemTrouble("refused", "資格確認システムが認証を拒みました"))
        if reply.status_code >= 500:
            raise _Again(
                SystemTrouble(
                    "unreachable", f"資格確認システムが使えません(HTTP {reply.status_code})"
                )
            )
        if reply.status_code != 200:
            raise SystemTrouble(
                "refused", f"資格確認システムが照会を断りました(HTTP {reply.status_code})"
            )
        try:
            return json.loads(reply.content)  # strict: requests' own reading replaces broken bytes
        except ValueError:
            raise _Again(
                SystemTrouble("bad_answer", "資格確認システムの応答がJSONではありません")
            ) from None
