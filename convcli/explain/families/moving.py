"""Moves that fail: to a device that isn't there, off a GPU to NumPy, or from meta, where there are no values."""

from collections.abc import Iterator

from convcli.explain.evidence.lines import lines_told
from convcli.explain.families.device import META, on_gpu
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

FAMILY = "device"


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
        _text, code = self.case.raised.text, self.line.code
        if "deserialize" in self.signature:
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
        elif "ordinal" in self.signature:
            says = "a GPU of that number isn't there"
            yield certain(says, "device", "cuda:0 is the first; torch.cuda.device_count() counts them")
        else:
            built = "compiled" in self.signature
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
        if "device_ids" in self.signature:
            says = f"DataParallel copies the model from {self.device}, and part of it is on {self.got}"
            advice = f'model.to("{self.device}") before nn.DataParallel(model)'
            if on_gpu(self.got):
                advice += f", or device_ids=[{self.got.partition(':')[2]}, …]"
            if self.case.through(r"parallel[/\\]distributed"):
                says += "; it stands within DistributedDataParallel"
                advice = "leave DataParallel out: DDP has one GPU for each process"
            yield certain(says, "device", advice)
        elif "pin" in self.signature:
            says = f"pin_memory speeds up copies from the CPU, and the dataset returns a {self.tensor}"
            yield certain(says, "data", "return CPU tensors from the dataset and move the batch, or pin_memory=False")
        elif "generator" in self.signature:
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
