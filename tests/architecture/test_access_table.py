"""Scopes, roles and methods fit together, and the access table in gen/ says so."""

from corridor.access.v1 import role_pb2
from server.cli.contracts import ROOT, access_table
from server.kit import contract


def test_every_scope_of_a_role_is_asked_for_by_a_method() -> None:
    asked = set(contract.scopes())

    assert {} == {role: scopes - asked for role, scopes in access_table.roles().items() if scopes - asked}


def test_every_scope_of_a_method_is_in_a_role() -> None:
    given = {scope for scopes in access_table.roles().values() for scope in scopes}

    assert set() == set(contract.scopes()) - given


def test_scopes_of_a_role_are_listed_once_in_order() -> None:
    for value in role_pb2.Role.DESCRIPTOR.values:
        scopes = list(value.GetOptions().Extensions[role_pb2.role].scopes)
        assert sorted(set(scopes)) == scopes, value.name


def test_the_admin_moves_no_money() -> None:
    assert not access_table.roles()["admin"] & {"payouts:create", "payouts:release", "payouts:cancel"}


def test_the_table_names_every_method_and_scope() -> None:
    table = (ROOT / "gen" / "access.md").read_text()

    assert [] == [path for path, method in contract.methods().items() if f"| {method.name} |" not in table]
    assert [] == [scope for scope in contract.scopes() if f"| `{scope}` |" not in table]
