"""Kinds of change in who may call, and under which rules a call is made."""

from server.cli.contracts.review.model import Kind, Rule, Verdict

ADDITIVE, NOTICE, BREAKING = Verdict.ADDITIVE, Verdict.NOTICE, Verdict.BREAKING
MEANING, DOCS = Kind.MEANING, Kind.DOCS

ACCESS: tuple[Rule, ...] = (
    Rule(
        "SCOPE_ALTERNATIVE_ADDED",
        MEANING,
        NOTICE,
        "More scopes let callers in.",
        "Whoever holds the added scope can call the RPC from now on, without anybody having given them that.",
        "Have the security reviewer say who holds the added scope today, and whether they all may.",
    ),
    Rule(
        "SCOPE_ALTERNATIVE_REMOVED",
        MEANING,
        BREAKING,
        "Fewer scopes let callers in.",
        "Callers who hold only the removed scope are refused.",
        "Keep the scope as an alternative until every key, client and role that uses it holds another one.",
    ),
    Rule(
        "SCOPE_REPLACED",
        MEANING,
        BREAKING,
        "Another scope is asked for.",
        "Callers who hold only the old scope are refused.",
        "Name both scopes, since any one of them is enough; give callers the new one, then remove the old one.",
    ),
    Rule(
        "SCOPE_REQUIRED",
        MEANING,
        BREAKING,
        "A scope is asked for where none was.",
        "Callers who hold no such scope are refused.",
        "Make a new method for callers with a scope, and deprecate the open one.",
    ),
    Rule(
        "SCOPE_DROPPED",
        MEANING,
        NOTICE,
        "No scope is asked for any more.",
        "Every caller of the kinds that are allowed can call the RPC from now on.",
        "Have the security reviewer confirm that nothing in the answer needs a scope.",
    ),
    Rule(
        "CALLER_KIND_ADDED",
        MEANING,
        NOTICE,
        "More kinds of caller may call.",
        "Callers of that kind are let in from now on.",
        "Have the security reviewer confirm that this kind of caller may do so.",
    ),
    Rule(
        "CALLER_KIND_REMOVED",
        MEANING,
        BREAKING,
        "Fewer kinds of caller may call.",
        "Callers of that kind are refused.",
        "Look in the usage counts whether any do call; give them another method first.",
    ),
    Rule(
        "ROLE_SCOPES_ADDED",
        MEANING,
        NOTICE,
        "People of a role may do more.",
        "Everybody who has the role holds the scopes from now on.",
        "Have the security reviewer confirm it, and tell the companies whose people have the role.",
    ),
    Rule(
        "ROLE_SCOPES_REMOVED",
        MEANING,
        BREAKING,
        "People of a role may do less.",
        "Everybody who has the role is refused what the scopes allowed.",
        "Make a new role with fewer scopes, and let companies move their people.",
    ),
)

CALLS: tuple[Rule, ...] = (
    Rule(
        "IDEMPOTENCY_NOW_REQUIRED",
        MEANING,
        BREAKING,
        "The `Idempotency-Key` header has to be sent now.",
        "Calls without an idempotency key are refused with IDEMPOTENCY_KEY_REQUIRED.",
        "Honour the key where it is sent, until the usage counts show that every caller sends one.",
    ),
    Rule(
        "IDEMPOTENCY_NO_LONGER_REQUIRED",
        MEANING,
        ADDITIVE,
        "The `Idempotency-Key` header may be left out now.",
        "Callers who send one are answered as before.",
        "",
    ),
    Rule(
        "IDEMPOTENCY_NOW_HONOURED",
        MEANING,
        ADDITIVE,
        "An `Idempotency-Key` is honoured where it is sent.",
        "Callers who send none are answered as before.",
        "",
    ),
    Rule(
        "IDEMPOTENCY_NO_LONGER_HONOURED",
        MEANING,
        BREAKING,
        "An `Idempotency-Key` is ignored now.",
        "Callers rely on it when they repeat a call: the repetition now does it a second time.",
        "Go on honouring the key.",
    ),
    Rule(
        "DEADLINE_SHORTENED",
        MEANING,
        NOTICE,
        "The server gives up earlier.",
        "Calls that took longer than the new deadline fail with DEADLINE_EXCEEDED, and may have taken effect.",
        "Look how long calls take before it ships; shorten in steps.",
    ),
    Rule(
        "DEADLINE_LENGTHENED",
        MEANING,
        ADDITIVE,
        "The server works longer on a call.",
        "Callers may set a shorter deadline of their own.",
        "",
    ),
    Rule(
        "RATE_CLASS_CHANGED",
        MEANING,
        NOTICE,
        "Calls draw on another allowance.",
        "Callers meet another limit, and share it with other methods of that class.",
        "Compare the callers' rates with the new allowance before it ships, and tell those who would meet it.",
    ),
    Rule(
        "AUDIT_ACTION_CHANGED",
        MEANING,
        NOTICE,
        "Calls stand in the audit trail under another action.",
        "Searches and alerts of auditors for the old action find nothing new.",
        "Keep the action; where it has to change, tell those who read the audit trail.",
    ),
)
