"""Someone with planted personal data, their erasure, and a search through all that is stored of a company."""

import psycopg

from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1.party_pb2 import Party, Person
from corridor.vault.v1 import erasure_service_pb2 as api
from corridor.vault.v1.erasure_pb2 import ERASURE_STATE_COMPLETE, Erasure
from server.kit.context import Caller
from server.store import sealed
from tests.server import people
from tests.server.flows.stage import Stage
from tests.serving import SANDBOX, Client, Running

NAME, CITY, REFERENCE = "Quillon", "Oberwaldheim", "rent of the blue house"
IBAN = "DE02120300000000202051"  # the example of a German bank
PLANTED = (NAME, CITY, REFERENCE, IBAN)


def someone(client: Client, key: str = "") -> str:
    request = beneficiaries.CreateBeneficiaryRequest(
        party=Party(person=Person(given_name="Test", family_name=NAME)), bank_account=people.euro_account(IBAN)
    )
    request.party.address.country_code, request.party.address.city = "DE", CITY
    request.party.address.lines.append("Street 1")
    request.party.address.postal_code = "10115"
    made = client.call("BeneficiaryService/CreateBeneficiary", request, key=key or people.new_key())
    return str(made.beneficiary.beneficiary_id)


def paid(stage: Stage, beneficiary_id: str) -> Payout:
    return people.payout(stage.client, beneficiary_id, reference=REFERENCE, metadata={"about": CITY})


def erase(client: Client, beneficiary_id: str, key: str = "") -> Erasure:
    request = api.CreateErasureRequest(resource_id=beneficiary_id, reason="Asked for", legal_reference="GDPR art. 17")
    made: Erasure = client.call("ErasureService/CreateErasure", request, key=key or people.new_key()).erasure
    return made


def now(client: Client, erasure: Erasure) -> Erasure:
    found: Erasure = client.call(
        "ErasureService/GetErasure", api.GetErasureRequest(erasure_id=erasure.erasure_id)
    ).erasure
    return found


def completed(stage: Stage, erasure: Erasure) -> Erasure:
    stage.soon(lambda: now(stage.client, erasure).state == ERASURE_STATE_COMPLETE, seconds=30)
    return now(stage.client, erasure)


def everything(running: Running, company_id: str) -> dict[str, bytes]:
    """What is stored for a company, opened, by place."""
    who = Caller(0, "test", company_id, SANDBOX)
    found: dict[str, bytes] = {}
    with psycopg.connect(running.parts.settings.owner_database_url) as connection:
        for column in sealed.COLUMNS:
            names = ", ".join((*column.key, column.column))
            query = f"SELECT {names} FROM corridor.{column.table} WHERE company_id = %s"
            for *key, stored in connection.execute(query, (company_id,)).fetchall():
                if stored is None:
                    continue
                opened = (
                    column.open_text(running.parts.seals, who, stored, *key).encode()
                    if isinstance(stored, str)
                    else column.open(running.parts.seals, who, stored, *key)
                )
                place = f"{column.table}.{column.column}"
                found[place] = found.get(place, b"") + opened
    return found


def repeated(running: Running, company_id: str) -> set[str]:
    """Where planted values stand."""
    found = everything(running, company_id).items()
    return {place for place, data in found if any(value.encode() in data for value in PLANTED)}
