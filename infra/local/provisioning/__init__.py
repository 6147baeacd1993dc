"""From a SAM template to a stack of the local AWS: read, translated, resolved, checked and created.

A resource type is described in one place: the module of its family, in a `Kind`. `registry` has them all.
"""
