"""Exact problems: starts whose whole trajectory is known, each with what it must agree with and how well.

Every row is run against integration, the many-digit reference, and its limits.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class OneNeuronProblem:
    name: str
    w0: tuple[float, ...]
    a0: float
    beta_star: tuple[float, ...]
    end_a: float  # where a ends, from the fixed points
    end_beta: tuple[float, ...]
    eta_w: float = 1.0
    eta_a: float = 1.0

    @property
    def rates(self) -> dict[str, float]:
        return {"eta_w": self.eta_w, "eta_a": self.eta_a}


GOLDEN = (1 + 5**0.5) / 2

ONE_NEURON = [
    OneNeuronProblem("balanced", (0.0, 1.0), 1.0, (1.0, 0.0), 1.0, (1.0, 0.0)),
    OneNeuronProblem("upstream, delta = 3", (0.0, 1.0), 2.0, (2.0, 0.0), 2.0, (2.0, 0.0)),
    OneNeuronProblem("downstream, delta = -3", (0.0, 2.0), 1.0, (2.0, 0.0), 1.0, (2.0, 0.0)),
    OneNeuronProblem("negative readout", (0.0, 1.0), -2.0, (2.0, 0.0), -2.0, (2.0, 0.0)),
    OneNeuronProblem("the readout changes sign", (-2.0, 0.5), 0.3, (1.0, 0.0), None, (1.0, 0.0)),
    OneNeuronProblem("a0 = 0", (1.0, 1.0), 0.0, (0.0, 1.0), None, (0.0, 1.0)),
    OneNeuronProblem("w0 = 0, delta = 1", (0.0, 0.0), 1.0, (1.0, 0.0), GOLDEN**0.5, (1.0, 0.0)),
    OneNeuronProblem("nothing to learn, delta > 0", (0.5, 0.5), 1.0, (0.0, 0.0), 0.5**0.5, (0.0, 0.0)),
    OneNeuronProblem("nothing to learn, delta < 0", (1.0, 1.0), 1.0, (0.0, 0.0), 0.0, (0.0, 0.0)),
    OneNeuronProblem("one dimension", (0.5,), -0.1, (2.0,), None, (2.0,)),
    OneNeuronProblem("anti-aligned, delta < 0", (-2.0, 0.0), 1.0, (1.0, 0.0), None, (1.0, 0.0)),
    OneNeuronProblem("unequal rates", (0.2, -1.0, 0.4), 0.7, (1.0, 2.0, -1.0), None, (1.0, 2.0, -1.0), 3.0, 0.25),
    OneNeuronProblem("in no hurry: a0 = 0 across", (0.0, 1.0), 0.0, (1.0, 0.0), 0.0, (0.0, 0.0)),
]
TIMES = np.array([0.0, 1e-8, 0.01, 0.3, 1.0, 4.0, 20.0])
