"""Arithmetic between two results needs equal coordinates: by default xarray drops, without a word,
every time that differs in its last digit, and a test compares what is left."""

import xarray

xarray.set_options(arithmetic_join="exact")
