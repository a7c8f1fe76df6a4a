"""How desks compare: the file a desk sends, what a hub publishes of many, reference sets. Knows no ticket."""
