"""Where functions run: a process for each execution environment, as the Lambda runtime has it."""
