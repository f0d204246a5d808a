"""What is left for an adapter's next tier, and how each rule is met.

Rule: the tiers and their rules are those of `adapters.kit.quality`; only the advice stands here.
"""

from collections.abc import Mapping

from adapters.kit.discovery import Provider
from adapters.kit.quality import LEVELS, RULES

ADVICE: Mapping[str, str] = {
    "manifest-valid":       "mend provider.toml until this command reads it",
    "contained":            "move what names the vendor into its two folders",
    "size":                 "split files of over 300 lines, functions of over 60",
    "conformance":          "write its methods; pytest tests/adapters/test_conformance.py -k NAME is green",
    "mapping-exhaustive":   "a test compares each table with DOCUMENT.enumeration(…), word by word",
    "unknown-words-loud":   "translate() every word; a test feeds words that no table has",
    "nothing-sensitive":    "keep names, numbers and texts out of mapping.SAFE; conformance looks for canaries",
    "same-key-once":        "send call.idempotency_key with every call that moves money; the simulator keeps it",
    "lost-answer-found":    "look-ups find by our id what a lost answer made",
    "decline-is-an-answer": "return declines as observations; give the fixtures a way to provoke one",
    "webhooks-verified":    "verify over the raw bytes; try the vectors of the vendor's own documents",
    "webhooks-any-order":   "tell every event's own id and state, so that order does not matter",
    "amounts-exact":        "use the kit's money(); give the fixtures currencies of 0, 2 and 3 decimals",
    "limits-declared":      "write the vendor's limits into provider.toml, with their page",
    "failures-classified":  "give send() on_client_error, absent and code_of; declare not_processed",
    "requests-to-spec":     "judge all that travels by the vendor's document: tests/adapters/judging; or --spec",
    "live-contract-test":   "run the contract test against the vendor's sandbox, with its key in the environment",
    "credential-probe":     "try the credentials by a harmless question when a connection is created",
    "runbook":              "write it into README.md: whom to call, what to look at, what to do",
    "alerts":               "say in README.md who is told by which alert",
    "failover-drill":       "lose the vendor on purpose; date it in [[disaster_tests]]",
    "retirement-steps":     "write into README.md what has to be over before it is taken out of use",
}  # fmt: skip
"""How each rule is met."""


def next_tier(provider: Provider) -> tuple[str, list[tuple[str, str]]]:
    """The tier that is next for a provider, and the rules that are left for it, each with what to do.

    Empty where there is nothing above. An adapter whose first rules are still open has its own tier before it.
    """
    quality = provider.manifest.quality
    start = LEVELS.index(provider.manifest.status) if provider.manifest.status != "retiring" else len(LEVELS)
    for tier in LEVELS[: LEVELS.index("stable") + 1]:
        rules = [name for name, (needed_from, _) in RULES.items() if LEVELS.index(needed_from) <= LEVELS.index(tier)]
        left = [(name, ADVICE[name]) for name in rules if quality.get(name, "todo") == "todo"]
        if left or LEVELS.index(tier) > start:
            return tier, left
    return "", []
