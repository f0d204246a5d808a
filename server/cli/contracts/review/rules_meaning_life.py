"""Kinds of change in how long something is promised to work."""

from server.cli.contracts.review.model import Kind, Rule, Verdict

ADDITIVE, NOTICE, BREAKING = Verdict.ADDITIVE, Verdict.NOTICE, Verdict.BREAKING
MEANING, DOCS = Kind.MEANING, Kind.DOCS

LIFECYCLE: tuple[Rule, ...] = (
    Rule(
        "STABILITY_LOWERED",
        MEANING,
        NOTICE,
        "It is promised less: what was stable may still change.",
        "Callers relied on compatible changes alone.",
        "Keep it stable, and try what is new in a method or field beside it.",
    ),
    Rule(
        "STABILITY_RAISED",
        MEANING,
        ADDITIVE,
        "It is promised more.",
        "From now on changes are compatible.",
        "",
    ),
    Rule(
        "DEPRECATED",
        MEANING,
        NOTICE,
        "It is deprecated.",
        "It works until its sunset; callers are told by headers, trailers and the usage report, and move on.",
        "Name a replacement and a sunset at least 180 days away.",
    ),
    Rule(
        "DEPRECATION_WITHDRAWN",
        MEANING,
        ADDITIVE,
        "It is no longer deprecated.",
        "Callers may go on using it.",
        "",
    ),
    Rule(
        "DEPRECATED_SINCE_CHANGED",
        MEANING,
        ADDITIVE,
        "It counts as deprecated since another day.",
        "Only what callers are told changes.",
        "",
    ),
    Rule(
        "SUNSET_SET",
        MEANING,
        NOTICE,
        "It has a day on which it ends.",
        "From that day on callers are refused.",
        "Tell those whom the usage counts name.",
    ),
    Rule(
        "SUNSET_EARLIER",
        MEANING,
        NOTICE,
        "It ends earlier than promised.",
        "Callers who planned for the old day have less time.",
        "Keep the day that was promised.",
    ),
    Rule(
        "SUNSET_SHORT_NOTICE",
        MEANING,
        BREAKING,
        "It ends in fewer than 180 days.",
        "Callers do not have the time to move that they are promised.",
        "Set the sunset at least 180 days from the release.",
    ),
    Rule(
        "SUNSET_LATER",
        MEANING,
        ADDITIVE,
        "It ends later than promised.",
        "Callers have more time.",
        "",
    ),
    Rule(
        "SUNSET_WITHDRAWN",
        MEANING,
        ADDITIVE,
        "It no longer has a day on which it ends.",
        "Callers have more time.",
        "",
    ),
    Rule(
        "REPLACEMENT_CHANGED",
        DOCS,
        ADDITIVE,
        "Something else is named as its replacement.",
        "Only what callers are told changes.",
        "",
    ),
    Rule(
        "STABILITY_CONTRADICTION",
        MEANING,
        BREAKING,
        "What is said of its lifecycle contradicts itself.",
        "Callers are told days that cannot be true.",
        "Write days as `2026-11-21`, the sunset after `deprecated_since`, and both only where the level is deprecated.",
    ),
)
