"""Unfold: each output is one cell."""

from itertools import product

import torch

from convcli.plan import make_plan
from convcli.report import Report


def test_each_output_is_the_cell_it_says() -> None:
    plan = make_plan("unfold", {"kernel_size": (2, 3), "padding": 1, "dilation": (2, 1)}, size=(2, 5, 6))
    report = Report(plan)
    expected = torch.nn.Unfold((2, 3), padding=1, dilation=(2, 1))(torch.from_numpy(report.values.input))
    for index in product(*map(range, plan.output_shape)):
        [term] = report.step(index).terms
        assert term.input == expected[index].item()


def test_a_convolution_is_a_matrix_product_with_it() -> None:
    x, layer = torch.rand(1, 2, 5, 5), torch.nn.Conv2d(2, 3, 3, bias=False)
    columns = torch.nn.Unfold(3)(x)
    assert torch.allclose((layer.weight.view(3, -1) @ columns).view(1, 3, 3, 3), layer(x), atol=1e-6)
    assert make_plan("unfold", {"kernel_size": 3}, size=(2, 5, 5)).output_shape == tuple(columns.shape)


def test_an_output_is_said_to_be_a_cell_not_itself() -> None:
    report = Report(make_plan("unfold", {"kernel_size": 2, "padding": 1}, size=(3, 4)))
    said = []
    for index in ((0, 3, 0), (0, 0, 0)):
        step = report.step(index)
        said.append(step.reduction.said([step.reduction.term_said(term, "<0>") for term in step.terms], step.terms))
    assert said == ["input[0, 0, 0, 0]", "<0>"]
