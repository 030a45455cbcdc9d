"""``blog``: the post's experiments, run again and compared with what it printed."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import typer

from convcli.cli.flags import RunFlags
from convcli.cli.layer import begin, checked_report, checked_views, run_torch
from convcli.cli.presenting import present, write_files
from convcli.cli.streams import screen, show, write
from convcli.cli.typed import flag, spelled, typed_command
from convcli.cli.waiting import loading_torch
from convcli.data.samples import Experiment, experiment, experiments
from convcli.plan import plan_of
from convcli.refusals import ConvcliError
from convcli.report import Report
from convcli.views.registry import BODY
from convcli.views.replays import onwards, overview, printed, title, verdict

if TYPE_CHECKING:
    from convcli.engine.replay import Replay

SETTLED = ("input", "size", "seed", "weight", "bias_values", "flip")  # by the post


@dataclass(frozen=True, eq=False, repr=False)
class BlogFlags:
    """What ``blog`` is asked."""

    name: str | None = flag(
        "NAME",
        help="One experiment in full: cnn1d_4, 1d_4, or 4.",
        autocompletion=lambda: [post.name for post in experiments()],
    )


def blog(asked: BlogFlags, flags: RunFlags) -> None:
    """The post's 12 experiments, replayed and checked number by number.

    \b
    convcli blog
    convcli blog cnn1d_4
    convcli blog cnn2d_3 --steps
    convcli conv1d --weight cnn1d_2

    torch is seeded with 0 once, then the 12 layers are built in the post's order. Every number is
    computed here and compared with the one the post printed; exit 1 if any differs by more than
    float32's rounding. One experiment takes every view that a layer command has.
    """
    matches = all_experiments(flags) if asked.name is None else one_experiment(experiment(asked.name), flags)
    if not matches:
        raise typer.Exit(1)


def all_experiments(flags: RunFlags) -> bool:
    """Whether every number matches."""
    asked = {each.name: value for each in fields(flags) if (value := getattr(flags, each.name)) != each.default}
    asked.pop("as_json", None)
    for view, value in asked.items():
        name = spelled(RunFlags, view)
        typed = name if value is True else f"{name} {value}"
        raise ConvcliError(f"{name} looks into one experiment", f"say which: convcli blog cnn1d_4 {typed}")
    reports = [Report(plan_of(post)) for post in experiments()]
    with loading_torch():
        from convcli.engine.replay import compare

        replays = [compare(post, each.plan, each.values) for post, each in zip(experiments(), reports, strict=True)]
    if flags.as_json:
        write_json(reports, replays)
    else:
        show(*overview(replays, screen()))
    return all(each.matches for each in replays)


def one_experiment(post: Experiment, flags: RunFlags) -> bool:
    """The layer, how far its numbers agree, and the views asked for; whether every number matches."""
    views = checked_views(flags)
    report = checked_report(plan_of(post), views, flags)
    begin(report, views, *title(post))
    replay = None
    if run_torch(report, views):
        from convcli.engine.replay import compare

        replay = compare(post, report.plan, report.values)
        if not any(view.owns_stdout for view in views):
            show(*verdict(replay, screen()), *(printed(replay, screen()) if BODY in views else ()))
    write_files(report, views, flags)
    for view in views:
        if replay and view.flags == ("as_json",):
            write_json([report], [replay])
        else:
            present(view, report, flags)
    if BODY in views:
        show(onwards(post))
    return replay is None or replay.matches


def write_json(reports: list[Report], replays: "list[Replay]") -> None:
    """One object, with an experiment for each."""
    from convcli.views.as_json import as_text, experiment_object

    pairs = zip(reports, replays, strict=True)
    write(as_text({"experiments": [experiment_object(report, replay) for report, replay in pairs]}))


command = typed_command(blog, BlogFlags, RunFlags, takes=lambda name: name not in SETTLED)
