"""Changes that buf's FILE rules see, each with a twin that they let pass."""

from functools import partial

from tests.contracts.corpus.base import Case, Texts, case, written
from tests.contracts.corpus.letters import BASE, HEAD

_KIND = "wire and source"
_case = partial(case, _KIND)
_written = partial(written, _KIND)


def _between(first: str, last: str) -> str:
    start = BASE.index(first)
    return BASE[start : BASE.index(last, start)]


_WEIGHT = _between("extend google.protobuf.FieldOptions", "// Weight is how")
_OLD_FIELD = _between("  // As it was called.", "  // A third thing.")
_OLD_RPC = _between("  // OldLetter is about", "  // RawLetter takes")
_OLD_TYPES = _between("// OldLetterRequest names", "// RawLetterRequest holds")
_RECEIPT = "  // A paper about it.\n  string receipt = 2;\n"
_NOTHING = 'syntax = "proto3";\n\npackage corridor.PACKAGE.v1;\n'
_STAMP = "\n// Stamp is stuck on.\nmessage Stamp {}\n"
_INK = (
    "\n// Ink is what is written with.\nenum Ink {\n  // None.\n  INK_UNSPECIFIED = 0;\n  // Red.\n  INK_RED = 1;\n}\n"
)


def _two(first: str, second: str) -> Texts:
    return {"letter.proto": first, "stamp.proto": second}


def _gone(name: str, text: str, told: str) -> Case:
    return _case(name, (text, ""), told=told)


_DELETED = (
    _written("file deleted", _two(BASE, _NOTHING + _STAMP), {"letter.proto": BASE}, "FILE_NO_DELETE breaking"),
    _written("file added", {"letter.proto": BASE}, _two(BASE, _NOTHING + _STAMP),
             "FILE_ADDED additive"),
    _gone("service deleted", _between("// LetterService", "// SendLetterRequest"), "SERVICE_NO_DELETE breaking"),
    _written("service added", BASE, BASE + "\n// Stamps.\nservice StampService {}\n", "SERVICE_ADDED additive"),
    _gone("RPC deleted", _between("  // PingLetter does", "  // OldLetter is"), "RPC_NO_DELETE breaking"),
    _case("RPC added", ("  // PingLetter does", "  // Pang.\n  rpc Pang(PingLetterRequest) returns "
          "(PingLetterResponse);\n\n  // PingLetter does"), told="RPC_ADDED additive"),
    _gone("message deleted", _between("// LetterKept is kept", "// LetterSpeed is"), "MESSAGE_NO_DELETE breaking"),
    _written("message added", BASE, BASE + _STAMP, "MESSAGE_ADDED additive"),
    _written("message moved to another file", _two(BASE + _STAMP, _NOTHING), _two(BASE, _NOTHING + _STAMP),
             "MESSAGE_NO_DELETE breaking"),
    _written("enum deleted", BASE + _INK, BASE, "ENUM_NO_DELETE breaking"),
    _written("enum added", BASE, BASE + _INK, "ENUM_ADDED additive"),
    _gone("option deleted", _WEIGHT, "EXTENSION_NO_DELETE breaking"),
    _case("option added", ("// Weight is how", _WEIGHT + "// Weight is how"), given=[(_WEIGHT, "")],
          told="OPTION_ADDED additive"),
    _gone("field deleted", _RECEIPT, "FIELD_NO_DELETE breaking"),
    _case("field deleted and reserved", (_RECEIPT, '  reserved 2;\n  reserved "receipt";\n'),
          told="FIELD_NO_DELETE breaking, RESERVED_ADDED additive"),
    _case("field deleted after its sunset", (_OLD_FIELD, '  reserved 15;\n  reserved "old_name";\n'),
          told="FIELD_NO_DELETE notice, RESERVED_ADDED additive"),
    _case("field deleted before its sunset", (_OLD_FIELD.replace("2026-10-01", "2027-12-01"), ""),
          given=[(_OLD_FIELD, _OLD_FIELD.replace("2026-10-01", "2027-12-01"))], told="FIELD_NO_DELETE breaking"),
    _case("RPC deleted before its sunset", (_OLD_RPC, ""), told="RPC_NO_DELETE breaking"),
    _case("RPC deleted after its sunset, with its types", (_OLD_RPC.replace("2027-12-01", "2026-11-21"), ""),
          (_OLD_TYPES, ""), given=[("2027-12-01", "2026-11-21")],
          told="RPC_NO_DELETE notice, MESSAGE_NO_DELETE notice, MESSAGE_NO_DELETE notice"),
    _case("field added", (_RECEIPT, _RECEIPT + "  // Seal.\n  string seal = 9;\n"), told="FIELD_ADDED additive"),
    _case("oneof deleted", ("  oneof told {", "  // Told.\n"), ("string telephone = 8;\n  }\n",
          "string telephone = 8;\n"), told="FIELD_SAME_CARDINALITY breaking, FIELD_SAME_CARDINALITY breaking, "
          "FIELD_SAME_ONEOF breaking, FIELD_SAME_ONEOF breaking, ONEOF_NO_DELETE breaking"),
    _case("oneof added", (_RECEIPT, _RECEIPT + "  // Seal.\n  oneof seal {\n    // Wax.\n    string wax = 9;\n  }\n"),
          told="FIELD_ADDED additive, ONEOF_ADDED additive"),
    _gone("enum value deleted", "  // Slow.\n  LETTER_SPEED_SLOW = 1;\n", "ENUM_VALUE_NO_DELETE breaking"),
    _case("enum value added", ("  // Slow.\n", "  // Slower.\n  LETTER_SPEED_SLOWER = 3;\n  // Slow.\n"),
          told="ENUM_VALUE_ADDED additive"),
    _case("reserved numbers freed", ("  reserved 5 to 7;\n", ""), told="RESERVED_MESSAGE_NO_DELETE breaking"),
    _case("reserved name freed", ('  reserved "older";\n', ""), told="RESERVED_MESSAGE_NO_DELETE breaking"),
    _case("numbers reserved", ("  reserved 5 to 7;\n", "  reserved 5 to 7, 9;\n"), told="RESERVED_ADDED additive"),
    _case("reserved numbers of an enum freed", ("  reserved 8 to 9;\n", ""), told="RESERVED_ENUM_NO_DELETE breaking"),
    _case("name of an enum reserved", ("  reserved 8 to 9;\n", '  reserved 8 to 9;\n  reserved "LETTER_SPEED_OLD";\n'),
          told="RESERVED_ADDED additive"),
)  # fmt: skip

