"""What a scope lets a client do, in the words of the consent page: what the person says yes to, without jargon."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "alerts:read": "See security alerts",
    "approvals:configure": "Decide which actions need approval",
    "approvals:decide": "Approve or reject what others asked for",
    "approvals:read": "See what waits for approval",
    "audit:read": "Read the audit trail",
    "beneficiaries:create": "Add people and businesses to pay",
    "beneficiaries:read": "See who can be paid, with bank details shortened",
    "clients:manage": "Add, change and remove applications",
    "clients:read": "See which applications have access",
    "connections:manage": "Set up connections to providers",
    "connections:read": "See connections to providers",
    "consents:manage": "Record and take back consents",
    "consents:read": "See consents",
    "disputes:decide": "Accept disputes, and so lose the money",
    "disputes:manage": "Answer disputes with evidence",
    "disputes:read": "See disputes and their evidence",
    "events:read": "See what has happened",
    "keys:manage": "Create and revoke API keys",
    "keys:read": "See API keys, without their secrets",
    "members:manage": "Invite and remove people, and change their roles",
    "members:read": "See who has access",
    "operations:read": "See what needs attention",
    "operations:resolve": "Mark problems as solved",
    "operations:retry": "Try again what is stuck, or send it over another provider",
    "payments:capture": "Collect payments that were authorised",
    "payments:create": "Charge customers",
    "payments:read": "See payments and their status",
    "payments:void": "Give up or undo payments",
    "payouts:cancel": "Cancel payouts that were not sent yet",
    "payouts:configure": "Set limits for payouts",
    "payouts:create": "Send payouts",
    "payouts:read": "See payouts and their status",
    "payouts:release": "Release payouts that are on hold",
    "providers:manage": "Decide how far a provider is used",
    "providers:read": "See which providers there are",
    "refunds:create": "Give customers their money back",
    "refunds:read": "See refunds and their status",
    "routes:manage": "Decide which provider sends payouts",
    "routes:read": "See which provider sends payouts",
    "sandbox:manage": "Move the time of the sandbox",
    "usage:read": "See which methods your applications call, and what of them will end",
    "vault:configure": "Set rules for stored card and account numbers",
    "vault:detokenize": "See stored card and account numbers in full",
    "vault:erase": "Erase stored personal data for good",
    "vault:tokenize": "Store card and account numbers",
    "webhooks:manage": "Set up where notifications are sent",
    "webhooks:read": "See where notifications are sent",
}

# What moves money, shows what is hidden, or gives others power is pointed out.
MARKS: Mapping[str, str] = {
    "approvals:decide": "Decides for you",
    "clients:manage": "Gives access",
    "connections:manage": "Moves money",
    "disputes:decide": "Moves money",
    "keys:manage": "Gives access",
    "members:manage": "Gives access",
    "operations:retry": "Moves money",
    "payments:capture": "Moves money",
    "payments:create": "Moves money",
    "payments:void": "Moves money",
    "payouts:create": "Moves money",
    "payouts:release": "Moves money",
    "providers:manage": "Moves money",
    "refunds:create": "Moves money",
    "routes:manage": "Moves money",
    "vault:detokenize": "Shows secrets",
    "vault:erase": "Cannot be undone",
}


def words(scope: str) -> str:
    """What the scope allows, for people."""
    return WORDS.get(scope) or scope
