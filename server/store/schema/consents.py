"""Consents, and what rests on them.

Subjects are found by keyed digests: what they are called stands in the sealed message alone.
"""

from sqlalchemy import Index, LargeBinary, SmallInteger, text

from server.store.schema.base import Id, Time, by, column, table

consents = table(
    "consents",
    column("consent_id", Id),
    column("state", SmallInteger),
    column("subject_digest", LargeBinary),
    column("same_digest", LargeBinary),  # of subject, purpose, data scopes and legal basis: what granting again means
    column("message", LargeBinary),
    column("expire_time", Time, null=True),
    column("reconsent_time", Time, null=True),  # when the subject is to be asked again; NULL once they were
    column("create_time", Time),
    by("subject_digest", "consent_id"),
    by("same_digest"),
    Index("ix_consents_expire_time", "expire_time", postgresql_where=text("state = 1")),
    Index("ix_consents_reconsent_time", "reconsent_time", postgresql_where=text("state = 1")),
    key=("consent_id",),
)

consent_dependents = table(
    "consent_dependents",
    column("consent_id", Id),
    column("dependent_id", Id),
    column("kind", SmallInteger),
    column("state", SmallInteger),
    column("create_time", Time),
    column("end_time", Time, null=True),
    by("dependent_id"),
    key=("consent_id", "dependent_id"),
)

provider_grants = table(
    "provider_grants",
    column("provider_grant_id", Id),
    column("consent_id", Id),
    column("connection_id", Id),
    column("token", LargeBinary, null=True),  # sealed; NULL once the provider has revoked it
    column("create_time", Time),
    column("end_time", Time, null=True),
    by("consent_id"),
    key=("provider_grant_id",),
)
