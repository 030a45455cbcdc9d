"""The two sides of what meets element by element."""

from tests.explain import at, explained

MESSAGE = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}"


def test_a_filled_mask_is_named_with_what_it_masks() -> None:
    fills = ["e = e.masked_fill(mask, 0)", "e.masked_fill_(mask, 0)", "e = torch.where(mask, e, zero)"]
    sides = [list(explained(at(line, MESSAGE.format(4, 9, 3))).rule.operands()) for line in fills]
    assert [[name for name, _ in each] for each in sides] == [["mask", "e"], ["e", "mask"], ["mask", "e"]]


def test_what_a_call_of_something_else_hands_over_is_no_side() -> None:
    lines = [
        "test_net(net, imdb, limit=3)",
        "loss = criterion(out, y)",
        "x.add_(y)",
        "z = torch.lerp(input=a, end=b)",
        "s = q.matmul(k)",
    ]
    known = [explained(at(line, MESSAGE.format(4096, 25, 1))) for line in lines]
    sides = [[name for name, _ in found.rule.operands()] for found in known]
    assert sides == [[], ["out", "y"], ["x", "y"], ["a", "b"], ["q", "k"]]
    assert "4096 meets 25 within what this line calls" in known[0].hypotheses[0].says
