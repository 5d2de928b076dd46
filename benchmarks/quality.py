"""
How well GlueML finds the matches of a data set from a budget of labeled records.

    python -m benchmarks.quality FOLDER… --labels 300 --seed 1

A folder holds `records.csv` (`id`, perhaps `source`, and what is known of each record) and
`truth.csv` (`id`, `entity_id`). The truth reaches the product through labels alone.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from benchmarks.memory import MemoryWatch
from benchmarks.oracle import Oracle
from benchmarks.product import Product
from benchmarks.report import of_judged_pairs, write_report
from benchmarks.score import (
    Codes,
    bcubed_f1,
    cluster_codes,
    pair_completeness,
    score_pairs,
    score_pairs_across,
)
from glueml_core.matching import Evaluation, MatchingOptions, candidate_pairs

KEY = "id"
_PATH = click.Path(exists=True, path_type=Path)


@dataclass(frozen=True)
class Dataset:
    """A table whose duplicates are known."""

    name: str
    records: pd.DataFrame
    source: pd.Series[str] | None
    truth: pd.DataFrame

    @classmethod
    def read(cls, folder: Path) -> Dataset:
        """Records without their source, which would tell a matcher what it should not know."""
        records = _read_csv(folder / "records.csv")
        truth = _read_csv(folder / "truth.csv").set_index(KEY).loc[records[KEY]].reset_index()
        source = records.pop("source") if "source" in records else None
        return cls(folder.name, records, source, truth)


@dataclass(frozen=True)
class Result:
    """One run's figures, as printed."""

    dataset: str
    seed: int
    labels: int
    f1: float
    f1_cross: float | None
    f1_enforced: float
    f1_cross_enforced: float | None
    precision: float
    recall: float
    bcubed_f1: float
    pair_completeness: float
    pair_completeness_cross: float | None
    candidates_per_record: float
    seconds: float
    peak_memory_mib: int
    estimated: dict[str, Any]


def measure(dataset: Dataset, labels: int, seed: int) -> Result:
    """Teach a transform with so many labeled records, let it judge itself, score its clusters."""
    os.environ["GLUEML_SEED"] = str(seed)
    with tempfile.TemporaryDirectory() as folder, MemoryWatch() as memory:
        transform = Product.set_up(dataset.name, dataset.records, KEY, Path(folder))
        start = time.perf_counter()
        oracle = Oracle(dataset.truth, labels)
        _teach(transform, oracle)
        matches = transform.find_matches(dataset.records)
        seconds = time.perf_counter() - start
        estimated = _estimated(transform.evaluate())
        transform.enforce_labels()
        enforced = transform.find_matches(dataset.records)
    return _result(
        dataset,
        matches,
        enforced,
        seed=seed,
        labels=labels,
        seconds=round(seconds, 1),
        peak_memory_mib=memory.peak_mib,
        estimated=estimated,
    )


def _teach(transform: Product, oracle: Oracle) -> None:
    """Labeling rounds until the budget is spent, or no record is left to ask about."""
    while oracle.remaining:
        before = oracle.remaining
        transform.learn(oracle.fill(transform.labeling_file(), KEY))
        if oracle.remaining == before:
            return


def _result(
    dataset: Dataset, matches: pd.DataFrame, enforced: pd.DataFrame, **known: Any
) -> Result:
    true, found = _codes(dataset, matches)
    _, found_enforced = _codes(dataset, enforced)
    score = score_pairs(true, found)
    candidates = candidate_pairs(
        dataset.records.rename(columns={KEY: "record_id"}), MatchingOptions()
    )
    return Result(
        dataset=dataset.name,
        f1=round(score.f1, 4),
        f1_cross=_f1_across(dataset, true, found),
        f1_enforced=round(score_pairs(true, found_enforced).f1, 4),
        f1_cross_enforced=_f1_across(dataset, true, found_enforced),
        precision=round(score.precision, 4),
        recall=round(score.recall, 4),
        bcubed_f1=round(bcubed_f1(true, found), 4),
        pair_completeness=round(pair_completeness(dataset.truth, candidates), 4),
        pair_completeness_cross=None
        if dataset.source is None
        else round(pair_completeness(dataset.truth, candidates, dataset.source), 4),
        candidates_per_record=round(len(candidates) / max(len(dataset.records), 1), 1),
        **known,
    )


def f1_that_counts(dataset: Dataset, matches: pd.DataFrame) -> float:
    """Pairwise F1 of `record_id`, `match_id` rows, over the pairs that a data set is judged by."""
    true, found = cluster_codes(dataset.truth, matches)
    of_all = round(score_pairs(true, found).f1, 4)
    return of_judged_pairs(dataset.name, of_all, _f1_across(dataset, true, found))


def _codes(dataset: Dataset, matches: pd.DataFrame) -> tuple[Codes, Codes]:
    return cluster_codes(dataset.truth, matches.rename(columns={KEY: "record_id"}))


def _estimated(evaluation: Evaluation) -> dict[str, Any]:
    """What the transform believed without the truth."""
    return {
        "clusters": asdict(evaluation.clusters),
        "blocking_recall": asdict(evaluation.blocking_recall),
        "area_under_pr_curve": evaluation.area_under_pr_curve,
        "max_f1": evaluation.f1,
        "changed_records": evaluation.churn.changed_records,
        "label_more": evaluation.advice.label_more,
    }


def _f1_across(dataset: Dataset, true: Codes, found: Codes) -> float | None:
    if dataset.source is None:
        return None
    source = pd.factorize(dataset.source)[0].astype(np.int64)
    return round(score_pairs_across(true, found, source).f1, 4)


def _read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@click.command()
@click.argument("folders", nargs=-1, required=True, type=_PATH)
@click.option("--labels", default="300", show_default=True, help="Labeled records; or: 100,300.")
@click.option("--seeds", "--seed", default="1", show_default=True, help="Seed; or: 1,2,3.")
@click.option("--table", type=click.Path(path_type=Path), help="Write tables into this page.")
@click.option("--kept", type=click.Path(path_type=Path), help="Runs to keep, and not to repeat.")
def main(
    folders: tuple[Path, ...], labels: str, seeds: str, table: Path | None, kept: Path | None
) -> None:
    """Measure GlueML on each of FOLDERS; one line of JSON a run."""
    results = _read_results(kept)
    done = {(result.dataset, result.labels, result.seed) for result in results}
    for folder in folders:
        dataset = Dataset.read(folder)
        for budget, seed in product(map(int, labels.split(",")), map(int, seeds.split(","))):
            if (dataset.name, budget, seed) in done:
                continue
            results.append(measure(dataset, budget, seed))
            click.echo(json.dumps(asdict(results[-1])))
            _write_results(results, kept)
    if table:
        write_report(results, table)


def _read_results(kept: Path | None) -> list[Result]:
    if kept is None or not kept.exists():
        return []
    return [Result(**json.loads(line)) for line in kept.read_text().splitlines()]


def _write_results(results: list[Result], kept: Path | None) -> None:
    if kept is not None:
        kept.write_text("".join(json.dumps(asdict(result)) + "\n" for result in results))


if __name__ == "__main__":
    main()