_FIELDS = (
    _case("field renamed", ("string receipt = 2;", "string paper = 2;"), told="FIELD_SAME_JSON_NAME breaking, "
          "FIELD_SAME_NAME breaking"),
    _case("field renumbered", ("string receipt = 2;", "string receipt = 9;"), told="FIELD_NO_DELETE breaking"),
    _case("JSON name changed", ("string receipt = 2;", 'string receipt = 2 [json_name = "paper"];'),
          told="FIELD_SAME_JSON_NAME breaking"),
    _case("JSON name said as it is", ("string receipt = 2;", 'string receipt = 2 [json_name = "receipt"];'), told=""),
    _case("int32 became int64", ("int32 cost = 3;", "int64 cost = 3;"), told="FIELD_SAME_TYPE breaking"),
    _case("int32 became uint32", ("int32 cost = 3;", "uint32 cost = 3;"), told="FIELD_SAME_TYPE breaking"),
    _case("string became bytes", ("string receipt = 2;", "bytes receipt = 2;"), told="FIELD_SAME_TYPE breaking"),
    _case("string became an enum", ("string receipt = 2;", "LetterSpeed receipt = 2;"),
          told="FIELD_SAME_TYPE breaking"),
    _case("message became another", ("Address address = 4;", "Letter address = 4;"), told="FIELD_SAME_TYPE breaking"),
    _case("value of a map became another", ("map<string, string> marks", "map<string, int32> marks"),
          told="FIELD_SAME_TYPE breaking"),
    _case("field became a list", ("string receipt = 2;", "repeated string receipt = 2;"),
          told="FIELD_SAME_CARDINALITY breaking"),
    _case("field tells its absence", ("string receipt = 2;", "optional string receipt = 2;"),
          told="FIELD_SAME_CARDINALITY breaking"),
    _case("field no longer tells its absence", ("optional int32 share = 13;", "int32 share = 13;"),
          told="FIELD_SAME_CARDINALITY breaking"),
    _case("field moved into a oneof", ("  // What it weighs.\n  int32 weight_grams = 6;\n", ""),
          ("string telephone = 8;\n", "string telephone = 8;\n    // What it weighs.\n    int32 weight_grams = 6;\n"),
          told="FIELD_SAME_ONEOF breaking, FIELD_SAME_CARDINALITY breaking, DECLARATIONS_REORDERED additive"),
    _case("oneof renamed", ("oneof told {", "oneof informed {"), told="FIELD_SAME_ONEOF breaking, "
          "FIELD_SAME_ONEOF breaking, ONEOF_NO_DELETE breaking, ONEOF_ADDED additive"),
    _case("type in JavaScript changed", ("int64 ounces = 16;", "int64 ounces = 16 [jstype = JS_STRING];"),
          told="FIELD_SAME_JSTYPE breaking"),
    _case("type in JavaScript said as it is", ("int64 ounces = 16;", "int64 ounces = 16 [jstype = JS_NORMAL];"),
          told="OPTION_RESTATED additive"),
    _case("string type in C++ changed", ("string receipt = 2;", "string receipt = 2 [ctype = CORD];"),
          told="FIELD_SAME_CPP_STRING_TYPE breaking"),
    _case("enum value renamed", ("LETTER_SPEED_SLOW = 1;", "LETTER_SPEED_LAZY = 1;"),
          told="ENUM_VALUE_SAME_NAME breaking"),
    _case("enum value renumbered", ("LETTER_SPEED_SLOW = 1;", "LETTER_SPEED_SLOW = 3;"),
          told="ENUM_VALUE_NO_DELETE breaking"),
    _case("request of another type", ("rpc PingLetter(PingLetterRequest)", "rpc PingLetter(GetLetterRequest)"),
          told="RPC_SAME_REQUEST_TYPE breaking"),
    _case("answer of another type", ("returns (PingLetterResponse) {\n    option (google.api.http) = {post: "
          '"/v1/letters/{letter_id}:ping"}', "returns (OldLetterResponse) {\n    option (google.api.http) = {post: "
          '"/v1/letters/{letter_id}:ping"}'), told="RPC_SAME_RESPONSE_TYPE breaking"),
    _case("requests became a stream", ("rpc PingLetter(Ping", "rpc PingLetter(stream Ping"),
          told="RPC_SAME_CLIENT_STREAMING breaking"),
    _case("answers became a stream", ("returns (PingLetter", "returns (stream PingLetter"),
          told="RPC_SAME_SERVER_STREAMING breaking"),
    _case("idempotency level changed", ("    option deprecated = true;\n", "    option deprecated = true;\n    option "
          "idempotency_level = NO_SIDE_EFFECTS;\n"), told="RPC_SAME_IDEMPOTENCY_LEVEL breaking"),
)  # fmt: skip


