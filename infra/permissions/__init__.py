"""Least privilege: the AWS calls of each function, and the permissions of its role."""
