"""Whoever owns the tables cannot change the trail unseen: every way of it is found, and the first wrong row named."""

import pytest

from server.platform.audit import rows
from tests.server.audit.tampering import edit, forge, sealed
from tests.server.audit.trail import COMPANY, LANE, OTHER, Trail, row


def test_an_untouched_trail_is_whole(trail: Trail) -> None:
    sealed(trail)
    trail.write(1, "")
    trail.seal()

    report = trail.verify()

    assert [] == report.findings
    assert (12, 5, 3) == (report.entries, report.checkpoints, report.lanes)


@pytest.mark.parametrize("column", [*rows.COLUMNS, "owner_company_id", "owner_salt"])
def test_an_edit_of_any_column_is_found_and_named(trail: Trail, column: str) -> None:
    entry_id = sealed(trail)[4]

    edit(trail, "audit", column, "audit_entry_id = %s", entry_id)

    assert f"{COMPANY}-1: {entry_id} was" in trail.findings()


@pytest.mark.parametrize(
    "column", ["company_id", "environment", "position", "audit_entry_id", "create_time", "leaf", "link"]
)
def test_an_edit_of_any_column_of_the_chain_is_found_and_the_entry_named(trail: Trail, column: str) -> None:
    entry_id = sealed(trail)[4]

    edit(trail, "audit_chain", column, "audit_entry_id = %s", entry_id)

    found = trail.findings()
    assert entry_id in found
    assert "(position 5)" in found


def test_an_edited_leaf_is_told_from_an_edited_entry(trail: Trail) -> None:
    entry_id = sealed(trail)[4]

    edit(trail, "audit_chain", "leaf", "audit_entry_id = %s", entry_id)

    assert f"{entry_id} was edited in the chain: its leaf is not the entry's (position 5)" in trail.findings()


def test_an_entry_beside_one_of_the_same_id_is_found(trail: Trail) -> None:
    entry_id = sealed(trail)[4]
    forge(trail, entry_id, "create_time + interval '1 microsecond'")

    assert f"{entry_id} was inserted: no checkpoint has it" in trail.findings()


def test_a_forged_row_with_a_place_before_the_chain_is_found(trail: Trail) -> None:
    sealed(trail)
    forged = row().audit_entry_id
    forge(trail, forged)

    trail.owner(
        "INSERT INTO corridor.audit_chain SELECT company_id, environment, 0, %s, create_time, leaf, link "
        "FROM corridor.audit_chain WHERE company_id = %s AND position = 1",
        forged,
        COMPANY,
    )

    assert f"{forged} is in the chain (position 0), and no checkpoint seals it" in trail.findings()


def test_an_edit_that_the_chain_was_corrected_for_is_found_by_the_checkpoint(trail: Trail) -> None:
    entry_id = sealed(trail)[4]
    trail.owner("UPDATE corridor.audit SET reason = 'x' WHERE audit_entry_id = %s", entry_id)

    correct_the_chain(trail)

    assert "positions 4 to 6 were rewritten" in trail.findings()


def test_a_row_deleted_in_the_middle_is_found(trail: Trail) -> None:
    entry_id = sealed(trail)[3]

    trail.owner("DELETE FROM corridor.audit WHERE audit_entry_id = %s", entry_id)

    assert f"{entry_id} was deleted (position 4)" in trail.findings()


def test_a_row_deleted_in_the_middle_with_its_link_is_found(trail: Trail) -> None:
    _, _, _, entry_id, following, *_ = sealed(trail)

    for table in ("audit", "audit_chain"):
        trail.owner(f"DELETE FROM corridor.{table} WHERE audit_entry_id = %s", entry_id)

    assert f"{following} stands where another entry was deleted from the chain (position 4)" in trail.findings()


def test_a_deleted_tail_is_found(trail: Trail) -> None:
    entry_id = sealed(trail)[-1]

    trail.owner("DELETE FROM corridor.audit WHERE audit_entry_id = %s", entry_id)

    assert f"{entry_id} was deleted" in trail.findings()


