"""What in a text may identify something."""

import pyarrow as pa
import pytest

from glueml_core.matching.codes import code_tokens


def tokens_of(text: str) -> tuple[set[str], set[str], set[str]]:
    """Codes, runs and prefixes of the second of three texts."""
    found = code_tokens(pa.array(["no digit", text, "a1 b2"], pa.large_string()))
    codes, runs, prefixes = (
        {token for at, token in zip(kind.texts, kind.tokens.to_pylist(), strict=True) if at == 1}
        for kind in found
    )
    return codes, runs, prefixes


def test_a_code_is_a_word_with_a_digit_without_the_separators_inside_it():
    codes, runs, prefixes = tokens_of("sony dsc-w55/b camera")

    assert codes == {"dscw55b"}
    assert prefixes == {"dscw^", "dscw5^", "dscw55^", "dscw55b^"}
    assert {"w55", "w55b", "dscw55", "w55bcamera"} <= runs


def test_a_code_with_spaces_in_it_becomes_whole():
    _, runs, _ = tokens_of("wx 12 ab")

    assert runs == {"wx12", "12ab", "wx12ab"}


@pytest.mark.parametrize("text", ["a-1-b-2", "a.1/b_2"])
def test_separators_may_stand_around_single_letters(text):
    assert tokens_of(text)[0] == {"a1b2"}


@pytest.mark.parametrize("text", ["a--123", "a- 123", "a é 123", "(123)"])
def test_two_separators_or_a_space_end_a_code(text):
    assert tokens_of(text)[0] == {"123"}


def test_what_is_long_is_cut_and_what_is_short_is_none():
    codes, runs, _ = tokens_of(f"{'7' * 30} a1")

    assert codes == {"7" * 24}
    assert runs == set()


def test_a_text_without_a_digit_has_none():
    assert tokens_of("north by northwest") == (set(), set(), set())
