"""Where a hash is found."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glueml_core.matching.index.postings import Postings

hashes = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50)


@given(hashes, st.lists(st.integers(0, 49), max_size=50))
def test_finds_all_places_of_a_hash_and_hardly_any_other(numbers, copied):
    """Hashes that differ only in their lowest bits are the price of one word an entry."""
    numbers = np.array([*numbers, *(numbers[i] for i in copied if i < len(numbers))], np.int64)
    postings = Postings.of(numbers, np.arange(len(numbers)), len(numbers))

    starts, ends = postings.find(numbers)

    looks = numbers.view(np.uint64) >> np.uint64(postings.width)
    for start, end, look in zip(starts, ends, looks, strict=True):
        found = postings.places(np.array([start]), np.array([end]))
        assert found.tolist() == np.flatnonzero(looks == look).tolist()


def test_a_hash_that_is_not_there_has_no_place():
    postings = Postings.of(np.array([1 << 40, 3 << 40]), np.array([0, 1]), 2)

    starts, ends = postings.find(np.array([2 << 40]))

    assert (starts == ends).all()
