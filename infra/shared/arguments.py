"""Command-line arguments: a parser with one-line errors, and the types that commands share."""

import argparse
import re
import sys
import textwrap
from typing import NoReturn


class Help(argparse.RawDescriptionHelpFormatter):
    """Help that fits the terminal: it wraps paragraphs, and keeps the lines of lists and examples."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip("\n").split("\n\n")
        return "\n\n".join(_wrapped(paragraph, width) for paragraph in paragraphs)


def _wrapped(paragraph: str, width: int) -> str:
    if "\n  " not in f"\n{paragraph}":
        return textwrap.fill(" ".join(paragraph.split()), width, break_on_hyphens=False)
    return "\n".join(_wrapped_line(line, width) for line in paragraph.splitlines())


def _wrapped_line(line: str, width: int) -> str:
    """An indented line. Its rest follows below the second column of a list."""
    column = re.match(r" +\S+  +", line)
    return textwrap.fill(line, width, subsequent_indent=" " * (column.end() if column else 4))


class Parser(argparse.ArgumentParser):
    """An argument parser that prints one line for an error, with a hint to --help, and exits with code 2."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)
        sys.exit(2)


def positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value
