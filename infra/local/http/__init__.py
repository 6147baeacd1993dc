"""What is reached over HTTP: the server, HTTP APIs, function URLs, and the AWS endpoint."""
