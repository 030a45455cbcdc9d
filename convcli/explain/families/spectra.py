"""Spectra: what a short-time Fourier transform takes and gives."""

from convcli.explain.rule import Rule, certain, likely

FAMILY = "dtype"


class StftComplex(Rule):
    code = "stft-complex"
    signatures = (
        "stft requires the return_complex parameter be given for real inputs",
        "istft requires a complex-valued input tensor matching the output from stft with return_complex=True",
    )
    says = "a spectrum is complex, where older code had an axis of two for its real and imaginary part"
    lookalike = "dtype"
    example = """
        wave = torch.rand(400)
        # RuntimeError: stft requires the return_complex parameter be given for real inputs, and will further require
        # that return_complex=True in a future PyTorch release.
        spectrum = torch.stft(wave, 64)
    """
    by_message = (
        (
            "istft",
            certain(
                "istft gets real numbers, with an axis of two at the end or magnitudes alone",
                "call",
                "torch.view_as_complex(x.contiguous()) for [..., 2]; torch.polar(magnitude, phase) for both apart",
            ),
        ),
    )
    usual = (
        likely(
            "the code was written for a version of torch before 1.8",
            "call",
            "torch.stft(…, return_complex=True); torch.view_as_real(spectrum) gives the axis of two that "
            "code behind it wants, spectrum.abs() the magnitudes",
        ),
    )
