"""Calls of corridor.vault.v1. Written by `corridor gen` from the contract; never edited."""

from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.google import protobuf as google_protobuf
from corridor_client.vault.v1 import (
    CreateErasureRequest,
    CreateErasureResponse,
    CreateVaultTokenRequest,
    CreateVaultTokenResponse,
    DataPolicy,
    DeleteVaultTokenRequest,
    DeleteVaultTokenResponse,
    DetokenizeVaultTokenRequest,
    DetokenizeVaultTokenResponse,
    Erasure,
    GetDataPolicyRequest,
    GetDataPolicyResponse,
    GetErasureRequest,
    GetErasureResponse,
    GetVaultTokenRequest,
    GetVaultTokenResponse,
    ListErasuresRequest,
    ListErasuresResponse,
    ListPurgesRequest,
    ListPurgesResponse,
    ListVaultTokensRequest,
    ListVaultTokensResponse,
    PreviewPurgeRequest,
    PreviewPurgeResponse,
    Purge,
    PurgeDataRequest,
    PurgeDataResponse,
    UpdateDataPolicyRequest,
    UpdateDataPolicyResponse,
    VaultToken,
    VaultTokenKind,
)

_DATAPOLICY_GET_DATA_POLICY = Method(
    "/corridor.vault.v1.DataPolicyService/GetDataPolicy",
    GetDataPolicyResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/data-policy", "", "data_policy"),
)

_DATAPOLICY_UPDATE_DATA_POLICY = Method(
    "/corridor.vault.v1.DataPolicyService/UpdateDataPolicy",
    UpdateDataPolicyResponse,
    Key.OPTIONAL,
    5.0,
    Http("PUT", "/v1/data-policy", "data_policy", "data_policy"),
)

_DATAPOLICY_PREVIEW_PURGE = Method(
    "/corridor.vault.v1.DataPolicyService/PreviewPurge",
    PreviewPurgeResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/data-policy/purge-preview"),
)

_DATAPOLICY_PURGE_DATA = Method(
    "/corridor.vault.v1.DataPolicyService/PurgeData",
    PurgeDataResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/data-policy:purge", "*"),
)

_DATAPOLICY_LIST_PURGES = Method(
    "/corridor.vault.v1.DataPolicyService/ListPurges",
    ListPurgesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/purges"),
)


