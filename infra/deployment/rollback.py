"""`make continue-rollback`: continues a rollback that an alarm stopped.

To roll a failed update back, CloudFormation moves each alias back with CodeDeploy. While an alarm of its
deployment group is in ALARM, CodeDeploy stops that deployment too, and the stack stays in
UPDATE_ROLLBACK_FAILED. The rollback can continue after the alarm is OK again:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
"""

import argparse
import sys
import time
from typing import Any

import boto3

FAILED = "UPDATE_ROLLBACK_FAILED"
PAUSE_SECONDS = 60
WAIT_SECONDS = 20 * 60
"""How long to retry. An alarm is OK again five minutes after its cause ended (3 of 5 minutes)."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="rollback", description=__doc__)
    parser.add_argument("stack", help="the stack's name")
    arguments = parser.parse_args(argv)
    status = continue_rollback(boto3.client("cloudformation"), arguments.stack)
    print(f"stack {arguments.stack}: {status}")
    if status == FAILED:
        print(
            "An alarm is still in ALARM: see `The rollback is refused` in docs/rollouts.md",
            file=sys.stderr,
        )
    return 1 if status == FAILED else 0


def continue_rollback(cloudformation: Any, stack: str) -> str:
    """Retries the rollback until it is complete or WAIT_SECONDS are over. Returns the stack's status."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (status := _status(cloudformation, stack)) == FAILED and time.monotonic() < deadline:
        cloudformation.continue_update_rollback(StackName=stack)
        while (status := _status(cloudformation, stack)).endswith("_IN_PROGRESS"):
            time.sleep(PAUSE_SECONDS)
        if status != FAILED:
            break
        time.sleep(PAUSE_SECONDS)
    return status


def _status(cloudformation: Any, stack: str) -> str:
    status: str = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    return status


if __name__ == "__main__":
    sys.exit(main())
