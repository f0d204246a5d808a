"""The same conditional update twice at the same time with one key: both are answered alike, whoever is the faster."""

import threading

import psycopg
import pytest
from google.protobuf.message import Message

from tests.server import updating
from tests.server.updating import CASES, Update
from tests.serving import Running, until

WAIT = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
# What each of them waits for, held by the test until both are there.
HOLD = {
    "UpdateDataPolicy": "SELECT pg_advisory_xact_lock(hashtextextended('data policy of ' || %s || ' in 1', 0))",
    "UpdateApiKey": "SELECT FROM corridor.api_keys WHERE company_id = %s FOR UPDATE",
}


@pytest.mark.parametrize("whole", [False, True], ids=["a part", "everything"])
@pytest.mark.parametrize("name", HOLD)
def test_who_comes_second_with_the_same_key_and_condition_is_answered_as_the_first(
    corridor: Running, name: str, whole: bool
) -> None:
    company_id = corridor.company()
    update = updating.start(corridor.client(company_id), name, CASES[name])
    if whole:
        update.patches()
    condition, answers = f'"{update.now().etag}"', list[Message]()  # type: ignore[attr-defined] # it has one

    def change() -> None:
        mine = Update(corridor.client(company_id), update.method, update.case, update.request)
        how = mine.puts if whole else mine.patches
        answers.append(how(key="k", if_match=condition))

    threads = [threading.Thread(target=change) for _ in range(2)]
    with psycopg.connect(corridor.parts.store.url) as holder, psycopg.connect(holder.info.dsn, autocommit=True) as eye:
        holder.execute(HOLD[name], (company_id,))
        for thread in threads:
            thread.start()
        until(lambda: eye.execute(WAIT).fetchone() == (2,), what="both wait")
    for thread in threads:
        thread.join()

    assert [update.now()] * 2 == answers
