"""The commands of other packages: the local run, the simulation, and the costs."""

LOCAL = {
    "run": "the choreography on this machine, or one service of it in this terminal",
    "join": "add a stack to the running choreography, and run its functions here",
    "leave": "remove a stack that joined",
}
SIMULATION = {"simulate": "explore faults and interleavings, and check the invariants"}
COST = {"cost": "what a million orders cost on AWS, counted here, by outcome and by safeguard"}
DELEGATED = LOCAL | SIMULATION | COST


def run(argv: list[str]) -> int:
    """Runs another package's command, also with `--help`."""
    # Imported late: a command loads only its own libraries. All of these play AWS on this machine.
    from infra.local.shell import remove_aws_settings

    remove_aws_settings()
    if argv[0] in LOCAL:
        from infra.local.terminals.run import main

        return main(argv)
    if argv[0] in COST:
        from infra.cost.__main__ import main as cost

        return cost(argv[1:])
    from infra.simulation.__main__ import main as simulate

    return simulate(argv[1:])
