"""Hostile requests as data, sent to a real WordPress."""
