"""Task runs: what each task does, and the processes that do it."""
