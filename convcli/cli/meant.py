"""What a person meant: the words of a command line in our spelling, or what to type instead."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import takewhile
from math import inf
from types import MappingProxyType
from typing import Any

from typer.core import TyperCommand

from convcli.cli.flags import not_here
from convcli.cli.panels import in_panels, is_narrow, option_lines, show_narrow
from convcli.cli.typed import spellings
from convcli.matching import begun, nearest
from convcli.refusals import ConvcliError
from convcli.whole_numbers import whole_numbers
from convcli.wording import quoted

FLAG = re.compile(r"--[a-z_]|-(?!(inf|infinity|nan)\b)[a-z]", re.IGNORECASE)  # and not a number below 0
NUMBER = re.compile(r"[-+]?[\d.]+,?")
YES, NO = ("true", "yes", "on"), ("false", "no", "off")
LISTING = ("blog", "samples", "filters")  # commands that list what there is where nothing is asked for
BARE = {"--steps": "first"}  # the value of a flag whose value may be left out
# What others call flags of ours.
SYNONYMS = {
    "filter": ("--weight", "--kernel"),
    "filters": ("--out", "--weight"),
    "channels": ("--in", "--out"),
    "pool-size": ("--kernel",),
    "window": ("--kernel",),
    "dilation-rate": ("--dilation",),
    "image": ("--input",),
    "file": ("--input", "--save"),
    "shape": ("--size", "--shapes"),
    "input-size": ("--size",),
    "input-shape": ("--size",),
    "output": ("--output-size", "--save", "--out"),
    "same": ("--keep", "--padding same"),
    "valid": ("--padding valid",),
    "o": ("--save", "--out"),
    "p": ("--padding", "--norm-type"),
    "draw": ("--show", "--export"),
    "plot": ("--show", "--export"),
}


class Command(TyperCommand):
    """A command that takes PyTorch's spelling of its flags, and says what was meant by what it doesn't take."""

    assumed: Mapping[str, str] = MappingProxyType({})  # what is taken for a flag that is left out, for the help

    def __init__(self, *arguments: Any, **attrs: Any) -> None:
        super().__init__(*arguments, **attrs)
        params: list[Any] = [*self.params]
        for each in params:
            each.shell_complete = partial(in_any_case, each.shell_complete)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        last = self.params[-1] if self.params else None
        shown: list[Any] = self.get_params(ctx)
        for each in shown:
            if each.name in self.assumed:
                each.default, each.show_default = self.assumed[each.name], True
            if each.param_type_name == "option":
                each.rich_help_panel = each.rich_help_panel or getattr(last, "rich_help_panel", None)
        if is_narrow():
            show_narrow(self, ctx, option_lines(shown))
        else:
            in_panels(partial(super().format_help, ctx, formatter))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            asks = args == ["help"] or set(args) & set(ctx.help_option_names)
            args = ["--help"] if asks else Words(ctx).meant(args)
        return super().parse_args(ctx, args)


def in_any_case(complete: Callable[[Any, str], list[Any]], context: Any, typed: str) -> list[Any]:
    """What may follow a flag, of all that it completes what a text begins as names are matched elsewhere."""
    items = complete(context, "")
    names = begun(typed, (item.value for item in items))
    return [item for item in items if item.value in names]


def in_dashes(name: str) -> str:
    """A flag with dashes for underscores, and a long one in small letters.

    >>> in_dashes("--Kernel_Size"), in_dashes("-k")
    ('--kernel-size', '-k')
    """
    return name.lower().replace("_", "-") if len(name) > 2 else name


class Words:
    """The words behind a command, and what it knows of them."""

    def __init__(self, context: Any) -> None:
        self.context, self.name, self.first = context, context.command.name, ""
        params = context.command.get_params(context)
        self.options = [each for each in params if each.param_type_name == "option"]
        arguments = [each for each in params if each not in self.options]
        self.alone = (
            inf if any(each.nargs < 0 for each in arguments) else len(arguments)
        )  # words it takes by themselves
        self.spelled = {name: option for option in self.options for name in spellings(option.name, option.opts)}

    def meant(self, words: Sequence[str]) -> list[str]:
        """The same words as the parser knows them.

        Raises:
            ConvcliError: one of them is nothing that the command takes.
        """
        said: list[str] = []
        left, alone = list(words), 0
        self.first = "" if not words or FLAG.match(words[0]) else words[0]
        flags = True  # until a word says that none follow
        while left:
            word = left.pop(0)
            if word == "--" and flags:
                flags = False
                said.append(word)
            elif flags and FLAG.match(word):
                said += self._flag(word, left)
            else:
                alone += 1
                if alone > self.alone:
                    raise self._no_flag_before(word, left)
                said.append(word)
        return said

    def _flag(self, word: str, left: list[str]) -> list[str]:
        """A flag in our spelling, and its value, which is taken from what is left."""
        typed, equals, value = word.partition("=")
        following = value if equals else left[0] if left else ""
        name = self._known(in_dashes(typed), following)
        if not name:
            return [word]  # -k3
        if (switch := self._switched(name, following.lower())) is not None:
            del left[: 0 if equals else 1]
            return switch
        if name not in self.spelled:
            return []  # --count-include-pad, which is so unless it is turned round
        option = self.spelled[name]
        flag = option.opts[0]
        if option.is_flag:
            return [flag]
        if equals:
            return [flag, value]
        if left and not FLAG.match(following):
            return [flag, *self._value(option, left)]
        if flag in BARE:
            return [flag, BARE[flag]]
        raise ConvcliError(f"{typed} needs a value", f"{flag} {option.metavar}: {option.help}")

    def _known(self, name: str, value: str) -> str:
        """A flag's name with as many dashes as it has; empty for a short one with its value attached."""
        for each in (name, f"-{name}"):
            if each in self.spelled or turned_round(each) in self.spelled:
                return each
        if not name.startswith("--") and name[:2] in self.spelled:
            return ""
        raise self._unknown(name, value)

    def _switched(self, name: str, value: str) -> list[str] | None:
        """A switch as Python has it, ``--bias false``, ``--ceil-mode true``; None: it isn't that."""
        opposite = turned_round(name)
        if value not in YES + NO or not (opposite in self.spelled or self.spelled[name].is_flag):
            return None
        flag, turns = (opposite, NO) if opposite in self.spelled else (name, YES)
        return [flag] if value in turns else []

    def _value(self, option: Any, left: list[str]) -> list[str]:
        """The word behind a flag; several numbers are refused as one."""
        count = 1
        while count < len(left) and all(map(NUMBER.fullmatch, left[: count + 1])):
            count += 1
        if count > 1:
            joint, flag = "x" if option.metavar == "SIZES" else ",", option.opts[0]
            one = joint.join(number.strip(",") for number in left[:count])
            raise ConvcliError(f"{flag} {' '.join(left[:count])}: a flag takes one value", f"try {flag} {one}")
        return [left.pop(0)]

    def _no_flag_before(self, word: str, left: Sequence[str]) -> ConvcliError:
        """A word where a flag should be, and the flag that it may belong to."""
        why = f"{self.name} doesn't take {quoted(word)} on its own"
        if self.alone:
            return ConvcliError(why, "give one word, or quotes around several")
        name, _, value = word.partition("=")
        if option := self.spelled.get(in_dashes(f"--{name}" if len(name) > 1 else f"-{name}")):
            value = "" if option.is_flag else value or next(iter(left), "")
            return ConvcliError(why, f"try {option.opts[0]} {value}".rstrip())
        numbers = list(takewhile(whole_numbers, [word, *left]))
        if len(numbers) > 1:
            return ConvcliError(f"{self.name} doesn't take numbers on their own", f"try {self._in_order(numbers)}")
        flag = next((each.opts[0] for each in self.options if word in self._values(each)), "")
        if not flag and "," not in word and whole_numbers(word):
            flag = next((each.opts[0] for each in self.options if each.metavar == "SIZES"), "")
        if not flag and "--input" in self.spelled and re.search(r"[\[,.]", word):
            flag = "--input"
        return ConvcliError(why, f"try {flag} {word}" if flag else self._lookup)

    def _in_order(self, numbers: Sequence[str]) -> str:
        """Numbers as the call of a torch.nn class has them, each behind its flag."""
        flags = (each.opts[0] for each in self.options if each.metavar in ("N", "SIZES"))
        return " ".join(f"{flag} {number.strip(',')}" for flag, number in zip(flags, numbers, strict=False))

    @property
    def _lookup(self) -> str:
        return f"convcli {self.name} --help says what it takes"

    def _values(self, option: Any) -> list[str]:
        """What a flag's value may be, as far as it is completed."""
        return [item.value for item in option.shell_complete(self.context, "")]

    def _unknown(self, name: str, value: str) -> ConvcliError:
        """A flag that there isn't, and those that may have been meant."""
        flags = [flag for flag in SYNONYMS.get(name.lstrip("-"), ()) if flag.split()[0] in self.spelled]
        if not flags and (words := not_here(self.name, self.first, name, value)):
            return ConvcliError(*words)
        if not flags and len(name) > 2:
            near = nearest(name, (each for each in self.spelled if each.startswith("--")))
            flags = list(dict.fromkeys(self.spelled[each].opts[0] for each in near))
        fix = f"did you mean {' or '.join(flags[:2])}?" if flags else self._lookup
        if (so := self.spelled.get(f"--{name.removeprefix('--no-')}")) and name.startswith("--no-"):
            fix = f"leave {so.opts[0]} out"
        if name == "--list" and self.name in LISTING:
            fix = f"leave it out: convcli {self.name} lists them"
        if name == "--output" and "--out" in self.spelled and whole_numbers(value):
            fix += f" Backwards from an output's size goes convcli formula --output {value}"
        return ConvcliError(f"{self.name} takes no {name}", fix)


def turned_round(name: str) -> str:
    """The switch that says that something isn't so."""
    return f"--no-{name.removeprefix('--')}"
