"""The wire: AWS JSON 1.1, over a socket or within the process."""
