"""`corridor keys`: the life of a key in the hands of an operator."""

from collections.abc import Callable, Mapping

Finished = Callable[..., tuple[int, str, str]]
Environment = Mapping[str, str]


def made(environment: Environment, finished: Finished, *options: str) -> str:
    """A new key of Acme's: its secret."""
    code, secret, said = finished(environment, "keys", "create", "--company", "Acme", *options)
    assert 0 == code, said
    return secret.strip()


def state(environment: Environment, finished: Finished, prefix: str) -> str:
    """Where a key stands."""
    facts = dict(line.split(None, 1) for line in finished(environment, "keys", "show", prefix)[1].splitlines())
    return facts["state"]


def test_a_key_is_activated_and_suspended(migrated_environment: Environment, finished: Finished) -> None:
    key = made(migrated_environment, finished, "--pending", "--title", "Payroll")

    said = [finished(migrated_environment, "keys", verb, key)[1].split()[1:] for verb in ("activate", "suspend")]

    assert [["works."], ["is", "suspended."]] == said
    assert "suspended" == state(migrated_environment, finished, key)


def test_a_key_is_rotated(migrated_environment: Environment, finished: Finished) -> None:
    old = made(migrated_environment, finished)

    code, new, said = finished(migrated_environment, "keys", "rotate", old, "--overlap-hours", "2")

    assert (0, True) == (code, new.startswith("ck_test_"))
    assert "ends" in said
    assert old.rpartition("_")[2] not in new + said
    assert "rotated" == state(migrated_environment, finished, old)


def test_keys_are_listed_without_their_secrets(migrated_environment: Environment, finished: Finished) -> None:
    keys = [made(migrated_environment, finished, "--title", title) for title in ("First", "Second")]

    _, printed, _ = finished(migrated_environment, "keys", "list", "--company", "Acme")

    assert ["Second", "First"] == [line.split()[-1] for line in printed.splitlines()]
    assert [] == [key for key in keys if key in printed]
    assert 1 == finished(migrated_environment, "keys", "list", "--company", "Nobody")[0]


def test_restrictions_are_shown(migrated_environment: Environment, finished: Finished) -> None:
    method = "corridor.payouts.v1.PayoutService/*"
    key = made(migrated_environment, finished, "--method", method, "--range", "192.0.2.0/24", "--scope", "payouts:read")

    _, printed, _ = finished(migrated_environment, "keys", "show", key)

    for text in (method, "192.0.2.0/24", "payouts:read", "by corridor"):
        assert text in printed


def test_what_cannot_be_done_is_one_line(migrated_environment: Environment, finished: Finished) -> None:
    key = made(migrated_environment, finished, "--pending")

    assert (1, "", "Error: This cannot be done to a key that is pending.\n") == finished(
        migrated_environment, "keys", "suspend", key
    )
    code, _, said = finished(migrated_environment, "keys", "create", "--company", "Acme", "--range", "300.0.0.0/8")
    assert (1, "Error: Not valid: allowed_ranges[0]. allowed_ranges[0] must be a range without host bits.\n") == (
        code,
        said,
    )
    _, _, said = finished(migrated_environment, "keys", "create", "--company", "Acme", "--method", "ListPayouts")
    assert "corridor.payouts.v1.PayoutService/ListPayouts" in said


def test_what_ends_soon_is_listed(migrated_environment: Environment, finished: Finished) -> None:
    made(migrated_environment, finished, "--days", "400", "--title", "Later")
    made(migrated_environment, finished, "--days", "5", "--title", "Soon")

    _, printed, _ = finished(migrated_environment, "keys", "expiring")

    (line,) = [line for line in printed.splitlines() if "api key" in line]
    assert line.endswith("Soon")
    assert "4 days" in line
