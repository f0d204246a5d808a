"""The vendor's OpenAPI document as a judge, with its repair. Besides this, nothing of it is changed."""

from tests.adapters.judging.vendor_document import Document

_MAKE_ACCOUNT = "paths/~1v1~1external_bank_accounts/post/requestBody/content/application~1json/schema"

DOCUMENT = Document(
    "lithic/lithic-openapi.yml",
    repairs=(
        # The validator cannot judge a body whose discriminator is no text, as a spoilt one's; the branches below it
        # enumerate `verification_method` each for itself, so that nothing is judged less strictly without it.
        (f"{_MAKE_ACCOUNT}/discriminator", None),
    ),
)
