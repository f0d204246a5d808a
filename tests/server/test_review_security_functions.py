"""What the database lets servers do beyond their fence: every such function is bound, and nobody else may call it."""

from tests.serving import Running

# Functions that run as their owner: by these alone does anything go past the fence of rows.
_DEFINERS = """
SELECT p.oid::regprocedure::text, p.proconfig, p.proacl::text FROM pg_proc p
WHERE p.pronamespace = 'corridor'::regnamespace AND p.prosecdef
"""
_OF_NO_COMPANY = ("breakers", "breaker_changes", "health_slots", "provider_limits")


def test_functions_that_run_as_their_owner_look_up_names_where_nobody_writes(corridor: Running) -> None:
    with corridor.parts.store.anyone() as rows:
        found = rows.execute(_DEFINERS).fetchall()

    assert len(found) > 20
    assert [] == [name for name, config, _ in found if "search_path=corridor, pg_temp" not in (config or [])]


def test_functions_that_run_as_their_owner_are_nobody_elses_to_call(corridor: Running) -> None:
    with corridor.parts.store.anyone() as rows:
        found = rows.execute(_DEFINERS).fetchall()

    # No access list means that everybody may; an entry without a name before its `=` is everybody's.
    assert [] == [name for name, _, access in found if access is None or access.startswith("{=") or ",=" in access]


def test_servers_touch_what_belongs_to_no_company_by_functions_alone(corridor: Running) -> None:
    with corridor.parts.store.anyone() as rows:
        for table in _OF_NO_COMPANY:
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                row = rows.execute("SELECT has_table_privilege(%s, %s)", (f"corridor.{table}", right)).fetchone()
                assert row == (False,), (table, right)
