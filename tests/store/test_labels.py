"""Labels: what counts after one import and the next."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from glueml_core.errors import EntityNotFoundException
from glueml_core.store import Label, LabelSource

FILE = LabelSource(uri="s3://labels/1.csv", etag="v1")


def labels(*answers):
    """Labels from texts like "set/record/label"."""
    parts = (answer.split("/") for answer in answers)
    return [Label(*part, {"id": part[1], "name": "é"}) for part in parts]


def answers(store, transform_id):
    current = store.labels.current(transform_id)
    count = store.transforms.get(transform_id).label_count
    assert count == len(current)
    return [f"{label.labeling_set_id}/{label.record_id}/{label.label}" for label in current]


@pytest.mark.behavior(29)
def test_imports_add_up_until_one_replaces_them(store, transform_id):
    store.labels.append(transform_id, labels("1/a/A", "1/b/A"), FILE)
    store.labels.append(transform_id, labels("2/c/A"), FILE)
    both = answers(store, transform_id)
    store.labels.replace(transform_id, labels("3/d/A"), FILE)

    assert both == ["1/a/A", "1/b/A", "2/c/A"]
    assert answers(store, transform_id) == ["3/d/A"]
    assert [done.label_count for done in store.labels.imports(transform_id)] == [2, 1, 1]


def test_the_same_file_twice_counts_once(store, transform_id):
    rows = labels("1/a/A", "1/b/B", "2/a/A")
    store.labels.append(transform_id, rows, FILE)
    store.labels.append(transform_id, rows[::-1], LabelSource(uri="elsewhere"))
    assert sorted(answers(store, transform_id)) == ["1/a/A", "1/b/B", "2/a/A"]


def test_one_version_of_a_file_can_be_asked_for_once(store, transform_id):
    """Whoever asks second, or at the same time, finds the import of the first."""
    first = store.labels.append(transform_id, labels("1/a/A"), FILE, once=True)
    second = store.labels.append(transform_id, labels("1/a/A"), FILE, once=True)
    newer = LabelSource(uri=FILE.uri, etag="v2")
    third = store.labels.append(transform_id, labels("2/a/A"), newer, once=True)

    assert second == first
    assert [done.id for done in store.labels.imports(transform_id)] == [first.id, third.id]


def test_one_set_id_in_two_files_is_two_sets(store, transform_id):
    """Set "0" of one person has nothing to do with set "0" of another."""
    store.labels.append(transform_id, labels("0/a/A", "0/b/A"), FILE)
    store.labels.append(transform_id, labels("0/c/A", "0/d/A"), FILE)

    current = store.labels.current(transform_id)
    assert len(current) == 4
    assert len({label.scoped_set_id for label in current}) == 2


def test_a_set_that_we_generated_is_answered_anew(store, transform_id):
    """A person who corrects the file and imports it again means the correction."""
    store.labels.add_generated(transform_id, "tsk-1", {"g1": ["a", "b"], "g2": ["c", "d"]})
    store.labels.append(transform_id, labels("g1/a/A", "g1/b/A", "g2/c/A", "g2/d/A"), FILE)
    store.labels.append(transform_id, labels("g1/a/A", "g1/b/B"), FILE)

    assert answers(store, transform_id) == ["g2/c/A", "g2/d/A", "g1/a/A", "g1/b/B"]


def test_a_set_generated_for_another_transform_is_anybodys(store, transform_id):
    from tests.store.conftest import spec

    other = store.transforms.add(spec(name="other"), {}, 100).id
    store.labels.add_generated(other, "tsk-1", {"g1": ["a", "b"]})
    store.labels.append(transform_id, labels("g1/a/A"), FILE)
    store.labels.append(transform_id, labels("g1/b/B"), FILE)
    assert answers(store, transform_id) == ["g1/a/A", "g1/b/B"]


def test_scopes_survive_an_export_and_its_import(store, transform_id):
    """What was learned must not change, so the sets must be told apart as before."""
    store.labels.append(transform_id, labels("0/a/A", "0/b/A"), FILE)
    store.labels.append(transform_id, labels("0/c/A", "1/d/A"), FILE)
    before = store.labels.current(transform_id)

    exported = [
        Label(label.scoped_set_id, label.record_id, label.label, label.row) for label in before
    ]
    store.labels.replace(transform_id, exported, FILE)

    after = store.labels.current(transform_id)
    assert [label.scoped_set_id for label in after] == [label.scoped_set_id for label in before]


def test_a_second_attempt_of_a_task_run_imports_nothing_again(store, transform_id):
    source = LabelSource(uri="s3://labels/1.csv", task_run_id="tsk-1", unlabeled_count=3)
    first = store.labels.append(transform_id, labels("1/a/A"), source)
    again = store.labels.replace(transform_id, labels("1/a/A", "1/b/A"), source)

    assert first == again
    assert again.unlabeled_count == 3
    assert answers(store, transform_id) == ["1/a/A"]


def test_a_row_keeps_its_columns_in_order(store, transform_id):
    row = {"z": "1", "id": "a", "name": None, "a": "ø"}
    store.labels.append(transform_id, [Label("1", "a", "A", row)], FILE)
    assert list(store.labels.current(transform_id)[0].row.items()) == list(row.items())


def test_a_broken_import_changes_nothing(store, transform_id):
    """One record twice in one set: whoever reads files must not let that through."""
    store.labels.append(transform_id, labels("1/a/A"), FILE)

    with pytest.raises(IntegrityError):
        store.labels.replace(transform_id, labels("2/b/A", "2/b/B"), FILE)

    assert answers(store, transform_id) == ["1/a/A"]
    assert len(store.labels.imports(transform_id)) == 1


def test_labels_of_nobody_are_refused(store):
    with pytest.raises(EntityNotFoundException):
        store.labels.append("tfm-nobody", labels("1/a/A"), FILE)


def test_the_versions_of_a_file_that_were_imported_are_known(store, transform_id):
    store.labels.append(transform_id, labels("1/a/A"), FILE)
    store.labels.replace(transform_id, labels("2/a/A"), LabelSource(uri="other"))

    assert store.labels.is_imported(transform_id, FILE.uri, "v1")
    assert not store.labels.is_imported(transform_id, FILE.uri, "v2")


def test_generated_sets_are_remembered_once_per_run(store, transform_id, clock):
    store.labels.add_generated(transform_id, "tsk-1", {"g1": ["a"], "g2": ["b"]})
    clock.forward(1)
    store.labels.add_generated(transform_id, "tsk-2", {"g0": ["c"]})
    store.labels.add_generated(transform_id, "tsk-1", {"g3": ["d"]})

    generated = store.labels.generated(transform_id)
    assert [(one.labeling_set_id, one.record_ids) for one in generated] == [
        ("g0", ["c"]),
        ("g3", ["d"]),
    ]


answer = st.builds(
    lambda set_id, record, label: (set_id, record, label),
    st.sampled_from("01"),
    st.sampled_from("ab"),
    st.sampled_from("AB"),
)
file = st.lists(answer, min_size=1, max_size=4, unique_by=lambda a: a[:2])


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=st.lists(file, min_size=1, max_size=4))
def test_importing_every_file_again_changes_no_answer(store, transform_id, files):
    def import_all():
        for rows in files:
            imported = [Label(*row, {}) for row in rows]
            store.labels.append(transform_id, imported, FILE)
        current = store.labels.current(transform_id)
        return sorted((label.scoped_set_id, label.record_id, label.label) for label in current)

    store.labels.replace(transform_id, [], FILE)
    assert import_all() == import_all()
