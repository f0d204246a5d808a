"""Every table, by area.

Rows of `TENANT` tables are fenced by row security; migrations hold the policies and the functions.
"""

from server.store.schema import (
    access,
    approvals,
    audit,
    catalogue,
    consents,
    data_policies,
    decisions,
    disputes,
    health,
    limits,
    oauth,
    operations,
    pacing,
    payments,
    routing,
    sandbox,
    shadow,
    sign_in,
    spine,
    sweeps,
    usage,
    vault,
)
from server.store.schema.base import SCHEMA, metadata

# Tables without rows of a company that another must not see: `work` holds ids only, and workers serve every company;
# `audit_horizon` holds one number, for its functions alone.
OPEN = frozenset({spine.work, audit.audit_horizon})
# Tables whose rows one company must never see of another. What is no company's is behind functions.
TENANT = tuple(table for table in metadata.sorted_tables if table not in OPEN and "company_id" in table.c)

__all__ = [
    "OPEN",
    "SCHEMA",
    "TENANT",
    "access",
    "approvals",
    "audit",
    "catalogue",
    "consents",
    "data_policies",
    "decisions",
    "disputes",
    "health",
    "limits",
    "metadata",
    "oauth",
    "operations",
    "pacing",
    "payments",
    "routing",
    "sandbox",
    "shadow",
    "sign_in",
    "spine",
    "sweeps",
    "usage",
    "vault",
]
