"""Starts the process that forks the functions' processes, after it has imported what they share."""

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

Fork = ForkServerContext


def fork_context(*modules: str) -> Fork:
    """Starts a fork server that imports the common libraries, and then these modules."""
    fork = multiprocessing.get_context("forkserver")
    fork.set_forkserver_preload(["infra.local.runtime.preload", *modules])
    forkserver.ensure_running()
    return fork
