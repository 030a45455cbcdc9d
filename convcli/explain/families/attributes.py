"""What is asked of a tensor and belongs to something else: NumPy's arrays, a model, what a library's model returns."""

from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, certain, likely

FAMILY = "arguments"

# What others call what a tensor has under another name.
OTHERWISE = {
    "astype": "x.to(torch.float32), x.float(), x.long()",
    "copy": "x.clone()",
    "append": "append to a list, then torch.stack(list) or torch.cat(list)",
    "concatenate": "torch.cat([x, y])",
    "dims": "x.dim() or x.ndim",
    "len": "len(x), or x.size(0)",
    "asnumpy": "x.numpy()",
    "to_numpy": "x.numpy()",
    "toarray": "x.numpy(), or x.to_dense() for a sparse one",
    "convert": "transforms.ToPILImage()(x), or this transform before ToTensor",
    "eval": "the model's name: a line overwrote it, as model = model(x) does",
    "parameters": "the model's name: a line overwrote it, as model = model(x) does",
    "state_dict": "the model's name: a line overwrote it, as model = model(x) does",
}
RESULTS = (
    "logits",
    "loss",
    "last_hidden_state",
    "pooler_output",
    "hidden_states",
    "sample",
    "aux_logits",
    "keys",
    "items",
)
WORDS = ("lower", "strip", "encode", "startswith", "replace", "join")


class TensorAttribute(Rule):
    code = "tensor-attribute"
    signatures = ("'{given:word}' object has no attribute '{attribute:word}'",)
    says = "a tensor has no {attribute}"
    lookalike = "'tuple' object has no attribute 'size'"
    example = """
        x = torch.rand(3)
        # AttributeError: 'Tensor' object has no attribute 'astype'
        y = x.astype("float32")
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.given not in ("Tensor", "Parameter", "FloatTensor"):
            return
        if self.attribute in OTHERWISE:
            yield certain("other libraries call it so", "call", OTHERWISE[self.attribute])
        elif self.attribute in RESULTS:
            says = "the model returned a plain tensor, and its results are asked for by name"
            yield likely(says, "call", "take the output itself; with Hugging Face's models return_dict=True")
        elif self.attribute in WORDS:
            yield likely(
                "text was meant, and its token numbers came", "data", "tokenizer.decode(ids), or the text itself"
            )
        else:
            says = "the name is misspelt, another library's, or of an object that was meant in the tensor's place"
            yield likely(says, "call", "print(type(x)) where it is made; dir(x) lists what it has")
