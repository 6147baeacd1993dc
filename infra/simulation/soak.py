"""Real concurrency beside the simulation: several processes of each consumer on one backend, killed at random.

What virtual time and one thread cannot show: real interleavings of real processes. The backend is the local
run's, without functions; each process here polls as an event source mapping does, and runs the deployed handler.
Nothing is deterministic; what is judged at the end is the same.
"""

import argparse
import importlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3

from choreography.table import from_attributes
from infra.local.attach import ask
from infra.local.context import Context
from infra.local.control import read
from infra.local.credentials import CREDENTIALS
from infra.local.stack import Function
from infra.simulation.customers import wish
from infra.simulation.journal import Journal, Write
from infra.simulation.judgement import judgement
from infra.simulation.story import SERVICES, wrong_ledger
