"""buf's FILE rules in our words: one entry per rule that buf knows, under buf's own name.

Rule: a change is of the wire where buf's WIRE or WIRE_JSON category has the rule or a conditional form of it.
"""

from server.cli.contracts.review.model import Kind, Rule, Verdict

_DEPRECATE = "Keep it, deprecate it with its sunset and replacement, and leave it out of the next version."
_BESIDE = "Leave it as it is and add a new one beside it; deprecate the old one."


_KEEP = "Keep it in its file, even where nothing of ours uses it any more; a new version can do without it."


def _breaking(rule: str, kind: Kind, title: str, why: str, instead: str) -> Rule:
    return Rule(rule, kind, Verdict.BREAKING, title, why, instead)


_DELETED = (
    _breaking(
        "FILE_NO_DELETE",
        Kind.SOURCE,
        "A file was deleted.",
        "Callers import the code that is generated per file, and everything in it is gone.",
        _DEPRECATE,
    ),
    _breaking(
        "SERVICE_NO_DELETE",
        Kind.SOURCE,
        "A service left its file.",
        "Its stubs are no longer where callers import them; where it is gone altogether, every call is refused.",
        _DEPRECATE,
    ),
    _breaking(
        "RPC_NO_DELETE",
        Kind.SOURCE,
        "An RPC was deleted.",
        "Calls are answered UNIMPLEMENTED, and code that calls it no longer builds.",
        _DEPRECATE,
    ),
    _breaking(
        "MESSAGE_NO_DELETE",
        Kind.SOURCE,
        "A message left its file.",
        "Callers import it from the module of its file, where it no longer is.",
        _KEEP,
    ),
    _breaking(
        "ENUM_NO_DELETE",
        Kind.SOURCE,
        "An enum left its file.",
        "Callers import it from the module of its file, where it no longer is.",
        _KEEP,
    ),
    _breaking(
        "EXTENSION_NO_DELETE",
        Kind.SOURCE,
        "An option was deleted.",
        "Whoever reads the option from descriptors no longer builds.",
        "Keep the option and stop setting it.",
    ),
    _breaking(
        "FIELD_NO_DELETE",
        Kind.WIRE,
        "A field was deleted.",
        "What callers send in it is ignored, what they read of it is empty, and code that names it no longer builds.",
        _DEPRECATE,
    ),
    _breaking(
        "ONEOF_NO_DELETE",
        Kind.SOURCE,
        "A oneof was deleted.",
        "Code that asks which of its fields is set no longer builds.",
        "Keep the oneof; fields can be deprecated one by one.",
    ),
    _breaking(
        "ENUM_VALUE_NO_DELETE",
        Kind.WIRE,
        "An enum value was deleted.",
        "Callers who send it are refused, and code that names it no longer builds.",
        "Keep the value, mark it deprecated, and say in its comment what stands in its place.",
    ),
    _breaking(
        "EXTENSION_MESSAGE_NO_DELETE",
        Kind.SOURCE,
        "An extension range was taken away.",
        "Extensions that others keep in that range no longer compile.",
        "Keep the range.",
    ),
    *(
        _breaking(
            f"RESERVED_{kind.upper()}_NO_DELETE",
            Kind.WIRE,
            f"A reserved number or name of {article} {kind} was freed.",
            "Callers of old code may still send what once stood there, and it would be read as something else.",
            f"Keep it reserved, and give the new {part} a number and name that were never used.",
        )
        for article, kind, part in (("a", "message", "field"), ("an", "enum", "value"))
    ),
)

_FIELDS = (
    _breaking(
        "FIELD_SAME_NAME",
        Kind.WIRE,
        "A field was renamed.",
        "JSON and generated code know a field by its name; callers' programs no longer find it.",
        _BESIDE,
    ),
    _breaking(
        "FIELD_SAME_JSON_NAME",
        Kind.WIRE,
        "A field has another name in JSON.",
        "What HTTP callers send under the old name is refused, and they no longer find it in answers.",
        "Keep the JSON name, or add a new field beside this one and deprecate the old one.",
    ),
    _breaking(
        "FIELD_SAME_TYPE",
        Kind.WIRE,
        "A field has another type.",
        "Bytes of one type are misread as the other, and generated code has another type.",
        _BESIDE,
    ),
    _breaking(
        "FIELD_SAME_CARDINALITY",
        Kind.WIRE,
        "A field became single, repeated or optional.",
        "Code that reads one value finds a list or the reverse, or can no longer tell unset from empty.",
        _BESIDE,
    ),
    _breaking(
        "FIELD_SAME_ONEOF",
        Kind.WIRE,
        "A field moved into or out of a oneof.",
        "Callers who set it together with another field of the oneof lose one of both without being told.",
        "Leave it where it is and add a new field in the other place.",
    ),
    _breaking(
        "FIELD_SAME_DEFAULT",
        Kind.WIRE,
        "A field has another default.",
        "Callers who leave it out mean something else from one day to the next.",
        _BESIDE,
    ),
    _breaking(
        "FIELD_SAME_JSTYPE",
        Kind.SOURCE,
        "A field has another type in JavaScript.",
        "Generated JavaScript gives a string where it gave a number, or the reverse.",
        "Leave `jstype` as it is.",
    ),
    _breaking(
        "FIELD_SAME_CPP_STRING_TYPE",
        Kind.SOURCE,
        "A field has another string type in C++.",
        "Generated C++ has another type, and code that uses it no longer builds.",
        "Leave `ctype` as it is.",
    ),
    _breaking(
        "FIELD_SAME_UTF8_VALIDATION",
        Kind.SOURCE,
        "Text in a field is checked otherwise for being UTF-8.",
        "Texts that were taken are refused when they are read, or the reverse.",
        "Leave `features.utf8_validation` as it is.",
    ),
    _breaking(
        "FIELD_SAME_JAVA_UTF8_VALIDATION",
        Kind.SOURCE,
        "Text in a field is checked otherwise for being UTF-8 in Java.",
        "Texts that Java programs took are refused when they are read, or the reverse.",
        "Leave `java_string_check_utf8` and `(pb.java).utf8_validation` as they are.",
    ),
)

