"""What pages are made of: fragments, form widgets, template tags. Knows the words of the desk, none of its tables."""
