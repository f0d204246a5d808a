"""OAuth 2.0: clients, grants and tokens. Of everything that lets its holder act, only a keyed hash is stored."""

from sqlalchemy import ARRAY, Column, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Table, Text, text

from server.store.schema.base import Id, Time, by, column, metadata, table

oauth_clients = table(
    "oauth_clients",
    column("oauth_client_id", Id),
    column("state", SmallInteger),
    column("scopes", ARRAY(Text)),
    column("message", LargeBinary),  # sealed OAuthClientSettings
    column("certificate_expire_time", Time, null=True),  # of the certificate in its key set that ends first
    column("create_time", Time),
    column("update_time", Time),
    column("delete_time", Time, null=True),
    Index("uq_oauth_clients_oauth_client_id", "oauth_client_id", unique=True),  # requests name them by this id alone
    key=("oauth_client_id",),
)

oauth_client_secrets = table(
    "oauth_client_secrets",
    column("oauth_client_id", Id),
    column("oauth_client_secret_id", Id),
    column("secret_hash", LargeBinary),
    column("create_time", Time),
    column("expire_time", Time, null=True),
    key=("oauth_client_id", "oauth_client_secret_id"),
)

oauth_authorizations = table(
    "oauth_authorizations",
    column("oauth_authorization_id", Id),
    column("oauth_client_id", Id),
    column("state", SmallInteger),  # authorizations.State
    column("request_hash", LargeBinary, null=True),  # of the reference under which it was pushed
    column("message", LargeBinary),  # sealed parameters
    column("create_time", Time),
    column("expire_time", Time),
    by("request_hash", where="request_hash IS NOT NULL"),
    Index("uq_oauth_authorizations_oauth_authorization_id", "oauth_authorization_id", unique=True),
    Index("ix_oauth_authorizations_expire_time", "expire_time"),
    key=("oauth_authorization_id",),
)

oauth_grants = table(
    "oauth_grants",
    column("oauth_grant_id", Id),
    column("oauth_client_id", Id),
    column("subject", Id),
    column("consent_id", Id),
    column("scopes", ARRAY(Text)),
    column("resource", Text),
    column("create_time", Time),
    column("expire_time", Time),
    column("revoke_time", Time, null=True),
    by("oauth_client_id"),
    by("subject"),
    by("consent_id", where="consent_id <> ''"),
    key=("oauth_grant_id",),
)

oauth_codes = table(
    "oauth_codes",
    column("code_hash", LargeBinary),
    column("oauth_authorization_id", Id),
    column("oauth_grant_id", Id),
    column("expire_time", Time),
    column("use_time", Time, null=True),
    Index("ix_oauth_codes_expire_time", "expire_time"),
    key=("code_hash",),
)

oauth_refresh_tokens = table(
    "oauth_refresh_tokens",
    column("token_hash", LargeBinary),
    column("oauth_grant_id", Id),
    column("create_time", Time),
    column("expire_time", Time),
    column("use_time", Time, null=True),
    by("oauth_grant_id"),
    Index("ix_oauth_refresh_tokens_expire_time", "expire_time"),
    key=("token_hash",),
)

oauth_revoked_tokens = table(
    "oauth_revoked_tokens",
    column("token_id", Id),
    column("expire_time", Time),
    Index("ix_oauth_revoked_tokens_expire_time", "expire_time"),
    key=("token_id",),
)

oauth_proofs = table(
    "oauth_proofs",
    column("proof_hash", LargeBinary),  # of a DPoP proof or client assertion that was taken
    column("expire_time", Time),
    Index("ix_oauth_proofs_expire_time", "expire_time"),
    key=("proof_hash",),
)

# Of the installation and no company's; reached by functions alone.
oauth_signing_keys = Table(
    "oauth_signing_keys",
    metadata,
    column("signing_key_id", Id),  # the RFC 7638 thumbprint, which is the `kid`
    column("algorithm", Text),
    column("public_key", Text),  # a JWK
    column("private_key", LargeBinary),  # encrypted with the keyring
    column("create_time", Time),
    column("start_time", Time),  # from when on it signs; the latest one that has started is the current one
    Column("end_time", Time, nullable=True),  # of one that a person ended early
    PrimaryKeyConstraint("signing_key_id"),
    Index("ix_oauth_signing_keys_start_time", text("start_time DESC")),
)
