"""Settings of one installation, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """How long the program waits, in seconds, and how often it tries."""

    http_connect: float = 10.0
    http_read: float = 30.0
    http_total: float = 60.0
    answer_file: float = 20.0
    face_file: float = 10.0
    card: float = 60.0
    pause: float = 0.3
    poll: float = 0.25
    tries: int = 8

    def scaled(self, files_and_card: float, http: float) -> Limits:
        """The same limits on a bench where time runs faster."""
        return replace(
            self,
            http_connect=self.http_connect * http,
            http_read=self.http_read * http,
            http_total=self.http_total * http,
            answer_file=self.answer_file * files_and_card,
            face_file=self.face_file * files_and_card,
            card=self.card * files_and_card,
            pause=self.pause * files_and_card,
            poll=self.poll * files_and_card,
        )


@dataclass(frozen=True)
class Config:
    """``login_url`` wants the client certificate, ``search_url`` does not: two hosts.

    ``institution``: 都道府県, 点数表 and 医療機関コード; claims are written below ``claims``.
    """

    institution: str = "1312345670"
    encoding: str = "utf-8"
    login_url: str = ""
    search_url: str = ""
    ca: str = ""
    cert: str = ""
    key: str = ""
    folder: Path | None = None
    database: str = ":memory:"
    name: str = "リファレンス診療所"
    phone: str = "03-0000-0000"
    claims: Path = Path("claims")
    limits: Limits = Limits()

    @classmethod
    def from_env(cls, env: Mapping[str, str], *, http_in_virtual_time: bool = False) -> Config:
        """Settings from ONSHI_* variables; what is not set stays off.

        ``ONSHI_TIME_SCALE`` is how fast time runs on a bench: 0.01, a hundredth of each wait.
        Where the bench answers HTTP in virtual time, those time-outs stay as they are.
        """
        folder = env.get("ONSHI_FOLDER", "")
        scale = float(env.get("ONSHI_TIME_SCALE") or 1.0)
        http_scale = 1.0 if http_in_virtual_time else scale
        return cls(
            institution=env.get("ONSHI_INSTITUTION_CODE") or cls.institution,
            encoding=env.get("ONSHI_ENCODING") or cls.encoding,
            login_url=env.get("ONSHI_WEBAPI_URL", ""),
            search_url=env.get("ONSHI_WEBAPI_SEARCH_URL", ""),
            ca=env.get("ONSHI_WEBAPI_CA", ""),
            cert=env.get("ONSHI_WEBAPI_CERT", ""),
            key=env.get("ONSHI_WEBAPI_KEY", ""),
            folder=Path(folder) if folder else None,
            database=env.get("CLINIC_DATABASE") or cls.database,
            claims=Path(env.get("CLINIC_CLAIMS") or cls.claims),
            limits=Limits().scaled(scale, http_scale),
        )
