"""Tensors on different devices, or on a device that isn't there."""

import re
from collections.abc import Callable, Iterator

from convcli.explain.evidence.lines import lines_told
from convcli.explain.families.placed import MadeWithout, unplaced
from convcli.explain.families.stayed import stayed
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

FAMILY = "device"

# Arguments of functions that take no weights: torch.cat, arithmetic, masks.
JOINED = r"tensors|other|mask|tensor[12]|end|src|source|values?|condition|grid"
# A layer with weights that is made and called in one line; and training that goes on from a checkpoint.
MADE_AND_CALLED = (
    r"nn\.((?:Conv\w*|Linear|\w*Norm\d?d?|Embedding|LSTM|GRU|RNN|PReLU|MultiheadAttention)\([^()\n]{0,200}\))\("
)
META = r"[\"']meta[\"']|init_empty_weights"
# Lines that make weights without values, and that load some.
EMPTY = r"init_empty_weights|with torch\.device|[A-Z]\w*\(.*device=[\"']meta"
LOADS = r"load_state_dict\((?!\w+\.state_dict)|torch\.load\(|from_pretrained|load_checkpoint|to_empty|device_map"
INPUT, WEIGHTS = ("mat1", "input", "index"), ("mat2", "weight", "bias", "running_mean")
RESUMED = r"(?i)resum(?:e|ing)|optimizer\.load_state_dict|恢复训练"


def on_gpu(name: str) -> bool:
    """Whether a device, or a type of tensors, is one of a GPU.

    >>> on_gpu("torch.cuda.FloatTensor"), on_gpu("cpu")
    (True, False)
    """
    return bool(re.search("cuda|gpu|mps|xpu|meta", name.lower()))


