"""A layer under keys and mouse in the terminal, on Textual, which nothing else here needs."""
