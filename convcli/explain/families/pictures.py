"""Pictures and arrays on their way to tensors: their channels, their kinds and types."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "data"

UNPACKED = "take it apart: obs, info = env.reset() (gym 0.26 and later; step() returns five values)"


class NormalizeChannels(Rule):
    code = "normalize-channels"
    signatures = (
        "output with shape {shape:shape} doesn't match the broadcast shape {broadcast:shape}",
        "The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension 0",
    )
    says = "Normalize has one mean and std for each channel"
    layer_named = r"(?i)normali[sz]e|sub_|transform"
    lookalike = "addition-size"
    example = """
        def normalize(image, mean, std):
            # RuntimeError: output with shape [1, 28, 28] doesn't match the broadcast shape [3, 28, 28]
            normalized = image.sub_(mean[:, None, None])
            return normalized.div_(std[:, None, None])

        image = torch.rand(1, 28, 28)  # grey
        means = deviations = torch.tensor([0.5, 0.5, 0.5])
        x = normalize(image, means, deviations)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        shown = self.case.through(r"(?i)normali[sz]e|[/\\]transforms[/\\]") or self.line.has(
            r"(?i)normali[sz]e|transform"
        )
        # Bare, the message of Normalize is told by its shapes: a picture of other channels than there are means.
        alike = "shape" in self.facts and len(self.shape) == 3 and self.shape[0] in (1, 4) and self.broadcast[0] == 3
        channels, means = (self.shape[0], self.broadcast[0]) if "shape" in self.facts else (self.a, self.b)
        if not shown and (self.line.code or not (alike or (channels, means) == (4, 3))):
            return
        if channels == 1:
            says = f"the picture has 1 channel (it is grey) and Normalize {means} means"
            advice = "Normalize((0.5,), (0.5,)) for grey ones; Grayscale(3) before it for a colour network"
        elif channels in (2, 4):
            says = f"the picture has {channels} channels, one of them alpha, and Normalize {means} means"
            advice = 'Image.open(path).convert("RGB") where it is loaded'
        elif ("shape" in self.facts and self.shape[-1] in (1, 3, 4) and channels > 4) or channels > 16:
            says = f"the first axis has {channels}: channels are last, or it was no picture that ToTensor got"
            advice = "ToTensor, on a Pillow picture or a uint8 array, before Normalize puts channels first"
        else:
            says = f"{channels} channels and {means} means"
            advice = "one mean and one std for each channel"
            if channels % means == 0:
                says = f"{channels} = {channels // means} · {means} channels: pictures or frames were stacked"
                advice = f"normalize each before they are joined, or repeat mean and std {channels // means} times"
        yield (certain if shown or alike else likely)(says, "data", advice)


