"""Operations whose form is set by a standard other than our own: what the document can say of them.

The standard is named in the method's comment; here stand the media types that browsers and libraries expect.
"""

from typing import Any

from gateway.routes import Body, Route

Json = dict[str, Any]

_FORM: Json = {"type": "object", "additionalProperties": {"type": "string"}}
_ANSWER: Json = {
    "application/json": {"schema": {}},
    "text/html": {"schema": {"type": "string"}},
}
_REQUEST_ID: Json = {"X-Request-Id": {"$ref": "#/components/headers/XRequestId"}}
_LOCATION: Json = {"Location": {"description": "Where to go on.", "schema": {"type": "string"}}}


def parameters(route: Route, recorded: Any) -> list[Json]:
    """The query of a request that passes as it is: every parameter is allowed, and the standard names them.

    With an example if one was recorded.
    """
    if route.body is not Body.RAW or not route.safe:
        return []
    text = "The parameters that the standard names."
    found: Json = {
        "name": "parameters", "in": "query", "description": text, "style": "form", "explode": True, "schema": _FORM,
    }  # fmt: skip
    return [found if recorded is None else found | {"example": recorded}]


def body(route: Route, recorded: Any) -> Json | None:
    """The body of a request that passes as it is: a form, with an example if one was recorded."""
    if route.safe:
        return None
    form = {"schema": _FORM} if recorded is None else {"schema": _FORM, "example": recorded}
    return {
        "description": "The parameters that the standard names.",
        "content": {"application/x-www-form-urlencoded": form},
    }


def responses(problems: Json, recorded: Any) -> Json:
    """The answers: those of the standard, beside the problem documents that any call can end in."""
    shown = {**_ANSWER, "application/json": {"schema": {}, "example": recorded}}
    answer = _ANSWER if recorded is None else shown
    found: Json = {
        "200": {"description": "The answer that the standard names.", "headers": _REQUEST_ID, "content": answer},
        "302": {"description": "The answer is elsewhere.", "headers": _REQUEST_ID | _LOCATION},
        "303": {"description": "The answer is elsewhere, to be read.", "headers": _REQUEST_ID | _LOCATION},
    }
    for status, problem in problems.items():
        found[status] = problem | {"content": problem["content"] | _ANSWER}
    found["default"] = {
        "description": "Any other answer that the standard names.", "headers": _REQUEST_ID, "content": _ANSWER,
    }  # fmt: skip
    return found
