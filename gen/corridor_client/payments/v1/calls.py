"""Calls of corridor.payments.v1. Written by `corridor gen` from the contract; never edited."""

import datetime
from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.google import protobuf as google_protobuf
from corridor_client.payments.v1 import (
    AcceptDisputeRequest,
    AcceptDisputeResponse,
    AddDisputeDocumentRequest,
    AddDisputeDocumentResponse,
    CaptureMethod,
    CapturePaymentRequest,
    CapturePaymentResponse,
    ContinuePaymentRequest,
    ContinuePaymentResponse,
    CreatePaymentRequest,
    CreatePaymentResponse,
    CreateRefundRequest,
    CreateRefundResponse,
    Dispute,
    DisputeDocument,
    DisputeDocumentType,
    DisputeEvidence,
    DisputeState,
    GetDisputeRequest,
    GetDisputeResponse,
    GetDisputeTimelineRequest,
    GetDisputeTimelineResponse,
    GetPaymentActionRequest,
    GetPaymentActionResponse,
    GetPaymentRequest,
    GetPaymentResponse,
    GetPaymentTimelineRequest,
    GetPaymentTimelineResponse,
    GetRefundRequest,
    GetRefundResponse,
    IncrementPaymentRequest,
    IncrementPaymentResponse,
    ListDisputesRequest,
    ListDisputesResponse,
    ListPaymentActionsRequest,
    ListPaymentActionsResponse,
    ListPaymentsRequest,
    ListPaymentsResponse,
    ListRefundsRequest,
    ListRefundsResponse,
    Payment,
    PaymentAction,
    PaymentActionState,
    PaymentMethod,
    PaymentState,
    Refund,
    RefundReason,
    RemoveDisputeDocumentRequest,
    RemoveDisputeDocumentResponse,
    RetryPaymentRequest,
    RetryPaymentResponse,
    ReversePaymentRequest,
    ReversePaymentResponse,
    SubmitDisputeEvidenceRequest,
    SubmitDisputeEvidenceResponse,
    UpdateDisputeEvidenceRequest,
    UpdateDisputeEvidenceResponse,
    VoidPaymentRequest,
    VoidPaymentResponse,
)
from corridor_client.type import v1 as type_v1

_DISPUTE_GET_DISPUTE = Method(
    "/corridor.payments.v1.DisputeService/GetDispute",
    GetDisputeResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/disputes/{dispute_id}", "", "dispute"),
)

_DISPUTE_LIST_DISPUTES = Method(
    "/corridor.payments.v1.DisputeService/ListDisputes",
    ListDisputesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/disputes"),
)

_DISPUTE_UPDATE_DISPUTE_EVIDENCE = Method(
    "/corridor.payments.v1.DisputeService/UpdateDisputeEvidence",
    UpdateDisputeEvidenceResponse,
    Key.OPTIONAL,
    5.0,
    Http("PUT", "/v1/disputes/{dispute_id}/evidence", "evidence", "dispute"),
)

_DISPUTE_ADD_DISPUTE_DOCUMENT = Method(
    "/corridor.payments.v1.DisputeService/AddDisputeDocument",
    AddDisputeDocumentResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/disputes/{dispute_id}/documents", "*", "dispute_document"),
)

_DISPUTE_REMOVE_DISPUTE_DOCUMENT = Method(
    "/corridor.payments.v1.DisputeService/RemoveDisputeDocument",
    RemoveDisputeDocumentResponse,
    Key.OPTIONAL,
    5.0,
    Http("DELETE", "/v1/disputes/{dispute_id}/documents/{dispute_document_id}"),
)

_DISPUTE_SUBMIT_DISPUTE_EVIDENCE = Method(
    "/corridor.payments.v1.DisputeService/SubmitDisputeEvidence",
    SubmitDisputeEvidenceResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/disputes/{dispute_id}:submit-evidence", "*", "dispute"),
)

_DISPUTE_ACCEPT_DISPUTE = Method(
    "/corridor.payments.v1.DisputeService/AcceptDispute",
    AcceptDisputeResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/disputes/{dispute_id}:accept", "*", "dispute"),
)

_DISPUTE_GET_DISPUTE_TIMELINE = Method(
    "/corridor.payments.v1.DisputeService/GetDisputeTimeline",
    GetDisputeTimelineResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/disputes/{dispute_id}/timeline"),
)


