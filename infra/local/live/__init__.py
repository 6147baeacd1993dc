"""The live page, http://localhost:3000/_choreo: what goes on in a run, and what a person may do to it."""

PREFIX = "/_choreo"
