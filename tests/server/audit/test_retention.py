"""How long the trail is kept: the longest of the setting, every company's data policy, and a year."""

from datetime import UTC, datetime, timedelta

import pytest

from server import settings
from server.platform.audit import retention
from tests.server.audit.trail import COMPANY, OTHER, Trail

AGES = (300, 500, 800, 1500)  # days


@pytest.mark.parametrize(
    ("months", "policies", "kept"),
    [
        (1, {}, 300),  # a year, whatever is set
        (12, {}, 300),
        (24, {}, 500),
        (84, {}, 1500),
        (12, {OTHER: 400}, 300),
        (12, {OTHER: 1000}, 800),  # one company's policy counts for all: months go as a whole
        (12, {COMPANY: 400, OTHER: 3650}, 1500),
        (36, {OTHER: 400}, 800),  # a policy shortens nothing
        (12, {OTHER: 1}, 300),  # nor does one that is shorter than the law's
        (36, {OTHER: 0}, 800),
    ],
)
def test_the_longest_time_counts(trail: Trail, months: int, policies: dict[str, int], kept: int) -> None:
    now = datetime.now(UTC)
    for age in AGES:
        written = trail.write(1)
        time = now - timedelta(days=age)
        trail.owner("UPDATE corridor.audit SET create_time = %s WHERE audit_entry_id = ANY (%s)", time, written)
    trail.seal()
    for company_id, days in policies.items():
        set_policy(trail, company_id, days)

    retention.keep(trail.url, trail.signer, trail.second, months, now)

    oldest = trail.owner("SELECT extract(days FROM %s - min(create_time))::integer FROM corridor.audit", now)
    assert [(kept,)] == oldest
    assert [] == trail.verify().findings


def test_no_setting_keeps_less_than_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_AUDIT_KEEP_MONTHS", "11")

    with pytest.raises(settings.SettingsError, match="CORRIDOR_AUDIT_KEEP_MONTHS"):
        settings.from_environment()


def set_policy(trail: Trail, company_id: str, days: int) -> None:
    """A data policy that says how long the audit is kept, and nothing else."""
    columns = [
        str(name)
        for (name,) in trail.owner(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'corridor' "
            "AND table_name = 'data_policies' AND column_name LIKE '%%_days' AND column_name <> 'audit_days'"
        )
    ]
    trail.owner(
        f"INSERT INTO corridor.data_policies (company_id, environment, audit_days, {', '.join(columns)}, residency, "
        f"update_time) VALUES (%s, 1, %s, {', '.join('0' for _ in columns)}, '', now())",
        company_id,
        days,
    )
