"""The rules by which an adapter is judged, and the status that each of them is needed for.

Rule: a status is a claim, and a claim without its rules done or exempt is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LEVELS = ("experimental", "beta", "stable", "retiring")
"""What a manifest's `status` can be, in order. `retiring` claims nothing more than experimental."""

RULES: Mapping[str, tuple[str, str]] = {
    "manifest-valid":        ("experimental", "The manifest is read without error."),
    "contained":             ("experimental", "Nothing of the vendor stands outside its folders."),
    "size":                  ("experimental", "No file or function is larger than the house allows."),
    "conformance":           ("experimental", "It keeps the promises of every port that it implements."),
    "mapping-exhaustive":    ("experimental", "Every value of each vendor enum is in a table."),
    "unknown-words-loud":    ("experimental", "A word that no table has raises Unmapped."),
    "nothing-sensitive":     ("experimental", "No credential or customer data in repr, captures or errors."),
    "same-key-once":         ("beta", "Our idempotency key reaches the vendor; the same key twice has one effect."),
    "lost-answer-found":     ("beta", "After a lost answer, look-up or the same key finds the truth."),
    "decline-is-an-answer":  ("beta", "A decline is a result, not an error."),
    "webhooks-verified":     ("beta", "Forged, stale, altered and secret-less webhooks are refused."),
    "webhooks-any-order":    ("beta", "Duplicate and reversed deliveries end in the same state."),
    "amounts-exact":         ("beta", "Amounts come back equal for 0-, 2- and 3-decimal currencies."),
    "limits-declared":       ("beta", "Rate, timeout and key limits are declared and kept."),
    "failures-classified":   ("beta", "Each kind of fault is classified right."),
    "requests-to-spec":      ("beta", "Requests validate against the vendor's own specification."),
    "live-contract-test":    ("stable", "A contract test runs against the vendor's sandbox."),
    "credential-probe":      ("stable", "Credentials are tried when a connection is created."),
    "runbook":               ("stable", "People know what to do when it fails."),
    "alerts":                ("stable", "People are told when it fails."),
    "failover-drill":        ("stable", "Failing over has been tried, with a date."),
    "retirement-steps":      ("stable", "It is written down how it is taken out of use."),
}  # fmt: skip
"""Every rule, with the status from which it is needed, and what it means."""


@dataclass(frozen=True, slots=True)
class Exempt:
    """A rule that does not apply, and why."""

    reason: str


Rule = str | Exempt
"""`done`, `todo`, or exempt with a reason."""


def problems(status: str, quality: Mapping[str, Rule], *, claims: bool = True) -> list[str]:
    """What is wrong with a manifest's claims; empty if nothing is. A provider at intake claims nothing yet."""
    level = LEVELS.index(status) if status != "retiring" else 0
    found = [f"names {name!r}, which is not a rule" for name in quality if name not in RULES]
    for name, (needed_from, _) in RULES.items() if claims else ():
        if LEVELS.index(needed_from) <= level and quality.get(name, "todo") == "todo":
            found.append(f"has {name!r} neither done nor exempt, which {status} needs")
    return found
