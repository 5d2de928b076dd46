"""
How fast GlueML and Splink match made-up people, on the same rows in the same run.

    python -m benchmarks.speed --rows 100000 --rows 1000000

For each size: makes the table, teaches a transform from 300 records that the truth labels, matches
the table from file to file as a user would, and lets Splink do the same with rules written by hand.
Prints one JSON object a size. `--kept FOLDER` keeps tables and taught transforms for the next run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import psutil
import pyarrow.parquet as pq

from benchmarks.memory import MemoryWatch
from benchmarks.oracle import Oracle
from benchmarks.people import COLUMNS, make_people
from benchmarks.product import Product, parquet_table
from benchmarks.score import cluster_codes, pair_completeness, score_pairs
from glueml_core.matching import MatchingOptions, candidate_pairs
from glueml_core.matching.large import joined_pairs
from glueml_core.tables.records import to_records

_KEY = "id"
_HERE = Path(__file__).parent
_PEER = _HERE / ".splink-venv"
_GIB = 1 << 30
# Of which records are taken for new ones.
_SEED = 7
# Of a feed: one makes the index, the next two find it.
_BATCHES = 3


@dataclass(frozen=True)
class Speed:
    """One program's run over one table."""

    seconds: float
    stages: dict[str, float]
    peak_memory_mib: int
    f1: float
    precision: float
    recall: float


@dataclass(frozen=True)
class Folder:
    """Where one size's table, store and results are."""

    path: Path

    @property
    def records(self) -> Path:
        """The table's only file."""
        return self.path / "table" / "records.parquet"

    def truth(self) -> pd.DataFrame:
        """`id` and `entity_id` of every record."""
        return pd.DataFrame(pq.read_table(self.path / "truth.parquet").to_pandas())

    def fill(self, row_count: int, seed: int) -> None:
        """Make the people, unless they are there."""
        if self.records.exists():
            return
        records, truth = make_people(row_count, seed)
        self.records.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(truth, self.path / "truth.parquet")
        pq.write_table(records, self.records)

    def taught(self, labels: int) -> tuple[Product, float]:
        """A transform that has learned from so many labeled records, and the seconds it took."""
        done = self.path / "taught"
        if done.exists():
            return Product.reopened(self.path), float(done.read_text())
        start = time.perf_counter()
        table = parquet_table("people", [_KEY, *COLUMNS], self.records.parent)
        product = Product.over(table, _KEY, self.path)
        oracle = Oracle(self.truth(), labels)
        while oracle.remaining:
            product.learn(oracle.fill(product.labeling_file(), _KEY))
        seconds = time.perf_counter() - start
        done.write_text(str(seconds))
        return product, seconds


def measure_product(folder: Folder, product: Product) -> Speed:
    """Match from file to file by a task run."""
    return _matched(folder, product, folder.records.parent, folder.path / "matches.parquet")


def measure_additions(folder: Folder, product: Product, new_count: int) -> Speed:
    """Take some records out of what `measure_product` matched, and match them as new ones."""
    matched = pq.read_table(folder.path / "matches.parquet")
    is_new = np.zeros(len(matched), dtype=bool)
    is_new[np.random.default_rng(_SEED).choice(len(matched), new_count, replace=False)] = True
    parts = {"existing": matched.filter(~is_new), "new": matched.filter(is_new).drop("match_id")}
    for name, part in parts.items():
        (folder.path / name).mkdir(exist_ok=True)
        pq.write_table(part, folder.path / name / "records.parquet")
    existing, new = (folder.path / name for name in parts)
    return _matched(folder, product, new, folder.path / "added.parquet", existing)


def measure_feed(folder: Folder, product: Product, new_count: int) -> list[Speed]:
    """
    Take some records out of what `measure_product` matched, and add them again in three batches.

    The first batch makes the index of the others; the next ones find it.
    """
    matched = pq.read_table(folder.path / "matches.parquet")
    order = np.random.default_rng(_SEED).permutation(len(matched))
    fed = folder.path / "fed"
    shutil.rmtree(fed, ignore_errors=True)
    fed.mkdir()
    rest = matched.take(np.sort(order[_BATCHES * new_count :]))
    pq.write_table(rest, fed / "records.parquet")
    batches = [folder.path / f"batch-{number}" for number in range(_BATCHES)]
    for number, batch in enumerate(batches):
        batch.mkdir(exist_ok=True)
        rows = np.sort(order[number * new_count : (number + 1) * new_count])
        pq.write_table(matched.take(rows).drop("match_id"), batch / "records.parquet")
    # What is in memory here would count as the product's.
    del matched, rest
    return [_matched(folder, product, batch, fed, fed, new_records_only=True) for batch in batches]


def _matched(
    folder: Folder,
    product: Product,
    table: Path,
    output: Path,
    existing: Path | None = None,
    *,
    new_records_only: bool = False,
) -> Speed:
    with _watched() as seen:
        log = product.match_table(table, output, existing, new_records_only=new_records_only)
    found = pq.read_table(output, columns=[_KEY, "match_id"]).to_pandas()
    return _speed(seen, _stages(log), folder, found.rename(columns={_KEY: "record_id"}))


