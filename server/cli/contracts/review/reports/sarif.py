"""A review for code scanners: SARIF 2.1.0 (OASIS, 2020), one run, one result per change.

Rule: paths are of the repository, so that a scanner marks the line; what was exempted is there, and suppressed.
"""

import hashlib
import json
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from server.cli.contracts.review.model import Change, Place, Review, Rule, Verdict
from server.cli.contracts.review.reports import words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Section 3.27.10.
_LEVELS = {Verdict.BREAKING: "error", Verdict.NOTICE: "warning", Verdict.ADDITIVE: "note"}
_BASE = "ROOT"


def render(review: Review) -> str:
    """The review as SARIF."""
    changes = [*words.standing(review), *words.exempted(review)]
    rules = {change.rule.id: change.rule for change in changes}
    index = {name: number for number, name in enumerate(sorted(rules))}
    run = {
        "tool": {
            "driver": {
                "name": "corridor contracts diff",
                "semanticVersion": version("corridor"),
                "rules": [_rule(rules[name]) for name in index],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The repository's root."}}},
        "automationDetails": {"id": "corridor-contracts/"},
        "properties": {
            "before": review.before.title,
            "after": review.after.title,
            "verdict": words.NAMES[review.verdict],
        },
        "results": [_result(change, index[change.rule.id], review.days) for change in changes],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    instead = f"\n\nInstead: {rule.instead}" if rule.instead else ""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        # Section 3.49.13: whoever cannot show Markdown shows the text.
        "help": {
            "text": f"{rule.title}\n\n{rule.why}{instead}",
            "markdown": f"**{rule.title}**\n\n{rule.why}" + (f"\n\n**Instead:** {rule.instead}" if instead else ""),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.verdict]},
        "properties": {"tags": ["contracts", rule.kind.value]},
    }


def _result(change: Change, index: int, days: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": change.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[change.judged],
        "message": {"text": _plain(_message(change, days))},
        "locations": [_location(words.place(change), change.element)],
        # Section 3.27.17: the same change has the same print, however far its line has moved.
        "partialFingerprints": {"change/v1": hashlib.sha256(f"{change.rule.id} {change.element}".encode()).hexdigest()},
        "properties": {"owners": list(change.owners)},
    }
    # What was taken away stands in the old text alone: the scanner is shown that as well.
    if change.before_place.file and change.after_place.file and change.before_place.file != change.after_place.file:
        result["relatedLocations"] = [_location(change.before_place, change.element)]
    if change.exemption:
        said = change.exemption
        # Section 3.35. "external": the exception stands in a file of its own, not beside the element.
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": _plain(f"{said.reason} ({said.owner}, until {said.expires.isoformat()})"),
            }
        ]
    return result


def _message(change: Change, days: int) -> str:
    said = [f"{change.element}: {change.detail}"]
    if change.rule.instead and change.judged is not Verdict.ADDITIVE:
        said.append(f"Instead: {change.rule.instead}")
    said += [f"{title}: {words.clustered(names, 6)}." for title, names in words.touches(change)]
    if callers := words.callers(change, days):
        said.append(f"Callers: {callers}")
    return "\n".join(said)


def _plain(text: str) -> str:
    """Text in which nothing is a link: `[words](address)` would be one in plain text too (section 3.11.6)."""
    return text.replace("](", "]\u200b(")


def _location(where: Place, element: str) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(words.file_of(where)) or "proto", "uriBaseId": _BASE},
            # Section 3.30.5: lines count from 1. What has no line is shown at the head of its file.
            "region": {"startLine": max(1, where.line)},
        },
        "logicalLocations": [{"fullyQualifiedName": element}],
    }
