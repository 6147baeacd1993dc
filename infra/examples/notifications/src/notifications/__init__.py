"""Notifications: tells the customer how an order ended. A guest: no service knows of it."""
