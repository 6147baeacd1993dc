"""Event buses of EventBridge: accept events, match them with rules, and send them to the rules' targets.

moto stores buses, rules and targets. This package matches events, builds the input of targets and sends it:
moto's matcher differs from AWS's, and moto sends events neither to functions nor to topics.
"""
