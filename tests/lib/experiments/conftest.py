"""Make arithmetic between two results require equal coordinates. By default xarray silently drops
every time that differs in its last digit, and a test would compare only the rest.
"""

import xarray

xarray.set_options(arithmetic_join="exact")
