"""moto, and what corrects it: clients, patches, refusals, corrections, direct looks at queues and streams."""
