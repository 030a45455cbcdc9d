"""Errors over a call: what is handed over isn't what the layer, the function or the loss takes."""

import re

from convcli.explain.answer import MAKE, REBUILD, Answers, Explanation, Fix, simple
from convcli.explain.message import Message


def _no_such_axis(match: re.Match[str], message: Message) -> Explanation:
    low, high, axis = map(int, match.groups())
    axes = high + 1
    needed = axis + 1 if axis >= 0 else -axis
    code = "x = x" + ".unsqueeze(0)" * max(1, min(needed - axes, 5))
    why = f"the tensor has {axes} axes, {low} to {high}; axis {axis} isn't one of them"
    return Explanation({"axes": axes, "given": axis}, why, "a batch or channel axis is missing", [Fix(code)])


NEGATIVE = r"Dimension size must be non-negative|length must be non-negative|[Nn]egative output size"
NOT_A_TENSOR = r"received an invalid combination of arguments - got \((?!Tensor,)(?P<given>[\w.]{1,60}), "
ARGUMENT = (
    r"missing \d required positional argument|unexpected keyword argument|but found element of type float|"
    r"type must be tuple of ints,but got float|positional arguments? but \d (?:was|were) given|invalid combination "
    r"of arguments - got \(Tensor,"
)
WEIGHT = r"weight should have at least three dimensions|expected bias to be 1-dimensional with \d{1,18}"
BATCH = r"Expected input batch_size \((?P<input>\d{1,18})\) to match target batch_size \((?P<target>\d{1,18})\)"
TARGET = r"Target -?\d{1,18} is out of bounds|expected target dtype|Using a target size|multi-target not supported"
AXIS = r"Dimension out of range \(expected to be in range of \[(-?\d{1,3}), (-?\d{1,3})\], but got (-?\d{1,3})\)"
ANSWERS: Answers = {
    ("negative_dimension", r"negative dimension (?P<size>-?\d{1,18})"): simple(
        "a size came out below 0", "an argument below 0, or more cut away than there is", REBUILD
    ),
    ("negative_dimension", NEGATIVE): simple(
        "a size came out below 0", "more is cut away than there is", "x = F.pad(x, (1, 1, 1, 1))"
    ),
    ("not_a_tensor", r"must be Tensor, not (?P<given>[\w.]{1,60})"): simple(
        "a layer takes a torch.Tensor",
        "a NumPy array or list went in as it is",
        "x = torch.as_tensor(x, dtype=torch.float32)",
    ),
    ("not_a_tensor", NOT_A_TENSOR): simple(
        "an argument isn't of the type the layer takes",
        "a NumPy array, a list or None went in, or a float setting",
        "x = torch.as_tensor(x, dtype=torch.float32)",
    ),
    ("argument", ARGUMENT): simple(
        "the layer was made or called with arguments it doesn't take",
        "a name misspelt, one left out, or a size that is a float (use // for a division)",
        MAKE,
    ),
    ("weight", WEIGHT): simple(
        "a weight is [out, in/groups, *kernel], and the bias one number for each out",
        "a kernel without its channels",
        MAKE,
    ),
    ("padding_word", r"Padding length must be divisible by 2"): simple(
        "F.pad takes two numbers for each axis, the last axis first", "a number left out", "x = F.pad(x, (1, 1))"
    ),
    ("channels", r"pixel_shuffle expects its input's 'channel' dimension"): simple(
        "pixel shuffle makes r·r channels into one, so r·r has to divide them",
        "upscale_factor",
        "layer = nn.PixelShuffle(1)",
    ),
    ("kernel_larger", r"calculated shape of the array of sliding blocks as"): simple(
        "the kernel, dilation included, is larger than the padded input: not one window fits",
        "too small an input",
        "x = F.interpolate(x, scale_factor=2)",
    ),
    ("output_size", r"to match the calculated number of sliding blocks"): simple(
        "fold puts back exactly as many blocks as unfold took out",
        "output_size, stride or padding of another unfold",
        "x = F.unfold(F.fold(x, layer.output_size, layer.kernel_size), layer.kernel_size)",
    ),
    ("rank", r"must have the same number of spatial dimensions"): simple(
        "one number for each axis that grows", "a size too many", "x = F.interpolate(x, scale_factor=2)"
    ),
    ("sizes_differ", r"shape of indices to be same as that of the input"): simple(
        "unpooling needs the indices of the pooling whose output it gets", "indices of another pooling"
    ),
    ("batch", BATCH): simple(
        "the loss compares one prediction with one target each",
        "a view(-1, n) that put features into the batch",
        "x = x.flatten(1)",
    ),
    ("target", TARGET): simple(
        "the loss takes class numbers from 0 to classes − 1, as long, one for each prediction",
        "the targets",
        "x = x.flatten(1)",
    ),
    ("axis", AXIS): _no_such_axis,
    ("axis", r"input\.dim\(\) = (?P<axes>\d) is not equal to len\(dims\) = (?P<named>\d)"): simple(
        "permute names every axis once, and the tensor has another number of them",
        "a missing batch axis",
        "x = x.unsqueeze(0)",
    ),
}
