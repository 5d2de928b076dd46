"""GlueML as Dagster assets."""
