"""PyTorch's errors: what is behind them, and what to change.

``message`` and ``frames`` read an error out of whatever was printed, ``lines`` and ``source`` the user's own code,
which is parsed and never run. ``rule`` is what an error is told by; the families hold one class for each,
``recognise`` tries them, and ``verify`` alone needs torch.
"""
