"""The Dagster runner: each task run of a store as a Dagster run."""
