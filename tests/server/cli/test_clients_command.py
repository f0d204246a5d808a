"""`corridor clients`: OAuth clients and signing keys in the hands of an operator."""

from collections.abc import Callable, Mapping

Finished = Callable[..., tuple[int, str, str]]
Environment = Mapping[str, str]


def company(environment: Environment, finished: Finished) -> str:
    """A company's id."""
    _, _, said = finished(environment, "keys", "create", "--company", "Acme")
    return said.split()[1].rstrip(",")


def test_a_client_is_made_listed_and_disabled(migrated_environment: Environment, finished: Finished) -> None:
    where = ("--company", company(migrated_environment, finished))
    code, secret, said = finished(
        migrated_environment, "clients", "create", *where, "--scope", "payouts:read", "--title", "Ledger"
    )
    client_id = said.split()[1]

    assert (0, True) == (code, secret.startswith("cs_"))
    assert 0 == finished(migrated_environment, "clients", "disable", *where, client_id)[0]
    _, printed, _ = finished(migrated_environment, "clients", "list", *where)
    assert [client_id, "disabled", "Ledger"] == printed.split()
    assert secret.strip() not in printed


def test_settings_that_cannot_work_are_refused(migrated_environment: Environment, finished: Finished) -> None:
    where = ("--company", company(migrated_environment, finished))
    for options in (("--scope", "nothing:asks"), ("--scope", "payouts:read", "--redirect-uri", "http://evil.example")):
        code, printed, said = finished(migrated_environment, "clients", "create", *where, *options)
        assert (1, "") == (code, printed)
        assert "settings." in said


def test_the_signing_key_is_rotated(migrated_environment: Environment, finished: Finished) -> None:
    assert 0 == finished(migrated_environment, "clients", "rotate-signing-key", "--at-once")[0]
    _, printed, _ = finished(migrated_environment, "clients", "rotate-signing-key")

    assert ["next", "current"] == [line.split()[2] for line in printed.splitlines()]
