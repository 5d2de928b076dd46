"""
Made-up people with known duplicates, for measuring speed on tables of any size.

    python -m benchmarks.people --rows 1000000 --out people/

writes `records.parquet` (`id` and nine text columns) and `truth.parquet` (`id`, `entity_id`).
The same rows, seed and numpy give the same files.

About three rows in ten are faulty copies of another row; a person has one to eight rows. Surnames
follow a law like Zipf's, so that blocks on one column grow with the square of the table, as they
do with real people. Three persons in twenty share a household with the person before them (same
surname and address, often the same phone): near misses that must not be matched.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.typing_errors import with_typos
from benchmarks.vocabulary import MAIL_HOSTS, STATES, STREET_KINDS, Vocabulary

__all__ = ["COLUMNS", "make_people"]

Texts: TypeAlias = NDArray[np.str_]
Mask: TypeAlias = NDArray[np.bool_]

COLUMNS = (
    "first_name",
    "last_name",
    "birth_date",
    "street",
    "city",
    "state",
    "postcode",
    "phone",
    "email",
)
_MISSING = dict(zip(COLUMNS, (0.01, 0.005, 0.06, 0.04, 0.03, 0.04, 0.05, 0.12, 0.20), strict=True))
_TYPOS = {
    "first_name": 0.12,
    "last_name": 0.14,
    "birth_date": 0.05,
    "street": 0.15,
    "city": 0.08,
    "postcode": 0.06,
    "phone": 0.06,
    "email": 0.08,
}
_DIGITS = frozenset({"birth_date", "postcode", "phone"})
# Share of the persons with one row, two, … eight.
_ROWS_A_PERSON = (0.72, 0.18, 0.06, 0.022, 0.01, 0.005, 0.002, 0.001)
_HOUSEHOLD, _SHARED_PHONE = 0.15, 0.5
_MOVED, _NEW_PHONE, _NICKNAME, _NAMES_SWAPPED, _DAY_MONTH_SWAPPED = 0.12, 0.08, 0.10, 0.02, 0.03
_FIRST_BIRTH, _BIRTH_DAYS = np.datetime64("1930-01-01"), 27_700
_PERSONS_AT_ONCE = 150_000


def make_people(row_count: int, seed: int = 7) -> tuple[pa.Table, pa.Table]:
    """Records and truth of `row_count` rows, in an order that tells nothing."""
    vocabulary = Vocabulary.make(np.random.default_rng(seed))
    tables, persons, have, chunk = [], [], 0, 0
    while have < row_count:
        # Every person has 1.45 rows on average; what is too much is cut off.
        count = min(_PERSONS_AT_ONCE, int((row_count - have) / 1.4) + 50)
        rng = np.random.default_rng([seed, chunk + 1])
        person, columns = _Chunk(rng, vocabulary).rows_of(count)
        take = min(len(person), row_count - have)
        tables.append(pa.table({name: pa.array(columns[name][:take]) for name in COLUMNS}))
        persons.append(person[:take] + chunk * _PERSONS_AT_ONCE)
        have, chunk = have + take, chunk + 1

    order = np.random.default_rng([seed, 0]).permutation(row_count)
    ids = pa.array(_numbered("p", np.arange(1, row_count + 1)))
    _, entity = np.unique(np.concatenate(persons)[order], return_inverse=True)
    truth = pa.table({"id": ids, "entity_id": pa.array(_numbered("e", entity))})
    return pa.concat_tables(tables).take(pa.array(order)).add_column(0, "id", ids), truth


def _numbered(letter: str, numbers: NDArray[np.int64]) -> Texts:
    return np.char.add(letter, np.char.zfill(numbers.astype(str), 8))


@dataclass(frozen=True)
class _Chunk:
    """Persons made together: they meet in households only among themselves."""

    rng: np.random.Generator
    vocabulary: Vocabulary

    def rows_of(self, person_count: int) -> tuple[NDArray[np.int64], dict[str, Texts]]:
        """Person number of each row, and the rows by column; a person's first row has no fault."""
        persons = self._persons(person_count)
        sizes = self.rng.choice(np.arange(1, 9), person_count, p=_ROWS_A_PERSON)
        person = np.repeat(np.arange(person_count), sizes)
        is_copy = np.r_[False, person[1:] == person[:-1]]
        rows = self._faulty({name: texts[person] for name, texts in persons.items()}, is_copy)
        for name, share in _MISSING.items():
            rows[name] = np.where(self.rng.random(len(person)) < share, "", rows[name])
        return person, rows

    def _persons(self, count: int) -> dict[str, Texts]:
        people = {
            "first_name": self.vocabulary.given_names(self.rng, count),
            "last_name": self.vocabulary.surnames(self.rng, count),
            "birth_date": _iso(_FIRST_BIRTH + self.rng.integers(0, _BIRTH_DAYS, count)),
            "phone": self._phones(count),
            **self._addresses(count),
        }
        member = np.flatnonzero(self.rng.random(count) < _HOUSEHOLD)
        member = member[member > 0]
        for name in ("last_name", "street", "city", "state", "postcode"):
            people[name][member] = people[name][member - 1]
        caller = member[self.rng.random(len(member)) < _SHARED_PHONE]
        people["phone"][caller] = people["phone"][caller - 1]
        return people | {"email": self._emails(people["first_name"], people["last_name"])}

    def _phones(self, count: int) -> Texts:
        return self.rng.integers(2_000_000_000, 9_999_999_999, count).astype(str)

    def _addresses(self, count: int) -> dict[str, Texts]:
        words, rng = self.vocabulary, self.rng
        city = words.draw_cities(rng, count)
        kinds = np.array(STREET_KINDS)[rng.integers(0, len(STREET_KINDS), count)]
        area = (words.first_postcodes[city] + rng.integers(0, 40, count)) % 100_000
        return {
            "street": _joined(
                rng.integers(1, 2000, count).astype(str),
                " ",
                words.street_names(rng, count),
                " ",
                kinds,
            ),
            "city": words.cities[city],
            "state": np.array(STATES)[words.states[city]],
            "postcode": np.char.zfill(area.astype(str), 5),
        }

    def _emails(self, first: Texts, last: Texts) -> Texts:
        count, rng = len(first), self.rng
        between = np.array([".", "_", ""])[rng.integers(0, 3, count)]
        number = rng.integers(1, 100, count).astype(str)
        host = np.array(MAIL_HOSTS)[rng.integers(0, len(MAIL_HOSTS), count)]
        return _joined(first, between, last, number, "@", host)

    def _faulty(self, rows: dict[str, Texts], is_copy: Mask) -> dict[str, Texts]:
        """The rows with what befalls copies: moves, nicknames, swaps, typing errors."""
        count = len(is_copy)

        def befalls(share: float) -> Mask:
            return is_copy & (self.rng.random(count) < share)

        moved = befalls(_MOVED)
        for name, texts in self._addresses(count).items():
            rows[name] = np.where(moved, texts, rows[name])
        first, last = rows["first_name"], rows["last_name"]
        first = np.where(befalls(_NICKNAME), self.vocabulary.nicknames_of(first), first)
        swapped = befalls(_NAMES_SWAPPED)
        rows["first_name"], rows["last_name"] = (
            np.where(swapped, last, first),
            np.where(swapped, first, last),
        )
        dates = rows["birth_date"]
        rows["birth_date"] = np.where(befalls(_DAY_MONTH_SWAPPED), _day_first(dates), dates)
        for name, share in _TYPOS.items():
            rows[name] = with_typos(self.rng, rows[name], befalls(share), name in _DIGITS)
        rows["phone"] = np.where(befalls(_NEW_PHONE), self._phones(count), rows["phone"])
        return rows


def _joined(*parts: Texts | str) -> Texts:
    text: Texts = np.asarray(parts[0])
    for part in parts[1:]:
        text = np.char.add(text, part)
    return text


def _iso(dates: NDArray[np.datetime64]) -> Texts:
    return np.datetime_as_string(dates.astype("datetime64[D]")).astype("U10")


def _day_first(dates: Texts) -> Texts:
    """2001-02-03 as 2001-03-02."""
    letters = np.ascontiguousarray(dates).view("U1").reshape(len(dates), 10)
    swapped = letters[:, [0, 1, 2, 3, 4, 8, 9, 7, 5, 6]]
    return np.ascontiguousarray(swapped).view("U10").ravel()


def main() -> None:
    """Write one table of people and its truth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    records, truth = make_people(chosen.rows, chosen.seed)
    chosen.out.mkdir(parents=True, exist_ok=True)
    pq.write_table(records, chosen.out / "records.parquet")
    pq.write_table(truth, chosen.out / "truth.parquet")


if __name__ == "__main__":
    main()
