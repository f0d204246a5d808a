"""Calls of corridor.access.v1. Written by `corridor gen` from the contract; never edited."""

import datetime
from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.access.v1 import (
    ActivateApiKeyRequest,
    ActivateApiKeyResponse,
    AddProviderGrantRequest,
    AddProviderGrantResponse,
    ApiKey,
    ApiKeyState,
    Consent,
    ConsentChannel,
    ConsentDependent,
    ConsentState,
    ConsentSubject,
    CreateApiKeyRequest,
    CreateApiKeyResponse,
    CreateMemberRequest,
    CreateMemberResponse,
    CreateOAuthClientRequest,
    CreateOAuthClientResponse,
    DeleteIdentityProviderRequest,
    DeleteIdentityProviderResponse,
    DeleteOAuthClientRequest,
    DeleteOAuthClientResponse,
    DisableOAuthClientRequest,
    DisableOAuthClientResponse,
    EnableOAuthClientRequest,
    EnableOAuthClientResponse,
    ExpiringCredential,
    GetApiKeyRequest,
    GetApiKeyResponse,
    GetConsentRequest,
    GetConsentResponse,
    GetIdentityProviderRequest,
    GetIdentityProviderResponse,
    GetMemberRequest,
    GetMemberResponse,
    GetOAuthClientRequest,
    GetOAuthClientResponse,
    GrantConsentRequest,
    GrantConsentResponse,
    GroupRole,
    IdentityProvider,
    LegalBasis,
    ListApiKeysRequest,
    ListApiKeysResponse,
    ListConsentDependentsRequest,
    ListConsentDependentsResponse,
    ListConsentsRequest,
    ListConsentsResponse,
    ListExpiringCredentialsRequest,
    ListExpiringCredentialsResponse,
    ListMembersRequest,
    ListMembersResponse,
    ListOAuthClientsRequest,
    ListOAuthClientsResponse,
    ListSecurityAlertsRequest,
    ListSecurityAlertsResponse,
    Member,
    MemberState,
    OAuthClient,
    OAuthClientSettings,
    ProviderAuthMethod,
    ProviderGrant,
    ReinstateMemberRequest,
    ReinstateMemberResponse,
    RemoveMemberRequest,
    RemoveMemberResponse,
    RenewConsentRequest,
    RenewConsentResponse,
    RestoreConsentRequest,
    RestoreConsentResponse,
    ResumeApiKeyRequest,
    ResumeApiKeyResponse,
    RevokeApiKeyRequest,
    RevokeApiKeyResponse,
    RevokeConsentRequest,
    RevokeConsentResponse,
    Role,
    RotateApiKeyRequest,
    RotateApiKeyResponse,
    RotateOAuthClientSecretRequest,
    RotateOAuthClientSecretResponse,
    SecurityAlert,
    SuspendApiKeyRequest,
    SuspendApiKeyResponse,
    SuspendMemberRequest,
    SuspendMemberResponse,
    UpdateApiKeyRequest,
    UpdateApiKeyResponse,
    UpdateIdentityProviderRequest,
    UpdateIdentityProviderResponse,
    UpdateMemberRequest,
    UpdateMemberResponse,
    UpdateOAuthClientRequest,
    UpdateOAuthClientResponse,
)
from corridor_client.google import protobuf as google_protobuf

_APIKEY_CREATE_API_KEY = Method(
    "/corridor.access.v1.ApiKeyService/CreateApiKey",
    CreateApiKeyResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/api-keys", "*"),
)

_APIKEY_GET_API_KEY = Method(
    "/corridor.access.v1.ApiKeyService/GetApiKey",
    GetApiKeyResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/api-keys/{api_key_id}", "", "api_key"),
)

_APIKEY_LIST_API_KEYS = Method(
    "/corridor.access.v1.ApiKeyService/ListApiKeys",
    ListApiKeysResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/api-keys"),
)

_APIKEY_UPDATE_API_KEY = Method(
    "/corridor.access.v1.ApiKeyService/UpdateApiKey",
    UpdateApiKeyResponse,
    Key.OPTIONAL,
    5.0,
    Http("PUT", "/v1/api-keys/{api_key_id}", "*", "api_key"),
)

_APIKEY_ACTIVATE_API_KEY = Method(
    "/corridor.access.v1.ApiKeyService/ActivateApiKey",
    ActivateApiKeyResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/api-keys/{api_key_id}:activate", "*", "api_key"),
)

_APIKEY_SUSPEND_API_KEY = Method(
    "/corridor.access.v1.ApiKeyService/SuspendApiKey",
    SuspendApiKeyResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/api-keys/{api_key_id}:suspend", "*", "api_key"),
)

_APIKEY_RESUME_API_KEY = Method(
    "/corridor.access.v1.ApiKeyService/ResumeApiKey",
    ResumeApiKeyResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/api-keys/{api_key_id}:resume", "*", "api_key"),
)

_APIKEY_ROTATE_API_KEY = Method(
    "/corridor.access.v1.ApiKeyService/RotateApiKey",
    RotateApiKeyResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/api-keys/{api_key_id}:rotate", "*"),
)

_APIKEY_REVOKE_API_KEY = Method(
    "/corridor.access.v1.ApiKeyService/RevokeApiKey",
    RevokeApiKeyResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/api-keys/{api_key_id}:revoke", "*", "api_key"),
)


