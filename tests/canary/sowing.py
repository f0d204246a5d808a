"""Plants values in every text of every RPC, and in credentials that nobody has."""

import re

from corridor.access.v1 import api_key_service_pb2
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.providers.v1 import connection_service_pb2 as connections
from server.kit import contract
from tests.canary import planting
from tests.canary.world import World
from tests.server import people
from tests.serving import Client, Running

# They would end the company's own means of going on; each has its turn last.
_ENDS = re.compile("/(Cancel|Delete|Disable|Reject|Remove|Revoke|Suspend)")
LAST = ("PurgeData", "UpdateApprovalPolicy", "UpdateDataPolicy", "UpdateIdentityProvider")


def plant_everywhere(world: World) -> None:
    """Call every RPC with each value in every text, as it is and as validation lets it."""
    client = world.corridor.client()
    known = _known(world, client)
    # What is made first can be asked about after, and ended last.
    paths = sorted(contract.methods(), key=lambda path: (path.endswith(LAST), bool(_ENDS.search(path)), path))
    paths = [path for path in paths if "/Create" in path] + paths
    for path in paths:
        name, kind = path.rpartition(".")[2], contract.methods()[path].request
        for canary in world.canaries.values():
            for request in planting.requests(kind, canary, known):
                answer = world.call(client, name, request)
                if answer is not None:
                    world.planted |= {name} if planting.planted(request, canary) else set()
                    planting.learn(known, answer)


def _known(world: World, client: Client) -> dict[str, str]:
    """Ids of what the company has, so that calls about them are accepted."""
    beneficiary_id = people.beneficiary(client)
    key = client.call(
        "ApiKeyService/CreateApiKey",
        api_key_service_pb2.CreateApiKeyRequest(title="known", scopes=["payouts:read"]),
        key=people.new_key(),
    ).api_key
    request = connections.CreateConnectionRequest(
        provider="sandbox", title="known", base_url="http://127.0.0.1:1",
        credentials={"api_key": "sbx_key", "webhook_secret": "whsec_a25vd24ta25vd24ta25vd24="},
    )  # fmt: skip
    connection_id = client.call("ConnectionService/CreateConnection", request, key=people.new_key()).connection
    return {
        "beneficiary_id": beneficiary_id,
        "payout_id": people.payout(client, beneficiary_id).payout_id,
        "api_key_id": key.api_key_id,
        "connection_id": connection_id.connection_id,
        "primary_connection_id": connection_id.connection_id,
        "standby_connection_id": "",
    }


def unknown_callers(world: World) -> None:
    """Credentials that nobody has."""
    for canary in world.canaries.values():
        for key in (canary, f"ck_test_{canary}", f"ck_live_0123456789abcdef_{canary}"):
            stranger = Client(world.corridor.address, key)
            world.call(stranger, "BeneficiaryService/ListBeneficiaries", beneficiaries.ListBeneficiariesRequest())
            stranger.close()


def idle(corridor: Running) -> bool:
    with corridor.parts.store.anyone() as connection:
        row = connection.execute(
            "SELECT count(*) FROM corridor.work WHERE state = 0 AND run_time < clock_timestamp() AND lease_time IS NULL"
        ).fetchone()
    return row == (0,)
