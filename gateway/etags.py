"""Etags over HTTP: what the resource says becomes `ETag`, and who has it already is told so (RFC 9110, 13.1.2).

Whether a change may be made is the server's to say, under the row's lock: `If-Match` only passes through here.
"""

import re

from gateway.problems import Answer, Header, Refusal

# Found one after another, so nothing in it may run over what the next attempt runs over again.
_ETAG = re.compile(rb'"([\x21\x23-\x7e]*)"')


def header(etag: str) -> Header:
    """The field of an answer whose body is a resource."""
    return (b"etag", b'"%s"' % etag.encode("ascii"))


def is_known(etag: str, if_none_match: bytes) -> bool:
    """Whether the caller has this state. The comparison is weak, as for reading it may be (RFC 9110, 8.8.3.2)."""
    return if_none_match.strip() == b"*" or etag.encode() in _ETAG.findall(if_none_match)


def not_modified(etag: str, headers: list[Header]) -> Answer:
    """The answer to who has it already: without a body (RFC 9110, 15.4.5)."""
    return Answer(304, [header(etag), *headers], b"")


def check_reads(verb: str, if_none_match: bytes | None) -> None:
    """Raise Refusal for a change that is only wanted of another state: nothing here is made under such a condition."""
    if if_none_match is not None and verb != "GET":
        raise Refusal("MALFORMED_REQUEST", "If-None-Match goes with GET; a change takes If-Match.")
