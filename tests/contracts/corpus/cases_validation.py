"""Changes of validation: every kind of rule, tightened and loosened, in requests, in answers, and both ways."""

from tests.contracts.corpus.base import Case, case

TIGHTER, LOOSER, OTHER = "VALIDATION_TIGHTENED", "VALIDATION_LOOSENED", "VALIDATION_REPLACED"

_PROBES = {
    "request": "  int64 ounces = 16;\n",
    "answer": "  int32 cost = 3;\n",
    "both": "  // What it says. PROBE_BOTH_WAYS\n",
    "inside": "  reserved 5 to 7;\n",
}


def _rule(name: str, kind: str, before: str, after: str, told: str, where: str = "request") -> Case:
    """A field of a type with two rules, in a message that goes one way or both."""
    place = _PROBES[where]

    def field(rule: str) -> str:
        options = f" [{', '.join(f'(buf.validate.field).{each}' for each in rule.split(' & '))}]" if rule else ""
        return (
            f"{place}  // Probe.\n  {kind} probe = 50{options};\n"
            if "PROBE" not in place
            else (f"  // Probe.\n  {kind} probe = 50{options};\n{place}")
        )

    return case("validation", name, (field(before), field(after)), given=[(place, field(before))], told=told)


def _both(name: str, kind: str, narrow: str, wide: str) -> tuple[Case, Case]:
    """A rule tightened, and the same one loosened."""
    return (
        _rule(f"{name} tightened", kind, wide, narrow, f"{TIGHTER} breaking"),
        _rule(f"{name} loosened", kind, narrow, wide, f"{LOOSER} additive"),
    )


_OPTIONAL = "optional string"

