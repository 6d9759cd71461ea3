"""Runs for the tests of reports: a small one that never changes, and what may be in one."""

from __future__ import annotations

from datetime import date

from onshi.config import Waiver
from onshi.judge.case import Finding, Verdict
from onshi.outcomes import Row
from onshi.reports.about import About
from onshi.reports.run import Run

ABOUT = About(
    product="試験レセコン",
    version="4.2",
    tester="品質管理部",
    on="2025-11-04",
    plugin="0.1.0",
    catalogue="0123456789ab",
)
EVIL = "<script>alert(1)</script> @all [x](http://evil.example) `a` | ~~b~~ \"'& </b>"
FORMULA = '=HYPERLINK("http://evil.example","x")'


def finding(rule: str, verdict: Verdict, level: str = "fail", **more: str) -> Finding:
    return Finding(
        rule=rule,
        verdict=verdict,
        level=level,
        reason=more.get("reason", "理由"),
        expected=more.get("expected", f"{rule} の期待"),
        seen=more.get("seen", ""),
        source=("004:L87",),
    )


def small_run(**more: object) -> Run:
    return Run(
        **{
            "profiles": ["hodanren2025"],
            "seed": 7,
            "date": "2025-10-20",
            "surfaces": ["pcsc", "webapi"],
            "troubles": [
                "card.chip_failure", "card.pulled_mid_session", "eligibility.not_found",
                "name.blackdot", "card.unreadable", "network.vpn_lost",
            ],
            "scope": ["network.vpn_lost"],
            "rules": {"H46": "fail"},
            "limits": {"answer": 30.0},
            "waivers": [
                Waiver(
                    trouble="eligibility.not_found", rule="H02", reason="次版で対応",
                    until=date(2999, 3, 31), ticket="REC-123",
                )
            ],
            "about": ABOUT,
            **more,
        }  # type: ignore[arg-type]
    )  # fmt: skip


def small_rows() -> list[Row]:
    """A break with hostile texts, a pass with a warning, a waived break, one unseen."""
    run = small_run()
    return [
        Row(
            trouble="card.chip_failure",
            title="ICチップの破損",
            what="カードが読めない。",
            categories=["reader_auth"],
            result="failed",
            problem=EVIL,
            met=["H51"],
            broken=["H10"],
            findings=[
                finding("H10", Verdict.BROKEN, seen=FORMULA, reason=EVIL),
                finding("H10", Verdict.BROKEN, seen="handling.status=invalid", reason="二つ目"),
                finding("H51", Verdict.MET, seen="戻った"),
                finding("H51", Verdict.NOT_OBSERVED, reason="観測なし: alive() がない"),
            ],
            reproduce="pytest --onshi-trouble=card.chip_failure --onshi-seed=7",
        ),
        Row(
            trouble="card.pulled_mid_session",
            title="カードを抜く",
            categories=["reader_auth"],
            result="passed",
            met=["H10"],
            warned=["H46"],
            findings=[
                finding("H10", Verdict.MET),
                finding("H46", Verdict.BROKEN, "warn", reason="案内がない"),
            ],
        ),
        Row(
            trouble="eligibility.not_found",
            title="資格情報なし",
            categories=["not_found"],
            result="waived",
            broken=["H02"],
            waived=list(run.waivers),
            findings=[finding("H02", Verdict.BROKEN, reason="無効とした")],
            reproduce="pytest --onshi-trouble=eligibility.not_found --onshi-seed=7",
        ),
        Row(
            trouble="name.blackdot",
            title="氏名の一部が●",
            categories=["blackdot"],
            result="skipped",
            findings=[finding("H29", Verdict.NOT_OBSERVED, reason="観測なし: カルテがない")],
        ),
    ]
