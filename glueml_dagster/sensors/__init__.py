"""Sensors: what happens outside of Dagster and concerns a transform."""

from glueml_dagster.sensors.label_drops import build_label_drop_sensor
from glueml_dagster.sensors.labeling_sets import build_labeling_set_sensor
from glueml_dagster.sensors.task_runs import build_task_run_sensor

__all__ = ["build_label_drop_sensor", "build_labeling_set_sensor", "build_task_run_sensor"]
