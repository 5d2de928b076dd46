"""
What few labels find, beside what the unsupervised score finds with none.

    python -m benchmarks.few_labels FOLDER… --labels 20,40,60 --seeds 1,2,3

A folder is one of `benchmarks.quality`. The labels are the head of a first labeling file, filled in
from the truth; everything runs in this process, by the functions that task runs call. One line of
JSON a run, and at the end how many runs found less than the unsupervised score's own clusters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import numpy as np
import pandas as pd

from benchmarks.oracle import Oracle
from benchmarks.quality import KEY, Dataset, f1_that_counts
from benchmarks.untaught import untaught_clusters
from glueml_core.matching import (
    MatchingOptions,
    TooFewLabelsError,
    find_matches,
    generate_labeling_sets,
    train_matcher,
)
from glueml_core.matching.compared_pairs import ComparedPairs
from glueml_core.matching.comparison import compare
from glueml_core.matching.options import silent

_PATH = click.Path(exists=True, path_type=Path)
_NO_LABELS = pd.DataFrame(columns=["labeling_set_id", "record_id", "label"], dtype=object)


@dataclass(frozen=True)
class _Memory:
    """Keeps compared pairs as long as this process lives."""

    kept: dict[str, ComparedPairs] = field(default_factory=dict)

    def find(self, key: str) -> ComparedPairs | None:
        found = self.kept.get(key)
        return None if found is None else replace(found, values=found.values.copy())

    def keep(self, key: str, compared: ComparedPairs) -> None:
        self.kept[key] = replace(compared, values=compared.values.copy())


@dataclass(frozen=True)
class _Bench:
    """A table whose pairs are compared once for all runs."""

    dataset: Dataset
    memory: _Memory = field(default_factory=_Memory)

    @property
    def records(self) -> pd.DataFrame:
        return self.dataset.records.rename(columns={KEY: "record_id"})

    def unsupervised_f1(self) -> float:
        """Of the unsupervised score's own clusters."""
        comparison = compare(self.records, MatchingOptions(kept_pairs=self.memory))
        found = pd.DataFrame(
            {
                "record_id": comparison.table.record_ids,
                "match_id": untaught_clusters(comparison).astype(np.int64),
            }
        )
        return f1_that_counts(self.dataset, found)

    def f1(self, labels: int, seed: int) -> float | None:
        """With so many labeled records; None where they hold one kind of pair alone."""
        options = MatchingOptions(seed=seed, kept_pairs=self.memory)
        sets = generate_labeling_sets(self.records, _NO_LABELS, None, options, silent)
        labeled = Oracle(self.dataset.truth, labels).label(sets)
        try:
            matcher = train_matcher(self.records, labeled, options, silent)
        except TooFewLabelsError:
            return None
        found = find_matches(self.records, matcher, _NO_LABELS, options, silent)
        return f1_that_counts(self.dataset, found)


@click.command()
@click.argument("folders", nargs=-1, required=True, type=_PATH)
@click.option("--labels", default="20,40,60", show_default=True, help="Labeled records.")
@click.option("--seeds", default="1,2,3", show_default=True)
def main(folders: tuple[Path, ...], labels: str, seeds: str) -> None:
    """Few labels beside none, on each of FOLDERS."""
    below = runs = 0
    for folder in folders:
        bench = _Bench(Dataset.read(folder))
        alone = bench.unsupervised_f1()
        for budget in map(int, labels.split(",")):
            for seed in map(int, seeds.split(",")):
                f1 = bench.f1(budget, seed)
                line = {"dataset": folder.name, "labels": budget, "seed": seed}
                click.echo(json.dumps({**line, "f1": f1, "unsupervised_f1": alone}))
                runs += f1 is not None
                below += f1 is not None and f1 < alone
    click.echo(f"{below} of {runs} runs found less than the unsupervised score alone.")


if __name__ == "__main__":
    main()
