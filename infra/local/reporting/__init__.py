"""The output of a run: console lines, metrics, and the journal that the live page reads."""
