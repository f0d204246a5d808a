"""Data keys, tokens, erasures and data policies."""

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Index, Integer, LargeBinary, SmallInteger, Text, text

from server.store.schema.base import Id, Time, by, column, table

# Wrapped by a key-encryption key; `wrapped` is NULL once a key is destroyed.
data_keys = table(
    "data_keys",
    column("data_key_number", Integer),  # stands in each seal; counts over all purposes of a company and environment
    column("purpose", Text),
    column("state", SmallInteger),  # store.data_keys.State
    column("kek_id", Text),
    column("wrapped", LargeBinary, null=True),
    column("uses", BigInteger),
    column("create_time", Time),
    column("retire_time", Time, null=True),
    column("destroy_time", Time, null=True),
    Index(
        "uq_data_keys_current", "company_id", "environment", "purpose", unique=True, postgresql_where=text("state = 1")
    ),
    key=("data_key_number",),
)

vault_tokens = table(
    "vault_tokens",
    column("vault_token_id", Id),
    column("kind", SmallInteger),  # corridor.vault.v1.VaultTokenKind
    column("fingerprint", LargeBinary),  # a keyed digest of the value
    column("masked", Text),
    column("value", LargeBinary),  # sealed
    column("create_time", Time),
    Index("uq_vault_tokens_fingerprint", "company_id", "environment", "kind", "fingerprint", unique=True),
    key=("vault_token_id",),
)

erasures = table(
    "erasures",
    column("erasure_id", Id),
    column("resource_id", Id),
    column("state", SmallInteger),  # corridor.vault.v1.ErasureState
    column("message", LargeBinary),  # why, and at whose word; sealed
    column("step", SmallInteger),  # which kind of record is being overwritten
    column("after_key", Text),  # the last one of them that was
    column("digest", LargeBinary, null=True),
    column("create_time", Time),
    column("complete_time", Time, null=True),
    by("resource_id", "erasure_id"),
    Index("ix_erasures_create_time", "create_time"),
    Index(
        "uq_erasures_running",
        "company_id",
        "environment",
        "resource_id",
        unique=True,
        postgresql_where=text("state = 1"),
    ),
    key=("erasure_id",),
)

# What an erasure overwrote: where, and the digests of the stored values before and after.
erased_values = table(
    "erased_values",
    column("erasure_id", Id),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    column("record", Text),
    column("key", ARRAY(Text)),
    column("field", Text),
    column("old_digest", LargeBinary),
    column("new_digest", LargeBinary),
    column("create_time", Time),
    key=("erasure_id", "number"),
)
