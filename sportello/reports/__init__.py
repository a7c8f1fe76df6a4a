"""The month's figures: facts (queries) → measures (definitions) → month (side by side) → tables (text, JSON, rows)."""
