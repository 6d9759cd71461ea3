"""``onshi timelines``: the courses of events over dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from onshi.catalogue.records import Timeline

__all__ = ["list_timelines"]


def list_timelines(
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """List the timelines: troubles over dates. Run one with --trouble T1."""
    from onshi.catalogue.timelines import as_trouble, days, load_timelines
    from onshi.cli.output import console, print_json, table

    found = sorted(load_timelines().values(), key=lambda t: int(t.id[1:]))
    if as_json:
        print_json([_as_json(timeline) for timeline in found])
        return
    rows = table("id", "何が起きるか", "期間", "段階", "サーフェス")
    for timeline in found:
        dates = days(timeline)
        rows.add_row(
            timeline.id,
            timeline.title,
            f"{dates[0]} – {dates[-1]}",
            str(len(dates)),
            " ".join(as_trouble(timeline).surfaces),
        )
    console().print(rows)


def _as_json(timeline: Timeline) -> dict[str, Any]:
    from onshi.catalogue.timelines import as_trouble, days

    whole, dates = as_trouble(timeline), days(timeline)
    return {
        "id": timeline.id,
        "title": timeline.title,
        "what": timeline.what,
        "source": list(timeline.source),
        "assumed": timeline.assumed,
        "trouble": timeline.trouble,
        "about": list(timeline.about),
        "surfaces": list(whole.surfaces),
        "handling": list(whole.rules),
        "faults": [use.name for use in whole.fault],
        "begins": dates[0].isoformat(),
        "ends": dates[-1].isoformat(),
        "steps": [
            {
                "date": day.isoformat(),
                "at": f"{step.at:%H:%M}" if step.at else "",
                "do": step.do,
                "next": step.next,
                "what": step.what,
                "shows": step.shows,
                "plan": step.plan,
                "share": step.share,
                "reads": step.reads,
                "faults": [use.name for use in step.fault],
                "lift": list(step.lift),
                "reason": step.reason,
            }
            for day, step in zip(dates, timeline.step, strict=True)
        ],
    }
