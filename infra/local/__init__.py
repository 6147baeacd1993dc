"""The local AWS: creates the resources of template.yaml on moto and runs the functions."""