def _file(name: str, before: str, after: str, rule: str) -> Case:
    text = "\nimport "  # an option stands before the first import as well as anywhere
    place = HEAD.index(text)

    def with_option(option: str) -> str:
        return HEAD[:place] + (f"\noption {option};" if option else "") + HEAD[place:] + _STAMP

    return _written(name, with_option(before), with_option(after), rule)


_FILES = (
    _written("package changed", _NOTHING + _STAMP, _NOTHING.replace(".v1", ".v2") + _STAMP,
             "FILE_SAME_PACKAGE breaking, PACKAGE_ADDED additive"),
    _written("syntax changed", _NOTHING + _STAMP, _NOTHING.replace("proto3", "proto2") + _STAMP,
             "FILE_SAME_SYNTAX breaking, MESSAGE_SAME_JSON_FORMAT breaking"),
    *(
        _file(f"{option} changed", "", f"{option} = {value}", f"FILE_SAME_{option.upper()} breaking")
        for option, value in (
            ("cc_enable_arenas", "false"),
            ("cc_generic_services", "true"),
            ("csharp_namespace", '"Letters"'),
            ("go_package", '"letters"'),
            ("java_generic_services", "true"),
            ("java_multiple_files", "true"),
            ("java_outer_classname", '"Letters"'),
            ("java_package", '"letters"'),
            ("objc_class_prefix", '"LET"'),
            ("optimize_for", "CODE_SIZE"),
            ("php_class_prefix", '"Letters"'),
            ("php_metadata_namespace", '"Letters"'),
            ("php_namespace", '"Letters"'),
            ("py_generic_services", "true"),
            ("ruby_package", '"Letters"'),
            ("swift_prefix", '"LET"'),
        )
    ),
    _file("java_package said again", 'java_package = "letters"', "java_package = 'letters'", ""),
    _file("optimize_for said as it is", "", "optimize_for = SPEED", "OPTION_RESTATED additive"),
)  # fmt: skip

