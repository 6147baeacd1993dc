"""Commands that need no deployed stack: the local run, lessons, simulation, costs and recipes."""

import os

LOCAL = {
    "run": "run all services on this machine, or one service in this terminal",
    "join": "add a stack to the local run, and run its functions in this terminal",
    "leave": "remove a stack that joined the local run",
}
SIMULATION = {"simulate": "simulate faults and interleavings, and check the invariants"}
COST = {"cost": "calculate the cost of a million orders on AWS, by outcome and by safeguard"}
COMPARE = {"compare": "compare the choreography with an orchestrated and a naive version"}
COMPLETION = {"completion": "print a script for completion in a shell: bash, zsh or fish"}
NEW = {"new": "add a service, an event, a field, a queue or a subscription to the project"}
LESSON = {"lesson": "play a fault on the running system, and prove that no order is lost"}
DELEGATED = LOCAL | LESSON | COMPARE | SIMULATION | COST | NEW


def run(argv: list[str]) -> int:
    """Runs such a command, also with `--help`."""
    # Imported here: a command loads only its own libraries. All these commands use the local AWS.
    from infra.local import lazy_modules
    from infra.local.shell import remove_aws_settings

    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    remove_aws_settings()
    lazy_modules.delay()
    if argv[0] in LOCAL:
        from infra.local.terminals.run import main
        from infra.run.project import PROJECT

        return main(PROJECT, argv, endpoint)
    if argv[0] in LESSON:
        from infra.lessons.__main__ import main as lesson

        return lesson(argv[1:], endpoint)
    if argv[0] in COMPARE:
        from infra.alternatives.__main__ import main as compare

        return compare(argv[1:])
    if argv[0] in COST:
        from infra.cost.__main__ import main as cost

        return cost(argv[1:])
    if argv[0] in NEW:
        from infra.scaffold.__main__ import main as new

        return new(argv[1:])
    from infra.simulation.__main__ import main as simulate

    return simulate(argv[1:])
