"""Errors over what the numbers are and where they live: dtypes, devices, memory."""

import re

from convcli.explain.answer import Answers, Explanation, Fix, simple
from convcli.explain.message import Message

ONE_TYPE = "every number of one calculation has to have one type"
DATA = "NumPy's default is double; pictures are uint8, labels long"


def _types(match: re.Match[str], message: Message) -> Explanation:
    given, weight = (name.strip() for name in match.groups())
    facts = {"input": given, "weight": weight}
    if any((device in given.lower()) != (device in weight.lower()) for device in ("cuda", "mps")):
        why = f"{given} and {weight} live on different devices"
        fix = Fix("layer = layer.to(x.device)", "or x = x.to(device): both on one device")
        return Explanation(facts, why, "a missing .to(device)", [fix], family="device")
    floats = weight.lower().removeprefix("torch.").removesuffix("tensor") in ("float", "float32")
    cast = Fix("x = x.float()" if floats else "x = x.to(layer.weight.dtype)")
    why = f"the input is {given} and the weights are {weight}: torch multiplies only numbers of one type"
    return Explanation(facts, why, DATA, [cast, Fix("layer = layer.to(x.dtype)", "for half or double")])


TYPES = r"Input type \(([\w.:<>, ]{1,60})\) and (?:bias|weight) type \(([\w.:<>, ]{1,60})\) should be the same"
OTHER_DTYPE = (
    r"[Ee]xpected (?:scalar type|object of scalar type|dtype) \w{1,30} but (?:found|got) (?:scalar type )?"
    r"\w{1,30}|mixed dtype|must have the same dtype|all inputs must share same datatype"
)
OTHER_DEVICE = (
    r"[Ee]xpected all tensors to be on the same device|is not on the expected device|Placeholder storage "
    r"has not been allocated on MPS|[Tt]ensor for argument .{1,60} is on CPU|slow_conv\dd_forward_mps|but expected "
    r"(?:it|them) to be on (?:GPU|CPU)|don't have the same device"
)
NO_CUDA = r"Torch not compiled with CUDA enabled|No CUDA GPUs are available|Found no NVIDIA driver"
ANSWERS: Answers = {
    ("dtype", TYPES): _types,
    ("dtype", r"mat1 and mat2 must have the same dtype, but got (\w{1,30}) and (\w{1,30})"): _types,
    ("dtype", r"expected m1 and m2 to have the same dtype, but got: (\w{1,30}) != (\w{1,30})"): _types,
    ("dtype", OTHER_DTYPE): simple(ONE_TYPE, DATA, "x = x.to(next(layer.parameters()).dtype)"),
    ("dtype", r"not implemented for '(?P<type>\w{1,30})'"): simple(
        "this layer has no arithmetic for numbers of this type", "whole numbers, or half on the CPU", "x = x.float()"
    ),
    ("dtype", r"[Cc]annot convert a MPS Tensor to float64|result type \w{1,30} can't be cast"): simple(
        ONE_TYPE, "float64 data", "x = x.float()"
    ),
    ("device", OTHER_DEVICE): simple(
        "the input and the weights live on different devices; torch moves nothing by itself",
        "a .to(device) is missing, on the data or on the model",
        "layer = layer.to(x.device)",
        "x = x.to(next(layer.parameters()).device)",
    ),
    ("device", NO_CUDA): simple(
        "this machine's PyTorch has no CUDA", "device='cuda' on a machine without it", "x, layer = x.cpu(), layer.cpu()"
    ),
    ("memory", r"out of memory|can't allocate memory|not enough memory"): simple(
        "the tensors need more memory than there is", "batch or picture too large", "x = x[:1]"
    ),
}
