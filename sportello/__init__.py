"""Sportello, a helpdesk that starts with one command. The map of the house is docs/rooms.md."""

__version__ = "0.1.0"
