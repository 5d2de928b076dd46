"""What training produced: enough to score and cluster another table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import lightgbm as lgb
import numpy as np
from scipy.special import expit

from glueml_core.matching.arrays import Floats, Mask, Positions
from glueml_core.matching.extensions import Extensions
from glueml_core.matching.logistic import LogisticCurve
from glueml_core.matching.pair_model import PairModel
from glueml_core.matching.rows import ColumnProfile
from glueml_core.matching.threshold import choose_threshold
from glueml_core.matching.unsupervised_share import unsettled_share

__all__ = ["HeldOut", "Matcher"]

# Of the features as much as of the text: models read features by their place.
_FORMAT = 6
# What the ones before wrote leans on nothing, asks as it matches, or merges groups of any size by
# what it learned, and reads the same.
_READABLE = (3, 4, 5, _FORMAT)


@dataclass(frozen=True)
class HeldOut:
    """
    Labeled pairs as models saw them that had not learned from their labeling set.

    Args:
        probability: Calibrated match probability, shape (n_pairs,).
        is_match: Truth.
        labeling_set: Number of each pair's labeling set.
    """

    probability: Floats
    is_match: Mask
    labeling_set: Positions


@dataclass(frozen=True)
class Matcher:
    """
    A trained matcher.

    Args:
        columns: The columns it learned from, and how it read them.
        first_stage: One model a fold, and behind them, where folds are few, some that all labels
            taught; their mean scores candidates for the second stage.
        second_stage: As many, which also see how a pair stands by first-stage scores.
        calibration: From the second stage's log odds to a probability.
        equal_records: A second calibration, of records that say the same in every column.
        held_out: The labeled pairs it learned from, scored out of fold.
        unsupervised_share: How much of the second stage's log odds is the unsupervised score's own.
        large_merge_share: How much of the log odds is the unsupervised score's own where two large
            groups are to merge; 0 where what was learned may merge them.
        extension_features: Names of the user's features it cannot do without.
        unleaning: The same without that share, if there is one.
    """

    columns: tuple[ColumnProfile, ...]
    first_stage: tuple[PairModel, ...]
    second_stage: tuple[PairModel, ...]
    calibration: LogisticCurve
    equal_records: LogisticCurve
    held_out: HeldOut
    unsupervised_share: float = 0.0
    large_merge_share: float = 0.0
    extension_features: tuple[str, ...] = ()
    unleaning: Matcher | None = None

    @property
    def asking(self) -> Matcher:
        """Who says what to ask next: what labels alone have taught, however little to go by."""
        return self.unleaning or self

    def threshold(self, precision_recall_tradeoff: float) -> float:
        """The match probability from which records belong together."""
        held_out = self.held_out
        return choose_threshold(
            held_out.probability,
            held_out.is_match,
            precision_recall_tradeoff,
            unsettled_share(self.unsupervised_share),
        )

    def probability(self, log_odds: Floats, is_equal: Mask) -> Floats:
        """Calibrated match probability, from the second stage's log odds."""
        odds = self.calibration.log_odds(log_odds)
        odds[is_equal] = self.equal_records.log_odds(odds[is_equal])
        return np.asarray(expit(odds), dtype=np.float32)

    def of_fold(self, fold: int) -> Matcher:
        """What it is without the labels of one fold: the models that learned from the others."""
        return replace(
            self,
            first_stage=(self.first_stage[fold],),
            second_stage=(self.second_stage[fold],),
        )

    def check_extensions(self, extensions: Extensions) -> None:
        """ValueError if a feature it learned from is not there."""
        missing = [name for name in self.extension_features if name not in extensions.feature_names]
        if missing:
            raise ValueError(
                f"The matcher learned from the features {', '.join(missing)}; bring them to use it."
            )

    def to_json(self) -> str:
        """As text."""
        return json.dumps(
            {
                "format": _FORMAT,
                "columns": [asdict(column) for column in self.columns],
                "first_stage": [_model_to_dict(model) for model in self.first_stage],
                "second_stage": [_model_to_dict(model) for model in self.second_stage],
                "calibration": _curve_to_list(self.calibration),
                "equal_records": _curve_to_list(self.equal_records),
                "held_out": {
                    "probability": [round(float(p), 7) for p in self.held_out.probability],
                    "is_match": self.held_out.is_match.astype(int).tolist(),
                    "labeling_set": self.held_out.labeling_set.tolist(),
                },
                "unsupervised_share": self.unsupervised_share,
                "large_merge_share": self.large_merge_share,
                "extension_features": list(self.extension_features),
                "unleaning": self.unleaning and self.unleaning.to_json(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Matcher:
        """Read what `to_json` wrote; ValueError if a release of another format wrote it."""
        found = json.loads(text)
        if found["format"] not in _READABLE:
            raise ValueError(
                f"The matcher has format {found['format']}; this release reads format {_FORMAT}."
            )
        held_out, unleaning = found["held_out"], found.get("unleaning")
        return cls(
            columns=tuple(ColumnProfile(**column) for column in found["columns"]),
            first_stage=_models(found["first_stage"]),
            second_stage=_models(found["second_stage"]),
            calibration=LogisticCurve(*found["calibration"]),
            equal_records=LogisticCurve(*found["equal_records"]),
            held_out=HeldOut(
                np.array(held_out["probability"], dtype=np.float32),
                np.array(held_out["is_match"], dtype=bool),
                np.array(held_out["labeling_set"], dtype=np.int64),
            ),
            unsupervised_share=found.get("unsupervised_share", 0.0),
            large_merge_share=found.get("large_merge_share", 0.0),
            extension_features=tuple(found["extension_features"]),
            unleaning=unleaning and cls.from_json(unleaning),
        )


def _models(found: Sequence[dict[str, Any]]) -> tuple[PairModel, ...]:
    return tuple(
        PairModel(
            LogisticCurve(*model["start"]),
            lgb.Booster(model_str=model["trees"]) if model["trees"] is not None else None,
        )
        for model in found
    )


def _model_to_dict(model: PairModel) -> dict[str, Any]:
    trees = None if model.trees is None else model.trees.model_to_string()
    return {"start": _curve_to_list(model.start), "trees": trees}


def _curve_to_list(curve: LogisticCurve) -> list[float]:
    return [curve.slope, curve.intercept]
