"""What every update promises, whatever it updates: parts, conditions by etag, and keys. One case for each RPC."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from corridor.access.v1 import api_key_service_pb2 as keys
from corridor.access.v1 import identity_provider_service_pb2 as providers
from corridor.access.v1 import member_service_pb2 as members
from corridor.access.v1 import oauth_client_service_pb2 as clients
from corridor.access.v1.identity_provider_pb2 import PROVIDER_AUTH_METHOD_CLIENT_SECRET_BASIC
from corridor.access.v1.role_pb2 import ROLE_ADMIN, ROLE_VIEWER
from corridor.approvals.v1 import approval_service_pb2 as approvals
from corridor.approvals.v1.approval_policy_pb2 import ApprovalPolicy, ApprovalRule
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_settings_pb2 import PayoutLimit, PayoutSettings
from corridor.vault.v1 import data_policy_service_pb2 as vault
from corridor.vault.v1.data_policy_pb2 import DataPolicy, Retention
from corridor.webhooks.v1 import endpoint_service_pb2 as webhooks
from corridor.webhooks.v1.endpoint_pb2 import WEBHOOK_ENDPOINT_STATE_DISABLED, WEBHOOK_ENDPOINT_STATE_ENABLED
from server.kit import contract, etags, masks
from server.kit.contract import Method
from tests.server import people
from tests.server.oauth import oauth_client
from tests.serving import Client


@dataclass(frozen=True)
class Case:
    """One update: a request that replaces everything, and another value for one of its fields."""

    first: Callable[[Client], Message]  # makes the resource, where the update does not
    path: str  # of the field that changes, as a mask names it
    value: Any


def _endpoint(client: Client) -> Message:
    made = webhooks.CreateWebhookEndpointRequest(url="http://127.0.0.1:9/a", event_types=["payout.settled"])
    found = client.call("WebhookEndpointService/CreateWebhookEndpoint", made, key=people.new_key()).webhook_endpoint
    return webhooks.UpdateWebhookEndpointRequest(
        webhook_endpoint_id=found.webhook_endpoint_id, url=found.url, event_types=found.event_types,
        state=WEBHOOK_ENDPOINT_STATE_ENABLED,
    )  # fmt: skip


def _key(client: Client) -> Message:
    made = keys.CreateApiKeyRequest(title="a", scopes=["payouts:read"])
    found = client.call("ApiKeyService/CreateApiKey", made, key=people.new_key()).api_key
    return keys.UpdateApiKeyRequest(api_key_id=found.api_key_id, title="a", scopes=["payouts:read"])


def _client(client: Client) -> Message:
    settings = oauth_client.settings(title="a")
    made = clients.CreateOAuthClientRequest(settings=settings)
    found = client.call("OAuthClientService/CreateOAuthClient", made, key=people.new_key()).oauth_client
    return clients.UpdateOAuthClientRequest(oauth_client_id=found.oauth_client_id, settings=settings)


def _member(client: Client) -> Message:
    made = members.CreateMemberRequest(title="Test Person", email="a@example.com", roles=[ROLE_ADMIN])
    found = client.call("MemberService/CreateMember", made, key=people.new_key()).member
    return members.UpdateMemberRequest(member_id=found.member_id, title="Test Person", roles=[ROLE_ADMIN])


def _provider(_client: Client) -> Message:
    return providers.UpdateIdentityProviderRequest(
        issuer="https://127.0.0.1/issuer", client_id="corridor", client_secret="not a secret",
        auth_method=PROVIDER_AUTH_METHOD_CLIENT_SECRET_BASIC, scopes=["email"],
    )  # fmt: skip


def _rules(_client: Client) -> Message:
    rule = ApprovalRule(
        title="a",
        method="corridor.payouts.v1.PayoutService.CancelPayout",
        approvals_needed=1,
        caller_scope="payouts:cancel",
    )
    return approvals.UpdateApprovalPolicyRequest(policy=ApprovalPolicy(rules=[rule]))


def _data(_client: Client) -> Message:
    policy = DataPolicy(retention=Retention(events_days=90, attempts_days=60))
    return vault.UpdateDataPolicyRequest(data_policy=policy)


def _limits(_client: Client) -> Message:
    limits = [PayoutLimit(currency_code="EUR", hold_above_minor=1000)]
    return payouts.UpdatePayoutSettingsRequest(settings=PayoutSettings(limits=limits))


CASES: dict[str, Case] = {
    "UpdateWebhookEndpoint": Case(_endpoint, "state", WEBHOOK_ENDPOINT_STATE_DISABLED),
    "UpdateApiKey": Case(_key, "title", "b"),
    "UpdateOAuthClient": Case(_client, "title", "b"),
    "UpdateMember": Case(_member, "roles", [ROLE_VIEWER]),
    "UpdateIdentityProvider": Case(_provider, "scopes", ["profile"]),
    "UpdateApprovalPolicy": Case(_rules, "rules", []),
    "UpdateDataPolicy": Case(_data, "retention.events_days", 30),
    "UpdatePayoutSettings": Case(_limits, "limits", []),
}


class Update:
    """One case at work: a resource of a company, and the calls about it."""

    def __init__(self, client: Client, method: Method, case: Case, request: Message) -> None:
        self.client, self.method, self.case, self.request = client, method, case, request
        self._name = f"{method.descriptor.containing_service.name}/{method.name}"

    @property
    def part(self) -> str:
        """What stands before the mask's paths in a request."""
        return masks.part(self.method)

    def puts(self, **how: Any) -> Message:
        """Everything as it was first."""
        return self._sends(self.request, **how)

    def patches(self, path: str = "", **how: Any) -> Message:
        """One field alone: the case's, or another one of which nothing is said."""
        made = type(self.request)()
        for name in masks.keys(self.method):
            setattr(made, name, getattr(self.request, name))
        made.update_mask.paths.append(path or self.case.path)  # type: ignore[attr-defined] # every update has one
        if not path:
            _set(getattr(made, self.part) if self.part else made, self.case.path, self.case.value)
        return self._sends(made, **how)

    def now(self) -> Message:
        """The resource as it is."""
        for path, get in contract.methods().items():
            fields = etags.inside(get.response.DESCRIPTOR)
            mine = get.path.rpartition("/")[0] == self.method.path.rpartition("/")[0]
            if mine and get.name.startswith("Get") and fields and not fields[0].is_repeated:
                asked = get.request(**{name: getattr(self.request, name) for name in masks.keys(self.method)})
                return self._resource(self.client.call(path.rpartition(".")[2], asked))
        raise LookupError(self.method.name)

    def changed(self, before: Message) -> Message:
        """The resource with nothing but the case's field changed."""
        after = type(before)()
        after.CopyFrom(before)
        same_level = after if self.part == "" or not hasattr(after, self.part) else getattr(after, self.part)
        _set(same_level, self.case.path, self.case.value)
        return plain(after)

    def _sends(self, request: Message, **how: Any) -> Message:
        return self._resource(self.client.call(self._name, request, **how))

    @staticmethod
    def _resource(answer: Message) -> Message:
        found: Message = getattr(answer, etags.inside(answer.DESCRIPTOR)[0].name)
        return found


def start(client: Client, name: str, case: Case) -> Update:
    """The resource of a case, with everything set."""
    method = next(each for each in contract.methods().values() if each.name == name)
    found = Update(client, method, case, case.first(client))
    found.puts()
    return found


def plain(resource: Message) -> Message:
    """A resource without what every change changes."""
    made = type(resource)()
    made.CopyFrom(resource)
    for name in ("etag", "update_time", "revision"):
        if name in made.DESCRIPTOR.fields_by_name:
            made.ClearField(name)
    return made


def _set(message: Any, path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        message = getattr(message, name)
    message.ClearField(last)
    if isinstance(value, list):
        getattr(message, last).extend(value)
    else:
        setattr(message, last, value)
