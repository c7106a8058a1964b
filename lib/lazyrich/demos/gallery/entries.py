"""List what the gallery shows: one entry a demo, in the order of the course.

A new demo is one entry more.
"""

# This module is long because almost all of it is text of one kind.

from dataclasses import dataclass
from typing import Any

__all__ = ["ENTRIES", "JUMPS", "Entry"]


@dataclass(frozen=True)
class Entry:
    """Describe a demo of `lazyrich.demos` in the gallery.

    In texts x_y is a subscript and x^(y) a superscript.

    Parameters
    ----------
    demo : str
        Name of its class.
    title : str
        What it is about.
    question : str
        One line on its card.
    paragraph : str
        What is seen and why.
    tries : tuple of str, shape (3,)
        Three things to try.
    notebook : str
        The notebook that shows it.
    controls : tuple of str
        The traits that a link carries.
    presets : dict of str to dict of str to object
        By name, the traits that differ from the demo's defaults.
    card : tuple of (str, int)
        The preset, and which of the demo's pictures, that its card shows.
    """

    demo: str
    title: str
    question: str
    paragraph: str
    tries: tuple[str, str, str]
    notebook: str
    controls: tuple[str, ...]
    presets: dict[str, dict[str, Any]]
    card: tuple[str, int]


ENTRIES = (
    Entry(
        demo="OneNeuron",
        title="One neuron, one invariant",
        question="What does a start do to a path that ends at the same place?",
        paragraph="The smallest network that can learn a feature: f(x) = a wᵀx. Gradient flow "
        "keeps δ = η_w a² − η_a |w|², so the weights can only travel on one surface: a hyperboloid "
        "of one sheet if δ < 0, of two sheets if δ > 0, a cone in between. All starts compute the "
        "same function and learn the same target. Which surface they are on decides how they get "
        "there. Colored: a simulation. Dashed: the exact solution.",
        tries=(
            "Drag δ from −4 to 4 and watch the kernel distance S. Where does it stop moving?",
            "Set δ = −4 and press play. When is the loss gone, and when does the angle start to "
            "move?",
            "Take the angle to 175° at δ = 0. The path runs into the origin and waits there: what "
            "makes it leave?",
        ),
        notebook="01_invariant",
        controls=("delta", "angle", "scale", "ratio", "time"),
        presets={
            "lazy": {"delta": 4.0, "angle": 120.0},
            "rich": {"delta": 0.0, "angle": 120.0},
            "delayed rich": {"delta": -4.0, "angle": 120.0},
            "separatrix": {"delta": 0.0, "angle": 175.0, "time": 0.65},
        },
        card=("delayed rich", 0),
    ),
    Entry(
        demo="BreakTheLaw",
        title="Break the law",
        question="What do real training steps do to a conserved quantity?",
        paragraph="Gradient flow keeps δ to all digits. Training takes steps, draws mini-batches, "
        "decays weights and adds momentum, and each of these moves δ in its own way. Weight decay "
        "shrinks it like exp(−2 λ t) (dashed). A step of size h changes it by exactly h² times a "
        "difference of squared gradients (dotted: all these changes added up).",
        tries=(
            "Double the step size. By how much does the drift of δ grow over the same time?",
            "Take batches of 1. The noise never ends, because no neuron fits all samples: which "
            "way does δ go?",
            "Add momentum 0.9 to a small step. Is δ kept better or worse than by plain steps?",
        ),
        notebook="01_invariant",
        controls=("step", "batch", "decay", "momentum"),
        presets={
            "nearly a flow": {"step": 0.001},
            "one sample a step": {"batch": 1},
            "weight decay": {"step": 0.01, "decay": 0.1},
            "momentum": {"step": 0.02, "momentum": 0.9},
        },
        card=("weight decay", 0),
    ),
    Entry(
        demo="ExactOverlay",
        title="What the exact solution is a solution to",
        question="Which results survive when inputs are not whitened?",
        paragraph="The closed form is for whitened inputs, XᵀX = I. Give the two inputs a "
        "correlation ρ and the circles of equal loss become ellipses: the formula (dashed) and the "
        "true flow (solid) part. But δ is still conserved, and so the tangent kernel is still a "
        "function of β and δ alone: the blue curve, the error of that statement, stays at the last "
        "digits.",
        tries=(
            "Move ρ away from 0. The red error jumps by many orders of magnitude. What does the "
            "blue one do?",
            "Make the neuron lazy (δ = 4). Is the formula any better there?",
            "Last picture: the dashed curves are made of β and δ alone. Can any ρ, angle or scale "
            "part them from the true ones?",
        ),
        notebook="02_exact",
        controls=("rho", "delta", "angle", "scale", "ratio"),
        presets={
            "whitened": {"rho": 0.0},
            "correlated": {"rho": 0.7},
            "correlated, lazy": {"rho": 0.7, "delta": 4.0},
            "unequal rates": {"rho": -0.6, "delta": 0.0, "ratio": 4.0},
        },
        card=("correlated", 0),
    ),
    Entry(
        demo="Regimes",
        title="Five δ, one function",
        question="Which network is lazy, which rich, and which rich only later?",
        paragraph="Five neurons compute the same function at the start and learn the same target. "
        "Only δ differs, from brown (downstream, δ < 0) to teal (upstream, δ > 0). Upstream the "
        "kernel hardly moves: lazy. Near balance it moves while the loss falls: rich. Downstream "
        "the loss falls first and the kernel follows late, but in the end it moves furthest: "
        "delayed rich.",
        tries=(
            "Compare the dots: half of the kernel's way. Which network is half-way first, and "
            "which goes furthest?",
            "Set the angle to 0 and the scale to 0.3: nothing has to turn. Which of the regimes "
            "are still there?",
            "Change the ratio of the rates. Which curve changes? What do β and δ know of the two "
            "rates?",
        ),
        notebook="03_regimes",
        controls=("reach", "angle", "scale", "ratio"),
        presets={
            "lazy, rich, delayed": {"reach": 4.0, "angle": 120.0},
            "why downstream moves the kernel most": {"reach": 12.0, "angle": 90.0},
            "nothing to turn": {"angle": 0.0, "scale": 0.3},
        },
        card=("lazy, rich, delayed", 0),
    ),
    Entry(
        demo="LandingMap",
        title="Where on the line of solutions?",
        question="With fewer samples than weights, which interpolator is found?",
        paragraph="One sample, two weights: a whole line of solutions with zero loss. Gradient "
        "flow picks one, and δ decides which. Far upstream the neuron goes to the solution nearest "
        "to its start. Far downstream it keeps its direction and goes along the ray through its "
        "start. In between the landing points trace the line. Drag the white start in the picture.",
        tries=(
            "Drag the start across the line of solutions. What happens to the two dotted limits?",
            "Put the start near the origin, then move δ. Does the landing point still depend on "
            "it?",
            "Find a start whose ray misses the line. Where does δ → −∞ take it?",
        ),
        notebook="03_regimes",
        controls=("delta", "x", "y", "tilt"),
        presets={
            "nearest solution": {"delta": 40.0},
            "balanced": {"delta": 0.0},
            "along the ray": {"delta": -40.0},
            "the ray misses": {"delta": -5.0, "x": -0.6, "y": 0.8},
        },
        card=("along the ray", 0),
    ),
    Entry(
        demo="ModeRace",
        title="A race of modes",
        question="One after another, or all together?",
        paragraph="A wide linear network learns the singular modes of its target. Started small "
        "and balanced, it learns them one after another, the strongest first, and its effective "
        "rank rises in steps. Far from balance, on either side, every mode starts at the same time "
        "and the race is over before it began. Dashed: the exact race of modes that are aligned "
        "from the start.",
        tries=(
            "Move δ away from 0 in both directions. Which of the pictures can tell the two signs "
            "apart?",
            "Start at strength 0.5, turned by 60°. Does every mode go up all the time? Compare "
            "with the dashed race.",
            "Leave two hidden neurons only. Which mode is never learned, and does the sign of δ "
            "matter now?",
        ),
        notebook="04_wide",
        controls=("delta", "scale", "spread", "turn", "h"),
        presets={
            "one after another": {"delta": 0.0, "scale": 1e-3},
            "all together": {"delta": 6.0, "scale": 1e-3},
            "turned start": {"delta": 0.0, "scale": 0.5, "turn": 60.0},
            "two neurons only": {"delta": -3.0, "h": 2, "turn": 40.0},
        },
        card=("one after another", 0),
    ),
    Entry(
        demo="DeepPlateaus",
        title="Plateaus of deep networks",
        question="How long does a deep network wait, and what shortens the wait?",
        paragraph="In a balanced chain of L linear layers a mode of strength u grows like L u^(2 − "
        "2/L) (s − u). From a small start nothing seems to happen for a long time, and then "
        "everything at once. Each further layer makes the plateau longer and its end sharper. Make "
        "some layers stronger than the rest and the wait shrinks: those layers no longer have to "
        "grow.",
        tries=(
            "Start at 10⁻⁴ and add layers one by one. What does one more layer cost at depth 2, "
            "and at depth 5?",
            "Give all layers but one an imbalance of 1. How deep is a balanced network that is as "
            "quick?",
            "Right picture: from depth 3 on the lines are straight. Read off their slopes: which "
            "power of u₀ is the wait?",
        ),
        notebook="05_deep",
        controls=("depth", "u0", "delta", "strong"),
        presets={
            "plateaus": {"depth": 6, "u0": 1e-3, "delta": 0.0},
            "shallow": {"depth": 2, "u0": 1e-3, "delta": 0.0},
            "unbalanced": {"depth": 6, "u0": 1e-3, "delta": 0.5, "strong": 4},
        },
        card=("plateaus", 0),
    ),
    Entry(
        demo="PhaseMap",
        title="The phase diagram",
        question="Two knobs, one map: where are features learned, and where does it pay?",
        paragraph="Each cell is a ReLU student trained on a teacher's labels: to the right a "
        "larger overall scale τ, upwards a larger relative scale δ. All start from the same "
        "function. At large τ the kernel stays: lazy, whatever δ is. At small τ δ decides. "
        "Upstream (top) kernel and gates move and the test loss is lowest. Pick a cell to see its "
        "curves.",
        tries=(
            "Drag the step. Which corner of the map moves first, and which is still moving at the "
            "end?",
            "Color the map by test loss. Is the cell whose kernel moves furthest the one that "
            "generalizes best?",
            "Compare S and flipped gates in the lower left. What can move a kernel when hardly any "
            "gate flips?",
        ),
        notebook="06_relu",
        controls=("tau", "delta", "step", "quantity"),
        presets={
            "upstream: rapid": {"tau": 0.1, "delta": 1.0, "step": 100000.0},
            "downstream": {"tau": 0.1, "delta": -1.0, "step": 100000.0},
            "lazy": {"tau": 1.99526, "delta": 0.0, "step": 100000.0},
            "who generalizes": {
                "tau": 0.1,
                "delta": 1.0,
                "step": 100000.0,
                "quantity": "test_loss",
            },
        },
        card=("upstream: rapid", 0),
    ),
    Entry(
        demo="NeuronPlane",
        title="Neurons in the plane",
        question="Do neurons stay where they were drawn, or turn to the teacher's?",
        paragraph="A ReLU student with 20 neurons learns from a teacher with 3. Each point is a "
        "neuron's a_i w_i, each star a direction of the teacher. All neurons start equally large: "
        "τ is their overall scale, δ = a² − |w|². Lazy (τ = 2), none turns: many small changes "
        "make up the function. Rich, they leave the origin along few directions. Upstream they "
        "turn while they are still small, downstream they grow and hardly turn at all.",
        tries=(
            "Go through the four presets. Which start turns the neurons most, and does its kernel "
            "move most too?",
            "Choose upstream and press play. Have the neurons turned before or after the loss is "
            "gone?",
            "Take another draw of teacher and student. What stays as it was, so belongs to the "
            "start?",
        ),
        notebook="06_relu",
        controls=("tau", "delta", "time", "seed"),
        presets={
            "lazy": {"tau": 2.0, "delta": 0.0},
            "rich": {"tau": 0.1, "delta": 0.0},
            "upstream": {"tau": 0.1, "delta": 1.0},
            "downstream": {"tau": 0.1, "delta": -1.0},
        },
        card=("rich", 0),
    ),
    Entry(
        demo="WidthDial",
        title="Two knobs and the width",
        question="Which networks still learn features when they are very wide?",
        paragraph="A parametrization says how starting sizes and learning rates change with the "
        "width m, and so turns two knobs: the scale of the function at the start, and the scale of "
        "the readout relative to the weights. Under NTK's the function starts at the same size at "
        "every width, and the kernel moves less the wider the network is. Under mean field's and "
        "μP's the function starts smaller and the kernel keeps moving: these two are one network, "
        "written in two ways.",
        tries=(
            "Read the measured exponent under NTK. How much wider is a network whose kernel moves "
            "ten times less?",
            "Change from mean field to μP. Which pictures change though the network is the same, "
            "and why?",
            "Draw other neurons at width 16, then at 16384. When can one number stand for all δ_i?",
        ),
        notebook="07_width",
        controls=("m", "parametrization", "measure", "rates", "seed"),
        presets={
            "NTK: still when wide": {"parametrization": "ntk", "m": 16384},
            "mean field: moves at any width": {"parametrization": "mean_field", "m": 16384},
            "μP: the same network": {"parametrization": "mup", "m": 16384},
            "narrow": {"m": 16},
        },
        card=("NTK: still when wide", 1),
    ),
    Entry(
        demo="GrokMap",
        title="A map of grokking",
        question="When does a network that has learned by heart begin to understand?",
        paragraph="A network learns to add modulo p. It soon knows all sums it was shown, and much "
        "later, sometimes never, also those it was not. The map has the median step at which it "
        "does, over the scales of embedding and readout. Along the red line the function at the "
        "start is the same, so only the geometry differs. Above the dotted line the mean δ is "
        "positive: upstream.",
        tries=(
            "Walk along the red line: the same function at the start. On which side of the dotted "
            "line does it grok soonest?",
            "Walk up a column: only the readout changes. Does a larger function always delay "
            "grokking?",
            "Find a cell in which some seeds never grok. What do their training accuracies look "
            "like?",
        ),
        notebook="08_grokking",
        controls=("embedding", "readout", "line"),
        presets={
            "grokking map": {"embedding": 0.25, "readout": 1.0},
            "sooner": {"embedding": 0.125, "readout": 0.0625},
            "later": {"embedding": 2.0, "readout": 0.25},
            "never": {"embedding": 1.0, "readout": 4.0},
        },
        card=("grokking map", 0),
    ),
)

# Terms of the course on the first page, each with the demo and the preset that shows it.
JUMPS = (
    ("delayed rich", "OneNeuron", "delayed rich"),
    ("rich", "OneNeuron", "rich"),
    ("lazy", "OneNeuron", "lazy"),
    ("separatrix", "OneNeuron", "separatrix"),
    ("why downstream moves the kernel most", "Regimes", "why downstream moves the kernel most"),
    ("plateaus", "DeepPlateaus", "plateaus"),
    ("grokking map", "GrokMap", "grokking map"),
)