class DataPolicyCalls:
    """DataPolicyService decides how long data is kept and where, and removes what is past its time."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_data_policy(
        self,
        request: GetDataPolicyRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DataPolicy:
        """GetDataPolicy returns the data policy of this environment."""
        message = given(GetDataPolicyRequest, request, {})
        answer = self._caller.call(
            _DATAPOLICY_GET_DATA_POLICY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.data_policy)

    def update_data_policy(
        self,
        request: UpdateDataPolicyRequest | None = None,
        /,
        *,
        data_policy: DataPolicy | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DataPolicy:
        """UpdateDataPolicy replaces the data policy of this environment.

        What is past its retention then is removed within the hour. Residency holds at once.

        Fields:
            data_policy: The data policy.
            update_mask: Which fields of the data policy, such as `retention.events_days`, change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.ResidencyMismatch, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(UpdateDataPolicyRequest, request, {"data_policy": data_policy, "update_mask": update_mask})
        answer = self._caller.call(
            _DATAPOLICY_UPDATE_DATA_POLICY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.data_policy)

    def preview_purge(
        self,
        request: PreviewPurgeRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PreviewPurgeResponse:
        """PreviewPurge says what is past its retention now, kind by kind, and removes nothing."""
        message = given(PreviewPurgeRequest, request, {})
        answer = self._caller.call(_DATAPOLICY_PREVIEW_PURGE, message, timeout_seconds=timeout_seconds, headers=headers)
        return answer

    def purge_data(
        self,
        request: PurgeDataRequest | None = None,
        /,
        *,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PurgeDataResponse:
        """PurgeData removes records that are past their retention, a batch of each kind.

        Corridor does so by itself every few minutes; call this, until it removes nothing more, so as not to wait.

        Raises errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(PurgeDataRequest, request, {})
        answer = self._caller.call(
            _DATAPOLICY_PURGE_DATA,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def list_purges(
        self,
        request: ListPurgesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListPurgesResponse, Purge]:
        """ListPurges returns what was removed, the latest first.

        Fields:
            page_size: How many to return: at most 250; 0 means 50.
            page_token: `next_page_token` of the page before. Empty for the first page.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListPurgesRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _DATAPOLICY_LIST_PURGES, message, "purges", timeout_seconds=timeout_seconds, headers=headers
        )


class AsyncDataPolicyCalls:
    """DataPolicyService decides how long data is kept and where, and removes what is past its time."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_data_policy(
        self,
        request: GetDataPolicyRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DataPolicy:
        """GetDataPolicy returns the data policy of this environment.

        As `DataPolicyCalls.get_data_policy`, awaited.
        """
        message = given(GetDataPolicyRequest, request, {})
        answer = await self._caller.call(
            _DATAPOLICY_GET_DATA_POLICY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.data_policy)

    async def update_data_policy(
        self,
        request: UpdateDataPolicyRequest | None = None,
        /,
        *,
        data_policy: DataPolicy | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DataPolicy:
        """UpdateDataPolicy replaces the data policy of this environment.

        As `DataPolicyCalls.update_data_policy`, awaited.
        """
        message = given(UpdateDataPolicyRequest, request, {"data_policy": data_policy, "update_mask": update_mask})
        answer = await self._caller.call(
            _DATAPOLICY_UPDATE_DATA_POLICY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.data_policy)

    async def preview_purge(
        self,
        request: PreviewPurgeRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PreviewPurgeResponse:
        """PreviewPurge says what is past its retention now, kind by kind, and removes nothing.

        As `DataPolicyCalls.preview_purge`, awaited.
        """
        message = given(PreviewPurgeRequest, request, {})
        answer = await self._caller.call(
            _DATAPOLICY_PREVIEW_PURGE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    async def purge_data(
        self,
        request: PurgeDataRequest | None = None,
        /,
        *,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PurgeDataResponse:
        """PurgeData removes records that are past their retention, a batch of each kind.

        As `DataPolicyCalls.purge_data`, awaited.
        """
        message = given(PurgeDataRequest, request, {})
        answer = await self._caller.call(
            _DATAPOLICY_PURGE_DATA,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def list_purges(
        self,
        request: ListPurgesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListPurgesResponse, Purge]:
        """ListPurges returns what was removed, the latest first.

        As `DataPolicyCalls.list_purges`, awaited.
        """
        message = given(ListPurgesRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _DATAPOLICY_LIST_PURGES, message, "purges", timeout_seconds=timeout_seconds, headers=headers
        )


_ERASURE_CREATE_ERASURE = Method(
    "/corridor.vault.v1.ErasureService/CreateErasure",
    CreateErasureResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/erasures", "*", "erasure"),
)

_ERASURE_GET_ERASURE = Method(
    "/corridor.vault.v1.ErasureService/GetErasure",
    GetErasureResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/erasures/{erasure_id}", "", "erasure"),
)

_ERASURE_LIST_ERASURES = Method(
    "/corridor.vault.v1.ErasureService/ListErasures",
    ListErasuresResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/erasures"),
)


class ErasureCalls:
    """ErasureService overwrites personal data where someone has a right to that, and proves it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_erasure(
        self,
        request: CreateErasureRequest | None = None,
        /,
        *,
        resource_id: str = "",
        reason: str = "",
        legal_reference: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Erasure:
        """CreateErasure begins to erase a beneficiary, or whoever paid by a payment, with everything that repeats their data.

        The beneficiary cannot be read or paid from then on; the payment stays, without what says anything of who paid.
        It is refused while a payout to the beneficiary, the payment, its actions or a dispute about it are open.

        Fields:
            resource_id: Whose data: a beneficiary's id, `ben_…`, or that of the payment by which somebody paid, `pay_…`.
            reason: Why, for whoever asks later. Name nobody here.
            legal_reference: By which law or request.

        Raises errors.NotFound, errors.StateConflict, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreateErasureRequest,
            request,
            {"resource_id": resource_id, "reason": reason, "legal_reference": legal_reference},
        )
        answer = self._caller.call(
            _ERASURE_CREATE_ERASURE,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.erasure)

    def get_erasure(
        self,
        request: GetErasureRequest | None = None,
        /,
        *,
        erasure_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Erasure:
        """GetErasure returns one erasure with what it has overwritten so far.

        Fields:
            erasure_id: The erasure's id.

        Raises errors.NotFound.
        """
        message = given(GetErasureRequest, request, {"erasure_id": erasure_id})
        answer = self._caller.call(_ERASURE_GET_ERASURE, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.erasure)

    def list_erasures(
        self,
        request: ListErasuresRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        resource_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListErasuresResponse, Erasure]:
        """ListErasures returns erasures, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            resource_id: Only erasures of this resource.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListErasuresRequest, request, {"page_size": page_size, "page_token": page_token, "resource_id": resource_id}
        )
        return self._caller.page(
            _ERASURE_LIST_ERASURES, message, "erasures", timeout_seconds=timeout_seconds, headers=headers
        )


class AsyncErasureCalls:
    """ErasureService overwrites personal data where someone has a right to that, and proves it."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_erasure(
        self,
        request: CreateErasureRequest | None = None,
        /,
        *,
        resource_id: str = "",
        reason: str = "",
        legal_reference: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Erasure:
        """CreateErasure begins to erase a beneficiary, or whoever paid by a payment, with everything that repeats their data.

        As `ErasureCalls.create_erasure`, awaited.
        """
        message = given(
            CreateErasureRequest,
            request,
            {"resource_id": resource_id, "reason": reason, "legal_reference": legal_reference},
        )
        answer = await self._caller.call(
            _ERASURE_CREATE_ERASURE,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.erasure)

    async def get_erasure(
        self,
        request: GetErasureRequest | None = None,
        /,
        *,
        erasure_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Erasure:
        """GetErasure returns one erasure with what it has overwritten so far.

        As `ErasureCalls.get_erasure`, awaited.
        """
        message = given(GetErasureRequest, request, {"erasure_id": erasure_id})
        answer = await self._caller.call(
            _ERASURE_GET_ERASURE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.erasure)

    async def list_erasures(
        self,
        request: ListErasuresRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        resource_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListErasuresResponse, Erasure]:
        """ListErasures returns erasures, the newest first.

        As `ErasureCalls.list_erasures`, awaited.
        """
        message = given(
            ListErasuresRequest, request, {"page_size": page_size, "page_token": page_token, "resource_id": resource_id}
        )
        return await self._caller.page(
            _ERASURE_LIST_ERASURES, message, "erasures", timeout_seconds=timeout_seconds, headers=headers
        )


_VAULTTOKEN_CREATE_VAULT_TOKEN = Method(
    "/corridor.vault.v1.VaultTokenService/CreateVaultToken",
    CreateVaultTokenResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/vault/tokens", "*", "vault_token"),
)

_VAULTTOKEN_GET_VAULT_TOKEN = Method(
    "/corridor.vault.v1.VaultTokenService/GetVaultToken",
    GetVaultTokenResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/vault/tokens/{vault_token_id}", "", "vault_token"),
)

_VAULTTOKEN_LIST_VAULT_TOKENS = Method(
    "/corridor.vault.v1.VaultTokenService/ListVaultTokens",
    ListVaultTokensResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/vault/tokens"),
)

_VAULTTOKEN_DETOKENIZE_VAULT_TOKEN = Method(
    "/corridor.vault.v1.VaultTokenService/DetokenizeVaultToken",
    DetokenizeVaultTokenResponse,
    Key.NONE,
    5.0,
    Http("POST", "/v1/vault/tokens/{vault_token_id}:detokenize", "*"),
)

_VAULTTOKEN_DELETE_VAULT_TOKEN = Method(
    "/corridor.vault.v1.VaultTokenService/DeleteVaultToken",
    DeleteVaultTokenResponse,
    Key.OPTIONAL,
    5.0,
    Http("DELETE", "/v1/vault/tokens/{vault_token_id}"),
)


class VaultTokenCalls:
    """VaultTokenService keeps card and account numbers, so that no other system has to."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_vault_token(
        self,
        request: CreateVaultTokenRequest | None = None,
        /,
        *,
        pan: str | None = None,
        iban: str | None = None,
        account_number: str | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> VaultToken:
        """CreateVaultToken keeps a value and returns its token: the same one for the same value of the company.

        Fields:
            pan: A card's number: 12 to 19 digits with a right check digit (ISO/IEC 7812-1). Spaces and hyphens are removed.
            iban: An IBAN with right check digits (ISO 13616). Spaces are removed.
            account_number: An account number as the bank writes it. It is kept as it is.

        Raises errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CreateVaultTokenRequest, request, {"pan": pan, "iban": iban, "account_number": account_number})
        answer = self._caller.call(
            _VAULTTOKEN_CREATE_VAULT_TOKEN,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.vault_token)

    def get_vault_token(
        self,
        request: GetVaultTokenRequest | None = None,
        /,
        *,
        vault_token_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> VaultToken:
        """GetVaultToken returns a token with what may be shown of its value.

        Fields:
            vault_token_id: The token.

        Raises errors.NotFound.
        """
        message = given(GetVaultTokenRequest, request, {"vault_token_id": vault_token_id})
        answer = self._caller.call(
            _VAULTTOKEN_GET_VAULT_TOKEN, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.vault_token)

    def list_vault_tokens(
        self,
        request: ListVaultTokensRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        kind: VaultTokenKind = VaultTokenKind(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListVaultTokensResponse, VaultToken]:
        """ListVaultTokens returns tokens, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            kind: Only tokens of this kind.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListVaultTokensRequest, request, {"page_size": page_size, "page_token": page_token, "kind": kind}
        )
        return self._caller.page(
            _VAULTTOKEN_LIST_VAULT_TOKENS, message, "vault_tokens", timeout_seconds=timeout_seconds, headers=headers
        )

    def detokenize_vault_token(
        self,
        request: DetokenizeVaultTokenRequest | None = None,
        /,
        *,
        vault_token_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DetokenizeVaultTokenResponse:
        """DetokenizeVaultToken returns the value itself. Every call stands in the audit before it is answered.

        Fields:
            vault_token_id: The token.

        Raises errors.NotFound.
        """
        message = given(DetokenizeVaultTokenRequest, request, {"vault_token_id": vault_token_id})
        answer = self._caller.call(
            _VAULTTOKEN_DETOKENIZE_VAULT_TOKEN, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    def delete_vault_token(
        self,
        request: DeleteVaultTokenRequest | None = None,
        /,
        *,
        vault_token_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DeleteVaultTokenResponse:
        """DeleteVaultToken removes a value for good. Its token is never given again, also not for the same value.

        Fields:
            vault_token_id: The token.

        Raises errors.NotFound, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(DeleteVaultTokenRequest, request, {"vault_token_id": vault_token_id})
        answer = self._caller.call(
            _VAULTTOKEN_DELETE_VAULT_TOKEN,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


class AsyncVaultTokenCalls:
    """VaultTokenService keeps card and account numbers, so that no other system has to."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_vault_token(
        self,
        request: CreateVaultTokenRequest | None = None,
        /,
        *,
        pan: str | None = None,
        iban: str | None = None,
        account_number: str | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> VaultToken:
        """CreateVaultToken keeps a value and returns its token: the same one for the same value of the company.

        As `VaultTokenCalls.create_vault_token`, awaited.
        """
        message = given(CreateVaultTokenRequest, request, {"pan": pan, "iban": iban, "account_number": account_number})
        answer = await self._caller.call(
            _VAULTTOKEN_CREATE_VAULT_TOKEN,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.vault_token)

    async def get_vault_token(
        self,
        request: GetVaultTokenRequest | None = None,
        /,
        *,
        vault_token_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> VaultToken:
        """GetVaultToken returns a token with what may be shown of its value.

        As `VaultTokenCalls.get_vault_token`, awaited.
        """
        message = given(GetVaultTokenRequest, request, {"vault_token_id": vault_token_id})
        answer = await self._caller.call(
            _VAULTTOKEN_GET_VAULT_TOKEN, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.vault_token)

    async def list_vault_tokens(
        self,
        request: ListVaultTokensRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        kind: VaultTokenKind = VaultTokenKind(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListVaultTokensResponse, VaultToken]:
        """ListVaultTokens returns tokens, the newest first.

        As `VaultTokenCalls.list_vault_tokens`, awaited.
        """
        message = given(
            ListVaultTokensRequest, request, {"page_size": page_size, "page_token": page_token, "kind": kind}
        )
        return await self._caller.page(
            _VAULTTOKEN_LIST_VAULT_TOKENS, message, "vault_tokens", timeout_seconds=timeout_seconds, headers=headers
        )

    async def detokenize_vault_token(
        self,
        request: DetokenizeVaultTokenRequest | None = None,
        /,
        *,
        vault_token_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DetokenizeVaultTokenResponse:
        """DetokenizeVaultToken returns the value itself. Every call stands in the audit before it is answered.

        As `VaultTokenCalls.detokenize_vault_token`, awaited.
        """
        message = given(DetokenizeVaultTokenRequest, request, {"vault_token_id": vault_token_id})
        answer = await self._caller.call(
            _VAULTTOKEN_DETOKENIZE_VAULT_TOKEN, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    async def delete_vault_token(
        self,
        request: DeleteVaultTokenRequest | None = None,
        /,
        *,
        vault_token_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DeleteVaultTokenResponse:
        """DeleteVaultToken removes a value for good. Its token is never given again, also not for the same value.

        As `VaultTokenCalls.delete_vault_token`, awaited.
        """
        message = given(DeleteVaultTokenRequest, request, {"vault_token_id": vault_token_id})
        answer = await self._caller.call(
            _VAULTTOKEN_DELETE_VAULT_TOKEN,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer
