"""Lessons: each plays one fault on a running system, and proves from the ledgers that nothing is lost."""
