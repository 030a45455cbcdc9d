"""Every view of networks: which flags ask for it, what it refuses, and which flags it goes by."""

from convcli.network.study import check_drawing, check_layer, check_output
from convcli.views.registry import View

NETWORK_VIEWS = (
    View(
        ("export",),
        "network_picture.exported",
        "file",
        suffixes=(".svg", ".html", ".tex"),
        check=check_drawing,
        settings=("depth",),
    ),
    View(("compare",), "network_compared.compared", owns_stdout=True),
    View(("compare", "as_json"), "network_compared.compared_text", "text", owns_stdout=True, together=True),
    View(("output",), "network_compared.sizes_said", owns_stdout=True, check=check_output),
    View(
        ("output", "as_json"),
        "network_compared.sizes_text",
        "text",
        owns_stdout=True,
        check=check_output,
        together=True,
    ),
    View(("as_json",), "network_texts.network_text", "text", owns_stdout=True, settings=("convention",)),
    View(("as_csv",), "network_texts.as_csv", "text", owns_stdout=True),
    View(("as_markdown",), "network_texts.as_markdown", "text", owns_stdout=True),
    View(("as_code",), "network_texts.network_script", "text", owns_stdout=True),
    View(("receptive",), "network_receptive.drawn", owns_stdout=True, check=check_layer),
    View(
        ("receptive", "as_json"),
        "network_receptive.drawn_text",
        "text",
        owns_stdout=True,
        check=check_layer,
        together=True,
    ),
)
NETWORK_BODY = View((), "network_table.shown", settings=("depth", "columns", "sort", "full", "convention"))
