"""List what to try with each demo: a question, a state, guesses to choose from, an explanation."""

# This module is long because almost all of it is text.

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

__all__ = ["TRIES", "Try"]


@dataclass(frozen=True)
class Try:
    """Lead through one of the three things to try with a demo.

    Parameters
    ----------
    question : str
        What to try, and what to look for.
    state : dict of str to object
        The traits that differ from the demo's defaults in the state that shows the answer.
    guesses : tuple of str
        Two or three possible predictions.
    right : int
        The index of the right one.
    reveal : str
        What the demo shows, and why.
    play : bool, default False
        Whether the demo plays from that state.
    """

    question: str
    state: dict[str, Any]
    guesses: tuple[str, ...]
    right: int
    reveal: str
    play: bool = False


_ONE_NEURON = (
    Try(
        "Drag δ from −4 to 4 and watch the kernel distance S. Where does it stop moving?",
        {"delta": 4.0, "time": 1.0},
        ("near δ = −4", "near δ = 0", "near δ = 4"),
        2,
        "From a right angle S ends at 0.89 for δ = −4, at 0.20 for δ = 0 and at 0.001 for δ = 4. "
        "Far upstream the kernel is nearly a² I, which has no direction that could turn.",
    ),
    Try(
        "Take delayed rich and press play. How much of the loss is left when w begins to turn, "
        "and what is S then?",
        {"delta": -4.0, "angle": 120.0, "time": 0.4},
        ("nearly all of the loss", "about a fifth", "next to nothing"),
        1,
        "When w has turned by 6°, 22% of the loss is left, and S is 0.01. What can be fitted "
        "along the line of w is fitted first; since w points away from the target, the readout "
        "changes its sign to do so. The turn comes late, and S moves with it.",
        play=True,
    ),
    Try(
        "Take the angle to 175° at δ = 0. The path runs into the origin and waits there: what "
        "makes it leave?",
        {"delta": 0.0, "angle": 175.0, "time": 0.4},
        ("noise in the steps", "the 5° by which it is off the line", "nothing: it stays"),
        1,
        "The path is the exact solution and has no noise. A start at 180° is on the separatrix and "
        "would end at the origin. The 5° keep the path at a distance of 0.004 from it, and from "
        "there it grows along the target.",
        play=True,
    ),
)
_BREAK_THE_LAW = (
    Try(
        "Double the step size. By how much does the drift of δ grow over the same time?",
        {"step": 0.02},
        ("it stays as it is", "about twice as much", "about four times as much"),
        1,
        "With h = 0.01, δ ends 0.0037 below its start, with h = 0.02 it is 0.0074. A step "
        "changes δ by h² times something, and the same time takes half as many steps.",
    ),
    Try(
        "Take batches of 1. The noise never ends, because no neuron fits all samples: which "
        "way does δ go?",
        {"batch": 1, "step": 0.05},
        ("always toward 0", "always away from 0", "first toward 0, then back"),
        2,
        "δ starts at −0.72, is at −0.63 after a fifth of the time, and at −0.72 in the end. The "
        "changes have either sign: the noise has no end, and where it leads depends on the draw.",
    ),
    Try(
        "Add momentum 0.9 to a small step. Is δ kept better or worse than by plain steps?",
        {"step": 0.001, "momentum": 0.9},
        ("better", "as well", "worse"),
        2,
        "Plain steps of 0.001 lose 0.0004 of δ, with momentum 0.9 it is 0.06. Momentum makes the "
        "steps ten times longer, but that alone would cost 0.004: what the flow conserves is not "
        "conserved by weights that keep rolling.",
    ),
)
_EXACT_OVERLAY = (
    Try(
        "Move ρ away from 0. The error of the formula jumps by many orders of magnitude. What "
        "does that of M do?",
        {"rho": 0.1},
        ("it jumps as well", "it stays at the last digits", "it is 0 only for δ = 0"),
        1,
        "At ρ = 0.1 the formula is wrong by 0.1, and the error of M is below 10^(−11). M as a "
        "function of β and δ needs conservation alone, and δ is conserved for any inputs.",
    ),
    Try(
        "Make the neuron lazy (δ = 4). Is the formula any better there?",
        {"rho": 0.7, "delta": 4.0},
        ("yes, much better", "no"),
        1,
        "Its error is 0.59, about as at δ = −2. A lazy neuron keeps its kernel, but correlated "
        "inputs make the loss itself steeper in one direction than in the other, and the formula "
        "knows nothing of that.",
    ),
    Try(
        "Last picture: the dashed curves are computed from β and δ alone. Can any ρ, angle or "
        "scale separate them from the true ones?",
        {"rho": -0.6, "delta": 0.0, "ratio": 4.0},
        ("a large ρ can", "unequal rates can", "nothing here can"),
        2,
        "Dashed and solid stay together, even at ρ = −0.6 with unequal rates: β and δ are all that "
        "the kernel knows about the weights.",
    ),
)
_REGIMES = (
    Try(
        "Compare the dots, which mark half of the kernel's way. Which network gets there first, "
        "and which goes furthest?",
        {"reach": 4.0, "angle": 120.0},
        (
            "δ = 4 is first and goes furthest",
            "δ = 4 is first, δ = −4 goes furthest",
            "δ = −4 is first and goes furthest",
        ),
        1,
        "δ = 4 is halfway at t = 0.2 and ends at S = 0.001, δ = −4 at t = 6.8 and ends at 0.67. "
        "How soon and how far are two different questions.",
    ),
    Try(
        "Set the angle to 0 and the scale to 0.3: nothing has to turn. Which of the regimes "
        "are still there?",
        {"angle": 0.0, "scale": 0.3},
        ("all three", "rich alone", "lazy alone"),
        2,
        "All five are lazy: no S ends above 0.02. A neuron that already points at its target only "
        "has to grow, and growing hardly changes the shape of the kernel.",
    ),
    Try(
        "Change the ratio of the rates. Which curve changes? What do β and δ know about the two "
        "rates?",
        {"angle": 120.0, "ratio": 8.0},
        ("the loss", "S", "none"),
        2,
        "None changes. β and δ know the two rates only through the product η_w η_a, which is 1 "
        "here, and the kernel is a function of β and δ.",
    ),
)
_LANDING_MAP = (
    Try(
        "Drag the start across the line of solutions. What happens to the two dotted limits?",
        {"x": 1.5, "y": 0.6},
        ("they stay", "they change places", "both go to infinity"),
        1,
        "Before the line, the solution on the ray lies further out than the nearest one; beyond "
        "the line it lies further in, at 0.4 against 0.6. On the line both are the start itself.",
    ),
    Try(
        "Put the start near the origin, then move δ. Does the landing point still depend on it?",
        {"x": 0.05, "y": 0.1, "delta": -5.0},
        ("no: it is the smallest solution", "yes, strongly"),
        1,
        "It goes from 0.1 far upstream over 0.3 at δ = 0 to 1.98 far downstream. A small function "
        "need not have small weights: δ says how large they are, and on which side.",
    ),
    Try(
        "Find a start whose ray misses the line. Where does δ → −∞ take it?",
        {"x": -0.6, "y": 0.8, "delta": -40.0},
        ("to the nearest solution", "along the ray, but backwards", "nowhere"),
        1,
        "It lands near (1, −1.33): the neuron stays on its line. It shrinks to 0, its readout "
        "changes its sign, and it comes out on the other side.",
    ),
)
_MODE_RACE = (
    Try(
        "Move δ away from 0 in both directions. Which of the pictures can tell the two signs "
        "apart?",
        {"delta": -4.0},
        ("S alone", "rank and S", "none of them"),
        2,
        "None. With as many inputs as outputs the two layers can trade places, so that δ = 4 and "
        "δ = −4 give the same strengths, loss, rank and S.",
    ),
    Try(
        "Start at strength 0.5, turned by 60°. Does every mode go up all the time? Compare "
        "with the dashed race.",
        {"scale": 0.5, "turn": 60.0},
        ("yes, but later than dashed", "yes, and sooner than dashed", "no, one goes down first"),
        0,
        "They all rise, from 0.33 and not from 0.5: the turned part of the start does not count. "
        "The strongest is halfway at t = 0.33 instead of 0.28.",
    ),
    Try(
        "Leave only two hidden neurons. Which mode is never learned, and does the sign of δ "
        "matter now?",
        {"delta": -3.0, "h": 2, "turn": 40.0},
        ("mode 3, and the sign matters", "mode 3, whatever the sign", "mode 1"),
        0,
        "Two neurons can hold two modes, and the weakest is left out. Now the layers differ in "
        "shape, and S ends at 0.15 for δ = −3 and at 0.03 for δ = 3.",
    ),
)
_DEEP_PLATEAUS = (
    Try(
        "Start at 10⁻⁴ and add layers one by one. What does one more layer cost at depth 2, "
        "and at depth 5?",
        {"u0": 1e-4, "depth": 6, "delta": 0.0},
        ("the same", "more at depth 2", "more at depth 5"),
        2,
        "From depth 2 to 3 the time to half grows from 4.6 to 20.7, by 16; from 5 to 6 it grows "
        "from 84 to 116, by 32.",
    ),
    Try(
        "Give all layers but one an imbalance of 1. How deep is a balanced network that is as "
        "quick?",
        {"u0": 1e-3, "depth": 4, "delta": 1.0, "strong": 3},
        ("about 1 layer", "about 2 layers", "about 3 layers"),
        0,
        "It takes 0.5, where one layer takes 0.7 and a balanced pair 3.5. Only one layer has to "
        "grow, and the strong ones even speed it up.",
    ),
    Try(
        "Right picture: from depth 3 on the lines are straight. Read off their slopes: which "
        "power of u₀ is the wait?",
        {"u0": 1e-3, "depth": 3, "delta": 0.0},
        ("1/u_0 at every depth", "u_0 to the power −(1 − 2/L)", "the logarithm of u_0"),
        1,
        "The slopes are −1/3 at depth 3, −1/2 at depth 4 and −2/3 at depth 6, as −(1 − 2/L) says. "
        "Depth 2 is the border: there it is a logarithm.",
    ),
)
_PHASE_MAP = (
    Try(
        "Drag the step. Which corner of the map moves first, which one later, and which ones "
        "never?",
        {"tau": 0.1, "delta": 1.0, "step": 30.0},
        ("upper left is first", "lower left is first", "upper right is first"),
        0,
        "After 30 steps S is 0.27 in the upper left and 0.01 in the lower left, which has gone "
        "half of its way after about 300 steps. On the right S stays below 0.01 to the end.",
    ),
    Try(
        "Color the map by test loss. Is the cell whose kernel moves furthest the one that "
        "generalizes best?",
        {"tau": 0.1, "delta": -0.25, "step": 100000.0, "quantity": "test_loss"},
        ("yes", "no"),
        1,
        "S ends highest, 0.32, at δ = −0.25, where the test loss is 0.011. It is 0.0005 upstream, "
        "where S is 0.29. How far a kernel moves does not say that it moves to the right place.",
    ),
    Try(
        "Compare S and flipped gates in the lower left. What can move a kernel when hardly any "
        "gate flips?",
        {"tau": 0.1, "delta": -1.0, "step": 100000.0, "quantity": "hamming"},
        ("nothing: S is 0 there", "the sizes of the neurons", "the data"),
        1,
        "12% of the gates flip, and S ends at 0.12. The kernel is a sum over neurons: those that "
        "grow count for more, even where every gate stays as it is.",
    ),
)
_NEURON_PLANE = (
    Try(
        "Choose upstream, then tick linear. What do the neurons still do, and which of the "
        "three thin curves is now the highest?",
        {"tau": 0.1, "delta": 1.0, "linear": True},
        ("they stay, upstream is highest", "they turn, upstream is highest", "they turn, δ = 0 is"),
        2,
        "They turn by 80° as before, and S stays at 0: without gates the upstream kernel knows "
        "only sums of a², and these have no direction. Balanced, S reaches 0.025.",
    ),
    Try(
        "Choose upstream and press play. Have the neurons turned before or after the loss is gone?",
        {"tau": 0.1, "delta": 1.0, "time": 0.2},
        ("before", "after", "at the same time"),
        0,
        "Half of the turn is done by t = 0.05, and nine tenths of the loss are gone by t = 0.5. "
        "The neurons turn while they are small and hardly count.",
        play=True,
    ),
    Try(
        "Take another draw of teacher and student. What stays, and so belongs to the start?",
        {"tau": 0.1, "delta": 1.0, "seed": 3},
        ("where the neurons end", "the turn, and who is first", "nothing"),
        1,
        "Where they end depends on the teacher, and so on the draw. Upstream they turn by 48° to "
        "90° in the ten draws, downstream by at most 10°: that belongs to the start.",
    ),
)
_WIDTH_DIAL = (
    Try(
        "Read the measured exponent under NTK. How much wider is a network whose kernel moves "
        "ten times less?",
        {"parametrization": "ntk", "measure": "kernel_distance", "m": 1024},
        ("about 6 times wider", "10 times wider", "100 times wider"),
        0,
        "The measured exponent is −1.29, and 10^(1/1.29) is 6. With the expected exponent −1.5, "
        "which holds for very wide networks, it is 4.6.",
    ),
    Try(
        "Change from mean field to μP. Which pictures change although the network is the same, "
        "and why?",
        {"parametrization": "mup"},
        ("none", "movement and function scale", "δ and relative scale"),
        2,
        "δ and the relative scale are written in terms of a and the rates, which are different "
        "numbers under μP. Function and movement belong to the network and stay.",
    ),
    Try(
        "Draw other neurons at width 16, then at 16384. When can one number stand for all δ_i?",
        {"parametrization": "ntk", "m": 16384},
        ("at width 16", "at width 16384", "never under NTK"),
        2,
        "At width 16384 their mean is 0.006, as good as 0, but they still differ by ±1.6. The mean "
        "settles with the width and the spread does not.",
    ),
)
_GROK_MAP = (
    Try(
        "Walk along the solid line: the same function at the start. On which side of the "
        "dotted line does the network grok soonest?",
        {"embedding": 0.5, "readout": 0.25},
        ("above it, upstream", "on it", "below it, downstream"),
        2,
        "From the upper left, above the dotted line, to the lower right the steps are 1860, 980, "
        "940, 1120 and 2240. The two fastest starts are a little downstream; further down it takes "
        "longer again.",
    ),
    Try(
        "Walk up a column: only the readout changes. Does a larger function always delay grokking?",
        {"embedding": 0.125, "readout": 0.0625},
        ("always", "except between the lowest cells", "never"),
        1,
        "In the first column the steps are 140, 120, 160, 400 and 1860 from below. Where the "
        "function is tiny anyway, a larger readout costs nothing.",
    ),
    Try(
        "Find a cell in which some seeds never grok. What do their training accuracies look like?",
        {"embedding": 1.0, "readout": 4.0},
        ("they stay below 1", "they are 1 after some hundred steps", "they fall again"),
        1,
        "All five seeds know the training sums after 360 to 420 steps, and four of them have not "
        "grokked after 3000. The training data show nothing of this.",
    ),
)

TRIES = MappingProxyType(
    {
        "OneNeuron": _ONE_NEURON,
        "BreakTheLaw": _BREAK_THE_LAW,
        "ExactOverlay": _EXACT_OVERLAY,
        "Regimes": _REGIMES,
        "LandingMap": _LANDING_MAP,
        "ModeRace": _MODE_RACE,
        "DeepPlateaus": _DEEP_PLATEAUS,
        "PhaseMap": _PHASE_MAP,
        "NeuronPlane": _NEURON_PLANE,
        "WidthDial": _WIDTH_DIAL,
        "GrokMap": _GROK_MAP,
    }
)
