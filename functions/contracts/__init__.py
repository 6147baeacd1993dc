"""The shared language: all that the services know of each other."""