_TYPES = (
    _breaking(
        "ENUM_VALUE_SAME_NAME",
        Kind.WIRE,
        "An enum value was renamed.",
        "JSON and generated code know a value by its name; callers' programs no longer find it.",
        "Keep the name; where it misleads, add a new value and deprecate this one.",
    ),
    _breaking(
        "ENUM_SAME_TYPE",
        Kind.SOURCE,
        "An enum became open or closed.",
        "Values that a program does not know are kept where they were dropped, or the reverse.",
        "Leave the file's syntax and `features.enum_type` as they are.",
    ),
    *(
        _breaking(
            f"{kind.upper()}_SAME_JSON_FORMAT",
            Kind.WIRE,
            f"The support of JSON changed for {article} {kind}.",
            "It can no longer be sent or read as JSON for certain.",
            "Leave `features.json_format` as it is.",
        )
        for article, kind in (("an", "enum"), ("a", "message"))
    ),
    _breaking(
        "MESSAGE_SAME_REQUIRED_FIELDS",
        Kind.WIRE,
        "A proto2 `required` field was added or deleted.",
        "Programs of one side refuse the messages of the other as a whole.",
        "Use an optional field, and validation where it must be set.",
    ),
    _breaking(
        "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR",
        Kind.SOURCE,
        "A message no longer has its standard `descriptor` accessor.",
        "Generated code that asks for the descriptor no longer builds.",
        "Leave `no_standard_descriptor_accessor` unset.",
    ),
)

_RPCS = (
    _breaking(
        "RPC_SAME_REQUEST_TYPE",
        Kind.WIRE,
        "An RPC takes another message.",
        "What callers send is read as another message, and code that calls it no longer builds.",
        "Add fields to the message that it takes, or add a second RPC and deprecate this one.",
    ),
    _breaking(
        "RPC_SAME_RESPONSE_TYPE",
        Kind.WIRE,
        "An RPC answers another message.",
        "Callers read the answer as another message, and code that calls it no longer builds.",
        "Add fields to the message that it answers, or add a second RPC and deprecate this one.",
    ),
    _breaking(
        "RPC_SAME_CLIENT_STREAMING",
        Kind.WIRE,
        "An RPC takes a stream where it took one message, or the reverse.",
        "Callers speak in a way that the server no longer understands.",
        "Add a second RPC and deprecate this one.",
    ),
    _breaking(
        "RPC_SAME_SERVER_STREAMING",
        Kind.WIRE,
        "An RPC answers a stream where it answered one message, or the reverse.",
        "Callers wait for one answer and get several, or the reverse.",
        "Add a second RPC and deprecate this one.",
    ),
    _breaking(
        "RPC_SAME_IDEMPOTENCY_LEVEL",
        Kind.WIRE,
        "An RPC's `idempotency_level` changed.",
        "Programs that repeat calls, or send them by GET, rely on it.",
        "Leave it as it is; the rule for keys is that of the method policy.",
    ),
)

_FILES = (
    _breaking(
        "FILE_SAME_PACKAGE",
        Kind.WIRE,
        "A file moved to another package.",
        "Every name in it changes: the paths of RPCs, the types in `Any`, the modules of generated code.",
        "Make the change in a new version of the package, served beside this one.",
    ),
    _breaking(
        "FILE_SAME_SYNTAX",
        Kind.SOURCE,
        "A file has another syntax or edition.",
        "Presence, defaults and closed enums are read otherwise, and generated code changes with them.",
        "Make the change in a new version of the package, served beside this one.",
    ),
)

# Options of a file that shape generated code, and whose code it is.
_FILE_OPTIONS = {
    "cc_enable_arenas": "C++",
    "cc_generic_services": "C++",
    "csharp_namespace": "C#",
    "go_package": "Go",
    "java_generic_services": "Java",
    "java_multiple_files": "Java",
    "java_outer_classname": "Java",
    "java_package": "Java",
    "objc_class_prefix": "Objective-C",
    "optimize_for": "C++ and Java",
    "php_class_prefix": "PHP",
    "php_metadata_namespace": "PHP",
    "php_namespace": "PHP",
    "py_generic_services": "Python",
    "ruby_package": "Ruby",
    "swift_prefix": "Swift",
}
_OPTIONS = tuple(
    _breaking(
        f"FILE_SAME_{option.upper()}",
        Kind.SOURCE,
        f"A file's `{option}` changed.",
        f"Names or shapes of the generated {language} code change, and code that uses them no longer builds.",
        f"Leave `{option}` as it is; whoever generates code can override it for themselves.",
    )
    for option, language in _FILE_OPTIONS.items()
)
RULES: tuple[Rule, ...] = (*_DELETED, *_FIELDS, *_TYPES, *_RPCS, *_FILES, *_OPTIONS)
