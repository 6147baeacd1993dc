"""`python -m infra.run`: runs all services on this machine."""

import os
import sys

if __name__ == "__main__":
    # Imported here because the functions' processes import this module, too.
    from infra.local.shell import remove_aws_settings
    from infra.shared.parent import end_with_parent

    end_with_parent()
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    remove_aws_settings()  # before boto3 and moto read them
    from infra.local.terminals.run import main
    from infra.run.project import PROJECT

    sys.exit(main(PROJECT, url=endpoint))
