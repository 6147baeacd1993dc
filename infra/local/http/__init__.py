"""The HTTP side of the local AWS: the server, HTTP APIs, function URLs, and the AWS endpoint."""
