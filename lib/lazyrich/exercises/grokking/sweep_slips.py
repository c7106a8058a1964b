"""What a scaled network is, its delta and its size, and what known slips make of them (08.4)."""

from collections.abc import Callable, Mapping

import numpy as np

__all__ = ["Params", "delta_slips", "mean_delta", "outputs", "size", "size_slips", "squares"]

Params = Mapping[str, np.ndarray]


def outputs(params: Params, x: np.ndarray, degree: float, s: float, r: float) -> np.ndarray:
    """The outputs of the network with embeddings times s and readout times r."""
    z = s * (params["tok"][:, x].sum(axis=-1) + params["pos"].sum(axis=-1)[:, None])
    return (r * params["out"] @ np.maximum(z, 0) ** degree).T


def size(params: Params, x: np.ndarray, degree: float, s: float, r: float) -> float:
    """The root mean square of these outputs."""
    return float(np.sqrt(np.mean(outputs(params, x, degree, s, r) ** 2)))


def squares(params: Params) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The squared norms of each neuron's readout, token and position weights."""
    return (
        np.sum(params["out"] ** 2, axis=0),
        np.sum(params["tok"] ** 2, axis=1),
        np.sum(params["pos"] ** 2, axis=1),
    )


def mean_delta(params: Params, s: np.ndarray, r: np.ndarray, degree: float) -> np.ndarray:
    """The mean over neurons of delta, for each pair of scales."""
    out, tok, pos = (part.mean() for part in squares(params))
    return degree * r**2 * out - s**2 * (tok + pos)


def delta_slips(
    params: Params, s: np.ndarray, r: np.ndarray, degree: float
) -> dict[str, np.ndarray]:
    """List what known slips give for delta. This function is long because it is a table."""
    parts = squares(params)
    out, tok, pos = (part.mean() for part in parts)
    right = mean_delta(params, s, r, degree)
    roots = [np.sqrt(part).mean() for part in parts]
    ones = np.ones_like(s)
    slips = {
        "the position embeddings are forgotten: tok and pos are added, so both count": degree
        * r**2
        * out
        - s**2 * tok,
        "the token embeddings are forgotten": degree * r**2 * out - s**2 * pos,
        "the degree in front of |out|^2 is missing": r**2 * out - s**2 * (tok + pos),
        "the degree multiplies the embeddings; it belongs to the readout": r**2 * out
        - degree * s**2 * (tok + pos),
        "the degree is 2 here whatever it is": 2 * r**2 * out - s**2 * (tok + pos),
        "the sign is flipped: readout minus embeddings": -right,
        "this is the sum over neurons; return the mean": right * len(parts[0]),
        "return the mean over neurons; here the readout's squares are summed": degree
        * r**2
        * out
        * len(parts[0])
        - s**2 * (tok + pos),
        "this is delta for the readout s^(-degree), but another readout came back; both come "
        "from one choice": degree * s ** (-2.0 * degree) * out - s**2 * (tok + pos),
        "the scales are not squared": degree * r * out - s * (tok + pos),
        "half of it: there is no factor 1/2 in delta": right / 2,
        "the degree is squared": degree**2 * r**2 * out - s**2 * (tok + pos),
        "the readout is r = s^(-degree), so its square is s^(-2 degree)": degree * out / s**2
        - s**2 * (tok + pos),
        "this is the delta of the first neuron; return the mean over all": degree
        * r**2
        * parts[0][0]
        - s**2 * (parts[1][0] + parts[2][0]),
        "pos is summed before it is squared; |pos_i|^2 is a sum of squares": degree * r**2 * out
        - s**2 * (tok + np.mean(params["pos"].sum(axis=1) ** 2)),
        "|tok_i|^2 and |pos_i|^2 are two sums of squares, without a product of the two": degree
        * r**2
        * out
        - s**2 * (tok + pos + 2 * np.mean(params["tok"].sum(1) * params["pos"].sum(1))),
        "the sizes of the means; delta has a sign": np.abs(right),
        "norms should be squared": degree * r * roots[0] - s * (roots[1] + roots[2]),
        "this is delta of params, not of the scaled starts": (degree * out - tok - pos) * ones,
        "the readout is not scaled": degree * out - s**2 * (tok + pos),
        "the embeddings are not scaled": degree * r**2 * out - (tok + pos),
        "embedding and readout are exchanged": degree * s**2 * out - r**2 * (tok + pos),
        "the parts are added; delta is a difference": degree * r**2 * out + s**2 * (tok + pos),
        "means of squares in place of sums: |out_i|^2 is a sum over outputs": degree
        * r**2
        * np.mean(params["out"] ** 2)
        - s**2 * (np.mean(params["tok"] ** 2) + np.mean(params["pos"] ** 2)),
        "this is the median over neurons; return the mean": np.array(
            [
                np.median(degree * b**2 * parts[0] - a**2 * (parts[1] + parts[2]))
                for a, b in zip(s, r, strict=True)
            ]
        ),
        "the rows of out are the outputs; |out_i|^2 sums its column i": degree
        * r**2
        * np.mean(np.sum(params["out"] ** 2, axis=1))
        - s**2 * (tok + pos),
        "the columns of tok and pos are symbols and positions; a neuron is a row": degree
        * r**2
        * out
        - s**2
        * (
            np.mean(np.sum(params["tok"] ** 2, axis=0))
            + np.mean(np.sum(params["pos"] ** 2, axis=0))
        ),
    }
    slips["all entries of the matrices are summed; return the mean over neurons"] = right * (
        len(parts[0])
    )
    return slips


def size_slips(
    params: Params, x: np.ndarray, s: np.ndarray, r: np.ndarray, degree: float
) -> dict[str, np.ndarray]:
    """List what known slips give for the root mean square of the outputs."""
    all_of_them = [
        outputs(params, x, degree, *pair) for pair in zip(s, r, strict=True)
    ]  # one array per start
    first = np.sqrt(np.mean(outputs(params, x, degree, 1.0, 1.0) ** 2))

    def of(measure: Callable) -> np.ndarray:
        return np.array([measure(outputs) for outputs in all_of_them])

    return {
        "the root is missing": of(lambda f: np.mean(f**2)),
        "this is the mean of the outputs, not the root of their mean square": of(np.mean),
        "this is the mean size, not the root mean square": of(lambda f: np.mean(np.abs(f))),
        "this is the standard deviation; the root mean square does not take the mean away": of(
            np.std
        ),
        "this is the norm, not divided by the root of the number of outputs": of(np.linalg.norm),
        "the first input alone; all of x count": of(lambda f: np.sqrt(np.mean(f[0] ** 2))),
        "the mean over inputs of roots; the root comes last": of(
            lambda f: np.mean(np.sqrt(np.mean(f**2, axis=1)))
        ),
        "this is the largest output": of(lambda f: np.max(np.abs(f))),
        "the sum of squares over outputs, averaged over inputs: average over both": of(
            lambda f: np.sqrt(np.mean(np.sum(f**2, axis=1)))
        ),
        "only the embeddings are scaled": np.array(
            [size(params, x, degree, one, 1.0) for one in s]
        ),
        "only the readout is scaled": r * first,
        "this is the factor on the function, not its size": s**degree * r,
        "the position embeddings are not scaled": np.array(
            [
                size({**params, "pos": params["pos"] / a}, x, degree, a, b)
                for a, b in zip(s, r, strict=True)
            ]
        ),
        "the function is that of degree 2, whatever the degree": np.array(
            [size(params, x, 2, a, b) for a, b in zip(s, r, strict=True)]
        ),
        "this is the size for params; measure each start": first * np.ones_like(s),
    }