def test_a_tail_cut_off_in_every_table_is_found_by_the_second_store(trail: Trail) -> None:
    tail = sealed(trail)[-3:]

    for table in ("audit", "audit_chain"):
        trail.owner(f"DELETE FROM corridor.{table} WHERE audit_entry_id = ANY (%s)", tail)
    trail.owner("DELETE FROM corridor.audit_checkpoints WHERE company_id = %s AND number = 3", COMPANY)

    found = trail.findings()
    assert "checkpoint 3 was deleted from the database: the tail was cut off there" in found
    assert "the tail is cut off: position 7 and what follows is missing" in found


def test_a_whole_chain_that_is_gone_is_found(trail: Trail) -> None:
    sealed(trail)

    for table in ("audit", "audit_chain", "audit_checkpoints"):
        trail.owner(f"DELETE FROM corridor.{table} WHERE company_id = %s", COMPANY)

    assert f"{COMPANY}-1: checkpoint 1 was deleted" in trail.findings()


def test_a_chain_with_a_cut_tail_is_not_sealed_on(trail: Trail) -> None:
    sealed(trail)
    trail.owner("DELETE FROM corridor.audit_checkpoints WHERE company_id = %s AND number = 3", COMPANY)
    trail.write(1)
    trail.write(1, OTHER)

    done = trail.seal()

    assert ((LANE,), 1) == (done.refused, done.entries)
    assert "checkpoint 3 was deleted" in trail.findings()


def test_swapped_rows_are_found(trail: Trail) -> None:
    _, one, other, *_ = sealed(trail)

    trail.owner(  # in one statement, so that each gets what the other had
        "UPDATE corridor.audit a SET reason = b.reason, request_id = b.request_id, resource_id = b.resource_id, "
        "correlation_id = b.correlation_id, request_digest = b.request_digest FROM corridor.audit b "
        "WHERE a.audit_entry_id = ANY (%s) AND b.audit_entry_id = ANY (%s) AND a.audit_entry_id <> b.audit_entry_id",
        [one, other],
        [one, other],
    )

    assert f"{one} was edited (position 2)" in trail.findings()


def test_swapped_places_in_the_chain_are_found(trail: Trail) -> None:
    _, one, other, *_ = sealed(trail)

    for entry_id, position in ((one, 1003), (other, 2), (one, 3)):
        trail.owner("UPDATE corridor.audit_chain SET position = %s WHERE audit_entry_id = %s", position, entry_id)

    assert f"{other} does not follow the entry before it" in trail.findings()


def test_a_forged_row_is_found(trail: Trail) -> None:
    sealed(trail)
    forged = row().audit_entry_id

    forge(trail, forged)

    assert f"{forged} was inserted: no checkpoint has it" in trail.findings()


def test_a_row_forged_for_the_future_is_found(trail: Trail) -> None:
    sealed(trail)
    entry_id = trail.write(1)[0]

    trail.owner("UPDATE corridor.audit SET xid = xid + 1000000 WHERE audit_entry_id = %s", entry_id)

    assert f"{entry_id} was inserted: no checkpoint has it" in trail.findings()


def test_an_old_copy_of_the_tables_is_found(trail: Trail) -> None:
    trail.write(3)
    trail.seal()
    tables = ("audit", "audit_chain", "audit_checkpoints")
    for table in tables:
        trail.owner(f"CREATE TABLE public.{table} AS SELECT * FROM corridor.{table}")
    sealed(trail)

    for table in tables:
        trail.owner(f"DELETE FROM corridor.{table}")
        trail.owner(f"INSERT INTO corridor.{table} SELECT * FROM public.{table}")

    assert "checkpoint 2 was deleted from the database: the tail was cut off there" in trail.findings()


def correct_the_chain(trail: Trail) -> None:
    """What a forger would do who has read the code: compute every leaf and link anew."""
    from server.platform.audit import hashing

    with rows.session(trail.url) as connection:
        query = f"""SELECT c.position, {rows.columns()} FROM corridor.audit_chain c JOIN corridor.audit a
            USING (company_id, environment, audit_entry_id, create_time) WHERE c.company_id = %s ORDER BY c.position"""
        link = hashing.START
        for line in list(rows.lines(connection, query, (COMPANY,))):
            position, _, text = line.partition(b"\t")
            leaf = hashing.leaf(text)
            link = hashing.link(link, leaf)
            update = "UPDATE corridor.audit_chain SET leaf = %s, link = %s WHERE company_id = %s AND position = %s"
            connection.execute(update, (leaf, link, COMPANY, int(position)))
