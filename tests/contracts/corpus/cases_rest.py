"""Changes that REST callers notice: paths, verbs, bodies, queries, answers, required fields, reasons."""

from functools import partial

from tests.contracts.corpus.base import Case, case

_case = partial(case, "REST")

_LETTERS = "/v1/letters/{letter_id}"
_GET = '{get: "/v1/letters/{letter_id}"}'
_SEND = 'post: "/v1/letters"\n      body: "*"\n      response_body: "letter"\n'
_PING = '{post: "/v1/letters/{letter_id}:ping"}'
_RAW = 'post: "/v1/rawLetters"\n      body: "raw"\n      response_body: "answer"\n'
_REASONS = "reasons: [ERROR_REASON_NOT_FOUND, ERROR_REASON_STATE_CONFLICT]"
_LOST = 'code: NOT_FOUND\n    http_status: 404\n    class: ERROR_CLASS_PERMANENT\n    title: "Lost"'


def _get(path: str, *others: str) -> str:
    more = " ".join(f'additional_bindings {{get: "{other}"}}' for other in others)
    return f'{{get: "{path}" {more}}}'


def _path(name: str, before: str, after: str, told: str) -> Case:
    return _case(name, (before, after), given=[(_GET, before)] if before != _GET else [], told=told)


_MAIL = "/v1/mail/{letter_id}"

_PATHS = (
    _path("path changed", _GET, _get(_MAIL), "REST_PATH_CHANGED breaking"),
    _path(
        "path changed, the old one kept",
        _GET,
        _get(_MAIL, _LETTERS),
        "REST_BINDING_ADDED additive, REST_PRIMARY_BINDING_CHANGED notice",
    ),
    _path("another path", _GET, _get(_LETTERS, _MAIL), "REST_BINDING_ADDED additive"),
    _path("another path removed", _get(_LETTERS, _MAIL), _get(_LETTERS), "REST_BINDING_REMOVED breaking"),
    _path("another path changed", _get(_LETTERS, _MAIL), _get(_LETTERS, "/v1/post/{letter_id}"),
          "REST_PATH_CHANGED breaking"),
    _path("paths in another order", _get(_LETTERS, _MAIL), _get(_MAIL, _LETTERS),
          "REST_PRIMARY_BINDING_CHANGED notice"),
    _path("path written with a pattern that says the same", _GET, _get("/v1/letters/{letter_id=*}"),
          "OPTION_RESTATED additive"),
    _path("path of a method taken away", _GET, "{}", "REST_BINDING_REMOVED breaking"),
    _path("first path of a method", "{ }", _GET, "REST_BINDING_ADDED additive"),
    _path("verb changed", _GET, '{delete: "/v1/letters/{letter_id}"}', "REST_VERB_CHANGED breaking"),
    _path("verb changed, the old one kept", _GET,
          '{delete: "/v1/letters/{letter_id}" additional_bindings {get: "/v1/letters/{letter_id}"}}',
          "REST_BINDING_ADDED additive, REST_PRIMARY_BINDING_CHANGED notice"),
    _path("verb of our own", _GET, '{custom: {kind: "FETCH" path: "/v1/letters/{letter_id}"}}',
          "REST_VERB_CHANGED breaking"),
    _path("verb written as one of our own", _GET, '{custom: {kind: "GET" path: "/v1/letters/{letter_id}"}}',
          "OPTION_RESTATED additive"),
    _path("path parameter added", _GET, _get("/v1/{language}/letters/{letter_id}"),
          "REST_PATH_PARAMETER_ADDED breaking, REST_QUERY_PARAMETER_REMOVED breaking"),
    _path("path parameter added beside the old path", _GET, _get(_LETTERS, "/v1/{language}/letters/{letter_id}"),
          "REST_BINDING_ADDED additive"),
    _path("path parameter removed", _GET, _get("/v1/letter"),
          "REST_PATH_PARAMETER_REMOVED breaking, REST_QUERY_PARAMETER_ADDED additive"),
    _path("path parameter fills another field", _GET, _get("/v1/letters/{language}"),
          "REST_PATH_PARAMETER_RENAMED breaking, REST_QUERY_PARAMETER_ADDED additive, "
          "REST_QUERY_PARAMETER_REMOVED breaking"),
    _path("pattern narrowed", _get("/v1/letters/{letter_id=**}"), _get("/v1/letters/{letter_id=*}"),
          "REST_PATH_PATTERN_NARROWED breaking"),
    _path("pattern widened", _get("/v1/letters/{letter_id=*}"), _get("/v1/letters/{letter_id=**}"),
          "REST_PATH_PATTERN_WIDENED additive"),
    _path("pattern with another literal", _get("/v1/{letter_id=letters/*}"), _get("/v1/{letter_id=mail/*}"),
          "REST_PATH_CHANGED breaking"),
    _path("custom verb of the path changed", _GET, _get("/v1/letters/{letter_id}:read"),
          "REST_PATH_CHANGED breaking"),
)  # fmt: skip

