"""Schedules: rules and schedules of EventBridge invoke functions at certain times."""