class ApiKeyCalls:
    """ApiKeyService keeps the keys by which the company's programs call Corridor."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_api_key(
        self,
        request: CreateApiKeyRequest | None = None,
        /,
        *,
        title: str = "",
        scopes: Sequence[str] = (),
        pending: bool = False,
        expire_time: datetime.datetime | None = None,
        allowed_methods: Sequence[str] = (),
        allowed_ranges: Sequence[str] = (),
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> CreateApiKeyResponse:
        """CreateApiKey makes a key for the caller's company and environment and returns its secret.

        The secret is shown here once. A key can only be given what the calling key has: scopes, methods, ranges and time.

        Fields:
            title: What it is for, in the company's own words.
            scopes: What it may do.
            pending: Whether it waits to be activated. Without it, the key works at once.
            expire_time: When it ends by itself. Must be in the future. Missing means never, or when the calling key ends.
            allowed_methods: The RPCs that it may call, such as `corridor.payouts.v1.PayoutService/CreatePayout`; `…/*` is a whole service. Empty means those of the calling key.
            allowed_ranges: The ranges of addresses from which it may be used, such as `192.0.2.0/24` or `2001:db8::/32`. Empty means those of the calling key.

        Raises errors.PermissionDenied, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreateApiKeyRequest,
            request,
            {
                "title": title,
                "scopes": scopes,
                "pending": pending,
                "expire_time": expire_time,
                "allowed_methods": allowed_methods,
                "allowed_ranges": allowed_ranges,
            },
        )
        answer = self._caller.call(
            _APIKEY_CREATE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def get_api_key(
        self,
        request: GetApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """GetApiKey returns one key, without its secret.

        Fields:
            api_key_id: The key's id.

        Raises errors.NotFound.
        """
        message = given(GetApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = self._caller.call(_APIKEY_GET_API_KEY, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.api_key)

    def list_api_keys(
        self,
        request: ListApiKeysRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: ApiKeyState = ApiKeyState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListApiKeysResponse, ApiKey]:
        """ListApiKeys returns keys, the newest first, without their secrets.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            state: Only keys in this state. Missing means every one.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListApiKeysRequest, request, {"page_size": page_size, "page_token": page_token, "state": state})
        return self._caller.page(
            _APIKEY_LIST_API_KEYS, message, "api_keys", timeout_seconds=timeout_seconds, headers=headers
        )

    def update_api_key(
        self,
        request: UpdateApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        title: str = "",
        scopes: Sequence[str] = (),
        allowed_methods: Sequence[str] = (),
        allowed_ranges: Sequence[str] = (),
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """UpdateApiKey replaces a key's title, scopes, allowed methods and ranges; its secret stays.

        The result must not be more than the calling key has.

        Fields:
            api_key_id: The key's id.
            title: What it is for, in the company's own words.
            scopes: What it may do.
            allowed_methods: The RPCs that it may call, such as `corridor.payouts.v1.PayoutService/CreatePayout`.
            allowed_ranges: The ranges of addresses from which it may be used, such as `192.0.2.0/24`. Empty means every one, which only a key without ranges can give.
            update_mask: Which of these fields change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.PermissionDenied, errors.NotFound, errors.TransitionNotAllowed, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            UpdateApiKeyRequest,
            request,
            {
                "api_key_id": api_key_id,
                "title": title,
                "scopes": scopes,
                "allowed_methods": allowed_methods,
                "allowed_ranges": allowed_ranges,
                "update_mask": update_mask,
            },
        )
        answer = self._caller.call(
            _APIKEY_UPDATE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)

    def activate_api_key(
        self,
        request: ActivateApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """ActivateApiKey lets a pending key work. Activating an active key succeeds and changes nothing.

        Fields:
            api_key_id: The key's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.PermissionDenied, errors.NotFound, errors.TransitionNotAllowed, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ActivateApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = self._caller.call(
            _APIKEY_ACTIVATE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)

    def suspend_api_key(
        self,
        request: SuspendApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """SuspendApiKey stops an active key for the time being, everywhere within a second.

        Suspending a suspended key succeeds and changes nothing.

        Fields:
            api_key_id: The key's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.TransitionNotAllowed, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(SuspendApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = self._caller.call(
            _APIKEY_SUSPEND_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)

    def resume_api_key(
        self,
        request: ResumeApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """ResumeApiKey lets a suspended key work again. Resuming an active key succeeds and changes nothing.

        Fields:
            api_key_id: The key's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.PermissionDenied, errors.NotFound, errors.TransitionNotAllowed, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ResumeApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = self._caller.call(
            _APIKEY_RESUME_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)

    def rotate_api_key(
        self,
        request: RotateApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        overlap_hours: int = 0,
        expire_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RotateApiKeyResponse:
        """RotateApiKey makes a key that replaces an active one, and returns its secret; the old one works on for a while.

        The new key has the title, scopes, methods and ranges of the old one. The secret is shown here once.

        Fields:
            api_key_id: The key's id.
            overlap_hours: How many hours the old key works on: 0 to 720. 0 ends it at once. It never works longer than it would have anyway.
            expire_time: When the new key ends by itself. Must be in the future. Missing means when the old one would have ended.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.PermissionDenied, errors.NotFound, errors.TransitionNotAllowed, errors.EtagMismatch, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RotateApiKeyRequest,
            request,
            {"api_key_id": api_key_id, "overlap_hours": overlap_hours, "expire_time": expire_time},
        )
        answer = self._caller.call(
            _APIKEY_ROTATE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def revoke_api_key(
        self,
        request: RevokeApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """RevokeApiKey ends a key for good, everywhere within a second. Revoking a revoked key succeeds and changes nothing.

        Fields:
            api_key_id: The key's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RevokeApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = self._caller.call(
            _APIKEY_REVOKE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)


class AsyncApiKeyCalls:
    """ApiKeyService keeps the keys by which the company's programs call Corridor."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_api_key(
        self,
        request: CreateApiKeyRequest | None = None,
        /,
        *,
        title: str = "",
        scopes: Sequence[str] = (),
        pending: bool = False,
        expire_time: datetime.datetime | None = None,
        allowed_methods: Sequence[str] = (),
        allowed_ranges: Sequence[str] = (),
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> CreateApiKeyResponse:
        """CreateApiKey makes a key for the caller's company and environment and returns its secret.

        As `ApiKeyCalls.create_api_key`, awaited.
        """
        message = given(
            CreateApiKeyRequest,
            request,
            {
                "title": title,
                "scopes": scopes,
                "pending": pending,
                "expire_time": expire_time,
                "allowed_methods": allowed_methods,
                "allowed_ranges": allowed_ranges,
            },
        )
        answer = await self._caller.call(
            _APIKEY_CREATE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def get_api_key(
        self,
        request: GetApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """GetApiKey returns one key, without its secret.

        As `ApiKeyCalls.get_api_key`, awaited.
        """
        message = given(GetApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = await self._caller.call(_APIKEY_GET_API_KEY, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.api_key)

    async def list_api_keys(
        self,
        request: ListApiKeysRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: ApiKeyState = ApiKeyState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListApiKeysResponse, ApiKey]:
        """ListApiKeys returns keys, the newest first, without their secrets.

        As `ApiKeyCalls.list_api_keys`, awaited.
        """
        message = given(ListApiKeysRequest, request, {"page_size": page_size, "page_token": page_token, "state": state})
        return await self._caller.page(
            _APIKEY_LIST_API_KEYS, message, "api_keys", timeout_seconds=timeout_seconds, headers=headers
        )

    async def update_api_key(
        self,
        request: UpdateApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        title: str = "",
        scopes: Sequence[str] = (),
        allowed_methods: Sequence[str] = (),
        allowed_ranges: Sequence[str] = (),
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """UpdateApiKey replaces a key's title, scopes, allowed methods and ranges; its secret stays.

        As `ApiKeyCalls.update_api_key`, awaited.
        """
        message = given(
            UpdateApiKeyRequest,
            request,
            {
                "api_key_id": api_key_id,
                "title": title,
                "scopes": scopes,
                "allowed_methods": allowed_methods,
                "allowed_ranges": allowed_ranges,
                "update_mask": update_mask,
            },
        )
        answer = await self._caller.call(
            _APIKEY_UPDATE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)

    async def activate_api_key(
        self,
        request: ActivateApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """ActivateApiKey lets a pending key work. Activating an active key succeeds and changes nothing.

        As `ApiKeyCalls.activate_api_key`, awaited.
        """
        message = given(ActivateApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = await self._caller.call(
            _APIKEY_ACTIVATE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)

    async def suspend_api_key(
        self,
        request: SuspendApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """SuspendApiKey stops an active key for the time being, everywhere within a second.

        As `ApiKeyCalls.suspend_api_key`, awaited.
        """
        message = given(SuspendApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = await self._caller.call(
            _APIKEY_SUSPEND_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)

    async def resume_api_key(
        self,
        request: ResumeApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """ResumeApiKey lets a suspended key work again. Resuming an active key succeeds and changes nothing.

        As `ApiKeyCalls.resume_api_key`, awaited.
        """
        message = given(ResumeApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = await self._caller.call(
            _APIKEY_RESUME_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)

    async def rotate_api_key(
        self,
        request: RotateApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        overlap_hours: int = 0,
        expire_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RotateApiKeyResponse:
        """RotateApiKey makes a key that replaces an active one, and returns its secret; the old one works on for a while.

        As `ApiKeyCalls.rotate_api_key`, awaited.
        """
        message = given(
            RotateApiKeyRequest,
            request,
            {"api_key_id": api_key_id, "overlap_hours": overlap_hours, "expire_time": expire_time},
        )
        answer = await self._caller.call(
            _APIKEY_ROTATE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def revoke_api_key(
        self,
        request: RevokeApiKeyRequest | None = None,
        /,
        *,
        api_key_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiKey:
        """RevokeApiKey ends a key for good, everywhere within a second. Revoking a revoked key succeeds and changes nothing.

        As `ApiKeyCalls.revoke_api_key`, awaited.
        """
        message = given(RevokeApiKeyRequest, request, {"api_key_id": api_key_id})
        answer = await self._caller.call(
            _APIKEY_REVOKE_API_KEY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.api_key)


_CONSENT_GRANT_CONSENT = Method(
    "/corridor.access.v1.ConsentService/GrantConsent",
    GrantConsentResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/consents", "*", "consent"),
)

_CONSENT_GET_CONSENT = Method(
    "/corridor.access.v1.ConsentService/GetConsent",
    GetConsentResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/consents/{consent_id}", "", "consent"),
)

_CONSENT_LIST_CONSENTS = Method(
    "/corridor.access.v1.ConsentService/ListConsents",
    ListConsentsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/consents"),
)

_CONSENT_REVOKE_CONSENT = Method(
    "/corridor.access.v1.ConsentService/RevokeConsent",
    RevokeConsentResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/consents/{consent_id}:revoke", "*", "consent"),
)

_CONSENT_RESTORE_CONSENT = Method(
    "/corridor.access.v1.ConsentService/RestoreConsent",
    RestoreConsentResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/consents/{consent_id}:restore", "*", "consent"),
)

_CONSENT_RENEW_CONSENT = Method(
    "/corridor.access.v1.ConsentService/RenewConsent",
    RenewConsentResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/consents/{consent_id}:renew", "*", "consent"),
)

_CONSENT_ADD_PROVIDER_GRANT = Method(
    "/corridor.access.v1.ConsentService/AddProviderGrant",
    AddProviderGrantResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/consents/{consent_id}/provider-grants", "*", "provider_grant"),
)

_CONSENT_LIST_CONSENT_DEPENDENTS = Method(
    "/corridor.access.v1.ConsentService/ListConsentDependents",
    ListConsentDependentsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/consents/{consent_id}/dependents"),
)


class ConsentCalls:
    """ConsentService keeps what people allowed the company to do, and stops what rests on it when they take it back."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def grant_consent(
        self,
        request: GrantConsentRequest | None = None,
        /,
        *,
        purpose: str = "",
        data_scopes: Sequence[str] = (),
        subject: ConsentSubject | None = None,
        legal_basis: LegalBasis = LegalBasis(0),
        expire_time: datetime.datetime | None = None,
        channel: ConsentChannel = ConsentChannel(0),
        evidence_reference: str = "",
        reconsent_days: int = 0,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """GrantConsent records that a subject gave a consent.

        The same consent (subject, purpose, data scopes and legal basis) that has ended is restored under its id.

        Fields:
            purpose: What it is for, in the company's own words.
            data_scopes: What may be done with it, as scopes such as `payouts:create`.
            subject: Who gave it.
            legal_basis: Why the company may do it.
            expire_time: When it ends by itself. Missing means that it does not.
            channel: The way by which the subject gave it.
            evidence_reference: Where the proof is kept: the id of a document, a recording, a ticket.
            reconsent_days: How many days before its expiry the subject is to be asked again. Missing or 0 means 30.

        Raises errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            GrantConsentRequest,
            request,
            {
                "purpose": purpose,
                "data_scopes": data_scopes,
                "subject": subject,
                "legal_basis": legal_basis,
                "expire_time": expire_time,
                "channel": channel,
                "evidence_reference": evidence_reference,
                "reconsent_days": reconsent_days,
            },
        )
        answer = self._caller.call(
            _CONSENT_GRANT_CONSENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.consent)

    def get_consent(
        self,
        request: GetConsentRequest | None = None,
        /,
        *,
        consent_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """GetConsent returns one consent.

        Fields:
            consent_id: The consent's id.

        Raises errors.NotFound.
        """
        message = given(GetConsentRequest, request, {"consent_id": consent_id})
        answer = self._caller.call(_CONSENT_GET_CONSENT, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.consent)

    def list_consents(
        self,
        request: ListConsentsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: ConsentState = ConsentState(0),
        subject: ConsentSubject | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListConsentsResponse, Consent]:
        """ListConsents returns consents, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            state: Only consents in this state. Unspecified means every state.
            subject: Only consents of this subject.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListConsentsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "state": state, "subject": subject},
        )
        return self._caller.page(
            _CONSENT_LIST_CONSENTS, message, "consents", timeout_seconds=timeout_seconds, headers=headers
        )

    def revoke_consent(
        self,
        request: RevokeConsentRequest | None = None,
        /,
        *,
        consent_id: str = "",
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """RevokeConsent takes a consent back. What rests on it is stopped within 60 seconds.

        Payouts that no provider has are cancelled; tokens end at once; providers are told to revoke theirs.
        Revoking a consent that has ended succeeds and changes nothing.

        Fields:
            consent_id: The consent's id.
            reason: Why, in a sentence.

        Raises errors.NotFound, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RevokeConsentRequest, request, {"consent_id": consent_id, "reason": reason})
        answer = self._caller.call(
            _CONSENT_REVOKE_CONSENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.consent)

    def restore_consent(
        self,
        request: RestoreConsentRequest | None = None,
        /,
        *,
        consent_id: str = "",
        expire_time: datetime.datetime | None = None,
        channel: ConsentChannel = ConsentChannel(0),
        evidence_reference: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """RestoreConsent records that a subject gave a consent again that had ended.

        What was stopped stays stopped; new payouts can rest on it.

        Fields:
            consent_id: The consent's id.
            expire_time: When it ends by itself. Missing means that it does not.
            channel: The way by which the subject gave it.
            evidence_reference: Where the proof is kept: the id of a document, a recording, a ticket.

        Raises errors.NotFound, errors.StateConflict, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RestoreConsentRequest,
            request,
            {
                "consent_id": consent_id,
                "expire_time": expire_time,
                "channel": channel,
                "evidence_reference": evidence_reference,
            },
        )
        answer = self._caller.call(
            _CONSENT_RESTORE_CONSENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.consent)

    def renew_consent(
        self,
        request: RenewConsentRequest | None = None,
        /,
        *,
        consent_id: str = "",
        expire_time: datetime.datetime | None = None,
        channel: ConsentChannel = ConsentChannel(0),
        evidence_reference: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """RenewConsent records that a subject gave a consent anew before it expired.

        Fields:
            consent_id: The consent's id.
            expire_time: When it ends by itself. Missing means that it does not.
            channel: The way by which the subject gave it.
            evidence_reference: Where the proof is kept: the id of a document, a recording, a ticket.

        Raises errors.NotFound, errors.ConsentNotActive, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RenewConsentRequest,
            request,
            {
                "consent_id": consent_id,
                "expire_time": expire_time,
                "channel": channel,
                "evidence_reference": evidence_reference,
            },
        )
        answer = self._caller.call(
            _CONSENT_RENEW_CONSENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.consent)

    def add_provider_grant(
        self,
        request: AddProviderGrantRequest | None = None,
        /,
        *,
        consent_id: str = "",
        connection_id: str = "",
        token: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ProviderGrant:
        """AddProviderGrant hands over a token that a provider issued for the consent's subject. It is stored encrypted, and never shown.

        When the consent ends, the provider is told to revoke it.

        Fields:
            consent_id: The consent's id.
            connection_id: The connection to the provider that issued it.
            token: The token, as the provider gave it.

        Raises errors.NotFound, errors.ConsentNotActive, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            AddProviderGrantRequest, request, {"consent_id": consent_id, "connection_id": connection_id, "token": token}
        )
        answer = self._caller.call(
            _CONSENT_ADD_PROVIDER_GRANT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.provider_grant)

    def list_consent_dependents(
        self,
        request: ListConsentDependentsRequest | None = None,
        /,
        *,
        consent_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListConsentDependentsResponse, ConsentDependent]:
        """ListConsentDependents returns what rests on a consent, and what has become of it.

        Fields:
            consent_id: The consent's id.
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.NotFound, errors.PageTokenInvalid.
        """
        message = given(
            ListConsentDependentsRequest,
            request,
            {"consent_id": consent_id, "page_size": page_size, "page_token": page_token},
        )
        return self._caller.page(
            _CONSENT_LIST_CONSENT_DEPENDENTS, message, "dependents", timeout_seconds=timeout_seconds, headers=headers
        )


class AsyncConsentCalls:
    """ConsentService keeps what people allowed the company to do, and stops what rests on it when they take it back."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def grant_consent(
        self,
        request: GrantConsentRequest | None = None,
        /,
        *,
        purpose: str = "",
        data_scopes: Sequence[str] = (),
        subject: ConsentSubject | None = None,
        legal_basis: LegalBasis = LegalBasis(0),
        expire_time: datetime.datetime | None = None,
        channel: ConsentChannel = ConsentChannel(0),
        evidence_reference: str = "",
        reconsent_days: int = 0,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """GrantConsent records that a subject gave a consent.

        As `ConsentCalls.grant_consent`, awaited.
        """
        message = given(
            GrantConsentRequest,
            request,
            {
                "purpose": purpose,
                "data_scopes": data_scopes,
                "subject": subject,
                "legal_basis": legal_basis,
                "expire_time": expire_time,
                "channel": channel,
                "evidence_reference": evidence_reference,
                "reconsent_days": reconsent_days,
            },
        )
        answer = await self._caller.call(
            _CONSENT_GRANT_CONSENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.consent)

    async def get_consent(
        self,
        request: GetConsentRequest | None = None,
        /,
        *,
        consent_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """GetConsent returns one consent.

        As `ConsentCalls.get_consent`, awaited.
        """
        message = given(GetConsentRequest, request, {"consent_id": consent_id})
        answer = await self._caller.call(
            _CONSENT_GET_CONSENT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.consent)

    async def list_consents(
        self,
        request: ListConsentsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: ConsentState = ConsentState(0),
        subject: ConsentSubject | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListConsentsResponse, Consent]:
        """ListConsents returns consents, the newest first.

        As `ConsentCalls.list_consents`, awaited.
        """
        message = given(
            ListConsentsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "state": state, "subject": subject},
        )
        return await self._caller.page(
            _CONSENT_LIST_CONSENTS, message, "consents", timeout_seconds=timeout_seconds, headers=headers
        )

    async def revoke_consent(
        self,
        request: RevokeConsentRequest | None = None,
        /,
        *,
        consent_id: str = "",
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """RevokeConsent takes a consent back. What rests on it is stopped within 60 seconds.

        As `ConsentCalls.revoke_consent`, awaited.
        """
        message = given(RevokeConsentRequest, request, {"consent_id": consent_id, "reason": reason})
        answer = await self._caller.call(
            _CONSENT_REVOKE_CONSENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.consent)

    async def restore_consent(
        self,
        request: RestoreConsentRequest | None = None,
        /,
        *,
        consent_id: str = "",
        expire_time: datetime.datetime | None = None,
        channel: ConsentChannel = ConsentChannel(0),
        evidence_reference: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """RestoreConsent records that a subject gave a consent again that had ended.

        As `ConsentCalls.restore_consent`, awaited.
        """
        message = given(
            RestoreConsentRequest,
            request,
            {
                "consent_id": consent_id,
                "expire_time": expire_time,
                "channel": channel,
                "evidence_reference": evidence_reference,
            },
        )
        answer = await self._caller.call(
            _CONSENT_RESTORE_CONSENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.consent)

    async def renew_consent(
        self,
        request: RenewConsentRequest | None = None,
        /,
        *,
        consent_id: str = "",
        expire_time: datetime.datetime | None = None,
        channel: ConsentChannel = ConsentChannel(0),
        evidence_reference: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Consent:
        """RenewConsent records that a subject gave a consent anew before it expired.

        As `ConsentCalls.renew_consent`, awaited.
        """
        message = given(
            RenewConsentRequest,
            request,
            {
                "consent_id": consent_id,
                "expire_time": expire_time,
                "channel": channel,
                "evidence_reference": evidence_reference,
            },
        )
        answer = await self._caller.call(
            _CONSENT_RENEW_CONSENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.consent)

    async def add_provider_grant(
        self,
        request: AddProviderGrantRequest | None = None,
        /,
        *,
        consent_id: str = "",
        connection_id: str = "",
        token: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ProviderGrant:
        """AddProviderGrant hands over a token that a provider issued for the consent's subject. It is stored encrypted, and never shown.

        As `ConsentCalls.add_provider_grant`, awaited.
        """
        message = given(
            AddProviderGrantRequest, request, {"consent_id": consent_id, "connection_id": connection_id, "token": token}
        )
        answer = await self._caller.call(
            _CONSENT_ADD_PROVIDER_GRANT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.provider_grant)

    async def list_consent_dependents(
        self,
        request: ListConsentDependentsRequest | None = None,
        /,
        *,
        consent_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListConsentDependentsResponse, ConsentDependent]:
        """ListConsentDependents returns what rests on a consent, and what has become of it.

        As `ConsentCalls.list_consent_dependents`, awaited.
        """
        message = given(
            ListConsentDependentsRequest,
            request,
            {"consent_id": consent_id, "page_size": page_size, "page_token": page_token},
        )
        return await self._caller.page(
            _CONSENT_LIST_CONSENT_DEPENDENTS, message, "dependents", timeout_seconds=timeout_seconds, headers=headers
        )


_CREDENTIAL_LIST_EXPIRING_CREDENTIALS = Method(
    "/corridor.access.v1.CredentialService/ListExpiringCredentials",
    ListExpiringCredentialsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/credentials/expiring"),
)


class CredentialCalls:
    """CredentialService tells what ends soon, whatever kind of credential it is."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_expiring_credentials(
        self,
        request: ListExpiringCredentialsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListExpiringCredentialsResponse, ExpiringCredential]:
        """ListExpiringCredentials returns credentials that end within 30 days or have ended in the last 30, the first to end first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListExpiringCredentialsRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _CREDENTIAL_LIST_EXPIRING_CREDENTIALS,
            message,
            "credentials",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )


class AsyncCredentialCalls:
    """CredentialService tells what ends soon, whatever kind of credential it is."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list_expiring_credentials(
        self,
        request: ListExpiringCredentialsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListExpiringCredentialsResponse, ExpiringCredential]:
        """ListExpiringCredentials returns credentials that end within 30 days or have ended in the last 30, the first to end first.

        As `CredentialCalls.list_expiring_credentials`, awaited.
        """
        message = given(ListExpiringCredentialsRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _CREDENTIAL_LIST_EXPIRING_CREDENTIALS,
            message,
            "credentials",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )


_IDENTITYPROVIDER_UPDATE_IDENTITY_PROVIDER = Method(
    "/corridor.access.v1.IdentityProviderService/UpdateIdentityProvider",
    UpdateIdentityProviderResponse,
    Key.OPTIONAL,
    10.0,
    Http("PUT", "/v1/identity-provider", "*", "identity_provider"),
)

_IDENTITYPROVIDER_GET_IDENTITY_PROVIDER = Method(
    "/corridor.access.v1.IdentityProviderService/GetIdentityProvider",
    GetIdentityProviderResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/identity-provider", "", "identity_provider"),
)

_IDENTITYPROVIDER_DELETE_IDENTITY_PROVIDER = Method(
    "/corridor.access.v1.IdentityProviderService/DeleteIdentityProvider",
    DeleteIdentityProviderResponse,
    Key.OPTIONAL,
    5.0,
    Http("DELETE", "/v1/identity-provider"),
)


class IdentityProviderCalls:
    """IdentityProviderService keeps where the company's people and end users sign in. There is one provider per environment."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def update_identity_provider(
        self,
        request: UpdateIdentityProviderRequest | None = None,
        /,
        *,
        issuer: str = "",
        client_id: str = "",
        client_secret: str = "",
        auth_method: ProviderAuthMethod = ProviderAuthMethod(0),
        scopes: Sequence[str] = (),
        groups_claim: str = "",
        group_roles: Sequence[GroupRole] = (),
        admits_by_group: bool = False,
        end_user_scopes: Sequence[str] = (),
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> IdentityProvider:
        """UpdateIdentityProvider sets the provider. Its address must be https and public, and is checked again at every call to it.

        A part can only be changed of a provider that is set. Roles and scopes can only be given by who has them. Another issuer is another set of people: members of the one before cannot sign in any more.

        Fields:
            issuer: The provider's issuer, exactly as its tokens say it. Its discovery document is found below it.
            client_id: Who Corridor is at the provider.
            client_secret: The secret of Corridor at the provider. Empty keeps the one before, as long as issuer and client stay the same.
            auth_method: How Corridor shows who it is when it redeems a code.
            scopes: What Corridor asks the provider for besides `openid`, such as `email` and `profile`.
            groups_claim: The claim of the ID token that lists a person's groups. Empty where groups say nothing about roles.
            group_roles: Which group gives which role.
            admits_by_group: Whether somebody whose groups give a role becomes a member by signing in, without an invitation.
            end_user_scopes: What end users, who are no members, may let a client do. Empty means that only members sign in.
            update_mask: Which of these fields change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.PermissionDenied, errors.NotFound, errors.EndpointUrlRefused, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            UpdateIdentityProviderRequest,
            request,
            {
                "issuer": issuer,
                "client_id": client_id,
                "client_secret": client_secret,
                "auth_method": auth_method,
                "scopes": scopes,
                "groups_claim": groups_claim,
                "group_roles": group_roles,
                "admits_by_group": admits_by_group,
                "end_user_scopes": end_user_scopes,
                "update_mask": update_mask,
            },
        )
        answer = self._caller.call(
            _IDENTITYPROVIDER_UPDATE_IDENTITY_PROVIDER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.identity_provider)

    def get_identity_provider(
        self,
        request: GetIdentityProviderRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> IdentityProvider:
        """GetIdentityProvider returns the provider, without its secret.

        In a sandbox without one it is the built-in test provider, where that is switched on.

        Raises errors.NotFound.
        """
        message = given(GetIdentityProviderRequest, request, {})
        answer = self._caller.call(
            _IDENTITYPROVIDER_GET_IDENTITY_PROVIDER, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.identity_provider)

    def delete_identity_provider(
        self,
        request: DeleteIdentityProviderRequest | None = None,
        /,
        *,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DeleteIdentityProviderResponse:
        """DeleteIdentityProvider removes the provider and its secret. Nobody can sign in until another one is set.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(DeleteIdentityProviderRequest, request, {})
        answer = self._caller.call(
            _IDENTITYPROVIDER_DELETE_IDENTITY_PROVIDER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


class AsyncIdentityProviderCalls:
    """IdentityProviderService keeps where the company's people and end users sign in. There is one provider per environment."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def update_identity_provider(
        self,
        request: UpdateIdentityProviderRequest | None = None,
        /,
        *,
        issuer: str = "",
        client_id: str = "",
        client_secret: str = "",
        auth_method: ProviderAuthMethod = ProviderAuthMethod(0),
        scopes: Sequence[str] = (),
        groups_claim: str = "",
        group_roles: Sequence[GroupRole] = (),
        admits_by_group: bool = False,
        end_user_scopes: Sequence[str] = (),
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> IdentityProvider:
        """UpdateIdentityProvider sets the provider. Its address must be https and public, and is checked again at every call to it.

        As `IdentityProviderCalls.update_identity_provider`, awaited.
        """
        message = given(
            UpdateIdentityProviderRequest,
            request,
            {
                "issuer": issuer,
                "client_id": client_id,
                "client_secret": client_secret,
                "auth_method": auth_method,
                "scopes": scopes,
                "groups_claim": groups_claim,
                "group_roles": group_roles,
                "admits_by_group": admits_by_group,
                "end_user_scopes": end_user_scopes,
                "update_mask": update_mask,
            },
        )
        answer = await self._caller.call(
            _IDENTITYPROVIDER_UPDATE_IDENTITY_PROVIDER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.identity_provider)

    async def get_identity_provider(
        self,
        request: GetIdentityProviderRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> IdentityProvider:
        """GetIdentityProvider returns the provider, without its secret.

        As `IdentityProviderCalls.get_identity_provider`, awaited.
        """
        message = given(GetIdentityProviderRequest, request, {})
        answer = await self._caller.call(
            _IDENTITYPROVIDER_GET_IDENTITY_PROVIDER, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.identity_provider)

    async def delete_identity_provider(
        self,
        request: DeleteIdentityProviderRequest | None = None,
        /,
        *,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DeleteIdentityProviderResponse:
        """DeleteIdentityProvider removes the provider and its secret. Nobody can sign in until another one is set.

        As `IdentityProviderCalls.delete_identity_provider`, awaited.
        """
        message = given(DeleteIdentityProviderRequest, request, {})
        answer = await self._caller.call(
            _IDENTITYPROVIDER_DELETE_IDENTITY_PROVIDER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


_MEMBER_CREATE_MEMBER = Method(
    "/corridor.access.v1.MemberService/CreateMember",
    CreateMemberResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/members", "*", "member"),
)

_MEMBER_GET_MEMBER = Method(
    "/corridor.access.v1.MemberService/GetMember",
    GetMemberResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/members/{member_id}", "", "member"),
)

_MEMBER_LIST_MEMBERS = Method(
    "/corridor.access.v1.MemberService/ListMembers",
    ListMembersResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/members"),
)

_MEMBER_UPDATE_MEMBER = Method(
    "/corridor.access.v1.MemberService/UpdateMember",
    UpdateMemberResponse,
    Key.OPTIONAL,
    5.0,
    Http("PUT", "/v1/members/{member_id}", "*", "member"),
)

_MEMBER_SUSPEND_MEMBER = Method(
    "/corridor.access.v1.MemberService/SuspendMember",
    SuspendMemberResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/members/{member_id}:suspend", "*", "member"),
)

_MEMBER_REINSTATE_MEMBER = Method(
    "/corridor.access.v1.MemberService/ReinstateMember",
    ReinstateMemberResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/members/{member_id}:reinstate", "*", "member"),
)

_MEMBER_REMOVE_MEMBER = Method(
    "/corridor.access.v1.MemberService/RemoveMember",
    RemoveMemberResponse,
    Key.OPTIONAL,
    5.0,
    Http("DELETE", "/v1/members/{member_id}"),
)


class MemberCalls:
    """MemberService keeps the people of the company and their roles.

    Nobody gives a role that has more scopes than they have themselves.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_member(
        self,
        request: CreateMemberRequest | None = None,
        /,
        *,
        email: str = "",
        title: str = "",
        roles: Sequence[Role] = (),
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """CreateMember invites a person by e-mail address. They are a member once they sign in at the identity provider with it.

        The provider must say that the address is verified. Inviting an address that a member has is refused with STATE_CONFLICT.

        Fields:
            email: Their e-mail address at the company's identity provider.
            title: Their name.
            roles: What they do. May be empty where their groups at the identity provider say it.

        Raises errors.PermissionDenied, errors.StateConflict, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CreateMemberRequest, request, {"email": email, "title": title, "roles": roles})
        answer = self._caller.call(
            _MEMBER_CREATE_MEMBER,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.member)

    def get_member(
        self,
        request: GetMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """GetMember returns one member.

        Fields:
            member_id: The member's id.

        Raises errors.NotFound.
        """
        message = given(GetMemberRequest, request, {"member_id": member_id})
        answer = self._caller.call(_MEMBER_GET_MEMBER, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.member)

    def list_members(
        self,
        request: ListMembersRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: MemberState = MemberState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListMembersResponse, Member]:
        """ListMembers returns members, the newest first; removed ones only where they are asked for.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            state: Only members in this state. Missing means all that are not removed.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListMembersRequest, request, {"page_size": page_size, "page_token": page_token, "state": state})
        return self._caller.page(
            _MEMBER_LIST_MEMBERS, message, "members", timeout_seconds=timeout_seconds, headers=headers
        )

    def update_member(
        self,
        request: UpdateMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        title: str = "",
        roles: Sequence[Role] = (),
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """UpdateMember replaces a member's name and the roles that people gave them. Roles by group stay as they are.

        Tokens that the member has lose what the roles no longer allow within seconds.

        Fields:
            member_id: The member's id.
            title: Their name.
            roles: What they do, all of it.
            update_mask: Which of these fields change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.PermissionDenied, errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            UpdateMemberRequest,
            request,
            {"member_id": member_id, "title": title, "roles": roles, "update_mask": update_mask},
        )
        answer = self._caller.call(
            _MEMBER_UPDATE_MEMBER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.member)

    def suspend_member(
        self,
        request: SuspendMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """SuspendMember keeps a member from signing in, and ends their tokens within seconds. Suspending twice changes nothing.

        Fields:
            member_id: The member's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(SuspendMemberRequest, request, {"member_id": member_id})
        answer = self._caller.call(
            _MEMBER_SUSPEND_MEMBER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.member)

    def reinstate_member(
        self,
        request: ReinstateMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """ReinstateMember lets a suspended member sign in again. Their old tokens stay ended.

        Fields:
            member_id: The member's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.PermissionDenied, errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ReinstateMemberRequest, request, {"member_id": member_id})
        answer = self._caller.call(
            _MEMBER_REINSTATE_MEMBER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.member)

    def remove_member(
        self,
        request: RemoveMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RemoveMemberResponse:
        """RemoveMember ends a membership, the member's tokens within seconds, and what Corridor knows of name and address.

        The entry stays, so that the audit trail can be read. Groups at the identity provider do not bring a removed person back.

        Fields:
            member_id: The member's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RemoveMemberRequest, request, {"member_id": member_id})
        answer = self._caller.call(
            _MEMBER_REMOVE_MEMBER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


class AsyncMemberCalls:
    """MemberService keeps the people of the company and their roles.

    Nobody gives a role that has more scopes than they have themselves.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_member(
        self,
        request: CreateMemberRequest | None = None,
        /,
        *,
        email: str = "",
        title: str = "",
        roles: Sequence[Role] = (),
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """CreateMember invites a person by e-mail address. They are a member once they sign in at the identity provider with it.

        As `MemberCalls.create_member`, awaited.
        """
        message = given(CreateMemberRequest, request, {"email": email, "title": title, "roles": roles})
        answer = await self._caller.call(
            _MEMBER_CREATE_MEMBER,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.member)

    async def get_member(
        self,
        request: GetMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """GetMember returns one member.

        As `MemberCalls.get_member`, awaited.
        """
        message = given(GetMemberRequest, request, {"member_id": member_id})
        answer = await self._caller.call(_MEMBER_GET_MEMBER, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.member)

    async def list_members(
        self,
        request: ListMembersRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: MemberState = MemberState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListMembersResponse, Member]:
        """ListMembers returns members, the newest first; removed ones only where they are asked for.

        As `MemberCalls.list_members`, awaited.
        """
        message = given(ListMembersRequest, request, {"page_size": page_size, "page_token": page_token, "state": state})
        return await self._caller.page(
            _MEMBER_LIST_MEMBERS, message, "members", timeout_seconds=timeout_seconds, headers=headers
        )

    async def update_member(
        self,
        request: UpdateMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        title: str = "",
        roles: Sequence[Role] = (),
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """UpdateMember replaces a member's name and the roles that people gave them. Roles by group stay as they are.

        As `MemberCalls.update_member`, awaited.
        """
        message = given(
            UpdateMemberRequest,
            request,
            {"member_id": member_id, "title": title, "roles": roles, "update_mask": update_mask},
        )
        answer = await self._caller.call(
            _MEMBER_UPDATE_MEMBER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.member)

    async def suspend_member(
        self,
        request: SuspendMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """SuspendMember keeps a member from signing in, and ends their tokens within seconds. Suspending twice changes nothing.

        As `MemberCalls.suspend_member`, awaited.
        """
        message = given(SuspendMemberRequest, request, {"member_id": member_id})
        answer = await self._caller.call(
            _MEMBER_SUSPEND_MEMBER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.member)

    async def reinstate_member(
        self,
        request: ReinstateMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Member:
        """ReinstateMember lets a suspended member sign in again. Their old tokens stay ended.

        As `MemberCalls.reinstate_member`, awaited.
        """
        message = given(ReinstateMemberRequest, request, {"member_id": member_id})
        answer = await self._caller.call(
            _MEMBER_REINSTATE_MEMBER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.member)

    async def remove_member(
        self,
        request: RemoveMemberRequest | None = None,
        /,
        *,
        member_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RemoveMemberResponse:
        """RemoveMember ends a membership, the member's tokens within seconds, and what Corridor knows of name and address.

        As `MemberCalls.remove_member`, awaited.
        """
        message = given(RemoveMemberRequest, request, {"member_id": member_id})
        answer = await self._caller.call(
            _MEMBER_REMOVE_MEMBER,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


_OAUTHCLIENT_CREATE_OAUTH_CLIENT = Method(
    "/corridor.access.v1.OAuthClientService/CreateOAuthClient",
    CreateOAuthClientResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/oauth-clients", "*"),
)

_OAUTHCLIENT_GET_OAUTH_CLIENT = Method(
    "/corridor.access.v1.OAuthClientService/GetOAuthClient",
    GetOAuthClientResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/oauth-clients/{oauth_client_id}", "", "oauth_client"),
)

_OAUTHCLIENT_LIST_OAUTH_CLIENTS = Method(
    "/corridor.access.v1.OAuthClientService/ListOAuthClients",
    ListOAuthClientsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/oauth-clients"),
)

_OAUTHCLIENT_UPDATE_OAUTH_CLIENT = Method(
    "/corridor.access.v1.OAuthClientService/UpdateOAuthClient",
    UpdateOAuthClientResponse,
    Key.OPTIONAL,
    5.0,
    Http("PUT", "/v1/oauth-clients/{oauth_client_id}", "settings", "oauth_client"),
)

_OAUTHCLIENT_DISABLE_OAUTH_CLIENT = Method(
    "/corridor.access.v1.OAuthClientService/DisableOAuthClient",
    DisableOAuthClientResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/oauth-clients/{oauth_client_id}:disable", "*", "oauth_client"),
)

_OAUTHCLIENT_ENABLE_OAUTH_CLIENT = Method(
    "/corridor.access.v1.OAuthClientService/EnableOAuthClient",
    EnableOAuthClientResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/oauth-clients/{oauth_client_id}:enable", "*", "oauth_client"),
)

_OAUTHCLIENT_ROTATE_OAUTH_CLIENT_SECRET = Method(
    "/corridor.access.v1.OAuthClientService/RotateOAuthClientSecret",
    RotateOAuthClientSecretResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/oauth-clients/{oauth_client_id}:rotate-secret", "*"),
)

_OAUTHCLIENT_DELETE_OAUTH_CLIENT = Method(
    "/corridor.access.v1.OAuthClientService/DeleteOAuthClient",
    DeleteOAuthClientResponse,
    Key.OPTIONAL,
    5.0,
    Http("DELETE", "/v1/oauth-clients/{oauth_client_id}"),
)


class OAuthClientCalls:
    """OAuthClientService keeps the programs that get access tokens for the caller's company."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_oauth_client(
        self,
        request: CreateOAuthClientRequest | None = None,
        /,
        *,
        settings: OAuthClientSettings | None = None,
        secret_expire_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> CreateOAuthClientResponse:
        """CreateOAuthClient makes a client of the caller's company and environment, and shows its secret if it has one.

        The secret is shown here once. A client can only be given scopes that the caller has.

        Fields:
            settings: What the company decides about it.
            secret_expire_time: When its secret ends by itself, in the future. Missing means never.

        Raises errors.PermissionDenied, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreateOAuthClientRequest, request, {"settings": settings, "secret_expire_time": secret_expire_time}
        )
        answer = self._caller.call(
            _OAUTHCLIENT_CREATE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def get_oauth_client(
        self,
        request: GetOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OAuthClient:
        """GetOAuthClient returns one client, without its secrets.

        Fields:
            oauth_client_id: The client's id.

        Raises errors.NotFound.
        """
        message = given(GetOAuthClientRequest, request, {"oauth_client_id": oauth_client_id})
        answer = self._caller.call(
            _OAUTHCLIENT_GET_OAUTH_CLIENT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.oauth_client)

    def list_oauth_clients(
        self,
        request: ListOAuthClientsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListOAuthClientsResponse, OAuthClient]:
        """ListOAuthClients returns clients, the newest first, without their secrets.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListOAuthClientsRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _OAUTHCLIENT_LIST_OAUTH_CLIENTS, message, "oauth_clients", timeout_seconds=timeout_seconds, headers=headers
        )

    def update_oauth_client(
        self,
        request: UpdateOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        settings: OAuthClientSettings | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OAuthClient:
        """UpdateOAuthClient replaces what the company decided about a client. Tokens lose the scopes that it loses.

        Fields:
            oauth_client_id: The client's id.
            settings: What the company decides about it. Everything is replaced.
            update_mask: Which fields of the settings change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.PermissionDenied, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            UpdateOAuthClientRequest,
            request,
            {"oauth_client_id": oauth_client_id, "settings": settings, "update_mask": update_mask},
        )
        answer = self._caller.call(
            _OAUTHCLIENT_UPDATE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.oauth_client)

    def disable_oauth_client(
        self,
        request: DisableOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OAuthClient:
        """DisableOAuthClient stops a client: within a second none of its tokens works. Disabling a disabled one changes nothing.

        Fields:
            oauth_client_id: The client's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.PermissionDenied, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(DisableOAuthClientRequest, request, {"oauth_client_id": oauth_client_id})
        answer = self._caller.call(
            _OAUTHCLIENT_DISABLE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.oauth_client)

    def enable_oauth_client(
        self,
        request: EnableOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OAuthClient:
        """EnableOAuthClient lets a disabled client work again. People's grants to it are still there.

        Fields:
            oauth_client_id: The client's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.PermissionDenied, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(EnableOAuthClientRequest, request, {"oauth_client_id": oauth_client_id})
        answer = self._caller.call(
            _OAUTHCLIENT_ENABLE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.oauth_client)

    def rotate_oauth_client_secret(
        self,
        request: RotateOAuthClientSecretRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        overlap_hours: int = 0,
        expire_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RotateOAuthClientSecretResponse:
        """RotateOAuthClientSecret adds a secret and shows it, this once. Those before it end after the overlap.

        Fields:
            oauth_client_id: The client's id.
            overlap_hours: For how many hours the secrets before it still work: 0 to 720.
            expire_time: When the new secret ends by itself, in the future. Missing means never.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.PermissionDenied, errors.EtagMismatch, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RotateOAuthClientSecretRequest,
            request,
            {"oauth_client_id": oauth_client_id, "overlap_hours": overlap_hours, "expire_time": expire_time},
        )
        answer = self._caller.call(
            _OAUTHCLIENT_ROTATE_OAUTH_CLIENT_SECRET,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def delete_oauth_client(
        self,
        request: DeleteOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DeleteOAuthClientResponse:
        """DeleteOAuthClient removes a client for good, with everything that people granted to it.

        Fields:
            oauth_client_id: The client's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(DeleteOAuthClientRequest, request, {"oauth_client_id": oauth_client_id})
        answer = self._caller.call(
            _OAUTHCLIENT_DELETE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


class AsyncOAuthClientCalls:
    """OAuthClientService keeps the programs that get access tokens for the caller's company."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_oauth_client(
        self,
        request: CreateOAuthClientRequest | None = None,
        /,
        *,
        settings: OAuthClientSettings | None = None,
        secret_expire_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> CreateOAuthClientResponse:
        """CreateOAuthClient makes a client of the caller's company and environment, and shows its secret if it has one.

        As `OAuthClientCalls.create_oauth_client`, awaited.
        """
        message = given(
            CreateOAuthClientRequest, request, {"settings": settings, "secret_expire_time": secret_expire_time}
        )
        answer = await self._caller.call(
            _OAUTHCLIENT_CREATE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def get_oauth_client(
        self,
        request: GetOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OAuthClient:
        """GetOAuthClient returns one client, without its secrets.

        As `OAuthClientCalls.get_oauth_client`, awaited.
        """
        message = given(GetOAuthClientRequest, request, {"oauth_client_id": oauth_client_id})
        answer = await self._caller.call(
            _OAUTHCLIENT_GET_OAUTH_CLIENT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.oauth_client)

    async def list_oauth_clients(
        self,
        request: ListOAuthClientsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListOAuthClientsResponse, OAuthClient]:
        """ListOAuthClients returns clients, the newest first, without their secrets.

        As `OAuthClientCalls.list_oauth_clients`, awaited.
        """
        message = given(ListOAuthClientsRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _OAUTHCLIENT_LIST_OAUTH_CLIENTS, message, "oauth_clients", timeout_seconds=timeout_seconds, headers=headers
        )

    async def update_oauth_client(
        self,
        request: UpdateOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        settings: OAuthClientSettings | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OAuthClient:
        """UpdateOAuthClient replaces what the company decided about a client. Tokens lose the scopes that it loses.

        As `OAuthClientCalls.update_oauth_client`, awaited.
        """
        message = given(
            UpdateOAuthClientRequest,
            request,
            {"oauth_client_id": oauth_client_id, "settings": settings, "update_mask": update_mask},
        )
        answer = await self._caller.call(
            _OAUTHCLIENT_UPDATE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.oauth_client)

    async def disable_oauth_client(
        self,
        request: DisableOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OAuthClient:
        """DisableOAuthClient stops a client: within a second none of its tokens works. Disabling a disabled one changes nothing.

        As `OAuthClientCalls.disable_oauth_client`, awaited.
        """
        message = given(DisableOAuthClientRequest, request, {"oauth_client_id": oauth_client_id})
        answer = await self._caller.call(
            _OAUTHCLIENT_DISABLE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.oauth_client)

    async def enable_oauth_client(
        self,
        request: EnableOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OAuthClient:
        """EnableOAuthClient lets a disabled client work again. People's grants to it are still there.

        As `OAuthClientCalls.enable_oauth_client`, awaited.
        """
        message = given(EnableOAuthClientRequest, request, {"oauth_client_id": oauth_client_id})
        answer = await self._caller.call(
            _OAUTHCLIENT_ENABLE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.oauth_client)

    async def rotate_oauth_client_secret(
        self,
        request: RotateOAuthClientSecretRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        overlap_hours: int = 0,
        expire_time: datetime.datetime | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RotateOAuthClientSecretResponse:
        """RotateOAuthClientSecret adds a secret and shows it, this once. Those before it end after the overlap.

        As `OAuthClientCalls.rotate_oauth_client_secret`, awaited.
        """
        message = given(
            RotateOAuthClientSecretRequest,
            request,
            {"oauth_client_id": oauth_client_id, "overlap_hours": overlap_hours, "expire_time": expire_time},
        )
        answer = await self._caller.call(
            _OAUTHCLIENT_ROTATE_OAUTH_CLIENT_SECRET,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def delete_oauth_client(
        self,
        request: DeleteOAuthClientRequest | None = None,
        /,
        *,
        oauth_client_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DeleteOAuthClientResponse:
        """DeleteOAuthClient removes a client for good, with everything that people granted to it.

        As `OAuthClientCalls.delete_oauth_client`, awaited.
        """
        message = given(DeleteOAuthClientRequest, request, {"oauth_client_id": oauth_client_id})
        answer = await self._caller.call(
            _OAUTHCLIENT_DELETE_OAUTH_CLIENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer


_SECURITYALERT_LIST_SECURITY_ALERTS = Method(
    "/corridor.access.v1.SecurityAlertService/ListSecurityAlerts",
    ListSecurityAlertsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/security-alerts"),
)


class SecurityAlertCalls:
    """SecurityAlertService reads what was seen of credentials that should not be."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_security_alerts(
        self,
        request: ListSecurityAlertsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        credential_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListSecurityAlertsResponse, SecurityAlert]:
        """ListSecurityAlerts returns alerts, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            credential_id: Only alerts about this credential. Empty means every one.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListSecurityAlertsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "credential_id": credential_id},
        )
        return self._caller.page(
            _SECURITYALERT_LIST_SECURITY_ALERTS,
            message,
            "security_alerts",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )


class AsyncSecurityAlertCalls:
    """SecurityAlertService reads what was seen of credentials that should not be."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list_security_alerts(
        self,
        request: ListSecurityAlertsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        credential_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListSecurityAlertsResponse, SecurityAlert]:
        """ListSecurityAlerts returns alerts, the newest first.

        As `SecurityAlertCalls.list_security_alerts`, awaited.
        """
        message = given(
            ListSecurityAlertsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "credential_id": credential_id},
        )
        return await self._caller.page(
            _SECURITYALERT_LIST_SECURITY_ALERTS,
            message,
            "security_alerts",
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