_BODIES = (
    _case("body of all became one field", (_SEND, _SEND.replace('"*"', '"letter"')), told="REST_BODY_CHANGED breaking"),
    _case(
        "body of one field became all",
        ('\n      body: "letter"', '\n      body: "*"'),
        given=[(_SEND, _SEND.replace('"*"', '"letter"'))],
        told="REST_BODY_CHANGED breaking",
    ),
    _case("body of another field", ('\n      body: "letter"', '\n      body: "address"'),
          given=[(_SEND, _SEND.replace('"*"', '"letter"'))], told="REST_BODY_CHANGED breaking"),
    _case("body no longer read", (_PING[:-1] + ' body: "*"}', _PING), given=[(_PING, _PING[:-1] + ' body: "*"}')],
          told="REST_BODY_CHANGED breaking"),
    _case("body allowed where nothing could be in it", (_PING, _PING[:-1] + ' body: "*"}'),
          told="REST_BODY_ALLOWED additive"),
    _case("body taken from the query", (_GET, _GET[:-1] + ' body: "*"}'), told="REST_BODY_CHANGED breaking"),
    _case("body given another path", (_SEND, _SEND + 'additional_bindings {post: "/v2/letters" body: "letter"}\n'),
          told="REST_BINDING_ADDED additive"),
    _case("raw request became JSON", ('body: "raw"', 'body: "*"'), told="REST_RAW_REQUEST_CHANGED breaking"),
    _case("JSON became a raw request", ('body: "subject"', 'body: "raw"'),
          given=[('body: "raw"', 'body: "subject"')], told="REST_RAW_REQUEST_CHANGED breaking"),
    _case("raw answer became JSON", ('response_body: "answer"', ""), told="REST_RAW_RESPONSE_CHANGED breaking"),
    _case("JSON became a raw answer", ('response_body: "rest"', 'response_body: "answer"'),
          given=[('response_body: "answer"', 'response_body: "rest"')], told="REST_RAW_RESPONSE_CHANGED breaking"),
    _case("raw method by another path", (_RAW, _RAW + 'additional_bindings {post: "/v1/raws" '
          'body: "raw" response_body: "answer"}\n'), told="REST_BINDING_ADDED additive"),
    _case("answer became the whole response", ('response_body: "letter"', ""),
          told="REST_RESPONSE_BODY_CHANGED breaking"),
    _case("answer became a part", (_GET, _GET[:-1] + ' response_body: "letter"}'),
          told="REST_RESPONSE_BODY_CHANGED breaking"),
    _case("answer became another part", ('response_body: "letter"', 'response_body: "receipt"'),
          told="REST_RESPONSE_BODY_CHANGED breaking"),
    _case("answer of a new path is another part", (_GET, '{get: "/v1/letters/{letter_id}" additional_bindings '
          '{get: "/v1/letters/{letter_id}/origin" response_body: "origin"}}'), told="REST_BINDING_ADDED additive"),
    _case("query parameter moved into the path", (_GET, _get("/v1/letters/{letter_id}/{language}")),
          told="REST_PATH_PARAMETER_ADDED breaking, REST_QUERY_PARAMETER_REMOVED breaking"),
    _case("query parameter came out of the path", (_get("/v1/letters/{letter_id}/{language}"), _GET),
          given=[(_GET, _get("/v1/letters/{letter_id}/{language}"))],
          told="REST_PATH_PARAMETER_REMOVED breaking, REST_QUERY_PARAMETER_ADDED additive"),
    _case("query parameter that is new", ("  int32 depth = 3;\n",
          "  int32 depth = 3;\n  // Its colour.\n  string colour = 4;\n"), told="FIELD_ADDED additive"),
)  # fmt: skip

