"""
What the Spark engine costs a row: seconds, processor seconds, shuffled and written bytes.

    python -m benchmarks.spark_cost --rows 20000,100000

matches people made by `benchmarks.people`, in local mode on the cores given, with a transform that
learned from 300 labeled records of the same law. Each size runs once, after a small table that
warms the session up.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pyarrow.parquet as pq

from benchmarks.oracle import Oracle
from benchmarks.people import make_people
from benchmarks.score import cluster_codes, score_pairs
from glueml_core.matching import (
    Matcher,
    MatchingOptions,
    generate_labeling_sets,
    train_matcher,
)
from glueml_core.matching.options import silent

_LABELED, _TAUGHT_ROWS = 300, 20_000
_NO_LABELS = pd.DataFrame(columns=["labeling_set_id", "record_id", "label"], dtype=object)


@dataclass
class Stages:
    """Seconds between one word of progress and the next."""

    seconds: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)
    _doing: str = ""

    def __call__(self, share: float, doing: str) -> None:
        """`doing` begins now."""
        now = time.monotonic()
        if self._doing:
            self.seconds[self._doing] = now - self._began
        self._began, self._doing = now, doing.partition(" ")[0]


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rows", default="20000,100000")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--matcher", type=Path, help="JSON of one taught before; else one is.")
    parser.add_argument("--whole", action="store_true", help="By the driver, up to its limit.")
    chosen = parser.parse_args()
    options = MatchingOptions() if chosen.whole else MatchingOptions(whole_table_rows=0)
    with tempfile.TemporaryDirectory(prefix="glueml-spark-cost-") as folder:
        spark = _session(Path(folder), chosen.cores)
        matcher = Matcher.from_json(chosen.matcher.read_text()) if chosen.matcher else _taught()
        _measure(spark, matcher, options, 1_000, Path(folder))
        for rows in map(int, chosen.rows.split(",")):
            found = _measure(spark, matcher, options, rows, Path(folder))
            print(json.dumps(found), flush=True)
        spark.stop()


def _session(folder: Path, cores: int) -> Any:
    from pyspark.sql import SparkSession

    (folder / "events").mkdir()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master(f"local[{cores}]")
        .config("spark.driver.memory", "4g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", str(4 * cores))
        .config("spark.local.dir", str(folder / "local"))
        .config("spark.eventLog.enabled", "true")
        .config("spark.eventLog.compress", "false")
        .config("spark.eventLog.rolling.enabled", "false")
        .config("spark.eventLog.dir", (folder / "events").as_uri())
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.setCheckpointDir(str(folder / "checkpoints"))
    return spark


def _taught() -> Matcher:
    """What a transform learns of other people of the same law, three rounds of labeling on."""
    records, truth = make_people(_TAUGHT_ROWS, seed=1)
    frame = records.to_pandas().rename(columns={"id": "record_id"}).replace("", None)
    oracle, options = Oracle(truth.to_pandas(), _LABELED), MatchingOptions()
    labels, matcher = _NO_LABELS, None
    while oracle.remaining:
        sets = generate_labeling_sets(frame, labels, matcher, options, silent)
        labels = pd.concat([labels, oracle.label(sets)], ignore_index=True)
        matcher = train_matcher(frame, labels, options, silent)
    assert matcher is not None
    return matcher


def _measure(
    spark: Any, matcher: Matcher, options: MatchingOptions, rows: int, folder: Path
) -> dict[str, Any]:
    from glueml_core.spark import find_matches, spark_records

    records, truth = make_people(rows)
    path = folder / f"people-{rows}.parquet"
    pq.write_table(records, path)
    frame = spark.read.parquet(str(path))
    before, stages = _Used.now(folder), Stages()
    began = time.monotonic()
    given = spark_records(frame, "id", {name: name for name in records.column_names})
    given.check_keys("frame")
    found = find_matches(given, matcher, _NO_LABELS, options, stages)
    seconds = time.monotonic() - began
    stages(1.0, "")
    used = _Used.now(folder)
    matches = found.select("record_id", "match_id").toPandas()
    score = score_pairs(*cluster_codes(truth.to_pandas(), matches))
    return {
        "rows": rows,
        "seconds": round(seconds, 1),
        "stages": {name: round(spent, 1) for name, spent in stages.seconds.items()},
        "cpu_seconds": round(used.cpu_s - before.cpu_s, 1),
        "shuffled_mb": round((used.shuffled - before.shuffled) / 1e6, 1),
        "checkpoints_mb": round((used.written - before.written) / 1e6, 1),
        "f1": round(score.f1, 4),
    }


@dataclass(frozen=True)
class _Used:
    """What the session has used so far; processes that ended count by their parents."""

    cpu_s: float
    shuffled: int
    written: int

    @classmethod
    def now(cls, folder: Path) -> _Used:
        times = [p.cpu_times() for p in psutil.Process().children(recursive=True)]
        cpu_s = sum(t.user + t.system + t.children_user + t.children_system for t in times)
        own = time.process_time()
        files = (folder / "checkpoints").rglob("part-*")
        return cls(cpu_s + own, _shuffled(folder), sum(file.stat().st_size for file in files))


def _shuffled(folder: Path) -> int:
    total = 0
    for log in (folder / "events").rglob("*"):
        if log.is_file():
            for line in log.read_text(encoding="utf-8").splitlines():
                if '"SparkListenerTaskEnd"' in line and line.endswith("}"):
                    metrics = json.loads(line).get("Task Metrics") or {}
                    total += metrics.get("Shuffle Write Metrics", {}).get(
                        "Shuffle Bytes Written", 0
                    )
    return total


if __name__ == "__main__":
    main()