_OLD = 'syntax = "proto2";\n\npackage corridor.PACKAGE.v1;\n'
_EDITION = 'edition = "2023";\n\npackage corridor.PACKAGE.v1;\n'


def _message(head: str, inside: str, options: str = "") -> str:
    return f"{head}\n// Stamp is stuck on.\nmessage Stamp {{{options}\n{inside}}}\n"


_NAME = "  // Name.\n  {} string name = 1{};\n"

_SYNTAXES = (
    _written("default changed", _message(_OLD, _NAME.format("optional", ' [default = "a"]')),
             _message(_OLD, _NAME.format("optional", ' [default = "b"]')), "FIELD_SAME_DEFAULT breaking"),
    _written("required field added", _message(_OLD, ""), _message(_OLD, _NAME.format("required", "")),
             "MESSAGE_SAME_REQUIRED_FIELDS breaking, FIELD_ADDED additive"),
    _written("optional field added", _message(_OLD, ""), _message(_OLD, _NAME.format("optional", "")),
             "FIELD_ADDED additive"),
    _written("extensions no longer allowed", _message(_OLD, "  extensions 100 to 200;\n"), _message(_OLD, ""),
             "EXTENSION_MESSAGE_NO_DELETE breaking"),
    _written("extensions allowed", _message(_OLD, ""), _message(_OLD, "  extensions 100 to 200;\n"),
             "DECLARATION_CHANGED notice"),
    _written("standard accessor removed", _message(_OLD, ""),
             _message(_OLD, "", "\n  option no_standard_descriptor_accessor = true;"),
             "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR breaking"),
    _written("enum closed", _EDITION + _INK, _EDITION + _INK.replace("enum Ink {",
             "enum Ink {\n  option features.enum_type = CLOSED;"), "ENUM_SAME_TYPE breaking"),
    _written("JSON of an enum left to chance", _EDITION + _INK, _EDITION + _INK.replace("enum Ink {",
             "enum Ink {\n  option features.json_format = LEGACY_BEST_EFFORT;"), "ENUM_SAME_JSON_FORMAT breaking"),
    _written("JSON of a message left to chance", _message(_EDITION, ""),
             _message(_EDITION, "", "\n  option features.json_format = LEGACY_BEST_EFFORT;"),
             "MESSAGE_SAME_JSON_FORMAT breaking"),
    _written("UTF-8 no longer checked", _message(_EDITION, "  // Name.\n  string name = 1;\n"),
             _message(_EDITION, "  // Name.\n  string name = 1 [features.utf8_validation = NONE];\n"),
             "FIELD_SAME_UTF8_VALIDATION breaking, FIELD_SAME_JAVA_UTF8_VALIDATION breaking"),
    _written("UTF-8 checked in Java", _OLD + _message("", _NAME.format("optional", "")),
             _OLD + "option java_string_check_utf8 = true;\n" + _message("", _NAME.format("optional", "")),
             "FIELD_SAME_JAVA_UTF8_VALIDATION breaking, OPTION_CHANGED notice"),
    _written("presence of an edition changed", _message(_EDITION, "  // Name.\n  string name = 1;\n"),
             _message(_EDITION, "  // Name.\n  string name = 1 [features.field_presence = IMPLICIT];\n"),
             "FIELD_SAME_CARDINALITY breaking"),
)  # fmt: skip

CASES = (*_DELETED, *_FIELDS, *_FILES, *_SYNTAXES)