class DeviceMixed(MadeWithout):
    code = "device-mixed"
    signatures = (
        "but got {argument:word} is on {got:word}, different from other tensors on {other:word} (when checking "
        "argument",
        "same device, but found at least two devices, {other:word} and {got:word}! (when checking argument for "
        "argument {argument:word} in method {method:word}",
        "same device, but found at least two devices, {one:word} and {other:word}!",
        "All input tensors must be on the same device. Received {other:word} and {got:word}",
        "expected device {other:word} but got device {got:word}",
        "found at least two devices (when checking argument for argument {argument:word} in method {method:word}",
        "Input type ({got:words}) and weight type ({weight:words}) should be the same",
        "Input type ({got:words}) and bias type ({weight:words}) should be the same",
        "Tensor on device {got:word} is not on the expected device {other:word}!",
        "Input and hidden tensors are not at the same device, found input tensor at {other:word} and hidden tensor "
        "at {got:word}",
        "Input and parameter tensors are not at the same device, found input tensor at {got:word} and parameter "
        "tensor at {other:word}",
        "Expected object of device type {other:word} but got device type {got:word} for argument #{place} "
        "'{argument:word}'",
        "Expected object of backend {other:word} but got backend {got:word} for argument #{place} '{argument:word}'",
        "Tensor for argument #{place} '{argument:word}' is on {got:word}, but expected it to be on {other:word}",
        "Tensor for 'out' is on {got:word}, ",
        "is on {got:word}, but expected them to be on {other:word}",
        "indices should be either on cpu or on the same device as the indexed tensor ({other:word})",
        "Placeholder storage has not been allocated on MPS device",
        "Input, output and indices must be on the current device",
        "arguments are located on different GPUs",
        "to have the same device as tensor for argument #{} '{}'; but device {gpu} does not equal {other_gpu}",
        "'; but type {got:word} does not equal {weight:word} (while checking arguments for {}",
        "slow_conv2d_forward_mps: input(device='{got:word}') and weight(device='{other:word}",
    )
    says = "the tensors of one calculation live on one device"
    lookalike = "dtype"
    example = """
        net = nn.Linear(3, 4, device="meta")  # a second device that every machine has
        x = torch.rand(2, 3)
        # RuntimeError: Tensor on device meta is not on the expected device cpu!
        y = net(x)
        assert y.shape == (2, 4)
    """
    decide = "print({x}.device, next(model.parameters()).device)"

    def hypotheses(self) -> Iterator[Hypothesis]:
        got, other, argument = (self.facts.get(name, "") for name in ("got", "other", "argument"))
        places = re.findall(r"cuda:\d", self.case.raised.text)
        places += [f"cuda:{self.facts[gpu]}" for gpu in ("gpu", "other_gpu") if gpu in self.facts]
        there = next(filter(on_gpu, (got, other, self.facts.get("one", ""))), other)
        either = not argument and re.search(
            "at least two|but got device|Placeholder|r on device", self.case.raised.text
        )
        made = re.search(MADE_AND_CALLED, f"{self.case.line.code}\n{self.case.raised.text}")
        found = [] if self.generic or "weight" in self.facts else unplaced(self.case)
        left = [] if self.generic else list(stayed(self.case, argument, self.weights_left(got, argument)))
        if left:
            yield from left
        elif found:
            yield self.made_without(
                found, next((place for place in (got, other, there) if place not in ("", "cpu")), "")
            )
        elif "meta" in (got, other) and not self.operated and not self.stands_in():
            says = "the weights are on meta, without values: load_state_dict copies nothing into them"
            advice = "load_state_dict(weights, assign=True), or model.to_empty(device=…) before it"
            yield likely(says, "model", f"{advice}; with device_map, see that no weight is missing")
        elif made and (either or "weight" in self.facts or argument in WEIGHTS):
            says = f"nn.{made[1]} is made where it is called: on the CPU, and anew, untrained, in every forward"
            yield likely(says, "model", "make it in __init__ (self.layer = …), so that model.to(device) moves it")
        elif either and (self.case.through(r"[/\\]optim[/\\]") or re.search(RESUMED, self.case.raised.text)):
            says = "the optimizer's state, as a checkpoint has it, is on another device than the weights"
            advice = "model.to(device), then make the optimizer, then optimizer.load_state_dict; map_location=device"
            yield likely(says, "checkpoint", advice)
            yield from self.pair(there or "the GPU", possible)
        elif "weight" in self.facts:
            if on_gpu(got) == on_gpu(self.weight):
                return  # one device, two types
            yield from self.one_side(on_gpu(self.weight))
        elif len(set(places)) > 1:
            says = f"tensors on {' and '.join(sorted(set(places)))} met: one was put on a fixed GPU"
            advice = "no .cuda() and no 'cuda:0' inside forward: torch.zeros(…, device=x.device)"
            if argument == "index" and re.search("index_select|embedding", self.case.raised.text):
                says = f"the index is on {got}, its table on {other}: a model spread over GPUs, or fixed to one"
                advice = "ids to the device of the first layer; device_map and several processes exclude each other"
            yield likely(says, "device", advice)
        elif "indices should be" in self.case.raised.text:
            says = f"the index is on another device than the tensor that it looks into ({other})"
            yield certain(says, "device", "tensor[index.cpu()], or the tensor to the GPU: tensor.to(index.device)")
        elif argument == "weight" and "loss" in self.facts.get("method", ""):
            says = "the weight of the loss, one number for each class, stayed on the CPU"
            yield certain(says, "device", "weight=weights.to(device) where the loss is made, or criterion.to(device)")
        elif self.case.in_loss or argument == "target":
            says = "the targets (or the loss's weight) are on another device than the predictions"
            target = self.handed(1, "targets")
            moved = (
                self.changed(target, "{{}}.to({}.device)".format(self.handed(0, "outputs")))
                if self.case.line.code
                else None
            )
            yield likely(says, "device", "targets = targets.to(device), where the inputs are moved", moved)
        elif "hidden tensor" in self.case.raised.text:
            says = f"the hidden state was made on {got} and the input is on {other}"
            yield likely(says, "device", "torch.zeros(…, device=x.device) where the hidden state is made")
        elif argument == "index" and on_gpu(got) and re.search("index_select|embedding", self.case.raised.text):
            yield from self.one_side(False)
        elif argument in ("index", "indices"):
            says = f"the index is on another device than what it looks into{f' ({other})' if other else ''}"
            yield likely(says, "device", "move the index to where the tensor is: index.to(x.device)")
        elif (
            re.fullmatch(JOINED, argument)
            or "Received" in self.case.raised.text
            or (either and self.case.direct and self.operated)
        ):
            here = "cpu" if "cpu" in (got, other, self.facts.get("one")) else got or "another device"
            says = f"of the tensors that meet here, one is on {here}: made anew, or of the data, and not moved"
            advice = "device=x.device where it is made (zeros, arange, a mask), register_buffer for constants"
            yield likely(says, "device", f"{advice}; .to(device) for what came with the data or from NumPy")
        elif either:
            yield from self.pair(there or "the GPU")
        else:
            of_weights = argument in WEIGHTS
            yield from self.one_side(not got or of_weights == on_gpu(got), there)

    def weights_left(self, got: str, argument: str) -> bool | None:
        """Whether it is the layer's weights that aren't on the GPU, where the message tells."""
        if "weight" in self.facts or argument in INPUT:
            return on_gpu(got)
        return not on_gpu(got) if got and argument in WEIGHTS else None

    def stands_in(self) -> bool:
        """Whether the user's file takes meta for a device to work on: it makes no empty weights, and loads none."""
        lines = [line for text in self.case.source.texts.values() for line in text if re.search(META, line)]
        loads = any(re.search(LOADS, "\n".join(text)) for text in self.case.source.texts.values())
        return bool(lines) and not loads and not any(re.search(EMPTY, line) for line in lines)

    def pair(self, there: str, sure: Callable[[str, str, str], Hypothesis] = likely) -> Iterator[Hypothesis]:
        says = f"one side is on {there} and the other isn't: {self.x}, or the model, was not moved"
        yield sure(says, "data", "x = x.to(device), which returns the moved tensor, labels too; and model.to(device)")
        says = "a tensor or layer that was made in forward, or stands in a plain list, doesn't move with the model"
        yield possible(says, "model", "device=x.device where it is made; nn.ModuleList; register_buffer for constants")

    @property
    def operated(self) -> bool:
        """Whether the user's line calculates with tensors and calls no layer."""
        calculated = self.line.operands() or self.line.has(r"\.masked_fill_?\(|\btorch\.(?:where|cat|stack|matmul)\(")
        return bool(calculated) and not self.line.has(r"self\.\w+\(|model\(|net\(")

    def one_side(self, weights_there: bool, device: str = "") -> Iterator[Hypothesis]:
        x = self.x
        if weights_there:
            says = f"the model is on {device or 'the GPU'} and {x} isn't: it was not moved"
            known = device in ("meta", "mps", "cuda:0", "cuda")
            moved = self.changed(x, f'{{}}.to("{device}")') if known and "other" in self.facts else None
            advice = "x = x.to(device), which returns the moved tensor; and labels with it"
            if self.case.in_torch and not self.case.line.has(r"^(?:x|out\w*|y)\s*="):
                advice += ". Tensors made in forward: device=x.device"
            yield likely(says, "data", advice, moved)
            says = "a layer stands in a plain list, or was made in forward, and doesn't move with the model"
            yield possible(says, "model", "nn.ModuleList, or make it in __init__; register_buffer for constants")
        elif self.case.through("torchsummary"):
            says = "torchsummary makes its input on the GPU, and the model isn't there"
            yield likely(says, "call", 'summary(model, input_size, device="cpu"), or model.to("cuda") before')
        else:
            says = f"{x} is on the GPU and the weights of {self.named} are not"
            yield likely(says, "model", "model.to(device) before training, and before the optimizer is made")
            says = "this layer alone stayed behind: it is in a plain list, or made in forward"
            yield possible(says, "model", "nn.ModuleList, or make it in __init__; register_buffer for constants")


