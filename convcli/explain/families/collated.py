"""What a dataset returns: samples that no batch can be made of, or other numbers of them than are counted on."""

import re
from collections.abc import Iterator

from convcli.explain.families.batches import COLLATE
from convcli.explain.rule import Hypothesis, Rule, certain, likely

FAMILY = "data"


class BatchTypes(Rule):
    code = "batch-types"
    signatures = (
        "batch must contain tensors, numpy arrays, numbers, dicts or lists; found {given:class}",
        "batch must contain tensors, numbers, dicts or lists; found {given:class}",
        "object of type '{given:word}' has no len()",
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
        if "has no len" in self.case.raised.text and not (given == "NoneType" and self.case.through(COLLATE)):
            return
        if "PIL" in given or "Image" in given:
            says = "the dataset returns Pillow pictures, an image or a mask: transforms are missing, or aren't applied"
            advice = "transforms.ToTensor() last for images, return self.transform(image); for masks of class numbers "
            advice += "torch.from_numpy(np.array(mask)).long(), as ToTensor scales them to 0 to 1; "
            yield certain(says, "data", f"{advice}[type(each) for each in dataset[0]] tells which it is")
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
        elif re.match(r"mm\w+\.", given):
            says = f"a {given.rpartition('.')[2]} is no tensor, and torch's own DataLoader can't join them"
            advice = "collate_fn=mmengine.dataset.pseudo_collate keeps them as lists; Runner.build_dataloader sets it"
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
        elif "Sum" in self.signature:
            says = "the parts of random_split don't add up to the dataset, mostly through rounding"
            advice = "random_split(data, [0.8, 0.2]), or the last part as len(data) minus the others"
            if self.line.has(r"\[\s*0?\.\d"):
                says = "this PyTorch takes no fractions (1.13 and later do), or they don't add up to 1"
                advice = "counts: n = int(0.8 * len(data)), random_split(data, [n, len(data) - n])"
            yield certain(says, "data", advice)
        else:
            says = "inputs and targets have other numbers of rows"
            advice = "cut, filter and split both alike, and print both shapes: the first axes agree"
            made = " ".join(self.case.behind(self.handed(0, "")).values())
            if window := re.search(r"range\(len\(\w+\) - (\w+)\)", made):
                says += f": windows of {window[1]} leave {window[1]} rows fewer"
                advice = f"the targets lose their first rows as well: {self.handed(1, 'targets')}[{window[1]}:]"
                yield likely(says, "data", advice)
                return
            yield certain(says, "data", advice)
