"""Notifications: tells the customer how an order ended. It only subscribes; no other service knows it."""
