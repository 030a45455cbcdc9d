"""What needs torch: the modules themselves, and what stands behind their numbers."""
