"""List what the gallery shows: one entry per demo, in the order of the course."""

# This module is long because almost all of it is text.

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
        Title of its page.
    question : str
        One line on its card.
    paragraph : str
        What the demo shows, and why.
    notebook : str
        The notebook that shows it.
    controls : tuple of str
        The traits that a link carries.
    presets : dict of str to dict of str to object
        The traits that differ from the demo's defaults, by name of the preset.
    card : tuple of (str, int)
        The preset that its card shows, and the index of the picture.
    """

    demo: str
    title: str
    question: str
    paragraph: str
    notebook: str
    controls: tuple[str, ...]
    presets: dict[str, dict[str, Any]]
    card: tuple[str, int]


ENTRIES = (
    Entry(
        demo="OneNeuron",
        title="One neuron, one invariant",
        question="How does the start shape a path whose end is always the same?",
        paragraph="The smallest network that can learn a feature: f(x) = a wᵀx. Gradient flow "
        "keeps δ = η_w a² − η_a |w|², so the weights can only travel on one surface: a hyperboloid "
        "of one sheet if δ < 0, of two sheets if δ > 0, a cone in between. All starts compute the "
        "same function and learn the same target. Which surface they are on decides how they get "
        "there. Colored: a simulation. Dashed: the exact solution. The angle is that of w, which "
        "moves on smoothly where the readout changes its sign; it then ends at 180°.",
        notebook="01_invariant",
        controls=("delta", "angle", "scale", "ratio", "time"),
        presets={
            "lazy": {"delta": 4.0, "angle": 120.0},
            "rich": {"delta": 0.0, "angle": 120.0},
            "delayed rich": {"delta": -4.0, "angle": 120.0},
            "separatrix": {"delta": 0.0, "angle": 175.0, "time": 0.65},
        },
        card=("delayed rich", 1),
    ),
    Entry(
        demo="BreakTheLaw",
        title="Break the law",
        question="What do real training steps do to a conserved quantity?",
        paragraph="Gradient flow keeps δ to all digits. Training takes steps, draws minibatches, "
        "decays weights and adds momentum, and each of these moves δ in its own way. Weight decay "
        "shrinks it like exp(−2 λ t) (dashed). A step of size h changes it by exactly h² times a "
        "difference of squared gradients (dotted: all these changes added up).",
        notebook="01_invariant",
        controls=("step", "batch", "decay", "momentum"),
        presets={
            "nearly a flow": {"step": 0.001},
            "one sample per step": {"batch": 1},
            "weight decay": {"step": 0.01, "decay": 0.1},
            "momentum": {"step": 0.02, "momentum": 0.9},
        },
        card=("weight decay", 0),
    ),
    Entry(
        demo="ExactOverlay",
        title="What the exact solution solves",
        question="Which results survive when inputs are not whitened?",
        paragraph="The closed form is for whitened inputs, XᵀX = I. Give the two inputs a "
        "correlation ρ and the circles of equal loss become ellipses: the formula (dashed) and the "
        "true flow (solid) part ways. But δ is still conserved, and so the tangent kernel M is "
        "still a function of β and δ alone: the error of this function stays at the last digits.",
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
        "loss and kernel are both slow. From 120°, nine tenths of the loss go first: delayed rich. "
        "From a right angle, the loss has to wait for the kernel: late, and rich. In the end the "
        "downstream kernel has moved furthest, because it is nearly w wᵀ and turns with w. The "
        "upstream kernel is nearly a² I, which has no direction that could turn.",
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
        "and balanced, it learns them one after another, the strongest first: its effective rank "
        "falls from 3 to 1.3 while the strongest mode is nearly alone, and climbs to 2.7 when the "
        "others follow. Far from balance, on either side, every mode starts at the same time and "
        "the race is over before it begins. Dashed: the exact race of modes that are aligned from "
        "the start.",
        notebook="04_wide",
        controls=("delta", "scale", "spread", "turn", "h"),
        presets={
            "one after another": {"delta": 0.0, "scale": 1e-3},
            "all together": {"delta": 6.0, "scale": 1e-3},
            "turned start": {"delta": 0.0, "scale": 0.5, "turn": 60.0},
            "two neurons only": {"delta": -3.0, "h": 2, "turn": 40.0},
        },
        card=("one after another", 1),
    ),
    Entry(
        demo="DeepPlateaus",
        title="Plateaus of deep networks",
        question="How long does a deep network wait, and what shortens the wait?",
        paragraph="In a balanced chain of L linear layers a mode of strength u grows like L u^(2 − "
        "2/L) (s − u). From a small start nothing seems to happen for a long time, and then "
        "everything at once. Each added layer makes the plateau longer and its end sharper. Make "
        "some layers stronger than the rest and the wait shrinks: those layers no longer have to "
        "grow.",
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
        "larger overall scale τ, upward a larger relative scale δ. All start from the same "
        "function. At large τ the kernel stays put: lazy, whatever δ is. At small τ, δ decides. "
        "Upstream (top) kernel and gates move and the test loss is lowest. In a linear network, "
        "upstream is lazy: its neurons turn as well, but a kernel without gates does not see it. "
        "Pick a cell to see its curves.",
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
        paragraph="A student with 20 neurons learns from a ReLU teacher with 3. Each point is a "
        "neuron's a_i w_i, with its size on a logarithmic scale, each star a direction of the "
        "teacher. All neurons start equally large: τ is their overall scale, δ = a² − |w|². "
        "Upstream they turn while they are still small, downstream they grow and hardly turn at "
        "all. With gates, max(0, z), the kernel sees the turn and upstream is first: rapid. Make "
        "the student linear, with the same weights and data, and its upstream neurons turn as far, "
        "but S stays at 0: lazy.",
        notebook="06_relu",
        controls=("tau", "delta", "time", "seed", "linear"),
        presets={
            "lazy": {"tau": 2.0, "delta": 0.0},
            "rich": {"tau": 0.1, "delta": 0.0},
            "upstream, gates: rapid": {"tau": 0.1, "delta": 1.0},
            "upstream, linear: lazy": {"tau": 0.1, "delta": 1.0, "linear": True},
            "downstream": {"tau": 0.1, "delta": -1.0},
        },
        card=("upstream, gates: rapid", 1),
    ),
    Entry(
        demo="WidthDial",
        title="Two knobs and the width",
        question="Which networks still learn features when they are very wide?",
        paragraph="A parametrization says how starting sizes and learning rates change with the "
        "width m, and so turns two knobs: the scale of the function at the start, and the scale of "
        "the readout relative to the weights. Under NTK, the function starts at the same size at "
        "every width, and the kernel moves less the wider the network is. Under mean field and "
        "μP, the function starts smaller and the kernel keeps moving: these two are one network, "
        "written in two ways.",
        notebook="07_width",
        controls=("m", "parametrization", "measure", "rates", "seed"),
        presets={
            "NTK: still when wide": {"parametrization": "ntk", "m": 16384},
            "mean field: moves at any width": {"parametrization": "mean_field", "m": 16384},
            "μP: the same network": {"parametrization": "mup", "m": 16384},
            "narrow": {"m": 16},
        },
        card=("NTK: still when wide", 0),
    ),
    Entry(
        demo="GrokMap",
        title="A map of grokking",
        question="When does a network that has learned by heart begin to understand?",
        paragraph="A network learns to add modulo p. It soon knows all the sums that it was shown, "
        "and much later, or sometimes never, the others too. The map has the median step at which "
        "it does, over the scales of embedding and readout. Along the solid line the function at "
        "the start is the same, so only the geometry differs. Above the dotted line the mean δ is "
        "positive: upstream.",
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

# Terms of the course on the first page, each with the demo and the preset that shows it. The first
# three make up its bar, the next two the sentence below the bar.
JUMPS = (
    ("lazy", "OneNeuron", "lazy"),
    ("rich", "OneNeuron", "rich"),
    ("delayed rich", "OneNeuron", "delayed rich"),
    ("upstream, linear: lazy", "NeuronPlane", "upstream, linear: lazy"),
    ("upstream, gates: rapid", "NeuronPlane", "upstream, gates: rapid"),
    ("separatrix", "OneNeuron", "separatrix"),
    ("why downstream moves the kernel most", "Regimes", "why downstream moves the kernel most"),
    ("plateaus", "DeepPlateaus", "plateaus"),
    ("grokking map", "GrokMap", "grokking map"),
)
