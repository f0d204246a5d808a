"""One small file for each of buf's FILE rules, before and after a change that breaks it.

Some stand in proto2 or editions, in which contracts of ours never are: the rule cannot be broken otherwise.
"""

from dataclasses import dataclass

from server.cli.contracts.review import compiling
from server.cli.contracts.review.model import Side

_TWO = 'syntax = "proto2";\n'
_EDITION = 'edition = "2023";\n'
_EXTENDS = 'import "google/protobuf/descriptor.proto";\nextend google.protobuf.FieldOptions { '
_SERVICE = "message A { string a = 1; }\nmessage B { string b = 1; }\nservice S { rpc Keep(A) returns (A); %s }"


@dataclass(frozen=True, slots=True)
class Case:
    """A change of one file. `%` in an element stands for its package, which is made of the rule's name."""

    rule: str
    element: str
    before: str
    after: str | None
    also: tuple[str, ...] = ()
    """Other rules that the same change breaks."""
    says: str = ""
    """The sentence that is told."""
    name: str = ""
    """Where a rule has several cases."""

    @property
    def package(self) -> str:
        return f"corridor.{self.name or self.rule.lower()}.v1"

    @property
    def file(self) -> str:
        return f"{self.package.replace('.', '/')}/case.proto"

    @property
    def named(self) -> str:
        return self.element.replace("%", self.package)

    def changed(self) -> str:
        assert self.after is not None
        return self.text(self.before, "corridor.moved.v1") if self.after == "package" else self.text(self.after)

    def text(self, body: str, package: str = "") -> str:
        stated = body.startswith(("syntax", "edition"))
        head, rest = body.split("\n", 1) if stated else ('syntax = "proto3";', body)
        return f"{head}\npackage {package or self.package};\n{rest}\n"


def _message(fields: str, head: str = "") -> str:
    return f"{head}message M {{ {fields} }}"


_OPTIONS = {
    "cc_enable_arenas": "false",
    "cc_generic_services": "true",
    "csharp_namespace": '"X"',
    "go_package": '"x"',
    "java_generic_services": "true",
    "java_multiple_files": "true",
    "java_outer_classname": '"X"',
    "java_package": '"x"',
    "objc_class_prefix": '"X"',
    "optimize_for": "CODE_SIZE",
    "php_class_prefix": '"X"',
    "php_metadata_namespace": '"X"',
    "php_namespace": '"X"',
    "py_generic_services": "true",
    "ruby_package": '"X"',
    "swift_prefix": '"X"',
}

_PLAIN = "message A { string a = 1; }\nmessage B { string b = 1; }"
_DELETED = "message Gone { enum E { Z = 0; } string a = 1; }\nmessage M {}"
_TWO_OPTIONS = _EXTENDS + "string gone = 90001; string kept = 90002; }"

