"""Changes of meaning: who may call, under which rules, how long, what is sensitive; and changes of words alone."""

from functools import partial

from tests.contracts.corpus.base import Case, case

_case = partial(case, "meaning")
_words = partial(case, "words")

_SCOPES = 'scopes: ["letters:send", "letters:manage"]'
_CALLERS = "callers: [CALLER_KIND_API_KEY, CALLER_KIND_USER]"
_RULE = "idempotency: IDEMPOTENCY_RULE_"
_ROLE = 'scopes: ["letters:read", "letters:send"]'


def _from(name: str, given: str, before: str, after: str, told: str) -> Case:
    """A change of words that the contract does not hold yet."""
    return _case(name, (before, after), given=[(given, before)] if given != before else [], told=told)


_ACCESS = (
    _case("scope beside the others", (_SCOPES, 'scopes: ["letters:send", "letters:manage", "letters:all"]'),
          told="SCOPE_ALTERNATIVE_ADDED notice"),
    _case("scope of several removed", (_SCOPES, 'scopes: ["letters:send"]'),
          told="SCOPE_ALTERNATIVE_REMOVED breaking"),
    _case("scope replaced", ('scopes: "letters:read"', 'scopes: "letters:view"'), told="SCOPE_REPLACED breaking"),
    _case("scope replaced among several", (_SCOPES, 'scopes: ["letters:send", "letters:all"]'),
          told="SCOPE_REPLACED breaking"),
    _case("scopes in another order", (_SCOPES, 'scopes: ["letters:manage", "letters:send"]'),
          told="OPTION_RESTATED additive"),
    _case("scope asked for where none was", ("policy) = {\n      stability: {", 'policy) = {\n      scopes: '
          '"letters:old"\n      stability: {'), told="SCOPE_REQUIRED breaking"),
    _case("scope no longer asked for", ('scopes: "letters:read"', ""), told="SCOPE_DROPPED notice"),
    _case("kind of caller added", (_CALLERS, _CALLERS[:-1] + ", CALLER_KIND_OAUTH_CLIENT]"),
          told="CALLER_KIND_ADDED notice"),
    _case("kind of caller removed", (_CALLERS, "callers: [CALLER_KIND_API_KEY]"), told="CALLER_KIND_REMOVED breaking"),
    _case("kind of caller replaced", (_CALLERS, "callers: [CALLER_KIND_API_KEY, CALLER_KIND_OAUTH_CLIENT]"),
          told="CALLER_KIND_ADDED notice, CALLER_KIND_REMOVED breaking"),
    _case("anyone may call", (_CALLERS, _CALLERS[:-1] + ", CALLER_KIND_ANONYMOUS]"), told="CALLER_KIND_ADDED notice"),
    _case("every kind of caller, said one by one", ('audit: "letter.get"', 'audit: "letter.get"\n      callers: '
          "[CALLER_KIND_API_KEY, CALLER_KIND_OAUTH_CLIENT, CALLER_KIND_USER]"), told="OPTION_RESTATED additive"),
    _case("one kind of caller alone", ('audit: "letter.get"', 'audit: "letter.get"\n      callers: '
          "CALLER_KIND_API_KEY"), told="CALLER_KIND_REMOVED breaking"),
    _case("role may do more", (_ROLE, 'scopes: ["letters:read", "letters:send", "letters:burn"]'),
          told="ROLE_SCOPES_ADDED notice"),
    _case("role may do less", (_ROLE, 'scopes: ["letters:read"]'), told="ROLE_SCOPES_REMOVED breaking"),
    _case("role said in another order", (_ROLE, 'scopes: ["letters:send", "letters:read"]'),
          told="OPTION_RESTATED additive"),
)  # fmt: skip

