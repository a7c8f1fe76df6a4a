"""Doors in: each turns the outside into one call of a verb."""
