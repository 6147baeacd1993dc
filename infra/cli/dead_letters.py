"""List dead letters: queue, time, order, event and reason. The messages stay in their queues.

The exit code is 1 if there are none.

  choreo dead-letters
  choreo dead-letters payment --json
"""

import argparse
from concurrent.futures import ThreadPoolExecutor

from infra.cli.dead_letter_queues import DeadLetter, DeadLetterQueue, dead_letter_queues, put_back, take
from infra.cli.deployed import Deployed
from infra.cli.errors import NotFound
from infra.shared.arguments import positive
from infra.shared.display import out, print_json, short, table

JSON = "print a line of JSON for each message, with its body; [] if there are none"
SUMMARY = "list the messages that no consumer could handle, with the reason"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "queues", nargs="*", metavar="QUEUE", help="such as payment, or PaymentDeadLetters (default all)"
    )
    parser.add_argument(
        "--limit",
        type=positive,
        default=100,
        metavar="N",
        help="the maximum number of messages of each queue (default 100)",
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    queues = dead_letter_queues(deployed, arguments.queues)
    sqs = deployed.client("sqs")

    def read(queue: DeadLetterQueue) -> list[DeadLetter]:
        letters: list[DeadLetter] = []
        try:
            letters.extend(take(sqs, queue, arguments.limit))
        finally:
            put_back(sqs, queue, letters)
        return letters

    with ThreadPoolExecutor(len(queues) or 1) as pool:
        found = [
            (queue, letter)
            for queue, letters in zip(queues, pool.map(read, queues), strict=True)
            for letter in letters
        ]
    if not found and arguments.json:
        print_json([])
    if not found:
        raise NotFound("there are no dead letters")
    if arguments.json:
        for queue, letter in found:
            print_json(_to_json(queue, letter))
    else:
        _print(found)
    return 0


def _print(found: list[tuple[DeadLetterQueue, DeadLetter]]) -> None:
    shown = table("queue", "since", "order", "event", "reason")
    for queue, letter in found:
        moment = letter.sent_at.strftime("%m-%d %H:%M:%S")
        shown.add_row(queue.name, moment, short(letter.order_id) or "?", letter.type or "?", letter.reason)
    out.print(shown, soft_wrap=False)


def _to_json(queue: DeadLetterQueue, letter: DeadLetter) -> dict[str, str]:
    return {
        "queue": queue.name,
        "message_id": letter.message["MessageId"],
        "sent_at": letter.sent_at.isoformat(),
        "order_id": letter.order_id,
        "type": letter.type,
        "reason": letter.reason,
        "body": letter.message["Body"],
    }
