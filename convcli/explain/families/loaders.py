"""DataLoaders: settings that exclude each other, and what can be asked of one."""

from convcli.explain.rule import Rule, certain, likely

FAMILY = "data"


class LoaderSettings(Rule):
    code = "loader-settings"
    signatures = (
        "sampler option is mutually exclusive with shuffle",
        "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
        "prefetch_factor option could only be specified in multiprocessing",
        "persistent_workers option needs num_workers > 0",
        "batch_size should be a positive integer value, but got batch_size={size:word}",
        "'DataLoader' object is not subscriptable",
        "'DataLoader' object is not an iterator",
        "'DataLoader' object does not support indexing",
        "Cannot re-initialize CUDA in forked subprocess",
    )
    says = "a DataLoader isn't made, or used, as it wants to be"
    lookalike = "data-empty"
    example = """
        data = torch.utils.data.TensorDataset(torch.rand(8, 3))
        weighted = torch.utils.data.WeightedRandomSampler(torch.ones(8), 8)
        # ValueError: sampler option is mutually exclusive with shuffle
        loader = torch.utils.data.DataLoader(data, batch_size=4, sampler=weighted, shuffle=True)
    """
    by_message = (
        (
            "forked",
            likely(
                "the dataset (or its collate_fn) puts tensors on the GPU, and the workers are forked processes",
                "data",
                "keep samples on the CPU and move the batch in the loop, x.to(device); or num_workers=0",
            ),
        ),
        (
            "batch_sampler",
            certain(
                "a batch_sampler decides on everything: which samples make a batch, in which order, and how many",
                "data",
                "DataLoader(data, batch_sampler=…) without batch_size, shuffle, sampler and drop_last",
            ),
        ),
        (
            "sampler option",
            certain(
                "a sampler decides on the order, and so would shuffle=True",
                "data",
                "leave shuffle out: samplers shuffle themselves, DistributedSampler(data, shuffle=True)",
            ),
        ),
        (
            "option",
            certain(
                "this setting is for worker processes, and num_workers is 0",
                "data",
                "num_workers=2 or more, or leave it out",
            ),
        ),
        (
            "batch_size",
            likely(
                "batch_size is {size}: a whole number of 1 or more is taken; / makes a float, and each GPU's batch "
                "may have been divided down to 0",
                "data",
                "int(…) or //, and at least 1",
            ),
        ),
    )
    usual = (
        certain(
            "a DataLoader is gone through, and has no elements by number",
            "data",
            "for x, y in loader: …; one batch is next(iter(loader)), one sample loader.dataset[0]",
        ),
    )
