"""Operations that a kind of device or tensor hasn't got."""

from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, likely, possible

FAMILY = "device"


class BackendMissing(Rule):
    code = "backend-missing"
    signatures = (
        "Could not run '{operation:words}' with arguments from the '{backend:word}' backend",
        "The operator '{operation:words}' is not currently {} for the {backend:word} device",
        "{operation:word}: attempted to run this operator with {backend:word} tensors, but there was no fake impl",
        "Tensor{operation:word}() cannot be called on {backend:word} tensors",
    )
    says = "{operation} isn't there for {backend} tensors"
    lookalike = "dtype-unsupported"
    example = """
        x = torch.rand(2, 3).to_sparse()
        # NotImplementedError: Could not run 'aten::view' with arguments from the 'SparseCPU' backend.
        y = x.view(6)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        library, _, name = self.operation.partition("::")
        if self.backend == "MPS":
            says = f"Apple's GPU has no {name} in this version of torch"
            advice = "PYTORCH_ENABLE_MPS_FALLBACK=1 in the environment runs it on the CPU; or x.cpu() around it"
            yield likely(says, "device", advice)
        elif self.backend.lower() == "meta":
            says = f"meta tensors have a shape and no values, and {name or self.operation.strip('.')} needs values"
            yield likely(says, "device", "run it on a real device: model.to_empty(device=…), then load the weights")
        elif "Sparse" in self.backend:
            says = f"the tensor is sparse, and {name} is for dense ones"
            yield likely(says, "data", "x.to_dense() before it, or torch.sparse.mm for a product with a dense matrix")
        elif library == "quantized":
            says = "the layer is quantised, and what reaches it is float"
            advice = (
                "model.qconfig, prepare, then convert; QuantStub() at the start of forward, DeQuantStub() at its end"
            )
            yield likely(says, "model", f"{advice}; or run the float model")
        elif "Quantized" in self.backend:
            says = f"the tensor is quantised, and {name} is for floats: it stands outside of the DeQuantStub"
            yield likely(says, "model", "x.dequantize() before it, or nn.quantized.FloatFunctional for sums and cat")
        elif library in ("aten", "prim"):
            says = f"{name} isn't written for {self.backend} tensors in this version of torch"
            yield likely(says, "device", "run it on the CPU, x.cpu(), or with a dense tensor of float32")
            yield possible("an extension or an older build of torch is in use", "device", "a newer torch")
        else:
            says = f"{library} was built without {self.backend}: its version doesn't go with torch's"
            yield likely(says, "device", f"install torch and {library} of one release, both for {self.backend}")
