"""The pages that people see. They need no script, load nothing from elsewhere, and say what to do next.

Everything that comes from outside is escaped by the templates; the one style sheet is named in the policy by its hash.
"""

import base64
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from corridor.type.v1 import environment_pb2
from corridor.type.v1.raw_request_pb2 import RawHeader
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.platform.access.oauth import sign_in_http
from server.platform.access.oauth.pages_words import MARKS, words

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Message:
    """A page that ends the journey, or interrupts it."""

    status: int
    title: str
    text: str
    advice: str


_AGAIN = "Go back to the application and start again."
_MAKER = "You did nothing wrong: tell whoever makes the application that sent you here."
_ASK = "If it happens again, tell the person at your company who looks after access."

MESSAGES: Mapping[str, Message] = {
    "elsewhere": Message(
        400,
        "This sign-in cannot go on here",
        "It was finished already, or it began in another browser or window.",
        f"{_AGAIN} Cookies must be allowed for this site.",
    ),
    "expired": Message(
        400, "This sign-in has expired", "It took too long, or it was finished already. Nothing was allowed.", _AGAIN
    ),
    "forged": Message(
        403,
        "This form was not taken",
        "It did not come from the page that we showed you. Nothing was allowed.",
        f"{_AGAIN} If you did not fill in a form just now, you need not do anything.",
    ),
    "no_access": Message(
        403,
        "You have no access",
        "Your sign-in worked, but you are not among the people who may use this.",
        "Ask the person at your company who looks after access to invite you.",
    ),
    "no_provider": Message(
        503,
        "Sign-in is not set up",
        "The company has not said yet where its people sign in.",
        "Tell the person at the company who looks after access.",
    ),
    "not_proved": Message(
        502,
        "Your sign-in could not be verified",
        "The sign-in service of the company gave an answer that cannot be trusted. Nothing was allowed.",
        f"Try again. {_ASK}",
    ),
    "provider_down": Message(
        503,
        "The sign-in service does not answer",
        "The company's own sign-in service cannot be reached at the moment. Nothing was allowed.",
        f"Wait a moment and try again. {_ASK}",
    ),
    "unreadable": Message(
        400, "This address is not complete", "Something is missing from it, or was added to it.", _AGAIN
    ),
    "signed_out": Message(200, "You are signed out", "Your session here has ended.", "You can close this window."),
}


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """What the consent page says."""

    sign_in_id: str
    token: str = field(repr=False)
    client: str
    back_to: str
    company: str
    environment: int
    person: str = field(repr=False)
    is_member: bool
    scopes: Sequence[str]
    days: int


class Pages:
    """Makes the pages."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._style = (_TEMPLATES / "style.css").read_text()
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._style_source = f"'sha256-{digest}'"

    def consent(self, form: ConsentForm, client_source: str) -> RawResponse:
        """Who asks, what for, and for how long. The form may lead on to the client."""
        html = self._html(
            "consent.html",
            form=form,
            client=plain(form.client),
            company=plain(form.company),
            person=plain(form.person),
            sandbox=form.environment == environment_pb2.ENVIRONMENT_SANDBOX,
            scopes=[(scope, words(scope), MARKS.get(scope, "")) for scope in form.scopes],
        )
        return sign_in_http.page(html, style_source=self._style_source, form_action=f"'self' {client_source}")

    def problem(self, name: str, *, client: str = "", retry: str = "", back: str = "") -> RawResponse:
        """Why it does not go on. `retry` and `back` are addresses of ours, and of the client."""
        message = MESSAGES[name]
        html = self._html("message.html", message=message, client=plain(client), retry=retry, back=back)
        return sign_in_http.page(html, style_source=self._style_source, status=message.status)

    def refused(self, text: str, status: int) -> RawResponse:
        """Why a request ends here: the person cannot be sent back, because it is not certain to where."""
        message = Message(status, "This request cannot be answered", text, _MAKER)
        html = self._html("message.html", message=message, client="", retry="", back="")
        return sign_in_http.page(html, style_source=self._style_source, status=status)

    def signed_out(self, cookies: Sequence[RawHeader] = ()) -> RawResponse:
        """The end."""
        html = self._html("message.html", message=MESSAGES["signed_out"], client="", retry="", back="")
        return sign_in_http.page(html, style_source=self._style_source, cookies=cookies)

    def test_users(self, users: Sequence[tuple[str, str, str]], fields: Mapping[str, str]) -> RawResponse:
        """The test provider's page: who to be, as id, name and description."""
        html = self._html("test_users.html", users=users, fields=fields)
        # The way on ends at any client's address, and browsers hold redirects to the policy of the form's page.
        return sign_in_http.page(html, style_source=self._style_source, form_action="'self' https: http:")

    def _html(self, name: str, **facts: object) -> str:
        return self._templates.get_template(name).render(style=self._style, **facts)


def plain(text: str) -> str:
    """A text without characters that are not seen, such as those that turn its direction round."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Cc", "Co", "Cs"})
