"""Devices: which side was left behind."""

import pytest

from tests.explain import assert_first, at, explained, first

CASES = [
    (
        at(
            "x = self.pool(torch.relu(self.conv1(x)))",
            "RuntimeError: Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same",
            "torch/nn/modules/conv.py",
        ),
        "device-mixed",
        "model",
        "the weights of self.conv1 are not",
    ),
    (
        "Expected tensor for argument #1 'input' to have the same device as tensor for argument #2 'weight'; but "
        "device 1 does not equal 0 (while checking arguments for cudnn_convolution)",
        "device-mixed",
        "device",
        "cuda:0 and cuda:1",
    ),
    (
        "Expected tensor for argument #1 'input' to have the same type as tensor for argument #2 'weight'; but type "
        "torch.FloatTensor does not equal torch.cuda.FloatTensor (while checking arguments for cudnn_batch_norm)",
        "device-mixed",
        "data",
        "not moved",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! (when checking "
        "argument for argument weight in method wrapper_CUDA_nll_loss_forward)",
        "device-mixed",
        "device",
        "weights.to(device)",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cuda:1 and cpu!\n"
        "h = nn.Linear(8, 4)(h)",
        "device-mixed",
        "model",
        "anew, untrained",
    ),
    (
        at(
            "optimizer.step()",
            "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and "
            "cpu!",
            "torch/optim/adam.py",
        ),
        "device-mixed",
        "checkpoint",
        "optimizer's state",
    ),
    (
        "Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same",
        "device-mixed",
        "model",
        "are not",
    ),
    (
        "Input type (torch.FloatTensor) and weight type (torch.cuda.FloatTensor) should be the same or input "
        "should be a MKLDNN tensor",
        "device-mixed",
        "data",
        "not moved",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! (when "
        "checking argument for argument index in method wrapper_CUDA__index_select)",
        "device-mixed",
        "data",
        "the index, the ids of an embedding, is on cpu",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! (when "
        "checking argument for argument mat2 in method wrapper_CUDA_mm)",
        "device-mixed",
        "model",
        "weights",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cuda:1 and cuda:0!",
        "device-mixed",
        "device",
        "fixed GPU",
    ),
    (
        "loss = criterion(out, labels)\nRuntimeError: Expected all tensors to be on the same device, but found at "
        "least two devices, cuda:0 and cpu! (when checking argument for argument target in method "
        "wrapper_nll_loss_forward)",
        "device-mixed",
        "device",
        "targets",
    ),
    (
        "Input and hidden tensors are not at the same device, found input tensor at cuda:0 and hidden tensor at cpu",
        "device-mixed",
        "device",
        "hidden state",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cpu and cuda:0! "
        "(when checking argument for argument mat2 in method wrapper_CUDA_mm)",
        "device-mixed",
        "data",
        "on cuda:0 and x isn't",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cpu and cuda:0! "
        "(when checking argument for argument mat1 in method wrapper_CUDA_addmm)",
        "device-mixed",
        "model",
        "weights",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! "
        "(when checking argument for argument tensors in method wrapper_CUDA_cat)",
        "device-mixed",
        "device",
        "one is on cpu",
    ),
    (
        "x = x + self.pe[:, : x.size(1)]\nRuntimeError: Expected all tensors to be on the same device, but "
        "found at least two devices, cuda:0 and cpu!",
        "device-mixed",
        "device",
        "made anew",
    ),
    (
        "out = self.fc(x + skip)\nRuntimeError: Expected all tensors to be on the same device, but found at "
        "least two devices, cuda:0 and cpu!",
        "device-mixed",
        "data",
        "not moved",
    ),
    (
        '  File "net.py", line 2, in f\n    summary(net, (3, 8, 8))\n  File '
        '"/lib/python3/site-packages/torchsummary/torchsummary.py", line 72, in summary\n    model(*x)\n'
        "RuntimeError: Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the "
        "same",
        "device-mixed",
        "call",
        "torchsummary",
    ),
    (
        "loss = criterion(F, B, S[index])\nRuntimeError: indices should be either on cpu or on the same "
        "device as the indexed tensor (cpu)",
        "device-mixed",
        "device",
        "index.cpu()",
    ),
    (
        "All input tensors must be on the same device. Received cuda:0 and cpu",
        "device-mixed",
        "device",
        "one is on cpu",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cpu and cuda:0! "
        "(when checking argument for argument index in method wrapper_CUDA__index_select)",
        "device-mixed",
        "model",
        "weights",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cuda:2 and cuda:1! "
        "(when checking argument for argument index in method wrapper_CUDA__index_select)",
        "device-mixed",
        "device",
        "index is on cuda:1",
    ),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cpu and cuda:0!",
        "device-mixed",
        "data",
        "one side is on cuda:0",
    ),
    ("Tensor on device meta is not on the expected device cpu!", "device-mixed", "model", "assign=True"),
    ("expected device cpu but got device cuda:0", "device-mixed", "data", "one side is on cuda:0"),
    (
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! "
        "(when checking argument for argument grid in method wrapper_CUDA__grid_sampler_2d)",
        "device-mixed",
        "device",
        "one is on cpu",
    ),
    (
        "scores = scores.masked_fill(mask, -1e9)\nRuntimeError: expected self and mask to be on the same device, "
        "but got mask on cpu and self on cuda:0",
        "device-mixed",
        "device",
        "one is on cpu",
    ),
    (
        "RuntimeError: Expected condition, x and y to be on the same device, but condition is on cpu and x and y "
        "are on cuda:0 and cuda:0 respectively",
        "device-mixed",
        "device",
        "one is on cpu",
    ),
    (
        "RuntimeError: stft input and window must be on the same device but got self on cuda:0 and window on cpu",
        "device-mixed",
        "device",
        "one is on cpu",
    ),
    (
        "RuntimeError: index_add(): self, index and source expected to be in the same device, but got (self) "
        "cuda:0, (index) cpu, and (source) cuda:0",
        "device-mixed",
        "device",
        "index.to(x.device)",
    ),
    (
        "RuntimeError: Expected query, key, and value to have the same device type, but got query.device: cuda:0 "
        "key.device: cpu and value.device: cpu instead.",
        "device-mixed",
        "device",
        "one is on cpu",
    ),
    (
        "r2 = (net(seen).max(1)[1])\nRuntimeError: Input type (torch.cuda.FloatTensor) and weight type "
        "(torch.FloatTensor) should be the same",
        "device-mixed",
        "model",
        "seen is on the GPU",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


@pytest.mark.parametrize("wording", ["device type {0} but got device type {1}", "backend {0} but got backend {1}"])
@pytest.mark.parametrize(
    ("cpu", "argument", "change", "words"),
    [
        (1, "#1 'self' in call to _th_index_select", "model", "model.to(device) once"),
        (0, "#1 'self' in call to _th_index_select", "data", "ids.to(model.device)"),
        (1, "#4 'mat1'", "data", "x isn't"),
        (0, "#4 'mat1'", "model", "weights of the layer"),
        (1, "#1 'self' in call to _th_addmm", "model", "weights of the layer"),
        (1, "#1 'self' in call to _thnn_conv2d_forward", "data", "x isn't"),
        (0, "#1 'self' in call to _thnn_conv2d_forward", "model", "weights of the layer"),
        (1, "#2 'weight'", "model", "weights of the layer"),
        (0, "#2 'weight'", "data", "x isn't"),
    ],
)
def test_the_argument_that_is_named_tells_which_side_stayed(
    wording: str, cpu: int, argument: str, change: str, words: str
) -> None:
    devices = ("cuda", "cpu") if cpu else ("cpu", "cuda")
    text = f"RuntimeError: Expected object of {wording.format(*devices)} for argument {argument}"
    assert_first(text, "device-mixed", change, words)


@pytest.mark.parametrize(
    ("types", "code", "change"),
    [
        (("torch.FloatTensor", "torch.cuda.FloatTensor"), "device-mixed", "data"),
        (("torch.cuda.FloatTensor", "torch.FloatTensor"), "device-mixed", "model"),
        (("torch.cuda.FloatTensor", "torch.cuda.DoubleTensor"), "dtype", "data"),
    ],
)
def test_types_of_two_devices(types: tuple[str, str], code: str, change: str) -> None:
    text = f"RuntimeError: Expected object of type {types[0]} but found type {types[1]} for argument #2 'mat2'"
    assert first(text)[0] == code
    assert first(text)[1].change == change


def test_ids_that_an_embedding_looks_up_may_have_stayed_as_well() -> None:
    message = "Expected all tensors to be on the same device, but found at least two devices, cpu and cuda:0! (when "
    message += "checking argument for argument index in method wrapper_CUDA__index_select)"
    model, ids = explained(f"RuntimeError: {message}").hypotheses
    assert "model.to(device) once" in model.advice
    assert "ids.to(model.device)" in ids.advice
    own = at("y = torch.index_select(x, 0, rows)", f"RuntimeError: {message}")
    assert "an embedding" not in first(own)[1].says


SAVED = "RuntimeError: Input type (torch.FloatTensor) and weight type (torch.cuda.FloatTensor) should be the same"


def test_a_model_that_was_saved_on_a_gpu_comes_back_there() -> None:
    run = "Namespace(cuda=False, model='epoch_30.pth')\n"
    text = run + at("x = self.conv(x)", SAVED, "torch/nn/modules/conv.py")
    assert_first(text, "device-mixed", "checkpoint", "torch.load(path, map_location=device)")
    assert "the run has cuda=False" in first(text)[1].says


@pytest.mark.parametrize(
    ("loaded", "change"),
    [
        ("net = torch.load(path)", "checkpoint"),
        ("net = torch.load(path, map_location=device)", "data"),
        ("net = torch.load(path)\nnet.cuda()", "data"),
    ],
)
def test_what_torch_load_made_is_where_it_was_saved(loaded: str, change: str) -> None:
    assert first(f"{loaded}\nimage = read(path)\nout = net(image)\n{SAVED}")[1].change == change
