"""Ways to look at a result. A view draws what stands on a Plan or a Result; it never computes one."""
