"""A review for programs: JSON whose shape is `SCHEMA`, and only ever grows within one `version`.

Rule: the same review gives the same bytes; whatever a person is told by another report, a program finds here.
"""

import json
from typing import Any

from server.cli.contracts.review.model import Caller, Change, Exemption, Place, Review, Verdict
from server.cli.contracts.review.reports import words

VERSION = 1
VERDICTS = {Verdict.ADDITIVE: "additive", Verdict.NOTICE: "notice", Verdict.BREAKING: "breaking"}

_NAMES = {"type": "array", "items": {"type": "string"}}
_VERDICT = {"enum": list(VERDICTS.values())}
_TEXT = {"type": "string"}
_WHOLE = {"type": "integer", "minimum": 0}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_EXEMPTION = _object(rule=_TEXT, element=_TEXT, owner=_TEXT, reason=_TEXT, expires={"type": "string", "format": "date"})
_PLACE = _object(file=_TEXT, line=_WHOLE)
_CALLER = _object(company_id=_TEXT, environment=_TEXT, kind=_TEXT, id=_TEXT, title=_TEXT, calls=_WHOLE, last_date=_TEXT)
_CHANGE = _object(
    verdict=_VERDICT,
    rule=_object(id=_TEXT, kind={"enum": [kind.value for kind in words.KINDS]}, verdict=_VERDICT,
                 title=_TEXT, why=_TEXT, instead=_TEXT),
    element=_TEXT,
    package=_TEXT,
    detail=_TEXT,
    before=_or_null(_object(text=_TEXT, place=_or_null(_PLACE))),
    after=_or_null(_object(text=_TEXT, place=_or_null(_PLACE))),
    owners=_NAMES,
    exemption=_or_null(_EXEMPTION),
    touched=_object(adapters=_NAMES, server=_NAMES, events=_NAMES, documents=_NAMES,
                    callers=_or_null({"type": "array", "items": _CALLER}), perhaps=_WHOLE),
)  # fmt: skip

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A review of two revisions of the contracts",
    **_object(
        version={"const": VERSION},
        before=_TEXT,
        after=_TEXT,
        verdict=_VERDICT,
        counts=_object(breaking=_WHOLE, notice=_WHOLE, additive=_WHOLE, exempted=_WHOLE),
        summary=_TEXT,
        answer=_TEXT,
        owners=_NAMES,
        days=_WHOLE,
        changes={"type": "array", "items": _CHANGE},
        expired={"type": "array", "items": _EXEMPTION},
        unused={"type": "array", "items": _EXEMPTION},
    ),
}
"""What a reader may rely on (JSON Schema 2020-12); names that are not here may come, and are to be passed over.

`verdict` and `counts` leave out what was exempted; `changes` are worst first, the exempted ones last. Where nobody
counted, `days` is 0 and each `callers` is null; an empty list says that nobody was seen, and `perhaps` counts those who
called and were not seen to use it. A side of a change is null where the element is not there, and its place where no
text is known.
"""


def render(review: Review) -> str:
    """The review as JSON."""
    standing = words.standing(review)
    document = {
        "version": VERSION,
        "before": review.before.title,
        "after": review.after.title,
        "verdict": VERDICTS[review.verdict],
        "counts": {
            **{VERDICTS[verdict]: sum(each.judged is verdict for each in standing) for verdict in words.VERDICTS},
            "exempted": len(review.changes) - len(standing),
        },
        "summary": words.tally(review),
        "answer": words.answer(review).short,
        "owners": list(words.owners(review)),
        "days": review.days,
        "changes": [_change(each) for each in [*standing, *words.exempted(review)]],
        "expired": [_exemption(each) for each in review.expired],
        "unused": [_exemption(each) for each in review.unused],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _change(change: Change) -> dict[str, Any]:
    rule, touched = change.rule, change.touched
    return {
        "verdict": VERDICTS[change.judged],
        "rule": {
            "id": rule.id,
            "kind": rule.kind.value,
            "verdict": VERDICTS[rule.verdict],
            "title": rule.title,
            "why": rule.why,
            "instead": rule.instead,
        },
        "element": change.element,
        "package": words.package(change),
        "detail": change.detail,
        "before": _side(change.before, change.before_place),
        "after": _side(change.after, change.after_place),
        "owners": list(change.owners),
        "exemption": _exemption(change.exemption) if change.exemption else None,
        "touched": {
            "adapters": list(touched.adapters),
            "server": list(touched.flows),
            "events": list(touched.events),
            "documents": list(touched.examples),
            "callers": None if touched.callers is None else [_caller(each) for each in touched.callers],
            "perhaps": touched.perhaps,
        },
    }


def _side(text: str, place: Place) -> dict[str, Any] | None:
    if not text and not place.file:
        return None
    return {"text": text, "place": {"file": words.file_of(place), "line": place.line} if place.file else None}


def _exemption(said: Exemption) -> dict[str, Any]:
    return {
        "rule": said.rule,
        "element": said.element,
        "owner": said.owner,
        "reason": said.reason,
        "expires": said.expires.isoformat(),
    }


def _caller(found: Caller) -> dict[str, Any]:
    return {
        "company_id": found.company_id,
        "environment": found.environment,
        "kind": found.kind,
        "id": found.id,
        "title": found.title,
        "calls": found.calls,
        "last_date": found.last_date,
    }
