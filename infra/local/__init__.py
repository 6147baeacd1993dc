"""The laptop's AWS: reads template.yaml and plays it."""
