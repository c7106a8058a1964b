"""Read what a trusted notebook promises: its exercises, its checks, and what they may use."""
