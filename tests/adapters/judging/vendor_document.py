"""A vendor's document from the corpora as a judge; a test that asks it is skipped where the corpus is missing.

    DOCUMENT = Document("acme/openapi.yaml", prefix="/v2", repairs=[("components/schemas/order/required", None)])
    judged(wire.exchanges, DOCUMENT, errors_as=("post", "/v2/orders", 422))

Forms and JSON are told apart by what is sent. A verdict counts only after a spoilt body was refused; no test need ask.
"""

from collections.abc import Iterable, Sequence

from adapters.kit.spec.documents import Repair
from adapters.kit.spec.exchange import Request, Response
from adapters.kit.spec.judge import Judge, OpenAPIError
from tests import corpora

__all__ = ["Document", "OpenAPIError", "Request", "Response", "judged"]


class Document(Judge):
    """A judge by one corpus file, which is read when it is first asked. Its methods are `Judge`'s:

    `check_request`, `check_response`, `check_schema`, `enumeration`, `statuses`, `knows`, `decoded`, `published`.
    """

    def __init__(self, corpus: str, *, prefix: str = "", repairs: Sequence[Repair] = ()) -> None:
        """`corpus` is the file's path below the corpora; `prefix` stands before its paths on the wire."""
        super().__init__(lambda: corpora.path(corpus), prefix=prefix, repairs=repairs)
        self.corpus = corpus


def judged(
    exchanges: Iterable[tuple[Request, Response]],
    *by: Document,
    errors_as: tuple[str, str, int] | None = None,
    refused: Sequence[int] = (),
) -> list[tuple[str, str, int]]:
    """Method, path and status of all that has travelled; raises where no document has it or one does not allow it.

    `errors_as`: method, path and status of the operation whose documented error is taken for statuses from 400 to 499
    that an operation does not list. `refused`: statuses whose requests are wrong on purpose, so that they are not
    judged: 401 for one without credentials.
    """
    told = []
    for request, response in exchanges:
        document = next((each for each in by if each.knows(request)), None)
        if document is None:
            raise LookupError(f"no document has {request.method.upper()} {request.path}")
        if response.status_code not in refused:
            document.check_request(request)
        status = str(response.status_code)
        if errors_as and 400 <= response.status_code < 500 and status not in document.statuses(request):
            method, path, stands_for = errors_as
            likened = Request(method, path, {}, None)
            document.check_response(likened, Response(stands_for, response.headers, response.data))
        else:
            document.check_response(request, response)
        told.append((request.method, request.path, response.status_code))
    return told
