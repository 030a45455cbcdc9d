"""The errors that are known, one module a family, and what several families share."""
