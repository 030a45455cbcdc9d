"""Types: who has to change, and into what."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.explain import assert_file_mends, assert_first, at, first

CASES = [
    (
        "expected scalar type Half but found Float",
        "dtype",
        "data",
        "autocast around it (also in evaluation), model.float(), or data in half",
    ),
    ("value cannot be converted to type at::Half without overflow", "dtype-result", "call", "finfo"),
    (
        at(
            "v = self.table(ids)",
            "RuntimeError: Expected tensor for argument #1 'indices' to have scalar type Long; but got "
            "torch.FloatTensor instead",
            "torchsummary/torchsummary.py",
        ),
        "index-dtype",
        "call",
        "torchinfo",
    ),
    ("result type Float can't be cast to the desired output type Int", "dtype-result", "data", "targets.float()"),
    (
        "expected scalar type BFloat16 but found Float\npeft: 0.9",
        "dtype",
        "model",
        "autocast",
    ),
    (
        "Expected tensor for argument #1 'indices' to have scalar type Long; but got torch.FloatTensor instead\n"
        "nn.Sequential(nn.Embedding(3, 2), nn.Embedding(3, 2))",
        "index-dtype",
        "model",
        "nn.ModuleList",
    ),
    (
        "RuntimeError: mat1 and mat2 must have the same dtype",
        "dtype",
        "data",
        "half precision",
    ),
    (
        "Expected tensor for argument #1 'indices' to have scalar type Long; but got torch.cuda.IntTensor instead",
        "index-dtype",
        "data",
        "int64 alone",
    ),
    ("\"deform_conv_forward_cuda\" not implemented for 'Half'", "dtype-unsupported", "call", "compiled extension"),
    ("Input type (float) and bias type (struct c10::Float8_e4m3fn) should be the same", "dtype", "model", "8 bits"),
    (
        "grid_sampler(): expected input and grid to have same dtype, but input has float and grid has c10::Half",
        "dtype",
        "call",
        "autocast",
    ),
    ("y = model(x)\nRuntimeError: expected scalar type Long but found Float", "dtype", "data", "indices"),
    (
        "y = F.conv2d(out, kernel) / 3\nRuntimeError: Input type (torch.cuda.HalfTensor) and weight type "
        "(torch.cuda.FloatTensor) should be the same",
        "dtype",
        "call",
        "kernel.to(out)",
    ),
    (
        "Expected object of scalar type Float but got scalar type Long for sequence element 1 in sequence argument at "
        "position #1 'tensors'",
        "dtype",
        "data",
        ".float() for the long ones",
    ),
    (
        "Expected object of scalar type Double but got scalar type Float for sequence element 2 in sequence argument "
        "at position #1 'tensors'",
        "dtype",
        "data",
        "element 2 of the list (counted from 0) is float",
    ),
    (
        "Expected tensor for argument #1 'input' to have the same type as tensor for argument #2 'weight'; but type "
        "torch.cuda.HalfTensor does not equal torch.cuda.FloatTensor (while checking arguments for cudnn_batch_norm)",
        "dtype",
        "model",
        "autocast",
    ),
    ("dot : expected both vectors to have same dtype, but found Double and Float", "dtype", "data", "float64"),
    ("Input type (c10::complex<float>) and bias type (float) should be the same", "dtype", "data", "x.abs()"),
    ("std and var only support floating point and complex dtypes", "dtype-unsupported", "data", "whole numbers"),
    ("\"bincount_cpu\" not implemented for 'Float'", "dtype-unsupported", "data", ".long() before"),
    (
        "Input type (torch.cuda.ByteTensor) and weight type (torch.cuda.FloatTensor) should be the same",
        "dtype",
        "data",
        "whole numbers",
    ),
    (
        "Input type (torch.cuda.FloatTensor) and weight type (torch.cuda.HalfTensor) should be the same",
        "dtype",
        "data",
        "half",
    ),
    ("Input type (float) and bias type (double) should be the same", "dtype", "model", "float64"),
    ("mat1 and mat2 must have the same dtype, but got Half and Float", "dtype", "model", "autocast"),
    ("expected scalar type Double but found Float", "dtype", "data", "float64"),
    (
        "Expected object of scalar type Float but got scalar type Double for argument #2 'mat2'",
        "dtype",
        "data",
        "float64",
    ),
    (
        "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64",
        "dtype",
        "data",
        "float32",
    ),
    ("\"slow_conv2d_cpu\" not implemented for 'Half'", "dtype-unsupported", "device", "CPU"),
    (
        "m = counts.mean()\nRuntimeError: mean(): could not infer output dtype. Input dtype must be either a "
        "floating point or complex dtype. Got: Long",
        "dtype-unsupported",
        "data",
        "counts holds",
    ),
    (
        "Expected tensor for argument #1 'indices' to have scalar type Long; but got torch.FloatTensor instead "
        "(while checking arguments for embedding)",
        "index-dtype",
        "data",
        "fractions",
    ),
    (
        "n += 0.5\nRuntimeError: result type Float can't be cast to the desired output type Long",
        "dtype-result",
        "call",
        "in place",
    ),
    ("y = net(x)\nInput type (unsigned char) and bias type (c10::Half) should be the same", "dtype", "data", ".half()"),
    (
        "y = net(x)\nInput type (double) and bias type (c10::BFloat16) should be the same",
        "dtype",
        "data",
        "x.bfloat16()",
    ),
    (
        "Expected object of scalar type Long but got scalar type Float for argument #2 'mat2'",
        "dtype",
        "data",
        "whole numbers",
    ),
    (
        'probabilities = F.log_softmax(counts, 1)\nRuntimeError: "log_softmax_lastdim_kernel_impl" not implemented '
        "for 'Long'",
        "dtype-unsupported",
        "data",
        "counts.float()",
    ),
    (
        "y = nn.Linear(3, 4)(counts)\nRuntimeError: mat1 and mat2 must have the same dtype, but got Long and Float",
        "dtype",
        "data",
        "counts holds whole numbers",
    ),
    (
        'y = torch.einsum("bij,bjk->bik", seen, weights)\nRuntimeError: "bmm" not implemented for \'Bool\'',
        "dtype-unsupported",
        "data",
        "seen holds whole numbers",
    ),
    (
        "noise = torch.randn_like(img)\nNotImplementedError: \"normal_kernel_cpu\" not implemented for 'Byte'",
        "dtype-unsupported",
        "data",
        "/ 255 for pictures",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_a_tensor_made_of_whole_numbers_is_made_of_others() -> None:
    message = "RuntimeError: mat1 and mat2 must have the same dtype, but got Long and Float"
    fix = first(f"rows = torch.tensor([[3, 1], [2, 2]])\n{message}")[1].fixes[0]
    assert fix.code == "rows = torch.tensor([[3, 1], [2, 2]], dtype=torch.float32)"


@pytest.mark.parametrize(
    ("line", "message", "code"),
    [
        (
            "y = F.conv2d(x, blur, groups=3)",
            "expected scalar type Double but found Float",
            "y = F.conv2d(x, blur.to(x.dtype), groups=3)",
        ),
        (
            "y = F.conv2d(x, self.kernel)",
            "Input type (float) and weight type (double) should be the same",
            "y = F.conv2d(x, self.kernel.to(x.dtype))",
        ),
        (
            "y = h @ self.basis",
            "expected m1 and m2 to have the same dtype, but got: float != double",
            "y = h @ self.basis.float()",
        ),
        (
            "y = torch.mm(x, w) + b",
            "Expected object of scalar type Double but got scalar type Float for argument #2 'mat2'",
            "y = torch.mm(x.float(), w) + b",
        ),
        (
            "y = torch.matmul(a + b, c)",
            "mat1 and mat2 must have the same dtype, but got Double and Float",
            "y = torch.matmul((a + b).float(), c)",
        ),
    ],
)
def test_of_two_tensors_that_meet_the_odd_one_is_cast(line: str, message: str, code: str) -> None:
    assert first(f"{line}\nRuntimeError: {message}")[1].fixes[0].code == code


def test_a_layers_weight_stays_as_it_is() -> None:
    answer = first("y = F.conv2d(x, self.weight)\nRuntimeError: expected scalar type Double but found Float")[1]
    assert answer.fixes[0].code == "x = x.float()"


@pytest.mark.parametrize(("loss", "fixes"), [("F.mse_loss(out, y).backward()", 2), ("y.sum()", 1)])
def test_numbers_of_numpy_are_made_float32_where_they_come_in(tmp_path: Path, loss: str, fixes: int) -> None:
    text = f"""
        net = nn.Linear(3, 2)
        x = torch.from_numpy(np.ones((5, 3)))
        y = torch.from_numpy(np.ones(10)).view(5, 2)
        out = net(x)
        {loss}
    """
    found = assert_file_mends(dedent(text), "made tensors of them", tmp_path / "net.py")
    assert len(found.hypotheses[0].fixes) == fixes


def test_what_autocast_made_is_cast_where_it_is_off(tmp_path: Path) -> None:
    text = """
        class Scores(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer, self.mix = nn.Linear(3, 3), nn.Parameter(torch.ones(3, 2))

            def forward(self, x):
                h = self.layer(x)
                with torch.autocast("cpu", enabled=False):
                    return torch.matmul(h, self.mix)

        with torch.autocast("cpu", dtype=torch.bfloat16):
            Scores()(torch.rand(2, 3))
    """
    assert_file_mends(dedent(text), "h is bfloat16 and self.mix is float", tmp_path / "net.py")


@pytest.mark.parametrize(
    ("how", "dtype"), [('size=(9, 9), mode="bilinear", align_corners=False', "int64"), ("scale_factor=2", "int64")]
)
def test_class_numbers_are_taken_from_the_nearest_pixel(tmp_path: Path, how: str, dtype: str) -> None:
    text = f"""
        masks = torch.tensor([[[0, 2], [2, 2]]])
        masks = F.interpolate(masks[None], {how})[0]
        assert masks.dtype == torch.{dtype} and set(masks.flatten().tolist()) == {{0, 2}}
    """
    assert_file_mends(dedent(text), "no mixture of two classes", tmp_path / "data.py")


def test_pictures_are_no_class_numbers() -> None:
    line = 'image = F.interpolate(image, size=9, mode="bilinear")'
    answer = first(f"{line}\nNotImplementedError: \"upsample_bilinear2d\" not implemented for 'Long'")[1]
    assert answer.fixes[0].code == "image = image.float()"


@pytest.mark.parametrize(("wanted", "got", "change"), [("Double", "Float", "model"), ("Float", "Double", "data")])
def test_the_input_of_an_old_addmm_is_the_one_named(wanted: str, got: str, change: str) -> None:
    told = (
        f"Expected object of scalar type {wanted} but got scalar type {got} for argument #3 'mat1' in call to _th_addmm"
    )
    assert first(told)[1].change == change


def test_a_librarys_own_backward_is_not_edited() -> None:
    text = """/env/lib/python3.12/site-packages/peft/kernels.py", line 9, in backward
        grad = h.t() @ (grad @ w.t())
    RuntimeError: expected mat1 and mat2 to have the same dtype, but got: c10::Half != float"""
    assert first(text)[1].change == "model"
    assert not first(text)[1].fixes