_CALLS = (
    *(
        _from(f"idempotency from {before} to {after}", _RULE + "OPTIONAL", _RULE + before, _RULE + after, told)
        for before, after, told in (
            ("OPTIONAL", "REQUIRED", "IDEMPOTENCY_NOW_REQUIRED breaking"),
            ("NONE\n      #", "REQUIRED\n      #", "IDEMPOTENCY_NOW_REQUIRED breaking"),
            ("REQUIRED", "OPTIONAL", "IDEMPOTENCY_NO_LONGER_REQUIRED additive"),
            ("NONE\n      #", "OPTIONAL\n      #", "IDEMPOTENCY_NOW_HONOURED additive"),
            ("OPTIONAL", "NONE", "IDEMPOTENCY_NO_LONGER_HONOURED breaking"),
            ("REQUIRED", "NONE", "IDEMPOTENCY_NO_LONGER_HONOURED breaking"),
        )
    ),
    _case("deadline shortened", ("deadline: {seconds: 5}", "deadline: {seconds: 3}"), told="DEADLINE_SHORTENED notice"),
    _case("deadline lengthened", ("deadline: {seconds: 5}", "deadline: {seconds: 9}"),
          told="DEADLINE_LENGTHENED additive"),
    _case("deadline written in nanoseconds", ("deadline: {seconds: 5}", "deadline: {seconds: 5 nanos: 0}"), told=""),
    _case("rate class changed", ("RATE_CLASS_WRITE", "RATE_CLASS_MONEY"), told="RATE_CLASS_CHANGED notice"),
    _case("audit action changed", ('audit: "letter.send"', 'audit: "letter.create"'),
          told="AUDIT_ACTION_CHANGED notice"),
    _case("policy in another order", ('audit: "letter.send"\n      rate_class: RATE_CLASS_WRITE',
          'rate_class: RATE_CLASS_WRITE\n      audit: "letter.send"'), told=""),
)  # fmt: skip

_STABLE = "rate_class: RATE_CLASS_READ\n"


def _stability(name: str, before: str, after: str, told: str) -> Case:
    """A change in the lifecycle of GetLetter."""
    texts = [_STABLE + (f"      stability: {{{said}}}\n" if said else "") for said in (before, after)]
    return _from(name, _STABLE, texts[0], texts[1], told)


