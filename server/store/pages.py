"""One page of a list: the newest rows of the caller's company and environment, after the last one that was shown.

Pages are found by key and never by offset, so that the last page costs what the first one does.
"""

from collections.abc import Mapping, Sequence

from psycopg.rows import TupleRow

from server.kit.context import Context
from server.kit.paging import Page
from server.store.engine import Connection


def newest_first(
    connection: Connection,
    context: Context,
    select: str,
    *,
    key: str,
    page: Page,
    where: Mapping[str, object] | None = None,
) -> tuple[Sequence[TupleRow], bool]:
    """Up to `page.size` rows by falling `key`, and whether there are more.

    `select`, `key` and the columns of `where` are constants of the caller; values are bound. A column of `where`
    whose value is empty (`""`, 0 or `[]`) is not a condition; a list admits each of its values.
    """
    who = context.who
    wanted = {name: value for name, value in (where or {}).items() if value}
    conditions = ["company_id = %s", "environment = %s", *(_condition(name, value) for name, value in wanted.items())]
    values: list[object] = [who.company_id, who.environment, *wanted.values()]
    if page.after is not None:
        conditions.append(f"{key} < %s")
        values.append(page.after)
    query = f"{select} WHERE {' AND '.join(conditions)} ORDER BY {key} DESC LIMIT %s"
    rows = connection.execute(query, [*values, page.size + 1]).fetchall()
    return rows[: page.size], len(rows) > page.size


def _condition(name: str, value: object) -> str:
    return f"{name} = ANY (%s)" if isinstance(value, list) else f"{name} = %s"
