"""What the operator sees in one visit: warnings, and questions with a closed list of answers."""

from __future__ import annotations

from collections.abc import Callable

USE_ONLINE, KEEP_CHART, RETRY, CANCEL = "use_online", "keep_chart", "retry", "cancel"
PAST_VISIT = "past_visit"
SHARES = (0, 10, 20, 30, 100)

Ask = Callable[[str, tuple[str, ...]], str]


def document(name: str) -> str:
    """The answer 'go by this document'."""
    return f"document:{name}"


def chosen_document(answer: str) -> str | None:
    """The document an answer names."""
    return answer.removeprefix("document:") if answer.startswith("document:") else None


def share(percent: int) -> str:
    """The answer 'charge this share'."""
    return f"copay:{percent}"


def chosen_share(answer: str) -> int | None:
    """The share in percent that an answer sets."""
    return int(answer.removeprefix("copay:")) if answer.startswith("copay:") else None


class Dialog:
    """Keeps what was shown; ``cancel`` (nothing decided) is always among the answers."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.asked: list[str] = []
        self.warned: list[str] = []

    def warn(self, text: str) -> None:
        if text not in self.warned:
            self.warned.append(text)

    def ask(self, prompt: str, *options: str) -> str:
        """The operator's answer, one of ``options`` or ``cancel``."""
        offered = (*dict.fromkeys(options), CANCEL)
        self.asked.append(prompt)
        answer = self._ask(prompt, offered)
        return answer if answer in offered else CANCEL
