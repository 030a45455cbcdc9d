"""Data on their way into the network: samples that make no batch, pictures that are no tensors, wrong channels."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "data"

COLLATE = r"collate|[/\\]_utils[/\\](?:worker|fetch)|dataloader"


class BatchSizes(Rule):
    code = "batch-sizes"
    signatures = (
        "stack expects each tensor to be equal size, but got {first:shape} at entry 0 and {other:shape} at entry "
        "{entry}",
        "Sizes of tensors must match except in dimension {dim}. Got {a} and {b} in dimension {axis}",
        "each element in list of batch should be of equal size",
        "Trying to resize storage that is not resizable",
        "inconsistent tensor sizes at",
        "Tensors must have same number of dimensions: got {axes} and {other_axes}",
    )
    says = "the samples of a batch have to be of one size"
    lookalike = "cat-size"
    example = """
        samples = [(torch.rand(3, 32, 32), 0), (torch.rand(3, 32, 40), 1)]
        loader = torch.utils.data.DataLoader(samples, batch_size=2)
        # RuntimeError: stack expects each tensor to be equal size, but got [3, 32, 32] at entry 0 and [3, 32, 40]
        # at entry 1
        for images, labels in loader:
            pass
    """
    not_that = "batch_size=1 hides it: nothing has to be stacked, and nothing is fast"
    decide = "print(sample.shape) for the samples of one batch"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if {"dim", "axes"} & set(self.facts) and not self.case.through(COLLATE):
            return
        first, other = self.facts.get("first", ()), self.facts.get("other", ())
        if "axes" in self.facts:
            says = "samples with other numbers of axes: grey pictures without an axis for channels among the others"
            yield likely(says, "data", 'Image.open(path).convert("RGB") for every picture, "L" for every mask')
        elif 0 in (*first, *other, self.facts.get("a"), self.facts.get("b")):
            says = "a sample is empty, as of a crop that lies beside its picture, or of a file that holds nothing"
            yield likely(says, "data", "print sizes before and after the crop; skip or resize pictures smaller than it")
        elif "first" not in self.facts:
            says = "the samples have lists of other lengths"
            if "resizable" in self.case.raised.text:
                says = "the samples are of other sizes, and a worker stacks them in one block of memory"
            if "a" in self.facts:
                says = f"samples of {self.a} and {self.b} on axis {self.axis} went into one batch"
                if self.axis == 1 and {self.a, self.b} <= {1, 2, 3, 4}:
                    says = f"{self.a} and {self.b} channels: grey or RGBA pictures among the others"
                    yield likely(says, "data", 'Image.open(path).convert("RGB") for every picture')
                    return
            advice = "pad or resize them to one size, or collect them in a list: DataLoader(…, collate_fn=…)"
            yield likely(says, "data", advice)
            yield possible("pictures of other sizes", "data", "transforms.Resize((height, width)): both numbers")
        elif len(first) != len(other):
            says = f"{list(first)} and {list(other)}: grey pictures without an axis for channels among the others"
            advice = 'Image.open(path).convert("RGB") for every picture'
            if {len(first), len(other)} == {1, 2}:
                says = f"{list(first)} and {list(other)}: recordings with an axis for channels, and without"
                advice = "bring each to one channel where it is read: the mean over that axis"
            yield likely(says, "data", advice)
        elif len(first) == 3 and {first[0], other[0]} <= {1, 2, 3, 4} and first[0] != other[0]:
            says = f"{first[0]} and {other[0]} channels: grey or RGBA pictures among the others"
            yield likely(says, "data", 'Image.open(path).convert("RGB") for every picture')
        elif len(first) >= 3 and first[1:] != other[1:]:
            says = f"pictures of {list(first[-2:])} and {list(other[-2:])} went into one batch"
            advice = "transforms.Resize((height, width)): with one number only the shorter side gets that size"
            if first[-2:] == other[-2:][::-1]:
                says += ": upright and lying ones"
            yield likely(says, "data", advice + ", and a CenterCrop then; or a collate_fn that pads")
        elif len(first) == 2 and first[1] == other[1] and first[1] in (2, 4, 5, 6):
            says = f"samples have {first[0]} and {other[0]} rows: boxes or points, as many as a picture shows"
            advice = "collate_fn=lambda batch: tuple(zip(*batch)) keeps them as lists, as detectors take them"
            yield likely(says, "data", advice)
        else:
            says = f"sequences of {list(first)} and {list(other)} went into one batch"
            advice = "nn.utils.rnn.pad_sequence(batch, batch_first=True) in a collate_fn, or padding=… in the tokenizer"
            yield likely(says, "data", advice)


class BatchTypes(Rule):
    code = "batch-types"
    signatures = (
        "batch must contain tensors, numpy arrays, numbers, dicts or lists; found {given:class}",
        "batch must contain tensors, numbers, dicts or lists; found {given:class}",
    )
    says = "a DataLoader makes batches of tensors, arrays and numbers"
    lookalike = "batch-sizes"
    example = """
        samples = [None, torch.rand(3)]
        # TypeError: default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found
        # <class 'NoneType'>
        for batch in torch.utils.data.DataLoader(samples, batch_size=2):
            pass
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        given = self.given
        if "PIL" in given or "Image" in given:
            says = "the dataset returns Pillow pictures: transforms are missing, or aren't applied"
            yield certain(says, "data", "transforms.ToTensor() last, and return self.transform(image)")
        elif "None" in given:
            says = "the dataset returned None: __getitem__ has a way without return, or can't read a file"
            yield certain(says, "data", "return the sample on every way, or filter None in a collate_fn")
        elif given == "object" or re.match(r"[<>|=]?[USO]\d*$", given):
            says = "the dataset returns an array of texts or objects, or a mix that NumPy keeps as objects"
            yield likely(says, "data", "encode text and categories as numbers, then .astype(np.float32); ids as str")
        elif re.search("method|function", given):
            says = "the dataset returns a function: a method stands there without its brackets, x.float for x.float()"
            yield certain(says, "data", "call it where __getitem__ returns it")
        elif given.startswith(("torch_geometric", "dgl")):
            says = "a graph is no tensor, and torch's own DataLoader can't join graphs"
            advice = "from torch_geometric.loader import DataLoader (dgl.dataloading.GraphDataLoader for DGL)"
            yield certain(says, "data", advice)
        elif re.search(r"Data(?:set|Loader)\w*$", given):
            says = f"__getitem__ returns a whole {given.rpartition('.')[2]} and not one sample of it"
            yield certain(says, "data", "return the sample's tensors, dataset[i]; a list of datasets: ConcatDataset")
        else:
            says = f"the dataset returns {given or 'something else'}"
            advice = "make it a tensor in __getitem__ (torch.as_tensor), or write a collate_fn for it"
            yield likely(says, "data", advice)


