"""PyTorch's error messages: the numbers read out of them, why it can't work, and what makes it work.

``message`` finds the last error of a text, ``recognise`` the family it belongs to; the families of errors stand in
``ranks``, ``sizes``, ``settings``, ``features``, ``joins``, ``dtypes_and_devices`` and ``calls``; ``verify`` alone
needs torch. A message is only read: bounded regular expressions take numbers out of it, nothing in it is ever run,
and every line of code in a fix is put together here from those numbers.
"""