_TEXT = "[(buf.validate.field).string = {min_len: 1 max_len: 100}]"


def _field(name: str, before: str, after: str, told: str) -> Case:
    return _case(name, (before, after), told=told)


_REQUIRED = (
    _field("string has to be sent", "string note = 2 [", "string note = 2 [(buf.validate.field).string.min_len = 1, ",
           "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _field("string may be left out", _TEXT, _TEXT.replace("min_len: 1 ", ""),
           "REQUEST_FIELD_NO_LONGER_REQUIRED additive"),
    _field("string may be left out, and be longer", _TEXT, _TEXT.replace("min_len: 1 max_len: 100", "max_len: 200"),
           "REQUEST_FIELD_NO_LONGER_REQUIRED additive, VALIDATION_LOOSENED additive"),
    _field("message has to be sent", "Address address = 4;",
           "Address address = 4 [(buf.validate.field).required = true];", "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _field("message with a rule, and may be left out", "google.protobuf.Duration patience = 11;",
           "google.protobuf.Duration patience = 11 [(buf.validate.field).duration.gte = {seconds: 1}];",
           "VALIDATION_TIGHTENED breaking"),
    _field("enum has to be told", "LetterSpeed speed = 3;",
           "LetterSpeed speed = 3 [(buf.validate.field).enum = {not_in: [0]}];", "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _field("enum may not be slow", "LetterSpeed speed = 3;",
           "LetterSpeed speed = 3 [(buf.validate.field).enum = {not_in: [1]}];", "VALIDATION_TIGHTENED breaking"),
    _field("number has to be sent", "int32 weight_grams = 6;",
           "int32 weight_grams = 6 [(buf.validate.field).int32.gt = 0];", "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _field("number may not be negative", "int32 weight_grams = 6;",
           "int32 weight_grams = 6 [(buf.validate.field).int32.gte = 0];", "VALIDATION_TIGHTENED breaking"),
    _field("number that tells its absence", "optional int32 share = 13;",
           "optional int32 share = 13 [(buf.validate.field).int32.gt = 0];", "VALIDATION_TIGHTENED breaking"),
    _field("list has to be sent", "repeated string readers = 5;",
           "repeated string readers = 5 [(buf.validate.field).repeated.min_items = 1];",
           "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _field("map has to be sent", "map<string, string> marks = 9;",
           "map<string, string> marks = 9 [(buf.validate.field).map.min_pairs = 1];",
           "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _field("bytes have to be sent", "bytes picture = 12;",
           "bytes picture = 12 [(buf.validate.field).bytes.min_len = 1];", "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _field("pattern that nothing fits", "string street = 1;",
           'string street = 1 [(buf.validate.field).string.pattern = "^[a-z]+$"];',
           "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _field("pattern that nothing may fit", "string street = 1;",
           'string street = 1 [(buf.validate.field).string.pattern = "^[a-z]*$"];', "VALIDATION_TIGHTENED breaking"),
    _field("member of a oneof with a rule", "string mail = 7;",
           "string mail = 7 [(buf.validate.field).string.email = true];", "VALIDATION_TIGHTENED breaking"),
    _field("one of a oneof has to be sent", "oneof told {", "oneof told {\n    option (buf.validate.oneof).required "
           "= true;", "REQUEST_FIELD_NOW_REQUIRED breaking"),
    _case("one of a oneof may be sent", ("    option (buf.validate.oneof).required = true;", ""),
          given=[("oneof told {", "oneof told {\n    option (buf.validate.oneof).required = true;")],
          told="REQUEST_FIELD_NO_LONGER_REQUIRED additive"),
    _field("new field that has to be sent", "int64 ounces = 16;",
           "int64 ounces = 16;\n  // Seal.\n  string seal = 17 [(buf.validate.field).required = true];",
           "FIELD_ADDED additive, REQUEST_FIELD_ADDED_REQUIRED breaking"),
    _field("new field that may be sent", "int64 ounces = 16;",
           "int64 ounces = 16;\n  // Seal.\n  string seal = 17 [(buf.validate.field).string.max_len = 9];",
           "FIELD_ADDED additive"),
    _field("new field of an answer that is always there", "string receipt = 2;",
           "string receipt = 2;\n  // Seal.\n  string seal = 17 [(buf.validate.field).required = true];",
           "FIELD_ADDED additive"),
    _case("required, with zero values let through", ("min_len: 1}]", "min_len: 1}, "
          "(buf.validate.field).ignore = IGNORE_IF_ZERO_VALUE]"),
          given=[(_TEXT, "[(buf.validate.field).string = {min_len: 1}]")],
          told="REQUEST_FIELD_NO_LONGER_REQUIRED additive"),
    _case("no longer asked for, and may be missing in answers", ("[(buf.validate.field).required = true]", ""),
          given=[("string letter_id = 1;\n  // What it says. PROBE",
                  "string letter_id = 1 [(buf.validate.field).required = true];\n  // What it says. PROBE")],
          told="REQUEST_FIELD_NO_LONGER_REQUIRED notice"),
)  # fmt: skip

