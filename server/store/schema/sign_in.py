"""People: members, end users, identity providers, and the sign-ins that are under way. Names are sealed or hashed."""

from sqlalchemy import ARRAY, Index, LargeBinary, SmallInteger, UniqueConstraint, text

from server.store.schema.base import Id, Time, column, table

members = table(
    "members",
    column("member_id", Id),
    column("state", SmallInteger),  # corridor.access.v1.MemberState
    column("roles", ARRAY(SmallInteger)),  # given by people
    column("group_roles", ARRAY(SmallInteger)),  # given by groups at the last sign-in
    column("subject_hash", LargeBinary, null=True),  # of issuer and subject, keyed; NULL until the first sign-in
    column("email_hash", LargeBinary, null=True),  # keyed; NULL once removed
    column("message", LargeBinary),  # the Member, sealed
    column("create_time", Time),
    column("update_time", Time),
    Index(
        "uq_members_subject",
        "company_id",
        "environment",
        "subject_hash",
        unique=True,
        postgresql_where=text("state <> 4"),
    ),
    Index(
        "uq_members_email", "company_id", "environment", "email_hash", unique=True, postgresql_where=text("state <> 4")
    ),
    key=("member_id",),
)

end_users = table(
    "end_users",
    column("end_user_id", Id),
    column("subject_hash", LargeBinary),  # as above
    column("create_time", Time),
    UniqueConstraint("company_id", "environment", "subject_hash", name="uq_end_users_subject"),
    key=("end_user_id",),
)

identity_providers = table(
    "identity_providers",
    column("message", LargeBinary),
    column("secret", LargeBinary),  # sealed; an empty one where none is used
    column("create_time", Time),
    column("update_time", Time),
    key=(),
)

sign_ins = table(
    "sign_ins",
    column("sign_in_id", Id),
    column("authorization_id", Id),
    column("state", SmallInteger),  # platform.access.oauth.sign_in_store.State
    column("cookie_hash", LargeBinary),  # of the browser's cookie, keyed; another one after each step
    column("state_hash", LargeBinary, null=True),  # of the provider's `state`, keyed; NULL once it came back
    column("secrets", LargeBinary),  # what the next step needs, sealed
    column("subject", Id),  # whose it is, once they have signed in
    column("create_time", Time),
    column("expire_time", Time),
    UniqueConstraint("cookie_hash"),
    UniqueConstraint("state_hash"),
    Index("ix_sign_ins_expire_time", "expire_time"),
    key=("sign_in_id",),
)