_NEW = 'level: STABILITY_LEVEL_DEPRECATED deprecated_since: "2026-11-21" '
_LIFE = (
    _stability("stable became beta", "", "level: STABILITY_LEVEL_BETA", "STABILITY_LOWERED notice"),
    _stability("beta became stable", "level: STABILITY_LEVEL_BETA", "level: STABILITY_LEVEL_STABLE",
               "STABILITY_RAISED additive"),
    _stability("stable said as it is", "", "level: STABILITY_LEVEL_STABLE", "OPTION_RESTATED additive"),
    _stability("deprecated", "", _NEW, "DEPRECATED notice"),
    _stability("deprecated with a sunset in a year", "", _NEW + 'sunset: "2027-11-21"', "DEPRECATED notice"),
    _stability("deprecated with a sunset in a month", "", _NEW + 'sunset: "2026-12-21"',
               "DEPRECATED notice, SUNSET_SHORT_NOTICE breaking"),
    _stability("no longer deprecated", _NEW, "", "DEPRECATION_WITHDRAWN additive"),
    _stability("sunset set for a year ahead", _NEW, _NEW + 'sunset: "2027-11-21"', "SUNSET_SET notice"),
    _stability("sunset set for a month ahead", _NEW, _NEW + 'sunset: "2026-12-21"', "SUNSET_SHORT_NOTICE breaking"),
    _stability("sunset set 180 days ahead", _NEW, _NEW + 'sunset: "2027-05-20"', "SUNSET_SET notice"),
    _stability("sunset set 179 days ahead", _NEW, _NEW + 'sunset: "2027-05-19"', "SUNSET_SHORT_NOTICE breaking"),
    _stability("sunset withdrawn", _NEW + 'sunset: "2027-11-21"', _NEW, "SUNSET_WITHDRAWN additive"),
    _case("sunset earlier", ('sunset: "2027-12-01"', 'sunset: "2027-09-01"'), told="SUNSET_EARLIER notice"),
    _case("sunset earlier, and too soon", ('sunset: "2027-12-01"', 'sunset: "2027-01-01"'),
          told="SUNSET_SHORT_NOTICE breaking"),
    _case("sunset later", ('sunset: "2027-12-01"', 'sunset: "2028-12-01"'), told="SUNSET_LATER additive"),
    _case("sunset before the deprecation", ('sunset: "2027-12-01"', 'sunset: "2025-12-01"'),
          told="STABILITY_CONTRADICTION breaking"),
    _case("sunset that is no date", ('sunset: "2027-12-01"', 'sunset: "next year"'),
          told="STABILITY_CONTRADICTION breaking"),
    _stability("sunset of something stable", "", 'sunset: "2027-12-01"', "STABILITY_CONTRADICTION breaking"),
    _stability("replacement named", _NEW, _NEW + 'replacement: "corridor.PACKAGE.v1.LetterService.SendLetter"',
               "REPLACEMENT_CHANGED additive"),
    _stability("deprecated since another day", _NEW, _NEW.replace("11-21", "10-21"),
               "DEPRECATED_SINCE_CHANGED additive"),
    _case("field deprecated", ("string receipt = 2;", "string receipt = 2 [deprecated = true, "
          f"(corridor.options.v1.field_stability) = {{{_NEW}}}];"), told="DEPRECATED notice"),
    _case("field ends later", ('sunset: "2026-10-01"', 'sunset: "2027-10-01"'), told="SUNSET_LATER additive"),
    _case("field deprecated in other words", ("string receipt = 2;", "string receipt = 2 [deprecated = true];"),
          told="DEPRECATED notice"),
    _case("message deprecated", ("message LetterKept {", "message LetterKept {\n  option deprecated = true;"),
          told="DEPRECATED notice"),
    _case("enum value deprecated", ("LETTER_SPEED_SLOW = 1;", "LETTER_SPEED_SLOW = 1 [deprecated = true];"),
          told="DEPRECATED notice"),
    _case("method deprecated in one way of two", ("    option deprecated = true;\n", ""),
          told="OPTION_RESTATED additive"),
    _case("message said not to be deprecated", ("message LetterKept {", "message LetterKept {\n  option deprecated = "
          "false;"), told="OPTION_RESTATED additive"),
)  # fmt: skip

_NOTE = "[(corridor.options.v1.sensitivity) = SENSITIVITY_PERSONAL]"


def _sensitive(kind: str) -> str:
    return f"[(corridor.options.v1.sensitivity) = SENSITIVITY_{kind}]"


