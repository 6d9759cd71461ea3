"""docs/mutants.md from the registry.

``PYTHONPATH=tests/mutants:examples/naive:examples/reference .venv/bin/python
tests/mutants/mutants_page.py`` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from behaviours import Behaviour, behaviours

from onshi.catalogue.load import load_rules

PAGE = Path(__file__).parents[2] / "docs" / "mutants.md"
_HEAD = """# Naive behaviours and legitimate products

A rule that nothing breaks proves nothing, and neither does one that blames a product that is
right. So each rule of level fail or warn has a mistake that breaks it and no unrelated one, put
into the [reference clinic](../examples/reference) by its name, and products that do something in
another way have to stay green. `make mutants` runs each of them against every trouble of the
catalogue in which the clinic comes by what it changes, and prints what was broken; `make soak`
fails where that is not what stands here.

```console
$ cd examples/naive
$ ONSHI_NAIVE=retry_pin pytest --profile=hodanren2025
```

More on them: [examples/naive](../examples/naive/README.md). This page is made from the registry.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_mistakes(), "", *_legitimate(), "", *_by_rule(), ""])


def _mistakes() -> Iterator[str]:
    yield "## Mistakes\n"
    yield "| name | breaks | what the programmer thought |"
    yield "|---|---|---|"
    for one in behaviours().values():
        if one.breaks:
            yield f"| `{one.name}` | {_rules(one.breaks)} | {_thought(one)} |"


def _legitimate() -> Iterator[str]:
    yield "## Legitimate products\n"
    yield "| name | warned by | what it does otherwise |"
    yield "|---|---|---|"
    for one in behaviours().values():
        if not one.breaks:
            yield f"| `{one.name}` | {_rules(one.warned) or '–'} | {_thought(one)} |"


def _by_rule() -> Iterator[str]:
    yield "## By rule\n"
    yield "| rule | level | mistakes |"
    yield "|---|---|---|"
    for id, text in load_rules().items():
        names = [f"`{b.name}`" for b in behaviours().values() if id in b.breaks]
        if text.level != "context":
            yield f"| {id} {text.title} | {text.level} | {', '.join(names)} |"


def _rules(rules: frozenset[str]) -> str:
    return ", ".join(sorted(rules))


def _thought(one: Behaviour) -> str:
    return "<br>".join(filter(None, [one.ja, one.en, one.why and f"（{one.why}）"]))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
