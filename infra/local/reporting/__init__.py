"""What a run tells: console lines, metrics that functions print, and the journal for the live page."""
