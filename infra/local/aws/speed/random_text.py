"""Draws the texts of receipt handles and request ids at once: the same texts as moto, letter by letter.

`Random.choice` draws a word of 32 bits for each letter, takes its first bits as an index, and draws another
word if the index is too large. Here one draw gives the words of all letters.
"""

import string
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import moto.sqs.models
from moto.moto_api._internal import mock_random
from moto.moto_api._internal.moto_random import MotoRandom

RECEIPT_HANDLE_LETTERS = 185


def patches() -> Iterator[Any]:
    yield patch.object(MotoRandom, "get_random_string", _random_string)
    yield patch.object(moto.sqs.models, "generate_receipt_handle", _receipt_handle)


def _receipt_handle() -> str:
    return _text(mock_random, string.ascii_lowercase, RECEIPT_HANDLE_LETTERS)


def _random_string(
    random: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False
) -> str:
    text = _text(random, string.ascii_letters + string.digits * include_digits, length)
    return text.lower() if lower_case else text


def _text(random: Any, letters: str, length: int) -> str:
    by_first_byte, beyond = _tables(letters)
    text = b""
    while missing := length - len(text):
        words = random.getrandbits(32 * missing).to_bytes(4 * missing, "little")
        text += words[3::4].translate(by_first_byte, beyond)
    return text.decode()


@cache
def _tables(letters: str) -> tuple[bytes, bytes]:
    """The letter for the first byte of a word, and the bytes whose index is too large."""
    shift = 8 - len(letters).bit_length()
    indexes = [byte >> shift for byte in range(256)]
    return (
        bytes(ord(letters[index]) if index < len(letters) else 0 for index in indexes),
        bytes(byte for byte, index in enumerate(indexes) if index >= len(letters)),
    )
