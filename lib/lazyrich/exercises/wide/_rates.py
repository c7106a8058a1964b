"""Name the two learning rates of 04's checks.

Neither is a factor that formulas have, such as 2, and sum, mean and product differ from both.
"""

ETA_W, ETA_A = 1.7, 0.8
