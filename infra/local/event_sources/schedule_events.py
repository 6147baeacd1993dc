"""The event with which EventBridge invokes a function at the time of a schedule.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-context-attributes.html
"""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Schedule

OF_SCHEDULER = "aws.scheduler"


def event(schedule: Schedule, moment: datetime) -> Any:
    """The schedule's input; without an input, EventBridge's scheduled event."""
    execution, time = str(uuid4()), f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    if schedule.input is None:
        return {
            "version": "0",
            "id": execution,
            "detail-type": "Scheduled Event",
            "source": schedule.source,
            "account": ACCOUNT,
            "time": time,
            "region": REGION,
            "resources": [schedule.arn],
            "detail": "{}" if schedule.source == OF_SCHEDULER else {},
        }
    text = schedule.input
    if schedule.source == OF_SCHEDULER:
        attributes = {"schedule-arn": schedule.arn, "scheduled-time": time, "execution-id": execution}
        for name, value in (attributes | {"attempt-number": "1"}).items():
            text = text.replace(f"<{OF_SCHEDULER}.{name}>", value)
    return json.loads(text)
