"""Event buses of EventBridge: events that are put on a bus, and the targets of the rules that they match.

Buses, rules and targets are moto's. Matching, the input of targets and the delivery are ours: moto's matcher
differs from AWS's, and moto sends events neither to functions nor to topics.
"""