_REASON = (
    _case("reason added", (_REASONS, _REASONS[:-1] + ", ERROR_REASON_FEATURE_OFF]"),
          told="METHOD_REASON_ADDED notice"),
    _case("reason removed", (_REASONS, "reasons: [ERROR_REASON_NOT_FOUND]"), told="METHOD_REASON_REMOVED additive"),
    _case("reasons in another order", (_REASONS, "reasons: [ERROR_REASON_STATE_CONFLICT, ERROR_REASON_NOT_FOUND]"),
          told="OPTION_RESTATED additive"),
    _case("status of a reason changed", ("http_status: 404", "http_status: 410"),
          told="REASON_HTTP_STATUS_CHANGED breaking"),
    _case("code of a reason changed", ("code: NOT_FOUND", "code: FAILED_PRECONDITION"),
          told="REASON_CODE_CHANGED breaking"),
    _case("class of a reason changed", ("class: ERROR_CLASS_PERMANENT", "class: ERROR_CLASS_MANUAL_REPAIR"),
          told="REASON_CLASS_CHANGED notice"),
    _case("reason no longer retryable", ("retryable: true", "retryable: false"),
          told="REASON_NO_LONGER_RETRYABLE notice"),
    _case("reason retryable now", (_LOST, _LOST + "\n    retryable: true"), told="REASON_NOW_RETRYABLE additive"),
    _case("reason said not to be retryable, as it was", (_LOST, _LOST + "\n    retryable: false"), told=""),
    _case("new reason with its facts", ('suggested_action: "Wait."\n  }];', 'suggested_action: "Wait."\n  }];\n'
          "  // Wet.\n  LETTER_REASON_WET = 3 [(corridor.options.v1.error) = {http_status: 400}];"),
          told="ENUM_VALUE_ADDED additive"),
)  # fmt: skip

CASES = (*_PATHS, *_BODIES, *_REQUIRED, *_REASON)
