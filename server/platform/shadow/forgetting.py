"""Comparisons go after 90 days: they are measurements. Each round removes a bounded number of all companies'."""

from server.store.engine import Store

_FORGET = "SELECT corridor.forget_shadows(%s)"
_AT_ONCE = 5_000


def forget(store: Store) -> None:
    """Remove what is old enough."""
    with store.anyone() as connection:
        connection.execute(_FORGET, (_AT_ONCE,))
