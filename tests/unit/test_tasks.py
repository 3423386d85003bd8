"""Tasks: those that ship are whole in both languages; a user's own works, and its mistakes name the nearest word."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TaskError
from core.lab.task import parse_task, read_task, task_names
from core.locale import Language
from core.taxonomy import CONDITIONS, Condition, View


@pytest.mark.parametrize("name", task_names())
def test_a_shipped_task_says_everything_in_both_languages(name):
    task = read_task(name)
    assert task.id == name
    for texts in (task.names, task.description):
        assert set(texts) == {"en", "ko"}
    for output in task.outputs:
        for one in output.classes:
            for texts in (one.names, one.advice):
                assert set(texts) == {"en", "ko"}
                assert any("가" <= letter <= "힣" for letter in texts["ko"])
                assert not any("가" <= letter <= "힣" for letter in texts["en"])
            assert one.advice["ko"].endswith(("요.", "요")), one.advice["ko"]
    assert parse_task(task.as_dict(), "again") == task


def test_the_tasks_of_the_issue_are_there():
    kinds = {name: [(len(o.classes), o.kind) for o in read_task(name).outputs] for name in task_names()}
    assert kinds["conditions"] == [(4, "ordinal")] * 6
    assert kinds["crown"] == [(3, "ordinal")]
    assert kinds["hair-loss"] == [(2, "single")]
    assert kinds["waste"] == [(12, "single")]
    assert kinds["metal-surface"] == [(6, "single")]
    assert kinds["age-sex"] == [(10, "single")]


def test_scalp_tasks_follow_the_taxonomy_and_serve_the_diagnosis():
    conditions, crown = read_task("conditions"), read_task("crown")
    assert tuple(o.id for o in conditions.outputs) == tuple(c.value for c in CONDITIONS)
    assert conditions.graded_view == View.MICROSCOPE
    assert crown.graded_view == View.CROWN
    assert crown.outputs[0].severities == (0, 2, 3)
    assert not any(read_task(name).graded_view for name in set(task_names()) - {"conditions", "crown"})


@pytest.mark.parametrize("condition", list(Condition))
def test_one_condition_is_a_task_of_its_own(condition):
    task = read_task(f"conditions:{condition.value}")
    assert [o.id for o in task.outputs] == [condition.value]
    assert task.view == View.MICROSCOPE
    assert task.graded_view is None
    assert parse_task(task.as_dict(), "again") == task


def test_spans_part_the_values_of_a_network_among_the_outputs():
    task = read_task("conditions")
    assert task.class_count == 24
    assert list(task.spans.values()) == [slice(4 * i, 4 * i + 4) for i in range(6)]


OWN = """
id = "fruit"
[[outputs]]
id = "fruit"
kind = "single"
[[outputs.classes]]
id = "apple"
names = { en = "apple", ko = "사과" }
[[outputs.classes]]
id = "배"
advice = "Eat it."
"""


def test_a_users_own_task_works_the_same(tmp_path):
    path = tmp_path / "fruit.toml"
    path.write_text(OWN, encoding="utf-8")
    task = read_task(path)
    assert task.outputs[0].class_ids == ("apple", "배")
    assert task.outputs[0].classes[1].names == {"en": "배", "ko": "배"}
    assert task.outputs[0].classes[1].advice == {"en": "Eat it.", "ko": "Eat it."}
    assert read_task(f"{path}:fruit").id == "fruit:fruit"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "single"', 'kind = "singel"', "Did you mean single"),
        ('kind = "single"', 'kinds = "single"', "Did you mean kind"),
        ("advice", "advise", "Did you mean advice"),
        ("en = ", "eng = ", "Did you mean en"),
        ('id = "배"', 'id = "apple"', "named twice"),
        ('id = "배"', 'id = "a|b"', "classes.1.id"),
        ('[[outputs]]\nid = "fruit"', '[[outputs]]\nid = "file"', "another meaning"),
        ('id = "fruit"\n[[outputs]]', 'id = "fruit"\nview = "crwn"\n[[outputs]]', "Did you mean crown"),
        ('advice = "Eat it."', "severity = 2", "severities"),
        ('advice = "Eat it."', "severity = 9", "severity"),
        ("id = ", "id = = ", "TOML"),
    ],
)
def test_a_mistake_is_named_with_the_nearest_valid_word(tmp_path, old, new, says):
    path = tmp_path / "fruit.toml"
    assert old in OWN
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(TaskError, match=says) as caught:
        read_task(path)
    assert caught.value.message(Language.KOREAN) != caught.value.message(Language.ENGLISH)


def test_an_unknown_task_output_or_class_names_the_nearest():
    with pytest.raises(TaskError, match="mean waste"):
        read_task("waist")
    with pytest.raises(TaskError, match="mean 'dandruff'"):
        read_task("conditions:dandruf")
    with pytest.raises(TaskError, match="mean 'brown-glass'"):
        read_task("waste").outputs[0].index("Brown_Glass")
    with pytest.raises(TaskError, match="no task file"):
        read_task("gone.toml")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    values, st.sampled_from([(), ("outputs",), ("outputs", 0), ("outputs", 0, "classes"), ("outputs", 0, "classes", 0)])
)
def test_whatever_a_file_holds_gives_a_task_or_a_clear_error(value, place):
    task = json.loads(json.dumps(read_task("crown").as_dict()))
    if place:
        node = task
        for step in place[:-1]:
            node = node[step]
        node[place[-1]] = value
    else:
        task = value
    with suppress(TaskError):  # anything else is a bug
        parsed = parse_task(task, "wild")
        assert parse_task(json.loads(json.dumps(parsed.as_dict())), "again") == parsed
