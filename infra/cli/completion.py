"""Print a script that completes the commands and options of `choreo` in a shell.

  bash:  eval "$(choreo completion bash)"       # in ~/.bashrc
  zsh:   choreo completion zsh > ~/.zfunc/_choreo  # a folder of $fpath
  fish:  choreo completion fish > ~/.config/fish/completions/choreo.fish

The script is generated from the parsers, so TAB starts no Python. Generate it again after an update.
"""

import argparse

from infra.shared.arguments import Parser

SHELLS = ("bash", "zsh", "fish")


def parser() -> Parser:
    made = Parser(
        prog="choreo completion",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")
    return made


def main(argv: list[str]) -> int:
    """Prints the script."""
    shell = parser().parse_args(argv).shell
    import shtab  # imported here: the library takes longer to load than the other commands

    print(shtab.complete(whole_parser(), shell))
    return 0


def whole_parser() -> Parser:
    """The parser of all commands, with the options of the delegated commands, for completion."""
    from infra.alternatives.__main__ import parser as compare
    from infra.cli import commands
    from infra.cost.__main__ import parser as cost
    from infra.lessons.__main__ import parser as lesson
    from infra.local.terminals import options
    from infra.scaffold.__main__ import parser as new
    from infra.simulation.__main__ import parser as simulate

    delegated = {
        "run": options.run_parser(),
        "join": options.join_parser(),
        "leave": options.leave_parser(),
        "lesson": lesson(),
        "compare": compare(),
        "new": new(),
        "simulate": simulate(),
        "cost": cost(),
        "completion": parser(),
    }
    return commands.parser(commands.COMMANDS, delegated)
