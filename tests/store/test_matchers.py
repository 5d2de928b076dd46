"""Matchers: published by whoever knew all the labels."""

import pytest

from glueml_core.errors import ConcurrentModificationException


def test_publishing_makes_a_transform_ready_and_withdrawing_unmakes_it(store, transform_id):
    assert store.matchers.get(transform_id) is None
    published = store.matchers.publish(transform_id, "text", expected_version=0, label_count=3)
    ready = store.transforms.get(transform_id)
    store.transforms.update(transform_id, evaluation_metrics={"TransformType": "FIND_MATCHES"})
    store.matchers.withdraw(transform_id, expected_version=1)

    transform = store.transforms.get(transform_id)
    assert (published.version, published.label_count, ready.status) == (1, 3, "READY")
    assert (transform.status, transform.evaluation_metrics) == ("NOT_READY", None)
    assert store.matchers.get(transform_id) is None


def test_a_matcher_that_missed_labels_is_not_published(store, transform_id):
    """Two imports learn at once; the one that began earlier finds that it is stale."""
    version = store.matchers.version(transform_id)
    store.matchers.publish(transform_id, "all labels", expected_version=version, label_count=2)

    with pytest.raises(ConcurrentModificationException, match=f"id {transform_id} is stale"):
        store.matchers.publish(transform_id, "some", expected_version=version, label_count=1)
    with pytest.raises(ConcurrentModificationException):
        store.matchers.withdraw(transform_id, expected_version=version)

    assert store.matchers.get(transform_id).text == "all labels"


def test_versions_go_on_counting_after_a_withdrawal(store, transform_id):
    store.matchers.publish(transform_id, "one", expected_version=0, label_count=1)
    store.matchers.withdraw(transform_id, expected_version=1)
    version = store.matchers.version(transform_id)
    third = store.matchers.publish(transform_id, "3", expected_version=version, label_count=1)
    assert (version, third.version) == (2, 3)