class NoPicture(Rule):
    code = "picture-kind"
    signatures = (
        "pic should be PIL Image or ndarray. Got {given:class}",
        "pic should be Tensor or ndarray. Got {given:class}",
        "Input tensor should be a torch tensor. Got {given:class}",
        "img should be PIL Image. Got {given:class}",
        "img should be Tensor Image. Got {given:class}",
        "to be a tensor image of size {}. Got tensor.size() = {size:shape}",
        "tensor is not a torch image",
        "img is not PIL Image",
        "Unexpected type {given:class}",
        "pic should be 2/3 dimensional. Got {axes} dimensions",
        "Input pic must be a torch.Tensor or NumPy ndarray, not {given:class}",
        "Expected np.ndarray (got {given:word})",
        "Cannot handle this data type: {pixel:shape}, {type:class}",
    )
    says = "a conversion or transform got another kind of data than it is for"
    lookalike = "Image.open: cannot identify image file"
    example = """
        image = torch.rand(28, 28, 3)
        # TypeError: expected np.ndarray (got Tensor)
        x = torch.from_numpy(image)
        assert x.shape == (28, 28, 3)
    """

    given: str = ""
    size: tuple[int, ...] = ()

    def hypotheses(self) -> Iterator[Hypothesis]:
        of_torchvision = self.case.through("transforms") or not self.case.raised.frames
        if of_torchvision or "nexpected type" not in self.case.raised.text:
            yield from super().hypotheses()

    def no_array(self) -> Iterator[Hypothesis]:
        text, given = self.case.raised.text, self.given
        if "ndarray" in given and re.search("xpected np.ndarray|pic must be", text):
            says = "the array is one of NumPy, and this PyTorch was built for another NumPy than is installed"
            yield likely(says, "call", 'a newer torch and torchvision, or pip install "numpy<2"; restart what runs')
        elif "xpected np.ndarray" in text and given == "tuple":
            yield likely(f"{self.x} is a tuple, what a function returned with more beside the array", "data", UNPACKED)
        elif "xpected np.ndarray" in text:
            of_pandas = "rame" in given or "Series" in given
            way = "pandas' values: df.to_numpy()" if of_pandas else "torch.as_tensor takes both"
            fix = self.replaced("torch.from_numpy(", "torch.as_tensor(") if given == "Tensor" else None
            advice = f"{way}; {self.x} needs no conversion if it is a tensor"
            yield certain(f"torch.from_numpy got {given or 'no array'}", "data", advice, fix)

    def unlike_a_picture(self) -> Iterator[Hypothesis]:
        """Pillow can't make a picture of an array, and says its channels and NumPy's type."""
        if "pixel" not in self.facts:
            return
        channels, kind = self.pixel[-1], self.type
        says, advice = f"{channels} on a last axis: Pillow has no such picture", "array.squeeze(-1) for a grey one"
        if channels > 4:
            says = f"the last axis of the array has {channels}, and Pillow takes it for channels: they are first, or"
            says += " it is a batch"
            advice = "one picture, channels last: tensor.permute(1, 2, 0).cpu().numpy()"
        elif kind.strip("<>|=") != "u1":
            says = f"Image.fromarray takes bytes (uint8) of 0 to 255, and the array is {kind}"
            advice = "(array * 255).astype(np.uint8) for values from 0 to 1; .astype(np.uint8) from 0 to 255"
        yield likely(says, "data", advice)

    def not_one_picture(self) -> Iterator[Hypothesis]:
        axes = self.facts.get("axes", len(self.size))
        if "axes" in self.facts and axes < 2:
            says = f"what came has {counted(axes, 'axis')}: a path, an object, or a file that wasn't read"
            yield certain(says, "data", "Image.open(path) before; cv2.imread gives None without such a file")
        elif "axes" in self.facts or axes > 3:
            says = f"a picture with {axes} axes: a batch, where one picture is taken"
            yield certain(says, "data", "transform each sample; newer torchvision normalizes batches as well")
        elif "size" in self.facts:
            says = f"{list(self.size)} has no axis for channels: a grey picture, or one that was flattened"
            yield certain(says, "data", "unsqueeze(0) adds the channel, or let ToTensor make the tensor")
        elif "torch image" in self.case.raised.text:
            says = "Normalize of this torchvision takes one tensor [channels, height, width], no array and no batch"
            yield likely(says, "data", "print its type and shape; ToTensor before it, each sample alone")

    def to_pil_image(self) -> Iterator[Hypothesis]:
        if "pic should be Tensor" not in self.case.raised.text:
            return
        if "Image" in self.given:
            says = "ToPILImage makes pictures of tensors and arrays, and this is a picture already"
            advice = "leave ToPILImage out, or put it behind what makes a tensor; ToTensor for a model"
            yield certain(says, "data", advice)
        elif "Tensor" in self.given:
            says = "ToPILImage wants [channels, height, width]; this torchvision refuses the tensor that came"
            yield likely(says, "data", "print its shape: unsqueeze(0) for a grey picture without its channel axis")

    def out_of_order(self) -> Iterator[Hypothesis]:
        if "Tensor" in self.given and re.search("ndarray|PIL", self.case.raised.text):
            says = "it is a tensor already: ToTensor stands twice, or before transforms that are for Pillow pictures"
            yield certain(says, "data", "transforms for Pillow pictures first, then one ToTensor(), then Normalize")
        elif "ndarray" in self.given:
            says = "it is a NumPy array (as OpenCV reads them), and the transform is for Pillow pictures or tensors"
            yield certain(says, "data", "Image.fromarray(array), or ToPILImage() first; OpenCV's BGR: cv2.cvtColor(…)")
        elif "Image" in self.given or "PIL" in self.given:
            says = "it is still a Pillow picture: Normalize (and other tensor transforms) stand before ToTensor"
            yield certain(says, "data", "Compose([…, ToTensor(), Normalize(…)]), in this order")

    def no_picture(self) -> Iterator[Hypothesis]:
        if self.given in ("dict", "tuple", "list"):
            says = f"the transform got a whole sample, a {self.given}, and torchvision's take one picture"
            yield certain(says, "data", "call it on the picture alone, as sample['image']; transforms.v2 takes samples")
        elif self.given in ("str", "NoneType"):
            path = self.given == "str"
            says = "a path came in, and no picture" if path else "no picture came in: its file wasn't read"
            yield certain(says, "data", "Image.open(path) before; cv2.imread returns None where there is no such file")
        elif "nexpected type" not in self.case.raised.text:
            says = f"the transform got {self.given or 'what is no picture'}"
            advice = "ToTensor() makes a tensor of a Pillow picture or array; Normalize comes after it"
            yield likely(says, "data", advice)

    causes = (no_array, unlike_a_picture, not_one_picture, to_pil_image, out_of_order, no_picture)