CASES: tuple[Case, ...] = (
    Case("FILE_NO_DELETE", "corridor/file_no_delete/v1/case.proto", _message("string a = 1;"), None),
    Case("FILE_SAME_PACKAGE", "corridor/file_same_package/v1/case.proto", _message(""), "package"),
    Case(
        "FILE_SAME_SYNTAX",
        "corridor/file_same_syntax/v1/case.proto",
        _message("optional int32 a = 1;", _TWO),
        _message("optional int32 a = 1;"),
        says="The syntax was `proto2` and is `proto3`.",
    ),
    Case("SERVICE_NO_DELETE", "%.S", _SERVICE % "", _PLAIN, says="The service `S` is gone."),
    Case("RPC_NO_DELETE", "%.S.Gone", _SERVICE % "rpc Gone(A) returns (A);", _SERVICE % ""),
    Case(
        "RPC_SAME_REQUEST_TYPE",
        "%.S.R",
        _SERVICE % "rpc R(A) returns (A);",
        _SERVICE % "rpc R(B) returns (A);",
        says="The request was `corridor.rpc_same_request_type.v1.A` and is `corridor.rpc_same_request_type.v1.B`.",
    ),
    Case("RPC_SAME_RESPONSE_TYPE", "%.S.R", _SERVICE % "rpc R(A) returns (A);", _SERVICE % "rpc R(A) returns (B);"),
    Case(
        "RPC_SAME_CLIENT_STREAMING",
        "%.S.R",
        _SERVICE % "rpc R(A) returns (A);",
        _SERVICE % "rpc R(stream A) returns (A);",
        says="What is sent was one message and is a stream.",
    ),
    Case(
        "RPC_SAME_SERVER_STREAMING",
        "%.S.R",
        _SERVICE % "rpc R(A) returns (stream A);",
        _SERVICE % "rpc R(A) returns (A);",
        says="What is answered was a stream and is one message.",
    ),
    Case(
        "RPC_SAME_IDEMPOTENCY_LEVEL",
        "%.S.R",
        _SERVICE % "rpc R(A) returns (A) { option idempotency_level = NO_SIDE_EFFECTS; }",
        _SERVICE % "rpc R(A) returns (A);",
    ),
    Case("MESSAGE_NO_DELETE", "%.Gone", _DELETED, "message M {}", says="The message `Gone` is gone."),
    Case(
        "MESSAGE_SAME_REQUIRED_FIELDS",
        "%.M.a",
        _message("optional string b = 2;", _TWO),
        _message("optional string b = 2; required string a = 1;", _TWO),
        says="Every message has to set it now.",
    ),
    Case(
        "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR",
        "%.M",
        _message(""),
        _message("option no_standard_descriptor_accessor = true;"),
        says="`no_standard_descriptor_accessor` was `false` and is `true`.",
    ),
    Case(
        "MESSAGE_SAME_JSON_FORMAT",
        "%.M",
        _message("string a = 1;", _EDITION),
        _message("option features.json_format = LEGACY_BEST_EFFORT; string a = 1;", _EDITION),
    ),
    Case("ENUM_NO_DELETE", "%.Gone", "enum Gone { Z = 0; }\nmessage M {}", "message M {}"),
    Case(
        "ENUM_VALUE_NO_DELETE",
        "%.M.E.B",
        _message("enum E { A = 0; B = 1; }"),
        _message("enum E { A = 0; }"),
        says="Value 1, `B`, is gone, and its number and name are not reserved.",
    ),
    Case("ENUM_VALUE_SAME_NAME", "%.E.B", "enum E { A = 0; B = 1; }", "enum E { A = 0; C = 1; }"),
    Case(
        "ENUM_SAME_TYPE",
        "%.E",
        f"{_EDITION}enum E {{ A = 0; }}",
        f"{_EDITION}enum E {{ option features.enum_type = CLOSED; A = 0; }}",
        says="The enum was `open` and is `closed`.",
    ),
    Case(
        "ENUM_SAME_JSON_FORMAT",
        "%.E",
        f"{_EDITION}enum E {{ A = 0; }}",
        f"{_EDITION}enum E {{ option features.json_format = LEGACY_BEST_EFFORT; A = 0; }}",
    ),
    Case("EXTENSION_NO_DELETE", "%.gone", _TWO_OPTIONS, _EXTENDS + "string kept = 90002; }"),
    Case(
        "EXTENSION_MESSAGE_NO_DELETE",
        "%.M",
        _message("extensions 100 to 200;", _TWO),
        _message("extensions 100 to 150;", _TWO),
        says="Of the numbers 100 to 200, which were kept free, these no longer are: 151 to 200.",
    ),
    Case(
        "RESERVED_MESSAGE_NO_DELETE",
        "%.M",
        _message('reserved 2 to 9; reserved "a";'),
        _message('reserved 2 to 5, 7; reserved "a";'),
        says="Of the numbers 2 to 9, which were kept free, these no longer are: 6, 8 to 9.",
    ),
    Case(
        "RESERVED_ENUM_NO_DELETE",
        "%.E",
        'enum E { reserved 5; reserved "X"; A = 0; }',
        "enum E { reserved 5; A = 0; }",
        says="The name `X` is no longer reserved.",
    ),
    Case(
        "ONEOF_NO_DELETE",
        "%.M.o",
        _message("oneof o { string a = 1; }"),
        _message("optional string a = 1;"),
        also=("FIELD_SAME_ONEOF",),
    ),
    Case("FIELD_NO_DELETE", "%.M.N.a", _message("message N { string a = 1; }"), _message("message N {}")),
    Case(
        "FIELD_NO_DELETE",
        "%.M.a",
        _message("string a = 1;"),
        _message('reserved 1; reserved "a";'),
        says="Field 1, `a`, is gone; its number and name are reserved.",
        name="reserved",
    ),
    Case(
        "FIELD_NO_DELETE",
        "%.M.a",
        _message("string a = 1;"),
        _message("reserved 1;"),
        says="Field 1, `a`, is gone, and its name is not reserved.",
        name="half_reserved",
    ),
    Case("FIELD_SAME_NAME", "%.M.a", _message("string a = 1;"), _message('string b = 1 [json_name = "a"];')),
    Case("FIELD_SAME_JSON_NAME", "%.M.a", _message("string a = 1;"), _message('string a = 1 [json_name = "b"];')),
    Case(
        "FIELD_SAME_TYPE",
        "%.M.a",
        _message("map<string, string> a = 1;"),
        _message("map<string, int32> a = 1;"),
        says="The type was `map<string, string>` and is `map<string, int32>`.",
    ),
    Case(
        "FIELD_SAME_TYPE",
        "%.M.N.a",
        "message O { message N { string a = 1; } }\nmessage M { message N { string a = 1; } }",
        "message O { message N { string a = 1; } }\nmessage M { message N { bytes a = 1; } }",
        name="same_names",
    ),
    Case(
        "FIELD_SAME_CARDINALITY",
        "%.M.a",
        _message("string a = 1;"),
        _message("repeated string a = 1;"),
        says="It was single, and unset is the same as empty; it is a list.",
    ),
    Case(
        "FIELD_SAME_ONEOF",
        "%.M.a",
        _message("oneof o { string b = 2; } optional string a = 1;"),
        _message("oneof o { string b = 2; string a = 1; }"),
        says="It was in no oneof and is in oneof `o`.",
    ),
    Case(
        "FIELD_SAME_DEFAULT",
        "%.M.a",
        _message('optional string a = 1 [default = "x"];', _TWO),
        _message('optional string a = 1 [default = "y"];', _TWO),
        says="The default was `x` and is `y`.",
    ),
    Case("FIELD_SAME_JSTYPE", "%.M.a", _message("int64 a = 1;"), _message("int64 a = 1 [jstype = JS_STRING];")),
    Case(
        "FIELD_SAME_CPP_STRING_TYPE",
        "%.M.a",
        _message("optional string a = 1 [ctype = CORD];", _TWO),
        _message("optional string a = 1;", _TWO),
    ),
    Case(
        "FIELD_SAME_UTF8_VALIDATION",
        "%.M.a",
        _message("string a = 1;", _EDITION),
        _message("string a = 1 [features.utf8_validation = NONE];", _EDITION),
        also=("FIELD_SAME_JAVA_UTF8_VALIDATION",),
        says="The check for UTF-8 was `VERIFY` and is `NONE`.",
    ),
    Case(
        "FIELD_SAME_JAVA_UTF8_VALIDATION",
        "%.M.a",
        _message("optional string a = 1;", _TWO),
        _message("optional string a = 1;", f"{_TWO}option java_string_check_utf8 = true;\n"),
    ),
    *(
        Case(
            f"FILE_SAME_{option.upper()}",
            f"corridor/file_same_{option}/v1/case.proto",
            _message(""),
            f"option {option} = {value};\n{_message('')}",
        )
        for option, value in _OPTIONS.items()
    ),
)


def sides() -> tuple[Side, Side]:
    """All cases at once, each in a package of its own."""
    before = {case.file: case.text(case.before).encode() for case in CASES}
    after = {
        case.file: (
            case.text(case.before, "corridor.moved.v1") if case.after == "package" else case.text(case.after)
        ).encode()
        for case in CASES
        if case.after is not None
    }
    return tuple(  # type: ignore[return-value] # of two, it gives two
        Side(title, compiling.compiled(title, texts), {name: text.decode() for name, text in texts.items()})
        for title, texts in (("before", before), ("after", after))
    )
