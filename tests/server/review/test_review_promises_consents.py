"""A consent that is used without pause can be taken back all the same."""

import threading
import time

from corridor.access.v1 import consent_service_pb2 as api
from server.kit.context import Context
from server.platform.access.consents import repository
from tests.server import people
from tests.server.consents import given
from tests.serving import Running

_USERS = 3
_SECONDS = 0.3


def test_revoking_does_not_wait_for_ever_behind_those_who_use_the_consent(corridor: Running) -> None:
    client = corridor.client()
    consent = given.grant(client)
    caller, _ = corridor.parts.keys.caller(client.key)
    assert caller is not None
    context, over = Context("req", "corr", caller=caller), threading.Event()

    def use(number: int) -> None:
        over.wait(_SECONDS / _USERS * number)  # one begins before another ends
        while not over.is_set():
            with corridor.parts.store.transaction(caller.company_id, caller.environment) as connection:
                if repository.in_force(connection, context, consent.consent_id) is None:
                    return
                time.sleep(_SECONDS)  # what a slow acceptance takes

    users = [threading.Thread(target=use, args=(number,)) for number in range(_USERS)]
    for user in users:
        user.start()
    time.sleep(2 * _SECONDS)
    try:
        request = api.RevokeConsentRequest(consent_id=consent.consent_id)
        client.call("ConsentService/RevokeConsent", request, key=people.new_key())
    finally:
        over.set()
        for user in users:
            user.join()
