"""What every command prints with --json is what docs/convcli.schema.json says, no key more."""

import json
import shlex
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from convcli.cli import COMMANDS
from convcli.layers import LAYERS
from tests.conftest import Ran

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent.parent / "docs" / "convcli.schema.json").read_text())
RESIDUAL = Path(__file__).parent / "benchmarks" / "resnet50.py"
# By the command: which part of the schema it prints.
PRINTED = {
    **{f"{name} --json": "layer_that_ran" for name in COMMANDS if name in LAYERS},
    **{f"{name} --shapes --json": "layer_without_values" for name in COMMANDS if name in LAYERS},
    "conv1d --padding same --kernel 4 --steps --from 4 --of 0 --coverage --json": "layer_that_ran",
    "conv1d -i 1,nan,inf --kernel 1 --no-bias --at 0 --json": "layer_that_ran",
    "conv2d -i picture --weight sobel-x --padding-mode reflect --padding 1 --at 0,0 --json": "layer_that_ran",
    "convtranspose1d --stride 2 --padding 1 --output-padding 1 --steps --from 0 --json": "layer_that_ran",
    "maxpool1d --padding 1 --return-indices --ceil-mode --steps --from 0 --json": "layer_that_ran",
    "maxpool1d --return-indices --shapes --json": "layer_without_values",
    "avgpool2d --divisor-override 3 --no-count-include-pad --at 0,0 --json": "layer_that_ran",
    "lppool1d --norm-type inf --at 0 --json": "layer_that_ran",
    "adaptiveavgpool2d --output-size 2,none --at 0,0 --json": "layer_that_ran",
    "unfold --at 0,0 --from 0,0 --json": "layer_that_ran",
    "formula --json": "formula",
    "formula --size 28x32 --kernel 4 --padding same --json": "formula",
    "formula --size 28 --transposed --output-padding 1 --stride 2 --json": "formula",
    "formula --size 7 --kernel 2 --ceil-mode --json": "formula",
    "formula --size 224 --output 112 --json": "settings",
    "formula --output 112 --kernel 3 --stride 2 --padding 1 --json": "settings",
    "formula --size 28x32 --output 14x16 --json": "settings_by_axis",
    "blog --json": "experiments",
    "blog cnn1d_2 --steps --from 0 --of 0 --coverage --json": "experiments",
    "filters --json": "filters",
    "samples --json": "samples",
    "network --json": "network",
    "network alexnet --convention fvcore --json": "network",
    'network "Conv2d(1, 6, 5); Flatten(); Linear(9, 2)" --size 9x9 --json': "network",
    'network "Conv2d(1, 6, 5); Mystery(3); ReLU()" --json': "network",
    'network "Embedding(9, 4); Flatten(); Linear(8, 2)" --json': "network",
    "network alexnet --receptive last --json": "network",
    'network "Conv1d(1, 1, 3, padding=4, stride=4)" --size 5 --receptive 0 --json': "network",
    f"network {RESIDUAL}:resnet50 --run --size 3x32x32 --json": "network",
    f"network {RESIDUAL}:resnet50 --run --size 4x32x32 --json": "network",
    f"network {RESIDUAL}:resnet50 --run --size 3x32x32 --receptive layer2.0.conv2 --json": "network",
    "network --compare vgg16 alexnet tiny --json": "networks_compared",
    'network --compare "Conv2d(1, 6, 5); Linear(3, 2)" "ReLU()" --json': "networks_compared",
    "network vgg16 --output 7 --json": "input_sizes",
    'explain "mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)" --json': "explanation",
    'explain "no error" --json': "explanation",
}
MAY_BE_ADDED = {"code", "line", "hypotheses"}  # of an explanation


def closed(schema: Any) -> Any:
    """The same, objecting to a key that it doesn't name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if isinstance(made.get("properties"), dict) and "type" in made:
        made.setdefault("additionalProperties", False)
    return made


@cache
def validator(part: str) -> Draft202012Validator:
    return Draft202012Validator({**closed(SCHEMA), "anyOf": [{"$ref": f"#/$defs/{part}"}]})


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(each)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("command", PRINTED)
def test_a_command_prints_what_the_schema_says(convcli: Callable[..., Ran], command: str) -> None:
    printed = json.loads(convcli(*shlex.split(command)).out)
    validator(PRINTED[command]).validate(printed)
    Draft202012Validator(SCHEMA).validate(printed)


def test_every_command_is_among_them() -> None:
    assert {command.split()[0] for command in PRINTED} == set(COMMANDS) - {"play", "explore"}  # a page, a screen


def test_every_key_of_the_schema_is_printed_by_some_command(convcli: Callable[..., Ran]) -> None:
    printed = {
        key for command in PRINTED for each in objects(json.loads(convcli(*shlex.split(command)).out)) for key in each
    }
    for name, part in SCHEMA["$defs"].items():
        keys = set(part.get("properties", {})) - printed
        assert keys <= MAY_BE_ADDED, name


@pytest.mark.parametrize(
    ("command", "change"),
    [
        ("conv1d --json", {"code": 1}),
        ("conv1d --json", {"unheard_of": 1}),
        ("conv1d --json", {"macs": -1}),
        ("conv1d --json", {"output": {"shape": [1]}}),
        ("formula --json", {"kind": "other"}),
        ("formula --json", {"axes": [{"size": 10}]}),
        ("samples --json", {"samples": []}),
        ("network --json", {"failed": {}}),
        ("network --json", {"layers": [{"name": "0"}]}),
        ("network vgg16 --output 7 --json", {"sizes": [[3]]}),
    ],
)
def test_the_schema_objects(convcli: Callable[..., Ran], command: str, change: dict[str, Any]) -> None:
    printed = json.loads(convcli(*command.split()).out)
    validator(PRINTED[command]).validate(printed)
    with pytest.raises(ValidationError):
        validator(PRINTED[command]).validate(printed | change)


def test_a_thing_has_one_spelling_and_its_older_names(convcli: Callable[..., Ran]) -> None:
    flags = ("--kernel", "4", "--stride", "2", "--padding", "1", "--json")
    [of_layer] = json.loads(convcli("conv1d", "--size", "10", *flags).out)["axes"]
    [of_formula] = json.loads(convcli("formula", "--size", "10", *flags).out)["axes"]
    assert (of_formula.pop("kernel"), of_formula.pop("padding")) == (4, 1)
    assert of_formula == of_layer
    found = json.loads(convcli("formula", "--size", "10", "--output", "5", *flags).out)["solutions"][0]
    same = ("size", "kernel_size", "stride", "pads", "dilation")
    assert [found[name] for name in same] == [of_layer[name] for name in same]
    assert (found["kernel"], found["padding"]) == (4, 1)
