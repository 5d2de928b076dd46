"""An open, self-hosted FindMatches."""
