"""One half of a rule: what it expects, how heavy it weighs, and how to say what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from onshi.judge.case import Finding, Verdict

__all__ = ["Half"]


@dataclass(frozen=True)
class Half:
    """``expected`` is Japanese; ``level`` is fail, warn or context.

    A break says why and what was seen; what could not be seen says what would be needed.
    """

    rule: str
    level: str
    expected: str

    def met(self, seen: str) -> Finding:
        return self._finding(Verdict.MET, self.expected, seen)

    def broken(self, reason: str, seen: str = "") -> Finding:
        return self._finding(Verdict.BROKEN, reason, seen)

    def unseen(self, reason: str) -> Finding:
        return self._finding(Verdict.NOT_OBSERVED, f"観測なし: {reason}")

    def noted(self, seen: str) -> Finding:
        """For a rule of level context: what was so, beside the result and never judged."""
        return self._finding(Verdict.NOT_OBSERVED, f"参考: {seen}", seen)

    def _finding(self, verdict: Verdict, reason: str, seen: str = "") -> Finding:
        return Finding(
            rule=self.rule,
            verdict=verdict,
            reason=reason,
            level=self.level,
            expected=self.expected,
            seen=seen,
        )
