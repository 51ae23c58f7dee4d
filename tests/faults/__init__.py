"""What the answer said is what is stored, whatever goes wrong in between: the rooms behind `tests/faults/run`."""
