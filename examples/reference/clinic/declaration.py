"""被保険者資格申立書: what the patient declared, as far as they could."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """Every item may be missing (可能な範囲で). ``share`` in percent.

    ``addresses``: all of them, the present one first. ``contacted``: the day on which the clinic
    asked the patient again, for what an 不詳 claim needs.
    """

    kana: str = ""
    plan: str = ""
    insurer_name: str = ""
    employer: str = ""
    addresses: tuple[str, ...] = ()
    phone: str = ""
    share: int | None = None
    contacted: date | None = None
