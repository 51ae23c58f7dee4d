"""Builds and runs real WordPress sites for the demo, the tests and the benches: the rooms behind `tests/site`."""
