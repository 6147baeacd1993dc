"""Shipping: decides whether an order can still be stopped."""
