"""What differs between two sets of rules: by name, in place, field by field, and in lines that people read."""

from corridor.routing.v1 import routing_diff_pb2 as messages
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingRule
from server.platform.routing.diffing import diff
from tests.server.routing.rules_desk import feature, send

ADDED, REMOVED, CHANGED = (
    messages.ROUTING_RULE_CHANGE_ADDED,
    messages.ROUTING_RULE_CHANGE_REMOVED,
    messages.ROUTING_RULE_CHANGE_CHANGED,
)


def named(*names: str) -> list[RoutingRule]:
    return [feature(name, 100) for name in names]


def test_the_same_rules_do_not_differ() -> None:
    assert messages.RoutingDiff() == diff(named("a", "b"), named("a", "b"))


def test_rules_are_new_or_gone_by_their_names() -> None:
    found = diff(named("a", "b"), named("b", "c"))

    assert [("c", ADDED, 0, 2), ("a", REMOVED, 1, 0)] == [
        (each.name, each.change, each.number_before, each.number_after) for each in found.rules
    ]


def test_a_rule_that_is_put_first_has_moved_and_the_others_have_not() -> None:
    found = diff(named("a", "b", "c", "d"), named("d", "a", "b", "c"))

    assert [("d", CHANGED, 4, 1, True)] == [
        (each.name, each.change, each.number_before, each.number_after, each.moved) for each in found.rules
    ]
    assert ["~ 1. d moved from 4. to 1."] == list(found.lines)


def test_who_makes_room_for_a_new_rule_has_not_moved() -> None:
    assert ["b"] == [each.name for each in diff(named("a", "c"), named("a", "b", "c")).rules]


def test_a_changed_rule_names_each_field_with_both_values() -> None:
    before = send("a", "conn_1", "conn_2", when=RoutingCondition(segments=["retail"]))
    after = send("a", "conn_1", "conn_3", when=RoutingCondition(segments=["retail"], currency_codes=["EUR"]))

    (rule,) = diff([before], [after]).rules

    assert {
        ("when.currency_codes", "", '["EUR"]'),
        ("send.candidates[1].connection_id", '"conn_2"', '"conn_3"'),
    } == {(each.path, each.before, each.after) for each in rule.fields}


def test_a_candidate_more_is_one_difference() -> None:
    (rule,) = diff([send("a", "conn_1")], [send("a", "conn_1", "conn_2")]).rules

    assert [("send.candidates[1].connection_id", "", '"conn_2"')] == [
        (each.path, each.before, each.after) for each in rule.fields
    ]


def test_lines_tell_what_a_new_rule_does_and_what_changed() -> None:
    found = diff([feature("a", 100), feature("gone", 1)], [feature("a", 5), feature("new", 0)])

    assert [
        "~ 1. a",
        "    feature.percent: 100 -> 5",
        '+ 2. new: {"name": "new", "feature": {"percent": 0}}',
        "- 2. gone",
    ] == list(found.lines)


def test_what_is_moved_and_changed_tells_both() -> None:
    found = diff(
        [feature("a", 1), feature("b", 2), feature("c", 3)], [feature("c", 4), feature("a", 1), feature("b", 2)]
    )

    assert ["~ 1. c moved from 3. to 1.", "    feature.percent: 3 -> 4"] == list(found.lines)
