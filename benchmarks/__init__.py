"""What we measure about ourselves, and how."""
