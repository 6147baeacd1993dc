"""Play lessons: what goes wrong in a choreography, and what each safeguard is for.

A lesson plays a fault on the running system (AWS_ENDPOINT_URL, or else port 3000), and then proves from the
ledgers of gateway and carrier that nothing is lost. If no local run answers, it starts its own.

  choreo lesson                        list the lessons
  choreo lesson dual-write             play one
  choreo lesson dual-write --without   play it on a second system that lacks its first safeguard
  choreo lesson --all                  play all, with and without safeguards
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError

from infra.lessons.catalogue import LESSONS
from infra.lessons.errors import LessonFailed, NoSystem
from infra.lessons.lesson import Lesson
from infra.lessons.play import Failed, Proof, play
from infra.lessons.shown import introduce, show_catalogue, show_proof, table_of
from infra.lessons.system import System, running, started
from infra.shared.arguments import Help, Parser
from infra.shared.display import out, print_json, progress

PORT = 3000
TERMINATED = 128 + signal.SIGTERM
"""The exit code after SIGTERM, as shells report it."""
OWN = ""
"""The value of `--without` alone."""


def parser() -> Parser:
    """The parser of `choreo lesson`, also for the completion in shells."""
    made = Parser(
        prog="choreo lesson",
        description=__doc__,
        formatter_class=Help,
        epilog="Exit codes: 0 all lights are as expected; 1 they are not; 2 a wrong command or no local run.",
    )
    made.add_argument("name", nargs="?", choices=tuple(LESSONS), metavar="NAME", help="a lesson of the list")
    made.add_argument(
        "--without",
        nargs="?",
        const=OWN,
        metavar="SAFEGUARD",
        help="remove a safeguard, in a second system (default: the lesson's first)",
    )
    made.add_argument("--all", action="store_true", help="play all lessons, with and without safeguards")
    made.add_argument("--json", action="store_true", help="print a line of JSON for each lesson or proof")
    return made


def main(argv: list[str], url: str | None = None) -> int:
    """Exit codes: 0 all lights are as expected, 1 they are not, 2 the user can correct the error."""
    arguments = parser().parse_args(argv)
    if (arguments.all and arguments.name) or (arguments.without is not None and not arguments.name):
        parser().error("give a NAME, with or without --without, or --all")
    try:
        with _sigterm_ends_systems():
            if arguments.all:
                return _play_all(url, as_json=arguments.json)
            if arguments.name:
                lesson = LESSONS[arguments.name]
                removed = _removed(lesson, arguments.without)
                return _play_one(lesson, url, removed, as_json=arguments.json)
    except NoSystem as error:
        parser().error(str(error))
    except LessonFailed as error:
        progress.print(f"choreo lesson: {error}")
        return 1
    if arguments.json:
        for lesson in LESSONS.values():
            print_json(lesson.to_json())
    else:
        show_catalogue()
    return 0


@contextmanager
def _sigterm_ends_systems() -> Iterator[None]:
    """Turns SIGTERM into SystemExit within the context, so that started systems end with the command."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _play_one(lesson: Lesson, url: str | None, without: str | None, *, as_json: bool) -> int:
    with _system(lesson, url, without) as system:
        if as_json:
            proof = play(lesson, system)
            print_json(proof.to_json())
        else:
            introduce(lesson, without)
            proof = play(lesson, system, lambda text: out.print(f"  {text}"))
            show_proof(proof)
    return 0 if proof.as_expected else 1


def _removed(lesson: Lesson, asked: str | None) -> str | None:
    """The safeguard to remove; `--without` alone means the lesson's own."""
    if asked is None:
        return None
    known = [guard.without for guard in lesson.safeguards]
    if not known or asked not in (OWN, *known):
        choice = f"choose from {', '.join(known)}" if known else "it has none that can be removed"
        parser().error(f"{lesson.name} has no safeguard {asked}: {choice}")
    return known[0] if asked == OWN else asked


def _play_all(url: str | None, *, as_json: bool) -> int:
    played: list[Proof | Failed] = []
    for each in _all(url):
        played.append(each)
        if as_json:
            print_json(each.to_json())
    if not as_json:
        out.print(table_of(played), soft_wrap=False)
    wrong = [each for each in played if not each.as_expected]
    for each in wrong:
        state = f"without {each.without}" if each.without else "with its safeguards"
        progress.print(f"{each.lesson.name} {state}: {each.reason}")
    return 1 if wrong else 0


def _all(url: str | None) -> Iterator[Proof | Failed]:
    """Plays all lessons in order. Those with safeguards and without parameters share one system."""
    with _with_safeguards(url) as shared:
        for lesson in LESSONS.values():
            for without in (None, *(guard.without for guard in lesson.safeguards)):
                progress.print(f"{lesson.name}{f' without {without}' if without else ''} …")
                yield _played(lesson, without, shared)


def _played(lesson: Lesson, without: str | None, shared: System) -> Proof | Failed:
    """Plays one lesson of all. A failure must not hide the results of the others."""
    try:
        if without is None and not lesson.parameters:
            return play(lesson, shared)
        with started(without, lesson.parameters) as system:
            return play(lesson, system)
    except (LessonFailed, NoSystem) as error:
        return Failed(lesson, without, str(error))
    except (OSError, BotoCoreError) as error:  # the system has ended, or does not answer
        return Failed(lesson, without, f"{type(error).__name__}: {error}")


@contextmanager
def _system(lesson: Lesson, url: str | None, without: str | None) -> Iterator[System]:
    """The system of one lesson: a new one for a removed safeguard or for parameters."""
    needs_own = without is not None or lesson.parameters
    with started(without, lesson.parameters) if needs_own else _with_safeguards(url) as system:
        yield system


@contextmanager
def _with_safeguards(url: str | None) -> Iterator[System]:
    """The local run of the user, or a new one. Raises NoSystem if none answers at the user's `url`."""
    found = running(urlsplit(url or "").port or PORT)
    if found is not None:
        yield found
    elif url:
        help_ = "start one with `make run`, or unset AWS_ENDPOINT_URL"
        raise NoSystem(f"no local run answers at {url}: {help_}")
    else:
        with started() as system:
            yield system


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ.get("AWS_ENDPOINT_URL")))
