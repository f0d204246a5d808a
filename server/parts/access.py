"""Who may do what: keys, people, tokens, consents and approvals, put together."""

from dataclasses import dataclass

from server.parts.foundation import Foundation
from server.platform.access import inventory
from server.platform.access.consents.changes import Consents
from server.platform.access.inventory import Inventory
from server.platform.access.oauth import assembly, expiring, sign_in_assembly
from server.platform.access.oauth.assembly import OAuth
from server.platform.access.oauth.members import Hashes as MemberHashes
from server.platform.access.oauth.members import Members
from server.platform.access.oauth.sign_in_assembly import SigningIn
from server.platform.access.uses import KeyUses
from server.platform.approvals.policies import Policies
from server.platform.transport import certificates
from server.store.api_keys import ApiKeys


@dataclass(frozen=True)
class Access:
    """The parts by which callers are known and held to what they may do."""

    keys: ApiKeys
    key_uses: KeyUses
    members: Members
    oauth: OAuth
    signing_in: SigningIn
    consents: Consents
    approval_policies: Policies
    inventory: Inventory


def build(base: Foundation) -> Access:
    """The parts of access on a foundation."""
    settings, store, keyring = base.settings, base.store, base.keyring
    members = Members(store, MemberHashes(keyring.derived("members")))
    oauth = assembly.build(
        store,
        keyring,
        base.machine_clock,
        members.standing,
        issuer=settings.issuer,
        algorithm=settings.token_algorithm,
        token_seconds=settings.token_seconds,
    )
    consents = Consents(keyring.derived("consent subjects"), base.clock)
    signing_in = sign_in_assembly.build(
        store, keyring, base.guarded, base.guard, members, oauth.authorizations, consents, settings
    )
    # Every kind of credential that ends by itself adds its source; the installation's own come after them.
    expiries = Inventory(
        store,
        base.machine_clock,
        [inventory.API_KEYS, inventory.PROVIDER_CREDENTIALS, expiring.SECRETS, expiring.CERTIFICATES],
        [lambda: certificates.expiring(settings)],
    )
    return Access(
        keys=ApiKeys(store, keyring.derived("api keys")),
        key_uses=KeyUses(store, settings.silence_days),
        members=members,
        oauth=oauth,
        signing_in=signing_in,
        consents=consents,
        approval_policies=Policies(store),
        inventory=expiries,
    )