_KINDS = (
    *_both("max_len", "string", "string.max_len = 10", "string.max_len = 20"),
    *_both("min_len", _OPTIONAL, "string.min_len = 5", "string.min_len = 2"),
    *_both("max_bytes", "string", "string.max_bytes = 10", "string.max_bytes = 20"),
    *_both("min_bytes", _OPTIONAL, "string.min_bytes = 5", "string.min_bytes = 2"),
    *_both("len", _OPTIONAL, "string.len = 5", "string = {min_len: 4 max_len: 6}"),
    *_both("pattern by its count", _OPTIONAL, 'string.pattern = "^[a-z]{4}$"', 'string.pattern = "^[a-z]{2,6}$"'),
    *_both("pattern by its characters", _OPTIONAL, 'string.pattern = "^[a-f]+$"', 'string.pattern = "^[a-z]+$"'),
    *_both("prefix", _OPTIONAL, 'string.prefix = "abc"', 'string.prefix = "ab"'),
    *_both("suffix", _OPTIONAL, 'string.suffix = "abc"', 'string.suffix = "bc"'),
    *_both("contains", _OPTIONAL, 'string.contains = "abc"', 'string.contains = "b"'),
    *_both("not_contains", "string", 'string.not_contains = "b"', 'string.not_contains = "abc"'),
    *_both("in", _OPTIONAL, 'string = {in: ["a"]}', 'string = {in: ["a", "b"]}'),
    *_both("not_in", "string", 'string = {not_in: ["a", "b"]}', 'string = {not_in: ["a"]}'),
    *_both("const", _OPTIONAL, 'string.const = "a"', 'string = {in: ["a", "b"]}'),
    *_both("email", _OPTIONAL, "string.email = true", ""),
    *_both("ip", _OPTIONAL, "string.ipv4 = true", "string.ip = true"),
    *_both("uri", _OPTIONAL, "string.uri = true", "string.uri_ref = true"),
    *_both("uuid", _OPTIONAL, "string.uuid = true", ""),
    *_both("hostname", _OPTIONAL, "string.hostname = true", "string.address = true"),
    *_both("header", _OPTIONAL, "string.well_known_regex = KNOWN_REGEX_HTTP_HEADER_NAME",
           "string.well_known_regex = KNOWN_REGEX_HTTP_HEADER_NAME & string.strict = false"),
    *_both("gte", "int32", "int32.gte = 0", "int32.gte = -5"),
    *_both("gt", "double", "double.gt = -1.5", "double.gte = -1.5"),
    *_both("lte", "uint64", "uint64.lte = 10", "uint64.lte = 20"),
    *_both("lt", "sint64", "sint64.lt = 10", "sint64.lte = 10"),
    *_both("numbers in", "optional int32", "int32 = {in: [1]}", "int32 = {in: [1, 2]}"),
    *_both("finite", "float", "float.finite = true", ""),
    *_both("bool const", "optional bool", "bool.const = true", ""),
    *_both("max_items", "repeated string", "repeated.max_items = 5", "repeated.max_items = 9"),
    *_both("min_items", "repeated string", "repeated.min_items = 5", "repeated.min_items = 2"),
    *_both("unique", "repeated string", "repeated.unique = true", ""),
    *_both("items", "repeated string", "repeated.items.string.max_len = 5", "repeated.items.string.max_len = 9"),
    *_both("max_pairs", "map<string, string>", "map.max_pairs = 5", "map.max_pairs = 9"),
    *_both("keys", "map<string, string>", "map.keys.string.min_len = 1", ""),
    *_both("values", "map<string, string>", "map.values.string.max_len = 5", "map.values.string.max_len = 9"),
    *_both("defined_only", "LetterSpeed", "enum.defined_only = true", ""),
    *_both("enum in", "optional LetterSpeed", "enum = {in: [1]}", "enum = {in: [1, 2]}"),
    *_both("enum not_in", "LetterSpeed", "enum = {not_in: [1, 2]}", "enum = {not_in: [2]}"),
    *_both("bytes", "optional bytes", "bytes = {min_len: 2 max_len: 3}", "bytes = {min_len: 2 max_len: 4}"),
    *_both("bytes as ip", "optional bytes", "bytes.ipv6 = true", "bytes.ip = true"),
    *_both("duration", "google.protobuf.Duration", "duration.lte = {seconds: 5}", "duration.lte = {seconds: 9}"),
    *_both("timestamp in the future", "google.protobuf.Timestamp", "timestamp.gt_now = true", ""),
    *_both("timestamp", "google.protobuf.Timestamp", "timestamp.gte = {seconds: 9}", "timestamp.gte = {seconds: 5}"),
    *_both("timestamp within", "google.protobuf.Timestamp", "timestamp.within = {seconds: 5}",
           "timestamp.within = {seconds: 9}"),
    *_both("ignore", _OPTIONAL, "string.max_len = 5", "string.max_len = 5 & ignore = IGNORE_ALWAYS"),
    *_both("CEL", "string", 'cel = {id: "a" message: "No." expression: "this != \'x\'"}', ""),
    *_both("CEL expression", "string", "cel_expression = \"this != 'x'\"", ""),
)  # fmt: skip

_CEL = 'cel = {id: "a" message: "No." expression: "this != \'x\'"}'
_ONE_OF = 'option (buf.validate.message).oneof = {fields: ["street", "town"]};'
_ADDRESS = "message Address {"
_RULE_OF_ADDRESS = 'option (buf.validate.message).cel = {id: "a" message: "No." expression: "this.street != \'x\'"};'

