"""`choreo run`: the local AWS, with this project on it."""
