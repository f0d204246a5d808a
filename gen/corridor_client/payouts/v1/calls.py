"""Calls of corridor.payouts.v1. Written by `corridor gen` from the contract; never edited."""

from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.google import protobuf as google_protobuf
from corridor_client.payouts.v1 import (
    Beneficiary,
    CancelPayoutRequest,
    CancelPayoutResponse,
    CreateBeneficiaryRequest,
    CreateBeneficiaryResponse,
    CreatePayoutRequest,
    CreatePayoutResponse,
    GetBeneficiaryRequest,
    GetBeneficiaryResponse,
    GetPayoutRequest,
    GetPayoutResponse,
    GetPayoutSettingsRequest,
    GetPayoutSettingsResponse,
    GetPayoutTimelineRequest,
    GetPayoutTimelineResponse,
    ListBeneficiariesRequest,
    ListBeneficiariesResponse,
    ListPayoutsRequest,
    ListPayoutsResponse,
    Payout,
    PayoutSettings,
    PayoutState,
    Quote,
    QuotePayoutRequest,
    QuotePayoutResponse,
    ReleasePayoutRequest,
    ReleasePayoutResponse,
    RetryPayoutRequest,
    RetryPayoutResponse,
    UpdatePayoutSettingsRequest,
    UpdatePayoutSettingsResponse,
    ValidateBankAccountRequest,
    ValidateBankAccountResponse,
)
from corridor_client.type import v1 as type_v1

_BENEFICIARY_CREATE_BENEFICIARY = Method(
    "/corridor.payouts.v1.BeneficiaryService/CreateBeneficiary",
    CreateBeneficiaryResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/beneficiaries", "*", "beneficiary"),
)

_BENEFICIARY_GET_BENEFICIARY = Method(
    "/corridor.payouts.v1.BeneficiaryService/GetBeneficiary",
    GetBeneficiaryResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/beneficiaries/{beneficiary_id}", "", "beneficiary"),
)

_BENEFICIARY_LIST_BENEFICIARIES = Method(
    "/corridor.payouts.v1.BeneficiaryService/ListBeneficiaries",
    ListBeneficiariesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/beneficiaries"),
)

_BENEFICIARY_VALIDATE_BANK_ACCOUNT = Method(
    "/corridor.payouts.v1.BeneficiaryService/ValidateBankAccount",
    ValidateBankAccountResponse,
    Key.NONE,
    5.0,
    Http("POST", "/v1/beneficiaries:validate", "*"),
)