_OTHERS = (
    _rule("pattern replaced", _OPTIONAL, 'string.pattern = "^[a-z]+$"', 'string.pattern = "^[0-9]+$"',
          f"{OTHER} breaking"),
    _rule("pattern of another build", _OPTIONAL, 'string.pattern = "^a|b$"', 'string.pattern = "^(a|b|c)$"',
          f"{OTHER} breaking"),
    _rule("prefix replaced", _OPTIONAL, 'string.prefix = "a"', 'string.prefix = "b"', f"{OTHER} breaking"),
    _rule("format replaced", _OPTIONAL, "string.email = true", "string.uri = true", f"{OTHER} breaking"),
    _rule("values replaced", _OPTIONAL, 'string = {in: ["a", "b"]}', 'string = {in: ["b", "c"]}', f"{OTHER} breaking"),
    _rule("CEL replaced", "string", _CEL, _CEL.replace("'x'", "'y'"), f"{OTHER} breaking"),
    _rule("range moved", "int32", "int32 = {gte: -9 lte: 10}", "int32 = {gte: -5 lte: 20}",
          f"{TIGHTER} breaking, {LOOSER} additive"),
    _rule("range turned inside out", "optional int32", "int32 = {gt: 5 lt: 9}", "int32 = {gt: 9 lt: 5}",
          f"{LOOSER} additive, {TIGHTER} breaking"),
    _rule("text of a CEL rule", "string", _CEL, _CEL.replace("No.", "Never."), "VALIDATION_TEXT_CHANGED additive"),
    _rule("example", "string", 'string.example = "a"', 'string.example = "b"', "VALIDATION_TEXT_CHANGED additive"),
    _rule("least length said to be none", "string", "string.max_len = 9", "string = {min_len: 0 max_len: 9}",
          "OPTION_RESTATED additive"),
    _rule("exclusive bound written as an inclusive one", "int32", "int32.lt = 10", "int32.lte = 9",
          "OPTION_RESTATED additive"),
    _rule("length written as two bounds", _OPTIONAL, "string.len = 5", "string = {min_len: 5 max_len: 5}",
          "OPTION_RESTATED additive"),
    _rule("one allowed value written as a list", _OPTIONAL, 'string.const = "a"', 'string = {in: ["a"]}',
          "OPTION_RESTATED additive"),
    _rule("allowed values in another order", _OPTIONAL, 'string = {in: ["a", "b"]}', 'string = {in: ["b", "a"]}',
          "OPTION_RESTATED additive"),
    _rule("answers allow less", "string", "string.max_len = 9", "string.max_len = 5", f"{TIGHTER} additive", "answer"),
    _rule("answers allow more", "string", "string.max_len = 5", "string.max_len = 9", f"{LOOSER} notice", "answer"),
    _rule("answers allow others", _OPTIONAL, "string.email = true", "string.uri = true", f"{OTHER} notice", "answer"),
    _rule("answers are asked to hold a field", "string", "", "required = true", f"{TIGHTER} additive", "answer"),
    _rule("both ways less", "string", "string.max_len = 9", "string.max_len = 5", f"{TIGHTER} breaking", "both"),
    _rule("both ways more", "string", "string.max_len = 5", "string.max_len = 9", f"{LOOSER} notice", "both"),
    _rule("inside less", "string", "string.max_len = 9", "string.max_len = 5", f"{TIGHTER} notice", "inside"),
    _rule("inside more", "string", "string.max_len = 5", "string.max_len = 9", f"{LOOSER} additive", "inside"),
    case("validation", "rule of a message", (_ADDRESS, f"{_ADDRESS}\n  {_RULE_OF_ADDRESS}"),
         told=f"{TIGHTER} breaking"),
    case("validation", "no rule of a message", (f"\n  {_RULE_OF_ADDRESS}", ""),
         given=[(_ADDRESS, f"{_ADDRESS}\n  {_RULE_OF_ADDRESS}")], told=f"{LOOSER} additive"),
    case("validation", "one of two fields of a message", (_ADDRESS, f"{_ADDRESS}\n  {_ONE_OF}"),
         told=f"{TIGHTER} breaking"),
    case("validation", "one of two fields has to be set", (_ONE_OF, _ONE_OF.replace("]}", "] required: true}")),
         given=[(_ADDRESS, f"{_ADDRESS}\n  {_ONE_OF}")], told=f"{TIGHTER} breaking"),
    case("validation", "both of two fields may be set", (_ONE_OF, ""),
         given=[(_ADDRESS, f"{_ADDRESS}\n  {_ONE_OF}")], told=f"{LOOSER} additive"),
)  # fmt: skip

CASES = (*_KINDS, *_OTHERS)