def measure_peer(folder: Folder) -> Speed:
    """Match from file to file by Splink."""
    python = _peer_python()
    output = folder.path / "splink.parquet"
    command = [python, _HERE / "splink_peer.py", folder.records, output]
    with _watched() as seen:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    stages = json.loads(done.stdout.splitlines()[-1])
    return _speed(seen, stages, folder, pq.read_table(output).to_pandas())


@contextmanager
def _watched() -> Iterator[dict[str, Any]]:
    """Seconds and memory of what happens meanwhile, known at its end."""
    seen: dict[str, Any] = {}
    start = time.perf_counter()
    with MemoryWatch() as memory:
        yield seen
    seen |= {"seconds": time.perf_counter() - start, "peak_memory_mib": memory.peak_mib}


def _speed(
    seen: dict[str, Any], stages: dict[str, float], folder: Folder, matches: pd.DataFrame
) -> Speed:
    score = score_pairs(*cluster_codes(folder.truth(), matches))
    return Speed(
        round(seen["seconds"], 1),
        stages,
        seen["peak_memory_mib"],
        round(score.f1, 4),
        round(score.precision, 4),
        round(score.recall, 4),
    )


def _stages(log: Path) -> dict[str, float]:
    """Seconds from each message of progress to the next."""
    lines = [line.split(" ", 2) for line in log.read_text(encoding="utf-8").splitlines()]
    told = [(_time(line[0]), line[2].split("%")[-1].strip()) for line in lines if "%" in line[-1]]
    seconds: dict[str, float] = defaultdict(float)
    for (start, text), (end, _) in pairwise(told):
        seconds[text] += (end - start).total_seconds()
    return {text: round(spent, 1) for text, spent in seconds.items()}


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def _peer_python() -> Path:
    """Splink's own environment, made when first needed."""
    python = _PEER / "bin" / "python"
    if not python.exists():
        venv.create(_PEER, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "splink==5.*", "pyarrow"], check=True)
    return python


def _completeness(folder: Folder) -> dict[str, float]:
    """The share of true pairs that become candidates, and how many candidates there are."""
    records = to_records(pq.read_table(folder.records), _KEY)
    options = MatchingOptions()
    is_large = len(records) > options.whole_table_rows
    pairs = joined_pairs(records, options) if is_large else candidate_pairs(records, options)
    return {
        "pair_completeness": round(pair_completeness(folder.truth(), pairs), 4),
        "pairs_per_record": round(len(pairs) / len(records), 2),
    }


def measure(
    folder: Folder, school: Folder, labels: int, new_count: int | None, *, with_peer: bool
) -> dict[str, Any]:
    """Both programs on one table, and how they compare; `school` has the table to learn from."""
    product, teaching = school.taught(labels)
    own = measure_product(folder, product)
    report: dict[str, Any] = {
        "rows": pq.read_metadata(folder.records).num_rows,
        "machine": f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / _GIB:.0f} GiB",
        "labels": labels,
        "taught_on_rows": pq.read_metadata(school.records).num_rows,
        "teaching_seconds": round(teaching, 1),
        "glueml": asdict(own),
    }
    if new_count:
        report[f"glueml_with_{new_count}_new"] = asdict(
            measure_additions(folder, product, new_count)
        )
        report[f"glueml_fed_{new_count}"] = [
            asdict(speed) for speed in measure_feed(folder, product, new_count)
        ]
    if with_peer:
        peer = measure_peer(folder)
        report |= {
            "splink": asdict(peer),
            "seconds_per_splink_second": round(own.seconds / peer.seconds, 2),
            "memory_per_splink_memory": round(own.peak_memory_mib / peer.peak_memory_mib, 2),
            "f1_over_splink": round(own.f1 - peer.f1, 4),
        }
    return report


def reachable(place: Path) -> Path:
    """The place in full; task runs read tables of one store and may be taught in another."""
    resolved = place.resolve()
    os.environ["GLUEML_FILE_ROOTS"] = json.dumps([str(resolved)])
    return resolved


@click.command(help=__doc__)
@click.option("--rows", type=int, multiple=True, required=True, help="Records of the table.")
@click.option("--labels", type=int, default=300, help="Labeled records to teach with.")
@click.option("--seed", type=int, default=7, help="Of the people.")
@click.option("--kept", type=click.Path(path_type=Path), help="Where tables and stores stay.")
@click.option("--taught-on", type=int, help="Rows of the table to learn from; else each its own.")
@click.option(
    "--new",
    type=int,
    help="Records to match again as new beside the others; and in batches, by an index.",
)
@click.option("--peer/--no-peer", default=True, help="Whether Splink runs too.")
@click.option("--blocking/--no-blocking", default=True, help="Whether to judge candidates too.")
def main(
    rows: tuple[int, ...],
    labels: int,
    seed: int,
    kept: Path | None,
    taught_on: int | None,
    new: int | None,
    peer: bool,
    blocking: bool,
) -> None:
    """Measure each size, and print what came out."""
    with tempfile.TemporaryDirectory() as passing:
        place = reachable(kept or Path(passing))
        for count in rows:
            folder, school = (Folder(place / f"{n}-{seed}") for n in (count, taught_on or count))
            folder.fill(count, seed)
            school.fill(taught_on or count, seed)
            report = measure(folder, school, labels, new, with_peer=peer)
            if blocking:
                report |= _completeness(folder)
            print(json.dumps(report, indent=2), flush=True)


if __name__ == "__main__":
    sys.exit(main())