class DataEmpty(Rule):
    code = "data-empty"
    signatures = (
        "num_samples should be a positive {} value, but got num_samples={samples}",
        "Sum of input lengths does not equal the length of the input dataset",
        "Size mismatch between tensors",
    )
    says = "the dataset hasn't the length that is counted on"
    lookalike = "target-batch"
    example = """
        # ValueError: num_samples should be a positive integer value, but got num_samples=0
        loader = torch.utils.data.DataLoader([], batch_size=4, shuffle=True)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "samples" in self.facts:
            says = "the dataset is empty: nothing was found at its path, or a filter kept nothing"
            yield certain(says, "data", "print(len(dataset)) and the path it reads; look at file endings and splits")
        elif "Sum" in self.case.raised.text:
            says = "the parts of random_split don't add up to the dataset, mostly through rounding"
            advice = "random_split(data, [0.8, 0.2]), or the last part as len(data) minus the others"
            if self.line.has(r"\[\s*0?\.\d"):
                says = "this PyTorch takes no fractions (1.13 and later do), or they don't add up to 1"
                advice = "counts: n = int(0.8 * len(data)), random_split(data, [n, len(data) - n])"
            yield certain(says, "data", advice)
        else:
            says = "inputs and targets have other numbers of rows"
            advice = "print both shapes: the first axes agree"
            yield certain(says, "data", advice)


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
                advice = (
                    f"normalize each before they are joined, or mean * {channels // means}, std * {channels // means}"
                )
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
    )
    says = "a transform got another kind of picture than it is for"
    lookalike = "Image.open: cannot identify image file"
    example = """
        image = torch.rand(28, 28, 3)
        # TypeError: expected np.ndarray (got Tensor)
        x = torch.from_numpy(image)
        assert x.shape == (28, 28, 3)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        text, given = self.case.raised.text, self.facts.get("given", "")
        if "ndarray" in given and re.search("xpected np.ndarray|pic must be", text):
            says = "the array is one of NumPy, and this PyTorch was built for another NumPy than is installed"
            yield likely(says, "call", 'a newer torch and torchvision, or pip install "numpy<2"; restart what runs')
        elif "xpected np.ndarray" in text:
            x = self.x
            kind = (
                "pandas' values: df.to_numpy()"
                if "rame" in given or "Series" in given
                else "torch.as_tensor takes both"
            )
            says = f"torch.from_numpy got {given or 'no array'}"
            fix = (
                self.instead(self.line.code.replace("torch.from_numpy(", "torch.as_tensor("))
                if given == "Tensor"
                else None
            )
            yield certain(says, "data", f"{kind}; {x} needs no conversion if it is a tensor", fix)
        elif "nexpected type" in text and not self.case.through("transforms") and self.case.raised.frames:
            return
        elif "axes" in self.facts or len(self.facts.get("size", ())) > 3:
            axes = self.facts.get("axes", len(self.facts.get("size", ())))
            if axes < 2:
                says = (
                    f"what came has {counted(axes, 'axis')}, no picture: a path, an object, or a file that wasn't read"
                )
                yield certain(
                    says, "data", "Image.open(path) before; cv2.imread returns None where there is no such file"
                )
                return
            says = f"a picture with {axes} axes: a batch, where one picture is taken"
            yield certain(says, "data", "transform each sample; newer torchvision normalizes batches as well")
        elif "size" in self.facts:
            says = f"{list(self.size)} has no axis for channels: a grey picture, or one that was flattened"
            yield certain(says, "data", "unsqueeze(0) adds the channel, or let ToTensor make the tensor")
        elif "torch image" in text:
            says = "Normalize of this torchvision takes one tensor [channels, height, width], no array and no batch"
            yield likely(
                says, "data", "print its type and shape; ToTensor before it, each sample alone, or a newer one"
            )
        elif "Tensor" in given and "pic should be Tensor" in text:
            says = "ToPILImage wants [channels, height, width]; this torchvision refuses the tensor that came"
            yield likely(says, "data", "print its shape: unsqueeze(0) for a grey picture without its channel axis")
        elif "Tensor" in given and ("ndarray" in text or "PIL" in text):
            says = "it is a tensor already: ToTensor stands twice, or before transforms that are for Pillow pictures"
            yield certain(says, "data", "transforms for Pillow pictures first, then one ToTensor(), then Normalize")
        elif "ndarray" in given:
            says = "it is a NumPy array (as OpenCV reads them), and the transform is for Pillow pictures or tensors"
            yield certain(says, "data", "Image.fromarray(array), or ToPILImage() first; OpenCV's BGR: cv2.cvtColor(…)")
        elif "Image" in given or "PIL" in given:
            says = "it is still a Pillow picture: Normalize (and other tensor transforms) stand before ToTensor"
            yield certain(says, "data", "Compose([…, ToTensor(), Normalize(…)]), in this order")
        elif given in ("dict", "tuple", "list"):
            says = f"the transform got a whole sample, a {given}, and torchvision's take one picture"
            yield certain(says, "data", "call it on the picture alone, as sample['image']; transforms.v2 takes samples")
        elif given in ("str", "NoneType"):
            says = "a path came in, and no picture" if given == "str" else "no picture came in: its file wasn't read"
            yield certain(says, "data", "Image.open(path) before; cv2.imread returns None where there is no such file")
        elif "nexpected type" not in text:
            says = f"the transform got {given or 'what is no picture'}"
            advice = "ToTensor() makes a tensor of a Pillow picture or array; Normalize comes after it"
            yield likely(says, "data", advice)


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
    )
    says = "the data can't become one tensor as they are"
    lookalike = "picture-kind"
    example = """
        rows = [[1, 2], [3]]
        # ValueError: expected sequence of length 2 at dim 1 (got 1)
        x = torch.tensor(rows)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        text, given = self.case.raised.text, self.facts.get("given", "")
        if "stride" in text:
            says = "the array was flipped ([::-1], np.flip, a horizontal flip), which NumPy does without copying"
            code = self.line.code
            fix = self.changed(self.x, "{}.copy()") if "from_numpy" in code or "tensor(" in code else None
            yield certain(says, "data", "array.copy() before torch.from_numpy", fix)
        elif "expected" in self.facts:
            says = f"the rows of the list have {self.expected} and {self.got} elements"
            yield certain(says, "data", "pad them to one length, or keep a list of tensors: pad_sequence")
        elif "one element" in text:
            if not self.line.has(r"tensor\(|Tensor\(|array\("):
                says = "float(), int() or .item() was asked of a tensor with more than one number"
                yield likely(says, "call", "reduce it first, .mean() or .sum(), or .tolist() for all of them")
                return
            says = "torch.tensor got a list of tensors"
            yield certain(says, "data", "torch.stack(list) if they are of one size, torch.cat to join them")
        elif given.startswith(("object", "str")) or given in ("str", "string_"):
            says = "the array holds objects or strings: a text column, missing values, or rows of other lengths"
            yield certain(says, "data", "encode text as numbers, drop or pad what is ragged, then .astype(np.float32)")
        else:
            says = f"torch has no type for {given}"
            advice = "array.astype(np.float32), or np.int64 for labels and indices"
            yield certain(says, "data", advice)
