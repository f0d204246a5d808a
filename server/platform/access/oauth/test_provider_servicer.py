"""TestProviderService: the test provider's endpoints. Where it is switched off there is nothing here."""

import json
from urllib.parse import urlencode

import grpc

from corridor.access.v1 import test_provider_service_pb2 as api
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.type.v1.raw_request_pb2 import RawRequest
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit.errors import fail
from server.platform.access.oauth import sign_in_http
from server.platform.access.oauth.pages import Pages
from server.platform.access.oauth.sign_in_http import Asked, Unreadable
from server.platform.access.oauth.test_provider import USERS, Denied, TestProvider


class TestProviderServicer:
    """Answers for the test provider."""

    def __init__(self, provider: TestProvider | None, pages: Pages) -> None:
        self._provider = provider
        self._pages = pages

    def GetTestProviderMetadata(
        self, _request: api.GetTestProviderMetadataRequest, _: grpc.ServicerContext
    ) -> api.GetTestProviderMetadataResponse:
        """The discovery document."""
        document = json.dumps(self._there().metadata()).encode()
        return api.GetTestProviderMetadataResponse(response=sign_in_http.json(document))

    def GetTestProviderKeys(
        self, _request: api.GetTestProviderKeysRequest, _: grpc.ServicerContext
    ) -> api.GetTestProviderKeysResponse:
        """The keys."""
        document = json.dumps(self._there().keys()).encode()
        return api.GetTestProviderKeysResponse(response=sign_in_http.json(document))

    def ShowTestProviderSignIn(
        self, request: api.ShowTestProviderSignInRequest, _: grpc.ServicerContext
    ) -> api.ShowTestProviderSignInResponse:
        """Who to be."""
        return api.ShowTestProviderSignInResponse(response=self._choice(request.request))

    def ChooseTestUser(self, request: api.ChooseTestUserRequest, _: grpc.ServicerContext) -> api.ChooseTestUserResponse:
        """Back with a code."""
        return api.ChooseTestUserResponse(response=self._chosen(request.request))

    def RedeemTestProviderCode(
        self, request: api.RedeemTestProviderCodeRequest, _: grpc.ServicerContext
    ) -> api.RedeemTestProviderCodeResponse:
        """The ID token."""
        headers = {header.name.lower(): header.value.decode("latin-1") for header in request.request.headers}
        status, body = self._there().token(headers.get("authorization", ""), request.request.body)
        return api.RedeemTestProviderCodeResponse(response=sign_in_http.json(body, status))

    def EndTestProviderSession(
        self, request: api.EndTestProviderSessionRequest, _: grpc.ServicerContext
    ) -> api.EndTestProviderSessionResponse:
        """There is no session to end: back."""
        provider = self._there()
        asked = _asked(request.request)
        back = provider.back_after_logout(asked.query) if asked else ""
        response = sign_in_http.redirect(back) if back else self._pages.signed_out()
        return api.EndTestProviderSessionResponse(response=response)

    def _there(self) -> TestProvider:
        if self._provider is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no test provider here.")
        return self._provider

    def _choice(self, raw: RawRequest) -> RawResponse:
        provider, asked = self._there(), _asked(raw)
        try:
            fields = provider.check_request(asked.query if asked else {})
        except Denied:
            return self._pages.problem("unreadable")
        return self._pages.test_users([(user.user_id, user.name, user.about) for user in USERS], fields)

    def _chosen(self, raw: RawRequest) -> RawResponse:
        provider, asked = self._there(), _asked(raw, form=True)
        form = {"response_type": "code", "code_challenge_method": "S256", **(asked.form if asked else {})}
        try:
            fields = provider.check_request(form)
            answer = {"code": provider.code(fields, form.get("user", ""))}
        except Denied:
            return self._pages.problem("unreadable")
        answer |= {"state": fields["state"], "iss": provider.issuer}
        return sign_in_http.redirect(f"{fields['redirect_uri']}?{urlencode(answer)}")


def _asked(raw: RawRequest, *, form: bool = False) -> Asked | None:
    try:
        return sign_in_http.asked(raw, form=form)
    except Unreadable:
        return None
