"""The live page, http://localhost:3000/_choreo: shows orders, queues and services, and injects faults."""