class DisputeCalls:
    """DisputeService answers to disputed payments: it gathers evidence and submits it, or accepts the loss."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_dispute(
        self,
        request: GetDisputeRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Dispute:
        """GetDispute returns one dispute.

        Fields:
            dispute_id: The dispute's id.

        Raises errors.NotFound.
        """
        message = given(GetDisputeRequest, request, {"dispute_id": dispute_id})
        answer = self._caller.call(_DISPUTE_GET_DISPUTE, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.dispute)

    def list_disputes(
        self,
        request: ListDisputesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[DisputeState] = (),
        payment_id: str = "",
        due_before: datetime.datetime | None = None,
        created: type_v1.Period | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListDisputesResponse, Dispute]:
        """ListDisputes returns disputes, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            states: Only disputes in one of these states.
            payment_id: Only disputes of this payment.
            due_before: Only disputes whose `evidence_due_time` is before this.
            created: Only disputes that became known in this period.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListDisputesRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "states": states,
                "payment_id": payment_id,
                "due_before": due_before,
                "created": created,
            },
        )
        return self._caller.page(
            _DISPUTE_LIST_DISPUTES, message, "disputes", timeout_seconds=timeout_seconds, headers=headers
        )

    def update_dispute_evidence(
        self,
        request: UpdateDisputeEvidenceRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        evidence: DisputeEvidence | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Dispute:
        """UpdateDisputeEvidence replaces what has been gathered to defend a dispute. Nothing is sent to the provider by it.

        Fields:
            dispute_id: The dispute's id.
            evidence: The evidence.
            update_mask: Which fields of the evidence change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.DisputeNotOpen, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            UpdateDisputeEvidenceRequest,
            request,
            {"dispute_id": dispute_id, "evidence": evidence, "update_mask": update_mask},
        )
        answer = self._caller.call(
            _DISPUTE_UPDATE_DISPUTE_EVIDENCE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.dispute)

    def add_dispute_document(
        self,
        request: AddDisputeDocumentRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        type: DisputeDocumentType = DisputeDocumentType(0),
        file_name: str = "",
        content_type: str = "",
        content: bytes = b"",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DisputeDocument:
        """AddDisputeDocument adds a document to the evidence: a PDF, JPEG or PNG of at most 2 MiB. A dispute has at most ten.

        In JSON the content is base64.

        Fields:
            dispute_id: The dispute's id.
            type: What it shows.
            file_name: Its name. Providers may show it to the issuer.
            content_type: Its media type.
            content: Its content, of at most 2 MiB. It has to be what `content_type` says.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.DisputeNotOpen, errors.EvidenceDocumentInvalid, errors.PaymentOperationNotSupported, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            AddDisputeDocumentRequest,
            request,
            {
                "dispute_id": dispute_id,
                "type": type,
                "file_name": file_name,
                "content_type": content_type,
                "content": content,
            },
        )
        answer = self._caller.call(
            _DISPUTE_ADD_DISPUTE_DOCUMENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.dispute_document)

    def remove_dispute_document(
        self,
        request: RemoveDisputeDocumentRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        dispute_document_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RemoveDisputeDocumentResponse:
        """RemoveDisputeDocument takes a document out of the evidence, and destroys it.

        Fields:
            dispute_id: The dispute's id.
            dispute_document_id: The document's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.DisputeNotOpen, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            RemoveDisputeDocumentRequest,
            request,
            {"dispute_id": dispute_id, "dispute_document_id": dispute_document_id},
        )
        answer = self._caller.call(
            _DISPUTE_REMOVE_DISPUTE_DOCUMENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def submit_dispute_evidence(
        self,
        request: SubmitDisputeEvidenceRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Dispute:
        """SubmitDisputeEvidence sends evidence and documents to the provider, and answers with the dispute as it was accepted.

        It is sent until the provider has it or `evidence_due_time` has come. Many providers take evidence once for each stage.

        Fields:
            dispute_id: The dispute's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.DisputeNotOpen, errors.EvidenceEmpty, errors.EvidenceTooLate, errors.PaymentOperationNotSupported, errors.EtagMismatch, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(SubmitDisputeEvidenceRequest, request, {"dispute_id": dispute_id})
        answer = self._caller.call(
            _DISPUTE_SUBMIT_DISPUTE_EVIDENCE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.dispute)

    def accept_dispute(
        self,
        request: AcceptDisputeRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Dispute:
        """AcceptDispute tells the provider that the company does not defend itself: the money is gone. It cannot be taken back.

        A dispute is never accepted once evidence is on its way.

        Fields:
            dispute_id: The dispute's id.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.NotFound, errors.DisputeNotOpen, errors.PaymentOperationNotSupported, errors.EtagMismatch, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(AcceptDisputeRequest, request, {"dispute_id": dispute_id})
        answer = self._caller.call(
            _DISPUTE_ACCEPT_DISPUTE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.dispute)

    def get_dispute_timeline(
        self,
        request: GetDisputeTimelineRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetDisputeTimelineResponse:
        """GetDisputeTimeline tells everything that happened to a dispute, in the order of time.

        Fields:
            dispute_id: The dispute's id.

        Raises errors.NotFound.
        """
        message = given(GetDisputeTimelineRequest, request, {"dispute_id": dispute_id})
        answer = self._caller.call(
            _DISPUTE_GET_DISPUTE_TIMELINE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


class AsyncDisputeCalls:
    """DisputeService answers to disputed payments: it gathers evidence and submits it, or accepts the loss."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_dispute(
        self,
        request: GetDisputeRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Dispute:
        """GetDispute returns one dispute.

        As `DisputeCalls.get_dispute`, awaited.
        """
        message = given(GetDisputeRequest, request, {"dispute_id": dispute_id})
        answer = await self._caller.call(
            _DISPUTE_GET_DISPUTE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.dispute)

    async def list_disputes(
        self,
        request: ListDisputesRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[DisputeState] = (),
        payment_id: str = "",
        due_before: datetime.datetime | None = None,
        created: type_v1.Period | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListDisputesResponse, Dispute]:
        """ListDisputes returns disputes, the newest first.

        As `DisputeCalls.list_disputes`, awaited.
        """
        message = given(
            ListDisputesRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "states": states,
                "payment_id": payment_id,
                "due_before": due_before,
                "created": created,
            },
        )
        return await self._caller.page(
            _DISPUTE_LIST_DISPUTES, message, "disputes", timeout_seconds=timeout_seconds, headers=headers
        )

    async def update_dispute_evidence(
        self,
        request: UpdateDisputeEvidenceRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        evidence: DisputeEvidence | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Dispute:
        """UpdateDisputeEvidence replaces what has been gathered to defend a dispute. Nothing is sent to the provider by it.

        As `DisputeCalls.update_dispute_evidence`, awaited.
        """
        message = given(
            UpdateDisputeEvidenceRequest,
            request,
            {"dispute_id": dispute_id, "evidence": evidence, "update_mask": update_mask},
        )
        answer = await self._caller.call(
            _DISPUTE_UPDATE_DISPUTE_EVIDENCE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.dispute)

    async def add_dispute_document(
        self,
        request: AddDisputeDocumentRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        type: DisputeDocumentType = DisputeDocumentType(0),
        file_name: str = "",
        content_type: str = "",
        content: bytes = b"",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> DisputeDocument:
        """AddDisputeDocument adds a document to the evidence: a PDF, JPEG or PNG of at most 2 MiB. A dispute has at most ten.

        As `DisputeCalls.add_dispute_document`, awaited.
        """
        message = given(
            AddDisputeDocumentRequest,
            request,
            {
                "dispute_id": dispute_id,
                "type": type,
                "file_name": file_name,
                "content_type": content_type,
                "content": content,
            },
        )
        answer = await self._caller.call(
            _DISPUTE_ADD_DISPUTE_DOCUMENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.dispute_document)

    async def remove_dispute_document(
        self,
        request: RemoveDisputeDocumentRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        dispute_document_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RemoveDisputeDocumentResponse:
        """RemoveDisputeDocument takes a document out of the evidence, and destroys it.

        As `DisputeCalls.remove_dispute_document`, awaited.
        """
        message = given(
            RemoveDisputeDocumentRequest,
            request,
            {"dispute_id": dispute_id, "dispute_document_id": dispute_document_id},
        )
        answer = await self._caller.call(
            _DISPUTE_REMOVE_DISPUTE_DOCUMENT,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def submit_dispute_evidence(
        self,
        request: SubmitDisputeEvidenceRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Dispute:
        """SubmitDisputeEvidence sends evidence and documents to the provider, and answers with the dispute as it was accepted.

        As `DisputeCalls.submit_dispute_evidence`, awaited.
        """
        message = given(SubmitDisputeEvidenceRequest, request, {"dispute_id": dispute_id})
        answer = await self._caller.call(
            _DISPUTE_SUBMIT_DISPUTE_EVIDENCE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.dispute)

    async def accept_dispute(
        self,
        request: AcceptDisputeRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Dispute:
        """AcceptDispute tells the provider that the company does not defend itself: the money is gone. It cannot be taken back.

        As `DisputeCalls.accept_dispute`, awaited.
        """
        message = given(AcceptDisputeRequest, request, {"dispute_id": dispute_id})
        answer = await self._caller.call(
            _DISPUTE_ACCEPT_DISPUTE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.dispute)

    async def get_dispute_timeline(
        self,
        request: GetDisputeTimelineRequest | None = None,
        /,
        *,
        dispute_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetDisputeTimelineResponse:
        """GetDisputeTimeline tells everything that happened to a dispute, in the order of time.

        As `DisputeCalls.get_dispute_timeline`, awaited.
        """
        message = given(GetDisputeTimelineRequest, request, {"dispute_id": dispute_id})
        answer = await self._caller.call(
            _DISPUTE_GET_DISPUTE_TIMELINE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


_PAYMENT_CREATE_PAYMENT = Method(
    "/corridor.payments.v1.PaymentService/CreatePayment",
    CreatePaymentResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/payments", "*", "payment"),
)

_PAYMENT_GET_PAYMENT = Method(
    "/corridor.payments.v1.PaymentService/GetPayment",
    GetPaymentResponse,
    Key.NONE,
    25.0,
    Http("GET", "/v1/payments/{payment_id}", "", "payment"),
)

_PAYMENT_LIST_PAYMENTS = Method(
    "/corridor.payments.v1.PaymentService/ListPayments",
    ListPaymentsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/payments"),
)

_PAYMENT_CONTINUE_PAYMENT = Method(
    "/corridor.payments.v1.PaymentService/ContinuePayment",
    ContinuePaymentResponse,
    Key.OPTIONAL,
    25.0,
    Http("POST", "/v1/payments/{payment_id}:continue", "*", "payment"),
)

_PAYMENT_CAPTURE_PAYMENT = Method(
    "/corridor.payments.v1.PaymentService/CapturePayment",
    CapturePaymentResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/payments/{payment_id}:capture", "*", "payment_action"),
)

_PAYMENT_INCREMENT_PAYMENT = Method(
    "/corridor.payments.v1.PaymentService/IncrementPayment",
    IncrementPaymentResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/payments/{payment_id}:increment", "*", "payment_action"),
)

_PAYMENT_VOID_PAYMENT = Method(
    "/corridor.payments.v1.PaymentService/VoidPayment",
    VoidPaymentResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/payments/{payment_id}:void", "*", "payment_action"),
)

_PAYMENT_REVERSE_PAYMENT = Method(
    "/corridor.payments.v1.PaymentService/ReversePayment",
    ReversePaymentResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/payments/{payment_id}:reverse", "*", "payment_action"),
)

_PAYMENT_RETRY_PAYMENT = Method(
    "/corridor.payments.v1.PaymentService/RetryPayment",
    RetryPaymentResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/payments/{payment_id}:retry", "*", "payment"),
)

_PAYMENT_GET_PAYMENT_ACTION = Method(
    "/corridor.payments.v1.PaymentService/GetPaymentAction",
    GetPaymentActionResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/payments/{payment_id}/actions/{payment_action_id}", "", "payment_action"),
)

_PAYMENT_LIST_PAYMENT_ACTIONS = Method(
    "/corridor.payments.v1.PaymentService/ListPaymentActions",
    ListPaymentActionsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/payments/{payment_id}/actions"),
)

_PAYMENT_GET_PAYMENT_TIMELINE = Method(
    "/corridor.payments.v1.PaymentService/GetPaymentTimeline",
    GetPaymentTimelineResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/payments/{payment_id}/timeline"),
)


class PaymentCalls:
    """PaymentService takes money from customers through whichever provider routing selects."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_payment(
        self,
        request: CreatePaymentRequest | None = None,
        /,
        *,
        amount: type_v1.Money | None = None,
        payment_method: PaymentMethod | None = None,
        capture_method: CaptureMethod = CaptureMethod(0),
        partial_approval_allowed: bool = False,
        reference: str = "",
        statement_text: str = "",
        return_url: str = "",
        metadata: Mapping[str, str] | None = None,
        customer: type_v1.Customer | None = None,
        country_code: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payment:
        """CreatePayment accepts a payment and answers at once; its progress comes by events and GetPayment.

        The payment is durable before this call returns.
        Repeating the call with the same idempotency key returns the same answer, byte for byte, and charges nobody twice.

        Fields:
            amount: How much, in the currency in which the customer pays.
            payment_method: With what the customer pays.
            capture_method: When the money is captured. Unspecified means as soon as it is authorised.
            partial_approval_allowed: Whether the issuer may approve less than was asked for. Ignored where the provider cannot ask for that.
            reference: What the company calls it, such as an order's number. Providers may see it.
            statement_text: What the customer reads on the statement, where the provider lets it be chosen.
            return_url: Where the customer's browser comes back to after a redirect, over HTTPS. Without it no step by redirect can be taken.
            metadata: What the caller wants to find again. At most 20 pairs; not sent to providers.
            customer: On whose behalf, for routing. Optional; not sent to providers.
            country_code: The country of the card or of the customer, for routing, as an ISO 3166-1 alpha-2 code. Optional.

        Raises errors.FeatureOff, errors.CurrencyNotSupported, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreatePaymentRequest,
            request,
            {
                "amount": amount,
                "payment_method": payment_method,
                "capture_method": capture_method,
                "partial_approval_allowed": partial_approval_allowed,
                "reference": reference,
                "statement_text": statement_text,
                "return_url": return_url,
                "metadata": metadata,
                "customer": customer,
                "country_code": country_code,
            },
        )
        answer = self._caller.call(
            _PAYMENT_CREATE_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment)

    def get_payment(
        self,
        request: GetPaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        wait_seconds: int = 0,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payment:
        """GetPayment returns one payment.

        With `wait_seconds` it answers as soon as the provider's answer is known, or after that time: a customer may be waiting.

        Fields:
            payment_id: The payment's id.
            wait_seconds: How long to wait at most for the provider's answer, in seconds: 0 to 20.

        Raises errors.NotFound.
        """
        message = given(GetPaymentRequest, request, {"payment_id": payment_id, "wait_seconds": wait_seconds})
        answer = self._caller.call(_PAYMENT_GET_PAYMENT, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.payment)

    def list_payments(
        self,
        request: ListPaymentsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[PaymentState] = (),
        created: type_v1.Period | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListPaymentsResponse, Payment]:
        """ListPayments returns payments, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            states: Only payments in one of these states.
            created: Only payments that were created in this period.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListPaymentsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "states": states, "created": created},
        )
        return self._caller.page(
            _PAYMENT_LIST_PAYMENTS, message, "payments", timeout_seconds=timeout_seconds, headers=headers
        )

    def continue_payment(
        self,
        request: ContinuePaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        details: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payment:
        """ContinuePayment goes on after the customer has acted, with what their browser or app brought back.

        The provider is asked before this call returns. Where its answer is not known in time, the payment is answered as it is,
        and the provider is asked again.

        Fields:
            payment_id: The payment's id.
            details: What was brought back, by the provider's own names, such as the parameters that a redirect came back with.

        Raises errors.NotFound, errors.PaymentNotContinuable, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ContinuePaymentRequest, request, {"payment_id": payment_id, "details": details})
        answer = self._caller.call(
            _PAYMENT_CONTINUE_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment)

    def capture_payment(
        self,
        request: CapturePaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        amount: type_v1.Money | None = None,
        final: bool = False,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """CapturePayment takes all or a part of what is authorised, and answers with the capture as it was accepted.

        A capture above what is authorised is refused before any provider hears of it, also where captures race.

        Fields:
            payment_id: The payment's id.
            amount: How much, in the payment's currency. Missing means all that can still be captured.
            final: Whether it is the last capture, so that what is not captured is released. A capture of all that is left always is.

        Raises errors.NotFound, errors.PaymentNotCapturable, errors.CaptureAboveAuthorised, errors.CurrencyNotSupported, errors.PaymentOperationNotSupported, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CapturePaymentRequest, request, {"payment_id": payment_id, "amount": amount, "final": final})
        answer = self._caller.call(
            _PAYMENT_CAPTURE_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment_action)

    def increment_payment(
        self,
        request: IncrementPaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        amount: type_v1.Money | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """IncrementPayment asks the issuer to approve more than it has, and answers with the increment as it was accepted.

        Fields:
            payment_id: The payment's id.
            amount: How much more, in the payment's currency.

        Raises errors.NotFound, errors.PaymentNotIncrementable, errors.CurrencyNotSupported, errors.PaymentOperationNotSupported, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(IncrementPaymentRequest, request, {"payment_id": payment_id, "amount": amount})
        answer = self._caller.call(
            _PAYMENT_INCREMENT_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment_action)

    def void_payment(
        self,
        request: VoidPaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """VoidPayment gives up a payment of which nothing was captured, and answers with the void as it was accepted.

        A payment that no provider has is voided at once. One that a provider has, or may have, is voided there.

        Fields:
            payment_id: The payment's id.

        Raises errors.NotFound, errors.PaymentNotVoidable, errors.StateConflict, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(VoidPaymentRequest, request, {"payment_id": payment_id})
        answer = self._caller.call(
            _PAYMENT_VOID_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment_action)

    def reverse_payment(
        self,
        request: ReversePaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """ReversePayment undoes a payment as a whole, whether it was captured or not, and answers with the reversal as it was accepted.

        It is for the case that it is not known whether a capture has reached the issuer yet.

        Fields:
            payment_id: The payment's id.

        Raises errors.NotFound, errors.PaymentNotReversible, errors.PaymentOperationNotSupported, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ReversePaymentRequest, request, {"payment_id": payment_id})
        answer = self._caller.call(
            _PAYMENT_REVERSE_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment_action)

    def retry_payment(
        self,
        request: RetryPaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payment:
        """RetryPayment moves on what waits of a payment, its actions and refunds: what no provider has is sent now, the rest is asked about.

        It never sends twice: what a provider may have is only ever asked about. What was declined or failed is not retried.

        Fields:
            payment_id: The payment's id.

        Raises errors.NotFound, errors.PaymentNotRetryable, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RetryPaymentRequest, request, {"payment_id": payment_id})
        answer = self._caller.call(
            _PAYMENT_RETRY_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment)

    def get_payment_action(
        self,
        request: GetPaymentActionRequest | None = None,
        /,
        *,
        payment_id: str = "",
        payment_action_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """GetPaymentAction returns one capture, increment, void or reversal of a payment.

        Fields:
            payment_id: The payment's id.
            payment_action_id: The action's id.

        Raises errors.NotFound.
        """
        message = given(
            GetPaymentActionRequest, request, {"payment_id": payment_id, "payment_action_id": payment_action_id}
        )
        answer = self._caller.call(
            _PAYMENT_GET_PAYMENT_ACTION, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.payment_action)

    def list_payment_actions(
        self,
        request: ListPaymentActionsRequest | None = None,
        /,
        *,
        payment_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListPaymentActionsResponse, PaymentAction]:
        """ListPaymentActions returns what was done with a payment, the newest first. Refunds are listed by ListRefunds.

        Fields:
            payment_id: The payment's id.
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.

        Raises errors.NotFound, errors.PageTokenInvalid.
        """
        message = given(
            ListPaymentActionsRequest,
            request,
            {"payment_id": payment_id, "page_size": page_size, "page_token": page_token},
        )
        return self._caller.page(
            _PAYMENT_LIST_PAYMENT_ACTIONS, message, "payment_actions", timeout_seconds=timeout_seconds, headers=headers
        )

    def get_payment_timeline(
        self,
        request: GetPaymentTimelineRequest | None = None,
        /,
        *,
        payment_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetPaymentTimelineResponse:
        """GetPaymentTimeline tells everything that happened to a payment, its actions and refunds, in the order of time.

        Fields:
            payment_id: The payment's id.

        Raises errors.NotFound.
        """
        message = given(GetPaymentTimelineRequest, request, {"payment_id": payment_id})
        answer = self._caller.call(
            _PAYMENT_GET_PAYMENT_TIMELINE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


class AsyncPaymentCalls:
    """PaymentService takes money from customers through whichever provider routing selects."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_payment(
        self,
        request: CreatePaymentRequest | None = None,
        /,
        *,
        amount: type_v1.Money | None = None,
        payment_method: PaymentMethod | None = None,
        capture_method: CaptureMethod = CaptureMethod(0),
        partial_approval_allowed: bool = False,
        reference: str = "",
        statement_text: str = "",
        return_url: str = "",
        metadata: Mapping[str, str] | None = None,
        customer: type_v1.Customer | None = None,
        country_code: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payment:
        """CreatePayment accepts a payment and answers at once; its progress comes by events and GetPayment.

        As `PaymentCalls.create_payment`, awaited.
        """
        message = given(
            CreatePaymentRequest,
            request,
            {
                "amount": amount,
                "payment_method": payment_method,
                "capture_method": capture_method,
                "partial_approval_allowed": partial_approval_allowed,
                "reference": reference,
                "statement_text": statement_text,
                "return_url": return_url,
                "metadata": metadata,
                "customer": customer,
                "country_code": country_code,
            },
        )
        answer = await self._caller.call(
            _PAYMENT_CREATE_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment)

    async def get_payment(
        self,
        request: GetPaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        wait_seconds: int = 0,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payment:
        """GetPayment returns one payment.

        As `PaymentCalls.get_payment`, awaited.
        """
        message = given(GetPaymentRequest, request, {"payment_id": payment_id, "wait_seconds": wait_seconds})
        answer = await self._caller.call(
            _PAYMENT_GET_PAYMENT, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.payment)

    async def list_payments(
        self,
        request: ListPaymentsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[PaymentState] = (),
        created: type_v1.Period | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListPaymentsResponse, Payment]:
        """ListPayments returns payments, the newest first.

        As `PaymentCalls.list_payments`, awaited.
        """
        message = given(
            ListPaymentsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "states": states, "created": created},
        )
        return await self._caller.page(
            _PAYMENT_LIST_PAYMENTS, message, "payments", timeout_seconds=timeout_seconds, headers=headers
        )

    async def continue_payment(
        self,
        request: ContinuePaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        details: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payment:
        """ContinuePayment goes on after the customer has acted, with what their browser or app brought back.

        As `PaymentCalls.continue_payment`, awaited.
        """
        message = given(ContinuePaymentRequest, request, {"payment_id": payment_id, "details": details})
        answer = await self._caller.call(
            _PAYMENT_CONTINUE_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment)

    async def capture_payment(
        self,
        request: CapturePaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        amount: type_v1.Money | None = None,
        final: bool = False,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """CapturePayment takes all or a part of what is authorised, and answers with the capture as it was accepted.

        As `PaymentCalls.capture_payment`, awaited.
        """
        message = given(CapturePaymentRequest, request, {"payment_id": payment_id, "amount": amount, "final": final})
        answer = await self._caller.call(
            _PAYMENT_CAPTURE_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment_action)

    async def increment_payment(
        self,
        request: IncrementPaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        amount: type_v1.Money | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """IncrementPayment asks the issuer to approve more than it has, and answers with the increment as it was accepted.

        As `PaymentCalls.increment_payment`, awaited.
        """
        message = given(IncrementPaymentRequest, request, {"payment_id": payment_id, "amount": amount})
        answer = await self._caller.call(
            _PAYMENT_INCREMENT_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment_action)

    async def void_payment(
        self,
        request: VoidPaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """VoidPayment gives up a payment of which nothing was captured, and answers with the void as it was accepted.

        As `PaymentCalls.void_payment`, awaited.
        """
        message = given(VoidPaymentRequest, request, {"payment_id": payment_id})
        answer = await self._caller.call(
            _PAYMENT_VOID_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment_action)

    async def reverse_payment(
        self,
        request: ReversePaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """ReversePayment undoes a payment as a whole, whether it was captured or not, and answers with the reversal as it was accepted.

        As `PaymentCalls.reverse_payment`, awaited.
        """
        message = given(ReversePaymentRequest, request, {"payment_id": payment_id})
        answer = await self._caller.call(
            _PAYMENT_REVERSE_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment_action)

    async def retry_payment(
        self,
        request: RetryPaymentRequest | None = None,
        /,
        *,
        payment_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Payment:
        """RetryPayment moves on what waits of a payment, its actions and refunds: what no provider has is sent now, the rest is asked about.

        As `PaymentCalls.retry_payment`, awaited.
        """
        message = given(RetryPaymentRequest, request, {"payment_id": payment_id})
        answer = await self._caller.call(
            _PAYMENT_RETRY_PAYMENT,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.payment)

    async def get_payment_action(
        self,
        request: GetPaymentActionRequest | None = None,
        /,
        *,
        payment_id: str = "",
        payment_action_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PaymentAction:
        """GetPaymentAction returns one capture, increment, void or reversal of a payment.

        As `PaymentCalls.get_payment_action`, awaited.
        """
        message = given(
            GetPaymentActionRequest, request, {"payment_id": payment_id, "payment_action_id": payment_action_id}
        )
        answer = await self._caller.call(
            _PAYMENT_GET_PAYMENT_ACTION, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.payment_action)

    async def list_payment_actions(
        self,
        request: ListPaymentActionsRequest | None = None,
        /,
        *,
        payment_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListPaymentActionsResponse, PaymentAction]:
        """ListPaymentActions returns what was done with a payment, the newest first. Refunds are listed by ListRefunds.

        As `PaymentCalls.list_payment_actions`, awaited.
        """
        message = given(
            ListPaymentActionsRequest,
            request,
            {"payment_id": payment_id, "page_size": page_size, "page_token": page_token},
        )
        return await self._caller.page(
            _PAYMENT_LIST_PAYMENT_ACTIONS, message, "payment_actions", timeout_seconds=timeout_seconds, headers=headers
        )

    async def get_payment_timeline(
        self,
        request: GetPaymentTimelineRequest | None = None,
        /,
        *,
        payment_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetPaymentTimelineResponse:
        """GetPaymentTimeline tells everything that happened to a payment, its actions and refunds, in the order of time.

        As `PaymentCalls.get_payment_timeline`, awaited.
        """
        message = given(GetPaymentTimelineRequest, request, {"payment_id": payment_id})
        answer = await self._caller.call(
            _PAYMENT_GET_PAYMENT_TIMELINE, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer


_REFUND_CREATE_REFUND = Method(
    "/corridor.payments.v1.RefundService/CreateRefund",
    CreateRefundResponse,
    Key.REQUIRED,
    5.0,
    Http("POST", "/v1/refunds", "*", "refund"),
)

_REFUND_GET_REFUND = Method(
    "/corridor.payments.v1.RefundService/GetRefund",
    GetRefundResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/refunds/{refund_id}", "", "refund"),
)

_REFUND_LIST_REFUNDS = Method(
    "/corridor.payments.v1.RefundService/ListRefunds",
    ListRefundsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/refunds"),
)


class RefundCalls:
    """RefundService gives captured payments back, through the provider that took them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_refund(
        self,
        request: CreateRefundRequest | None = None,
        /,
        *,
        payment_id: str = "",
        amount: type_v1.Money | None = None,
        reason: RefundReason = RefundReason(0),
        reference: str = "",
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Refund:
        """CreateRefund accepts a refund and answers at once; its progress comes by events and GetRefund.

        Refunds above what was captured are refused before any provider hears of them, also where refunds race.

        Fields:
            payment_id: The payment to give back.
            amount: How much, in the payment's currency. Missing means all that was captured and is not refunded yet.
            reason: Why.
            reference: What the company calls it. Providers may see it.
            metadata: What the caller wants to find again. At most 20 pairs; not sent to providers.

        Raises errors.NotFound, errors.PaymentNotRefundable, errors.RefundAboveCaptured, errors.CurrencyNotSupported, errors.PaymentOperationNotSupported, errors.IdempotencyKeyRequired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            CreateRefundRequest,
            request,
            {
                "payment_id": payment_id,
                "amount": amount,
                "reason": reason,
                "reference": reference,
                "metadata": metadata,
            },
        )
        answer = self._caller.call(
            _REFUND_CREATE_REFUND,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.refund)

    def get_refund(
        self,
        request: GetRefundRequest | None = None,
        /,
        *,
        refund_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Refund:
        """GetRefund returns one refund.

        Fields:
            refund_id: The refund's id.

        Raises errors.NotFound.
        """
        message = given(GetRefundRequest, request, {"refund_id": refund_id})
        answer = self._caller.call(_REFUND_GET_REFUND, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.refund)

    def list_refunds(
        self,
        request: ListRefundsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        payment_id: str = "",
        states: Sequence[PaymentActionState] = (),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListRefundsResponse, Refund]:
        """ListRefunds returns refunds, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            payment_id: Only refunds of this payment.
            states: Only refunds in one of these states.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListRefundsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "payment_id": payment_id, "states": states},
        )
        return self._caller.page(
            _REFUND_LIST_REFUNDS, message, "refunds", timeout_seconds=timeout_seconds, headers=headers
        )


class AsyncRefundCalls:
    """RefundService gives captured payments back, through the provider that took them."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_refund(
        self,
        request: CreateRefundRequest | None = None,
        /,
        *,
        payment_id: str = "",
        amount: type_v1.Money | None = None,
        reason: RefundReason = RefundReason(0),
        reference: str = "",
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Refund:
        """CreateRefund accepts a refund and answers at once; its progress comes by events and GetRefund.

        As `RefundCalls.create_refund`, awaited.
        """
        message = given(
            CreateRefundRequest,
            request,
            {
                "payment_id": payment_id,
                "amount": amount,
                "reason": reason,
                "reference": reference,
                "metadata": metadata,
            },
        )
        answer = await self._caller.call(
            _REFUND_CREATE_REFUND,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.refund)

    async def get_refund(
        self,
        request: GetRefundRequest | None = None,
        /,
        *,
        refund_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Refund:
        """GetRefund returns one refund.

        As `RefundCalls.get_refund`, awaited.
        """
        message = given(GetRefundRequest, request, {"refund_id": refund_id})
        answer = await self._caller.call(_REFUND_GET_REFUND, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.refund)

    async def list_refunds(
        self,
        request: ListRefundsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        payment_id: str = "",
        states: Sequence[PaymentActionState] = (),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListRefundsResponse, Refund]:
        """ListRefunds returns refunds, the newest first.

        As `RefundCalls.list_refunds`, awaited.
        """
        message = given(
            ListRefundsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "payment_id": payment_id, "states": states},
        )
        return await self._caller.page(
            _REFUND_LIST_REFUNDS, message, "refunds", timeout_seconds=timeout_seconds, headers=headers
        )
