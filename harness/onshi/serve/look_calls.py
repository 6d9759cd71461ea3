"""Operations that only look: surveys, troubles, results and their reports, certificates."""

from __future__ import annotations

from onshi.catalogue.load import find_trouble, load_profile, load_troubles, profiles, troubles_of
from onshi.catalogue.records import Situation, Trouble
from onshi.errors import UnknownNameError
from onshi.reports.html import html
from onshi.reports.junit import junit
from onshi.reports.summary import summary
from onshi.serve import bodies
from onshi.serve.errors import RefusedError
from onshi.serve.hub import Hub
from onshi.serve.operations import BYTES, Call, Text, operation
from onshi.suite import applicable
from onshi.visit import Purpose

_SURFACES = ("pcsc", "webapi", "folder", "face")


@operation("GET", "/profiles", tag="catalogue", answer=list[bodies.ProfileAnswer])
def list_profiles(hub: Hub, call: Call) -> list[bodies.ProfileAnswer]:
    """The surveys and rule documents that are shipped."""
    return [
        bodies.ProfileAnswer(
            name=p.name,
            title=p.title,
            kind=p.kind,
            date=p.date,
            sent=p.sent,
            answered=p.answered,
            n_troubled=p.n_troubled,
            categories=[
                bodies.CategoryAnswer(
                    key=c.key,
                    label=c.label,
                    count=c.count,
                    share=c.share,
                    status=c.status,
                    reason=c.reason,
                )
                for c in p.category
            ],
        )
        for p in map(load_profile, profiles())
    ]


@operation(
    "GET", "/troubles", tag="catalogue", answer=list[bodies.TroubleAnswer], refusals=(404,),
    query={
        "profile": "only those of this survey (`all`: the whole catalogue); without it those of "
        "the process' own profiles, or all",
        "surfaces": "what the product uses, as pcsc,webapi: decides in_scope and same_as",
    },
)  # fmt: skip
def list_troubles(hub: Hub, call: Call) -> list[bodies.TroubleAnswer]:
    """The troubles to go through, in the order of a pytest run."""
    surfaces = _surfaces(call.query.get("surfaces"))
    first: dict[bytes, str] = {}
    found = []
    for trouble in _chosen(hub, call.query.get("profile")):
        in_scope = applicable(trouble, surfaces)
        key = trouble.stimulus(surfaces)
        same_as = first.setdefault(key, trouble.id) if in_scope else trouble.id
        found.append(_shown(trouble, in_scope, same_as if same_as != trouble.id else ""))
    return found


@operation(
    "GET", "/troubles/{trouble}", tag="catalogue", answer=bodies.TroubleAnswer, refusals=(404,),
    query={"surfaces": "what the product uses, as pcsc,webapi: decides in_scope"},
)  # fmt: skip
def show_trouble(hub: Hub, call: Call) -> bodies.TroubleAnswer:
    """One trouble of the catalogue."""
    trouble = find_trouble(call.path["trouble"])
    return _shown(trouble, applicable(trouble, _surfaces(call.query.get("surfaces"))), "")


def _chosen(hub: Hub, profile: str | None) -> list[Trouble]:
    if profile == "all" or (profile is None and not hub.ledger.troubles):
        return list(load_troubles().values())
    if profile is None:
        return hub.ledger.troubles
    if profile not in profiles():
        raise UnknownNameError("profile", profile, profiles())
    return troubles_of(load_profile(profile))


def _surfaces(text: str | None) -> frozenset[str]:
    if text is None:
        return frozenset(_SURFACES)
    found = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not found or not found <= set(_SURFACES):
        raise RefusedError(
            400,
            f"surfaces is a list of {', '.join(_SURFACES)}, as in pcsc,webapi",
            field="surfaces",
        )
    return found


def _shown(trouble: Trouble, in_scope: bool, same_as: str) -> bodies.TroubleAnswer:
    return bodies.TroubleAnswer(
        id=trouble.id,
        title=trouble.title,
        what=trouble.what,
        layer=trouble.layer,
        categories=list(trouble.categories),
        source=list(trouble.source),
        surfaces=list(trouble.surfaces),
        handling=list(trouble.rules),
        steps=_steps(trouble.situation),
        in_scope=in_scope,
        same_as=same_as,
    )


def _steps(situation: Situation) -> list[Purpose]:
    """The purposes of a trouble's visits; the patient after, if there is one, comes beside."""
    visits: list[Purpose] = ["visit"] * situation.visits
    return visits + [step.do for step in situation.step]


# ---------------------------------------------------------------------- results
@operation("GET", "/results", tag="results", answer=bodies.ResultsAnswer)
def show_results(hub: Hub, call: Call) -> bodies.ResultsAnswer:
    """The verdicts kept so far."""
    return bodies.ResultsAnswer(run=hub.ledger.run(), rows=hub.ledger.rows())


@operation("GET", "/results/junit.xml", tag="results", gives="application/xml")
def results_as_junit(hub: Hub, call: Call) -> Text:
    """The same as a JUnit file: one case for each trouble of the profiles."""
    text = junit(hub.ledger.run(), hub.ledger.rows())
    return Text(text.encode(), "application/xml; charset=utf-8")


@operation("GET", "/results/report.html", tag="results", gives="text/html")
def results_as_html(hub: Hub, call: Call) -> Text:
    """The same as a page for people, in Japanese."""
    text = html(hub.ledger.run(), hub.ledger.rows(), journals=hub.ledger.journals)
    return Text(text.encode(), "text/html; charset=utf-8")


@operation("GET", "/results/summary.txt", tag="results", gives="text/plain")
def results_as_text(hub: Hub, call: Call) -> Text:
    """The same as the summary at the end of a pytest run."""
    lines = summary(hub.ledger.run(), hub.ledger.rows())
    text = "".join(f"{line.text}\n" for line in lines)
    return Text(text.encode(), "text/plain; charset=utf-8")


# ----------------------------------------------------------------- certificates
@operation("GET", "/pki/{file}", tag="certificates", gives=BYTES, refusals=(404,))
def show_certificate(hub: Hub, call: Call) -> Text:
    """A file of the test certificates, for a machine that cannot read ours: ca.pem, client.p12,
    client.pem, client.key, truststore.p12.
    """
    files = hub.house.pki
    known = {
        path.name: path
        for path in (
            files.ca,
            files.client_cert,
            files.client_key,
            files.client_p12,
            files.truststore,
        )
    }
    if call.path["file"] not in known:
        raise UnknownNameError("file", call.path["file"], known)
    return Text(known[call.path["file"]].read_bytes(), BYTES)
