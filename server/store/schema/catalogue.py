"""How far companies use providers, the certification runs that let them go further, and trials of losing one."""

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, SmallInteger

from server.store.schema.base import Id, Time, column, table

provider_stages = table(
    "provider_stages",
    column("provider_stage_id", Id),
    column("provider", Id),
    column("stage", SmallInteger),  # corridor.providers.v1.ProviderStage
    column("revision", BigInteger),
    column("update_time", Time),
    Index("ix_provider_stages_provider", "company_id", "environment", "provider", unique=True),
    key=("provider_stage_id",),
)

certifications = table(
    "certifications",
    column("certification_id", Id),
    column("provider", Id),
    column("adapter_digest", Id),
    column("passed", Boolean),
    column("message", LargeBinary),
    column("create_time", Time),
    Index("ix_certifications_provider", "company_id", "environment", "provider", "certification_id"),
    key=("certification_id",),
)

disaster_tests = table(
    "disaster_tests",
    column("disaster_test_id", Id),
    column("provider", Id),
    column("message", LargeBinary),
    column("create_time", Time),
    Index("ix_disaster_tests_provider", "company_id", "environment", "provider", "disaster_test_id"),
    key=("disaster_test_id",),
)