_DATA = (
    _case("sensitivity raised", ("string receipt = 2;", f"string receipt = 2 {_NOTE};"),
          told="SENSITIVITY_RAISED notice"),
    _case("sensitivity raised further", (_NOTE, _sensitive("PAN")), told="SENSITIVITY_RAISED notice"),
    _case("answer became a credential", ("string receipt = 2;", f"string receipt = 2 {_sensitive('CREDENTIAL')};"),
          told="SENSITIVITY_RAISED breaking"),
    _case("request became a credential", (_NOTE, _sensitive("CREDENTIAL")), told="SENSITIVITY_RAISED notice"),
    _case("sensitivity lowered", (_NOTE, ""), told="SENSITIVITY_LOWERED notice"),
    _from("sensitivity of another kind", _NOTE, _sensitive("PAN"), _sensitive("ACCOUNT_NUMBER"),
          "SENSITIVITY_CHANGED notice"),
    _case("sensitivity said not to be", ("string receipt = 2;", f"string receipt = 2 {_sensitive('UNSPECIFIED')};"),
          told="OPTION_RESTATED additive"),
    _case("event of another type", ('{type: "letter.sent"}', '{type: "letter.gone"}'),
          told="EVENT_TYPE_CHANGED breaking"),
    _case("no event any more", ('option (corridor.options.v1.event) = {type: "letter.sent"};', ""),
          told="EVENT_TYPE_REMOVED breaking"),
    _case("event now", ("message LetterKept {", "message LetterKept {\n  option (corridor.options.v1.event) = "
          '{type: "letter.kept"};'), told="EVENT_TYPE_ADDED additive"),
    _case("title of a reason", ('title: "Lost"', 'title: "Not there"'), told="REASON_TEXT_CHANGED additive"),
    _case("what to do about a reason", ('"Wait."', '"Wait for it."'), told="REASON_TEXT_CHANGED additive"),
    _case("option without a rule", ("string receipt = 2;", "string receipt = 2 [(weight) = {grams: 2}];"),
          told="OPTION_CHANGED notice"),
    _case("option without a rule, with nothing in it", ("string receipt = 2;", "string receipt = 2 [(weight) = {}];"),
          told="OPTION_RESTATED additive"),
    _case("option of protobuf without a rule", ("string receipt = 2;", "string receipt = 2 [debug_redact = true];"),
          told="OPTION_CHANGED notice"),
    _case("list packed otherwise", ("repeated int32 weights = 6;", "repeated int32 weights = 6 [packed = false];"),
          given=[("int32 weight_grams = 6;", "repeated int32 weights = 6;")], told="OPTION_CHANGED notice"),
)  # fmt: skip

_SLOW = "  // Slow.\n  LETTER_SPEED_SLOW = 1;\n"
_FAST = "  // Fast.\n  LETTER_SPEED_FAST = 2;\n"
_IMPORT = 'import "google/protobuf/duration.proto";\n'

_COMMENTS = (
    _words("comment of a field", ("// A paper about it.", "// A paper that says so."),
           told="COMMENT_CHANGED additive"),
    _words("comment of a method", ("// GetLetter returns one letter.", "// GetLetter returns a letter."),
           told="COMMENT_CHANGED additive"),
    _words("comment of a service", ("// LetterService sends letters.", "// LetterService sends all letters."),
           told="COMMENT_CHANGED additive"),
    _words("comment of an enum value", ("  // Slow.\n", "  // Rather slow.\n"), told="COMMENT_CHANGED additive"),
    _words("comment removed", ("  // A paper about it.\n", ""), told="COMMENT_CHANGED additive"),
    _words("comment only indented", ("// LetterKept is kept,", "//  LetterKept is kept,"), told=""),
    _words("blank lines", (_SLOW, _SLOW + "\n\n"), told=""),
    _words("default changed in words", ("By default `none`.", "By default `all`."),
           told="DOCUMENTED_DEFAULT_CHANGED notice"),
    _words("default kept, other words changed", ("A note for the sender. By default `none`.",
           "A note for whoever sends. By default `none`."), told="COMMENT_CHANGED additive"),
    _words("meaning of saying nothing", ("// As fast as usual.", "// As slow as can be."),
           told="ENUM_ZERO_MEANING_CHANGED notice"),
    _words("values in another order", (_SLOW + _FAST, _FAST + _SLOW), told="DECLARATIONS_REORDERED additive"),
    _words("fields in another order", ("  // The street.\n  string street = 1;\n  // The town.\n  string town = 2;\n",
           "  // The town.\n  string town = 2;\n  // The street.\n  string street = 1;\n"),
           told="DECLARATIONS_REORDERED additive"),
    _words("import that nothing needs", (_IMPORT, _IMPORT + 'import "google/protobuf/empty.proto";\n'),
           told="IMPORTS_CHANGED additive"),
    _words("imports in another order", (_IMPORT + 'import "google/protobuf/timestamp.proto";\n',
           'import "google/protobuf/timestamp.proto";\n' + _IMPORT), told="IMPORTS_CHANGED additive"),
)  # fmt: skip

CASES = (*_ACCESS, *_CALLS, *_LIFE, *_DATA, *_COMMENTS)