class ArrayKind(Rule):
    code = "array-kind"
    signatures = (
        "can't convert np.ndarray of type numpy.{given:word}. The only supported",
        "stride{} given numpy array {} negative",
        "Expected sequence of length {expected} at dim {axis} (got {got})",
        "only one element tensors can be converted to Python scalars",
        "only tensors with one element can be converted to Python scalars",
        "too many dimensions '{given:word}'",
        "new(): invalid data type '{given:word}'",
        "Could not infer dtype of {given:word}",
        "Unable to create tensor, you should probably activate truncation and/or padding",
    )
    says = "the data can't become one tensor as they are"
    decide = "print what is converted, and its type"
    lookalike = "picture-kind"
    example = """
        rows = [[1, 2], [3]]
        # ValueError: expected sequence of length 2 at dim 1 (got 1)
        x = torch.tensor(rows)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        _text, given = self.case.raised.text, self.facts.get("given", "")
        if "stride" in self.signature:
            says = "the array was flipped ([::-1], np.flip, a horizontal flip), which NumPy does without copying"
            code = self.line.code
            fix = self.changed(self.x, "{}.copy()") if "from_numpy" in code or "tensor(" in code else None
            yield certain(says, "data", "array.copy() before torch.from_numpy", fix)
        elif "expected" in self.facts and (self.got == 0 or self.line.has(r"\.reset\(")):
            says = f"{self.expected} numbers and {self.got}: an observation and its dict, as environments return them"
            call = self.line.text(self.line.call(r"\.reset$"))
            yield likely(says, "data", UNPACKED, self.replaced(call, f"{call}[0]"))
            yield possible("one row of the list is empty", "data", "leave it out, or pad the rows to one length")
        elif "expected" in self.facts:
            says = f"the rows of the list have {self.expected} and {self.got} elements"
            yield certain(says, "data", "pad them to one length, or keep a list of tensors: pad_sequence")
        elif "one element" in self.signature:
            if not self.line.has(r"tensor\(|Tensor\(|array\("):
                says = "float(), int() or .item() was asked of a tensor with more than one number"
                yield likely(says, "call", "reduce it first, .mean() or .sum(), or .tolist() for all of them")
                return
            says = "torch.tensor got a list of tensors"
            yield certain(says, "data", "torch.stack(list) if they are of one size, torch.cat to join them")
        elif "truncation" in self.signature:
            says = "the texts have other numbers of tokens, or a column (labels, say) is a list of other lengths"
            advice = "tokenizer(texts, padding=True, truncation=True); a collator that pads labels too, or without them"
            yield likely(says, "data", advice)
        elif "infer" in self.signature:
            yield self.of_no_number(given)
        elif given.startswith(("object", "str")) or given in ("str", "string_"):
            says = "the array holds objects or strings: a text column, missing values, or rows of other lengths"
            yield certain(says, "data", "encode text as numbers, drop or pad what is ragged, then .astype(np.float32)")
        else:
            says = f"torch has no type for {given}"
            yield certain(says, "data", "array.astype(np.float32), or np.int64 for labels and indices")

    def of_no_number(self, given: str) -> Hypothesis:
        """What torch.tensor can't make of what it gets."""
        if given == "NoneType":
            says = "None is among the values: a missing label, or a function without return"
            return likely(says, "data", "find it where samples are made, and leave it out or fill it in")
        if re.search("Image|File", given):
            says = "a Pillow picture came, and torch.tensor takes numbers"
            return certain(says, "data", "transforms.ToTensor()(image), or torch.from_numpy(np.array(image))")
        if re.match(r"numpy\.|Tensor$", given):
            says = (
                f"a list of {given.removeprefix('numpy.')} came that this torch can't read: NumPy's version isn't its"
            )
            return likely(says, "data", "torch.from_numpy(np.array(values)), or torch.stack for tensors; a newer torch")
        says = f"{given} came, and torch.tensor takes numbers and lists of them"
        return certain(says, "data", "the part of it that is numbers: dict values one by one, list(x), x.to_numpy()")
