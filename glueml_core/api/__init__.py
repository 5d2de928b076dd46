"""What each Glue operation means."""

from glueml_core.api.core import Core, TaskRunner

__all__ = ["Core", "TaskRunner"]
