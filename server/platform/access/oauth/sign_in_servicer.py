"""SignInService: every answer is a page or a redirect, whatever a browser sends."""

from collections.abc import Callable

import grpc

from corridor.access.v1 import sign_in_service_pb2 as api
from corridor.type.v1.raw_request_pb2 import RawRequest
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.platform.access.oauth import sign_in_http
from server.platform.access.oauth.sign_in import SignInPages
from server.platform.access.oauth.sign_in_consent import ConsentPages
from server.platform.access.oauth.sign_in_desk import Desk, Problem
from server.platform.access.oauth.sign_in_http import Asked, Unreadable
from server.platform.access.oauth.sign_in_sign_out import SignOutPages


class SignInServicer:
    """Leads browsers from step to step."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sign_in = SignInPages(desk)
        self._consent = ConsentPages(desk)
        self._sign_out = SignOutPages(desk)

    def StartSignIn(self, request: api.StartSignInRequest, _: grpc.ServicerContext) -> api.StartSignInResponse:
        """On to the provider."""
        return api.StartSignInResponse(response=self._page(request.request, self._sign_in.start))

    def FinishSignIn(self, request: api.FinishSignInRequest, _: grpc.ServicerContext) -> api.FinishSignInResponse:
        """Back from the provider."""
        return api.FinishSignInResponse(response=self._page(request.request, self._sign_in.finish))

    def ShowConsent(self, request: api.ShowConsentRequest, _: grpc.ServicerContext) -> api.ShowConsentResponse:
        """The page that asks."""
        return api.ShowConsentResponse(response=self._page(request.request, self._consent.show))

    def DecideConsent(self, request: api.DecideConsentRequest, _: grpc.ServicerContext) -> api.DecideConsentResponse:
        """The person's answer."""
        return api.DecideConsentResponse(response=self._page(request.request, self._consent.decide, form=True))

    def SignOut(self, request: api.SignOutRequest, _: grpc.ServicerContext) -> api.SignOutResponse:
        """The end of the session."""
        return api.SignOutResponse(response=self._page(request.request, self._sign_out.sign_out))

    def _page(self, raw: RawRequest, step: Callable[[Asked], RawResponse], *, form: bool = False) -> RawResponse:
        try:
            return step(sign_in_http.asked(raw, form=form))
        except Unreadable:
            return self._desk.show(Problem("unreadable"))
        except Problem as problem:
            return self._desk.show(problem)