class BeneficiaryCalls:
    """BeneficiaryService keeps those whom the company pays."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_beneficiary(
        self,
        request: CreateBeneficiaryRequest | None = None,
        /,
        *,
        party: type_v1.Party | None = None,
        bank_account: type_v1.BankAccount | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Beneficiary:
        """CreateBeneficiary stores a beneficiary after checking the account details as ValidateBankAccount does.

        Fields:
            party: Who it is.
            bank_account: Where the money arrives.

        Raises errors.BankAccountInvalid, errors.CurrencyNotSupported, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CreateBeneficiaryRequest, request, {"party": party, "bank_account": bank_account})
        answer = self._caller.call(
            _BENEFICIARY_CREATE_BENEFICIARY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.beneficiary)

    def get_beneficiary(
        self,
        request: GetBeneficiaryRequest | None = None,
        /,
        *,
        beneficiary_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Beneficiary:
        """GetBeneficiary returns one beneficiary.

        Fields:
            beneficiary_id: The beneficiary's id.

        Raises errors.NotFound, errors.DataErased.
        """
        message = given(GetBeneficiaryRequest, request, {"beneficiary_id": beneficiary_id})
        answer = self._caller.call(
            _BENEFICIARY_GET_BENEFICIARY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.beneficiary)

    def list_beneficiaries(
        self,
        request: ListBeneficiariesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListBeneficiariesResponse, Beneficiary]:
        """ListBeneficiaries returns beneficiaries, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListBeneficiariesRequest, request, {"page_size": page_size, "page_token": page_token})
        return self._caller.page(
            _BENEFICIARY_LIST_BENEFICIARIES, message, "beneficiaries", timeout_seconds=timeout_seconds, headers=headers
        )

    def validate_bank_account(
        self,
        request: ValidateBankAccountRequest | None = None,
        /,
        *,
        bank_account: type_v1.BankAccount | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ValidateBankAccountResponse:
        """ValidateBankAccount checks account details without storing them or asking anyone.

        Wrong details are an answer, not an error: `valid` is false and the violations say why.
        IBAN: ISO 13616 structure and check digits. Routing number: ABA check digit. Sort code: form. Currency and country must fit.

        Fields:
            bank_account: The account details.
        """
        message = given(ValidateBankAccountRequest, request, {"bank_account": bank_account})
        answer = self._caller.call(
            _BENEFICIARY_VALIDATE_BANK_ACCOUNT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


class AsyncBeneficiaryCalls:
    """BeneficiaryService keeps those whom the company pays."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_beneficiary(
        self,
        request: CreateBeneficiaryRequest | None = None,
        /,
        *,
        party: type_v1.Party | None = None,
        bank_account: type_v1.BankAccount | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Beneficiary:
        """CreateBeneficiary stores a beneficiary after checking the account details as ValidateBankAccount does.

        As `BeneficiaryCalls.create_beneficiary`, awaited.
        """
        message = given(CreateBeneficiaryRequest, request, {"party": party, "bank_account": bank_account})
        answer = await self._caller.call(
            _BENEFICIARY_CREATE_BENEFICIARY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.beneficiary)

    async def get_beneficiary(
        self,
        request: GetBeneficiaryRequest | None = None,
        /,
        *,
        beneficiary_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Beneficiary:
        """GetBeneficiary returns one beneficiary.

        As `BeneficiaryCalls.get_beneficiary`, awaited.
        """
        message = given(GetBeneficiaryRequest, request, {"beneficiary_id": beneficiary_id})
        answer = await self._caller.call(
            _BENEFICIARY_GET_BENEFICIARY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.beneficiary)

    async def list_beneficiaries(
        self,
        request: ListBeneficiariesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListBeneficiariesResponse, Beneficiary]:
        """ListBeneficiaries returns beneficiaries, the newest first.

        As `BeneficiaryCalls.list_beneficiaries`, awaited.
        """
        message = given(ListBeneficiariesRequest, request, {"page_size": page_size, "page_token": page_token})
        return await self._caller.page(
            _BENEFICIARY_LIST_BENEFICIARIES, message, "beneficiaries", timeout_seconds=timeout_seconds, headers=headers
        )

    async def validate_bank_account(
        self,
        request: ValidateBankAccountRequest | None = None,
        /,
        *,
        bank_account: type_v1.BankAccount | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ValidateBankAccountResponse:
        """ValidateBankAccount checks account details without storing them or asking anyone.

        As `BeneficiaryCalls.validate_bank_account`, awaited.
        """
        message = given(ValidateBankAccountRequest, request, {"bank_account": bank_account})
        answer = await self._caller.call(
            _BENEFICIARY_VALIDATE_BANK_ACCOUNT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


_PAYOUT_CREATE_PAYOUT = Method(
    "/corridor.payouts.v1.PayoutService/CreatePayout",
    CreatePayoutResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/payouts", "*", "payout"),
)

_PAYOUT_GET_PAYOUT = Method(
    "/corridor.payouts.v1.PayoutService/GetPayout",
    GetPayoutResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/payouts/{payout_id}", "", "payout"),
)

_PAYOUT_LIST_PAYOUTS = Method(
    "/corridor.payouts.v1.PayoutService/ListPayouts",
    ListPayoutsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/payouts"),
)

_PAYOUT_CANCEL_PAYOUT = Method(
    "/corridor.payouts.v1.PayoutService/CancelPayout",
    CancelPayoutResponse,
    Key.OPTIONAL,
    10.0,
    Http("POST", "/v1/payouts/{payout_id}:cancel", "*", "payout"),
)

_PAYOUT_RETRY_PAYOUT = Method(
    "/corridor.payouts.v1.PayoutService/RetryPayout",
    RetryPayoutResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/payouts/{payout_id}:retry", "*", "payout"),
)

_PAYOUT_RELEASE_PAYOUT = Method(
    "/corridor.payouts.v1.PayoutService/ReleasePayout",
    ReleasePayoutResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/payouts/{payout_id}:release", "*", "payout"),
)

_PAYOUT_QUOTE_PAYOUT = Method(
    "/corridor.payouts.v1.PayoutService/QuotePayout",
    QuotePayoutResponse,
    Key.NONE,
    5.0,
    Http("POST", "/v1/payouts:quote", "*", "quote"),
)

_PAYOUT_GET_PAYOUT_TIMELINE = Method(
    "/corridor.payouts.v1.PayoutService/GetPayoutTimeline",
    GetPayoutTimelineResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/payouts/{payout_id}/timeline"),
)

_PAYOUT_GET_PAYOUT_SETTINGS = Method(
    "/corridor.payouts.v1.PayoutService/GetPayoutSettings",
    GetPayoutSettingsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/payout-settings", "", "settings"),
)

_PAYOUT_UPDATE_PAYOUT_SETTINGS = Method(
    "/corridor.payouts.v1.PayoutService/UpdatePayoutSettings",
    UpdatePayoutSettingsResponse,
    Key.OPTIONAL,
    5.0,
    Http("PUT", "/v1/payout-settings", "settings", "settings"),
)


class PayoutCalls:
    """PayoutService sends money to beneficiaries through whichever provider routing selects."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_payout(
        self,
        request: CreatePayoutRequest | None = None,
        /,
        *,
        beneficiary_id: str = "",
        amount: type_v1.Money | None = None,
        reference: str = "",
        rail: type_v1.Rail = type_v1.Rail(0),
        metadata: Mapping[str, str] | None = None,
        consent_id: str = "",
        customer: type_v1.Customer | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """CreatePayout accepts a payout and answers at once; its progress comes by events and GetPayout.

        The payout is durable before this call returns.
        Repeating the call with the same idempotency key returns the same answer, byte for byte.
        A payout above the company's review threshold is accepted as held.

        Fields:
            beneficiary_id: Whom to pay. Created by CreateBeneficiary.
            amount: How much arrives, in the currency of the beneficiary's account.
            reference: What the beneficiary reads on the statement. Shortened by rail; see `Payout.statement_text`.
            rail: How the money travels. Unspecified takes the usual rail of the beneficiary's account.
            metadata: What the caller wants to find again. At most 20 pairs; not sent to providers.
            consent_id: The consent on which it rests. Its data scopes must hold `payouts:create`; empty means that it rests on none.
            customer: On whose behalf, for routing. Optional; not sent to providers.

        Raises errors.FeatureOff, errors.BeneficiaryNotFound, errors.DataErased, errors.CurrencyNotSupported, errors.RailNotSupported, errors.AmountAboveLimit, errors.SpendingLimitReached, errors.ConsentNotActive, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreatePayoutRequest,
            request,
            {
                "beneficiary_id": beneficiary_id,
                "amount": amount,
                "reference": reference,
                "rail": rail,
                "metadata": metadata,
                "consent_id": consent_id,
                "customer": customer,
            },
        )
        answer = self._caller.call(
            _PAYOUT_CREATE_PAYOUT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payout)

    def get_payout(
        self,
        request: GetPayoutRequest | None = None,
        /,
        *,
        payout_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """GetPayout returns one payout.

        Fields:
            payout_id: The payout's id.

        Raises errors.NotFound.
        """
        message = given(GetPayoutRequest, request, {"payout_id": payout_id})
        answer = self._caller.call(_PAYOUT_GET_PAYOUT, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.payout)

    def list_payouts(
        self,
        request: ListPayoutsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[PayoutState] = (),
        beneficiary_id: str = "",
        created: type_v1.Period | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListPayoutsResponse, Payout]:
        """ListPayouts returns payouts, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            states: Only payouts in one of these states.
            beneficiary_id: Only payouts to this beneficiary.
            created: Only payouts that were created in this period.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListPayoutsRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "states": states,
                "beneficiary_id": beneficiary_id,
                "created": created,
            },
        )
        return self._caller.page(
            _PAYOUT_LIST_PAYOUTS, message, "payouts", timeout_seconds=timeout_seconds, headers=headers
        )

    def cancel_payout(
        self,
        request: CancelPayoutRequest | None = None,
        /,
        *,
        payout_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """CancelPayout stops a payout that no provider has yet.

        It succeeds only where it is certain that no money moves. Cancelling a cancelled payout succeeds and changes nothing.

        Fields:
            payout_id: The payout's id.

        Raises errors.NotFound, errors.PayoutNotCancellable, errors.StateConflict, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CancelPayoutRequest, request, {"payout_id": payout_id})
        answer = self._caller.call(
            _PAYOUT_CANCEL_PAYOUT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payout)

    def retry_payout(
        self,
        request: RetryPayoutRequest | None = None,
        /,
        *,
        payout_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """RetryPayout moves on a payout that waits: it is sent now if no provider has it, and looked up now if one may have it.

        It never sends twice: a payout that a provider may have is only ever asked about. A failed payout is not retried; create a new one.

        Fields:
            payout_id: The payout's id.

        Raises errors.NotFound, errors.PayoutNotRetryable, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RetryPayoutRequest, request, {"payout_id": payout_id})
        answer = self._caller.call(
            _PAYOUT_RETRY_PAYOUT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payout)

    def release_payout(
        self,
        request: ReleasePayoutRequest | None = None,
        /,
        *,
        payout_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """ReleasePayout lets a held payout go.

        Releasing needs a scope of its own, so that whoever creates payouts need not be able to release them.

        Fields:
            payout_id: The payout's id.

        Raises errors.NotFound, errors.PayoutNotHeld, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ReleasePayoutRequest, request, {"payout_id": payout_id})
        answer = self._caller.call(
            _PAYOUT_RELEASE_PAYOUT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payout)

    def quote_payout(
        self,
        request: QuotePayoutRequest | None = None,
        /,
        *,
        beneficiary_id: str = "",
        amount: type_v1.Money | None = None,
        rail: type_v1.Rail = type_v1.Rail(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Quote:
        """QuotePayout tells which way a payout would take, what it would cost and when it would arrive. Nothing is stored or reserved.

        Fields:
            beneficiary_id: Whom it would pay.
            amount: How much would arrive.
            rail: How it would travel. Unspecified takes the usual rail of the beneficiary's account.

        Raises errors.BeneficiaryNotFound, errors.DataErased, errors.CurrencyNotSupported, errors.RailNotSupported, errors.AmountAboveLimit, errors.RouteNotFound.
        """
        message = given(QuotePayoutRequest, request, {"beneficiary_id": beneficiary_id, "amount": amount, "rail": rail})
        answer = self._caller.call(_PAYOUT_QUOTE_PAYOUT, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.quote)

    def get_payout_timeline(
        self,
        request: GetPayoutTimelineRequest | None = None,
        /,
        *,
        payout_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetPayoutTimelineResponse:
        """GetPayoutTimeline returns everything that happened to a payout, in order: calls, attempts, observations, events, deliveries.

        Fields:
            payout_id: The payout's id.

        Raises errors.NotFound.
        """
        message = given(GetPayoutTimelineRequest, request, {"payout_id": payout_id})
        answer = self._caller.call(
            _PAYOUT_GET_PAYOUT_TIMELINE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    def get_payout_settings(
        self,
        request: GetPayoutSettingsRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PayoutSettings:
        """GetPayoutSettings returns what the company allows its payouts in this environment."""
        message = given(GetPayoutSettingsRequest, request, {})
        answer = self._caller.call(
            _PAYOUT_GET_PAYOUT_SETTINGS, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.settings)

    def update_payout_settings(
        self,
        request: UpdatePayoutSettingsRequest | None = None,
        /,
        *,
        settings: PayoutSettings | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PayoutSettings:
        """UpdatePayoutSettings replaces what the company allows its payouts in this environment.

        It applies to payouts created from now on.

        Fields:
            settings: The settings.
            update_mask: Which fields of the settings change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.CurrencyNotSupported, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(UpdatePayoutSettingsRequest, request, {"settings": settings, "update_mask": update_mask})
        answer = self._caller.call(
            _PAYOUT_UPDATE_PAYOUT_SETTINGS,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.settings)


class AsyncPayoutCalls:
    """PayoutService sends money to beneficiaries through whichever provider routing selects."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_payout(
        self,
        request: CreatePayoutRequest | None = None,
        /,
        *,
        beneficiary_id: str = "",
        amount: type_v1.Money | None = None,
        reference: str = "",
        rail: type_v1.Rail = type_v1.Rail(0),
        metadata: Mapping[str, str] | None = None,
        consent_id: str = "",
        customer: type_v1.Customer | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """CreatePayout accepts a payout and answers at once; its progress comes by events and GetPayout.

        As `PayoutCalls.create_payout`, awaited.
        """
        message = given(
            CreatePayoutRequest,
            request,
            {
                "beneficiary_id": beneficiary_id,
                "amount": amount,
                "reference": reference,
                "rail": rail,
                "metadata": metadata,
                "consent_id": consent_id,
                "customer": customer,
            },
        )
        answer = await self._caller.call(
            _PAYOUT_CREATE_PAYOUT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payout)

    async def get_payout(
        self,
        request: GetPayoutRequest | None = None,
        /,
        *,
        payout_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """GetPayout returns one payout.

        As `PayoutCalls.get_payout`, awaited.
        """
        message = given(GetPayoutRequest, request, {"payout_id": payout_id})
        answer = await self._caller.call(_PAYOUT_GET_PAYOUT, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.payout)

    async def list_payouts(
        self,
        request: ListPayoutsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[PayoutState] = (),
        beneficiary_id: str = "",
        created: type_v1.Period | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListPayoutsResponse, Payout]:
        """ListPayouts returns payouts, the newest first.

        As `PayoutCalls.list_payouts`, awaited.
        """
        message = given(
            ListPayoutsRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "states": states,
                "beneficiary_id": beneficiary_id,
                "created": created,
            },
        )
        return await self._caller.page(
            _PAYOUT_LIST_PAYOUTS, message, "payouts", timeout_seconds=timeout_seconds, headers=headers
        )

    async def cancel_payout(
        self,
        request: CancelPayoutRequest | None = None,
        /,
        *,
        payout_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """CancelPayout stops a payout that no provider has yet.

        As `PayoutCalls.cancel_payout`, awaited.
        """
        message = given(CancelPayoutRequest, request, {"payout_id": payout_id})
        answer = await self._caller.call(
            _PAYOUT_CANCEL_PAYOUT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payout)

    async def retry_payout(
        self,
        request: RetryPayoutRequest | None = None,
        /,
        *,
        payout_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """RetryPayout moves on a payout that waits: it is sent now if no provider has it, and looked up now if one may have it.

        As `PayoutCalls.retry_payout`, awaited.
        """
        message = given(RetryPayoutRequest, request, {"payout_id": payout_id})
        answer = await self._caller.call(
            _PAYOUT_RETRY_PAYOUT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payout)

    async def release_payout(
        self,
        request: ReleasePayoutRequest | None = None,
        /,
        *,
        payout_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payout:
        """ReleasePayout lets a held payout go.

        As `PayoutCalls.release_payout`, awaited.
        """
        message = given(ReleasePayoutRequest, request, {"payout_id": payout_id})
        answer = await self._caller.call(
            _PAYOUT_RELEASE_PAYOUT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payout)

    async def quote_payout(
        self,
        request: QuotePayoutRequest | None = None,
        /,
        *,
        beneficiary_id: str = "",
        amount: type_v1.Money | None = None,
        rail: type_v1.Rail = type_v1.Rail(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Quote:
        """QuotePayout tells which way a payout would take, what it would cost and when it would arrive. Nothing is stored or reserved.

        As `PayoutCalls.quote_payout`, awaited.
        """
        message = given(QuotePayoutRequest, request, {"beneficiary_id": beneficiary_id, "amount": amount, "rail": rail})
        answer = await self._caller.call(
            _PAYOUT_QUOTE_PAYOUT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.quote)

    async def get_payout_timeline(
        self,
        request: GetPayoutTimelineRequest | None = None,
        /,
        *,
        payout_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetPayoutTimelineResponse:
        """GetPayoutTimeline returns everything that happened to a payout, in order: calls, attempts, observations, events, deliveries.

        As `PayoutCalls.get_payout_timeline`, awaited.
        """
        message = given(GetPayoutTimelineRequest, request, {"payout_id": payout_id})
        answer = await self._caller.call(
            _PAYOUT_GET_PAYOUT_TIMELINE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    async def get_payout_settings(
        self,
        request: GetPayoutSettingsRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PayoutSettings:
        """GetPayoutSettings returns what the company allows its payouts in this environment.

        As `PayoutCalls.get_payout_settings`, awaited.
        """
        message = given(GetPayoutSettingsRequest, request, {})
        answer = await self._caller.call(
            _PAYOUT_GET_PAYOUT_SETTINGS, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.settings)

    async def update_payout_settings(
        self,
        request: UpdatePayoutSettingsRequest | None = None,
        /,
        *,
        settings: PayoutSettings | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PayoutSettings:
        """UpdatePayoutSettings replaces what the company allows its payouts in this environment.

        As `PayoutCalls.update_payout_settings`, awaited.
        """
        message = given(UpdatePayoutSettingsRequest, request, {"settings": settings, "update_mask": update_mask})
        answer = await self._caller.call(
            _PAYOUT_UPDATE_PAYOUT_SETTINGS,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.settings)
