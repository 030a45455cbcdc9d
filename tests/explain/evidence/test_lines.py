"""What a line of the user's says, as far as it can be parsed."""

import pytest

from convcli.explain.evidence.lines import Line


@pytest.mark.parametrize(
    ("code", "callee"),
    [
        ("x = self.fc1(x)", "self.fc1"),
        ("return F.relu(self.conv(x))", "self.conv"),
        ("for out in net(x):", "net"),
        ("elif check(x):", "check"),
        ("loss = criterion(out,", "criterion"),
        (">>> net(x)", "net"),
        ("x = y", ""),
        ("this is no code (", ""),
    ],
)
def test_the_call_of_a_layer_is_found(code: str, callee: str) -> None:
    line = Line(code)
    assert line.text(line.call().func if line.call() else None) == callee  # type: ignore[union-attr]


@pytest.mark.parametrize("marked", ["", "net(s).gather("])
def test_a_call_that_goes_on_in_the_next_line_is_the_call(marked: str) -> None:
    line = Line("q = net(s).gather(", marked)
    assert line.text(line.call("gather$")) == "net(s).gather()"


def test_the_underlined_call_goes_before_others() -> None:
    line = Line("y = self.a(x) + self.b(x)", "self.b(x)")
    assert line.text(line.call()) == "self.b(x)"
    assert line.edited("x", "z") == "y = self.a(x) + self.b(z)"


def test_arguments_by_place_and_by_name() -> None:
    line = Line("loss = criterion(out, target=y)")
    assert [line.text(line.argument(line.call(), i, name)) for i, name in ((0, "input"), (1, "target"), (2, "z"))] == [
        "out",
        "y",
        "",
    ]


@pytest.mark.parametrize(
    ("code", "sides"),
    [("y = x + skip", ("x", "skip")), ("x += y", ("x", "y")), ("hits = (p == y).sum()", ("p", "y")), ("f(x)", None)],
)
def test_the_operands(code: str, sides: tuple[str, str] | None) -> None:
    assert Line(code).operands() == sides


def test_a_comma_that_makes_a_tuple() -> None:
    assert Line("x = self.conv(x),").makes_tuple
    assert not Line("x = self.conv(x)").makes_tuple
    assert Line("x, y = f(z)").assigned == "x, y"


def test_a_name_is_replaced_and_no_part_of_another() -> None:
    assert Line("y = xx(x.size(x))").edited("x", "z") == "y = xx(z.size(x))"


def test_signs_beyond_ascii_do_not_shift_the_parts() -> None:
    line = Line('print("größe"); y = f(größe)')
    assert line.text(line.call("^f$")) == "f(größe)"


@pytest.mark.parametrize("code", ["(" * 300, "a" * 300, "x." * 150, "[" * 150 + "]" * 150, "\x00"])
def test_hostile_code_is_no_code(code: str) -> None:
    Line(code).call()


def test_what_a_result_is_called_on_is_no_name_of_its_method() -> None:
    line = Line("return self.top(self.features(x).flatten(1))")
    assert line.text(line.call("features")) == "self.features(x)"
