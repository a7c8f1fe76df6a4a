"""Answers of the explorer as files: `sheet` says what stands in them, one module for each kind writes it."""
