"""Creates the stack of a SAM template: reads, translates, resolves and checks it, then creates the resources.

Each module of a family of resource types has a `ResourceType` for each type; `registry` lists them all.
"""