class DeviceNumpy(Rule):
    code = "device-numpy"
    signatures = (
        "Can't convert {device:word} device type tensor to numpy",
        "Can't convert CUDA tensor to numpy",
        "Can't convert {device:word} tensor to numpy",
    )
    says = "NumPy lives in the CPU's memory"
    lookalike = "numpy-gradient"
    example = """
        y = torch.rand(3, device="meta")
        # TypeError: can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host
        # memory first.
        values = y.numpy()
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        device = self.facts.get("device", "cuda")
        if device == "meta":
            says = "a tensor on meta has a shape and no values"
            yield certain(says, "device", "make the model on a real device first")
            return
        fix = None if ".cpu()" in self.line.code else self.replaced(".numpy()", ".cpu().numpy()")
        handed = self.line.text(self.line.argument(self.line.call(r"^(?:np|numpy|plt|ax\w*|sns|pd)\."), 0))
        if handed and not fix:
            says = f"{handed} is a tensor on {device}, or a list that such tensors were collected in"
            advice = (
                f"values.append(loss.item()) where they are collected; of one tensor {handed}.detach().cpu().numpy()"
            )
            yield certain(says, "device", advice)
            return
        says = f"the tensor is on {device}; Matplotlib, pandas and scikit-learn ask for NumPy without saying so"
        yield certain(says, "device", "x.detach().cpu().numpy()", fix)


class DeviceMissing(Rule):
    code = "device-missing"
    signatures = (
        "Torch not compiled with CUDA enabled",
        "No CUDA GPUs are available",
        "Found no NVIDIA driver",
        "CUDA error: invalid device ordinal",
        "Attempting to deserialize object on a CUDA device",
        "Attempting to deserialize object on CUDA device {number} but torch.cuda.device_count() is {count}",
        "Torch not linked with support for mps",
    )
    says = "this PyTorch has no such device"
    layer_named = r"load|cuda|to$"
    lookalike = "device-mixed"
    example = """
        # AssertionError: Torch not compiled with CUDA enabled
        net = nn.Linear(3, 4).cuda()
        y = net(torch.rand(2, 3))
        assert y.shape == (2, 4)
    """
    decide = 'python -c "import torch; print(torch.__version__, torch.cuda.is_available())": +cpu means the second'

    def hypotheses(self) -> Iterator[Hypothesis]:
        text, code = self.case.raised.text, self.line.code
        if "deserialize" in text:
            says = "the checkpoint was saved from a GPU that this machine hasn't got"
            if self.facts.get("count"):
                says = f"cuda:{self.number} is asked for, by file or map_location; the last is cuda:{self.count - 1}"
                advice = 'map_location="cuda:0", the first one, or "cpu"; then model.to(device)'
                yield certain(says, "checkpoint", advice)
                return
            mapped = None
            if (call := self.line.call(r"load$")) and "map_location" not in code:
                whole = self.line.text(call)
                mapped = self.replaced(whole, whole[:-1] + ', map_location="cpu")')
            yield certain(says, "checkpoint", 'torch.load(path, map_location="cpu"), then model.to(device)', mapped)
        elif "ordinal" in text:
            says = "a GPU of that number isn't there"
            yield certain(says, "device", "cuda:0 is the first; torch.cuda.device_count() counts them")
        else:
            built = "compiled" in text
            says = "the code asks for CUDA, and this PyTorch is a build without it" if built else "no GPU is seen here"
            either = '.to("cuda" if torch.cuda.is_available() else "cpu")'
            advice = 'device = "cuda" if torch.cuda.is_available() else "cpu", and .to(device)'
            others = self.case.elsewhere(r"\.cuda\(|[\"']cuda(?::\d)?[\"'](?! if)") if self.case.frame else []
            if others:
                advice += f" in place of each .cuda(): {lines_told(others)} as well"
            yield likely(says, "device", advice, None if others else self.replaced(".cuda()", either))
            says, advice = "there is a GPU all the same", "install the build for your CUDA version"
            if not built:
                advice = "nvidia-smi shows whether its driver runs; CUDA_VISIBLE_DEVICES may hide it; one is asked for "
                advice += "of a cluster or a notebook's settings"
            yield possible(says, "device", advice)


class DeviceReplica(Rule):
    code = "device-replica"
    signatures = (
        "module must have its parameters and buffers on device {device:word} (device_ids[0]) but found one of "
        "them on device: "
        "{got:word}",
        "cannot pin '{tensor:word}' only dense CPU tensors can be pinned",
        "Expected a '{wanted:word}' device type for generator but found '{got:word}'",
        "Expected a '{wanted:word}' generator device but found '{got:word}'",
        "Cannot copy out of meta tensor; no data",
    )
    says = "something is on another device than the one it has to start from"
    lookalike = "device-mixed"
    example = """
        net = nn.Linear(3, 4, device="meta")
        # NotImplementedError: Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty()
        # instead of torch.nn.Module.to() when moving module from meta to a different device.
        net = net.to("cpu")
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        text = self.case.raised.text
        if "replica" in text or "device_ids" in text:
            says = f"DataParallel copies the model from {self.device}, and part of it is on {self.got}"
            advice = f'model.to("{self.device}") before nn.DataParallel(model)'
            if on_gpu(self.got):
                advice += f", or device_ids=[{self.got.partition(':')[2]}, …]"
            if self.case.through(r"parallel[/\\]distributed"):
                says += "; it stands within DistributedDataParallel"
                advice = "leave DataParallel out: DDP has one GPU for each process"
            yield certain(says, "device", advice)
        elif "pin" in text:
            says = f"pin_memory speeds up copies from the CPU, and the dataset returns a {self.tensor}"
            yield certain(says, "data", "return CPU tensors from the dataset and move the batch, or pin_memory=False")
        elif "generator" in text:
            says = f"the default device is {self.wanted}, and the generator (a DataLoader's shuffle) is on {self.got}"
            advice = f"generator=torch.Generator(device='{self.wanted}'), or leave the default on the CPU"
            yield likely(says, "device", advice)
        else:
            made = "model.to_empty(device=…), then load_state_dict"
            left = "no .to(device) after device_map, and no missing keys"
            if self.case.elsewhere(META):
                says = "the weights were made on meta, and have no values that could be moved"
                yield likely(says, "device", f"{made}; or load_state_dict(…, assign=True), then .to(device)")
                return
            says = "weights are on meta, without values: made there, or left by device_map or low_cpu_mem_usage"
            yield likely(says, "device", f"{left}; or {made}")
