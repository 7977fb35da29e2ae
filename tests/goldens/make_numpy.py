"""Trains small networks in plain NumPy and writes what `prunelaw train` must agree with.

    python3 tests/goldens/make_numpy.py        # writes tests/goldens/numpy/*/{net.toml,data.npz,init.npz,mask.npz,expected.npz}

Nothing here follows the program: samples are rows, pruned weights are multiplied by zero, gradients are those of the
whole weight arrays. Needs only NumPy; the tests do not need Python.
"""

import pathlib

import numpy as np

STEPS = 200
ACTIVATIONS = {
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0.0).astype(float)),
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
    "tanh": (np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
}


def loss_and_residual(name, f, y):
    """Mean loss of outputs f (n, K), and the derivative of n times the mean."""
    n, k = f.shape
    target = y if y.ndim == 2 else (y[:, None].astype(float) if k == 1 else np.eye(k)[y.astype(int)])
    if name == "cross-entropy":
        shifted = f - f.max(axis=1, keepdims=True)
        log_z = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -np.sum(target * (shifted - log_z)) / n, np.exp(shifted - log_z) - target
    if name == "logistic":
        return np.sum(np.logaddexp(0.0, f) - target * f) / n, 1.0 / (1.0 + np.exp(-f)) - target
    return 0.5 * np.sum((f - target) ** 2) / n, f - target


def mlp(net, p, x, y, loss):
    """Loss and gradient of the fully connected network with the arrays of p."""
    act, slope = ACTIVATIONS[net["activation"]]
    layers = len(net["widths"]) - 1
    inputs, zs = [x], []
    for l in range(1, layers + 1):
        z = inputs[-1] @ p[f"w{l}"].T + p.get(f"b{l}", 0.0)
        zs.append(z)
        inputs.append(act(z) if l < layers else z)
    value, delta = loss_and_residual(loss, inputs[-1], y)
    delta = delta / len(x)
    grad = {}
    for l in range(layers, 0, -1):
        grad[f"w{l}"] = delta.T @ inputs[l - 1]
        if f"b{l}" in p:
            grad[f"b{l}"] = delta.sum(axis=0)
        if l > 1:
            delta = (delta @ p[f"w{l}"]) * slope(zs[l - 2])
    return value, grad


def patch(net, p, x, y, loss):
    """Loss and gradient of the patch network F_k = sum_r a_kr sum_j relu(<w_kr, x_j>)^q."""
    q = net["power"]
    z = np.einsum("krd,njd->nkrj", p["w"], x)
    positive = np.where(z > 0.0, z, 1.0)
    s = np.where(z > 0.0, positive**q, 0.0)
    slope = np.where(z > 0.0, q * positive ** (q - 1.0), 0.0)
    a = p.get("a", np.ones(p["w"].shape[:2]))
    value, delta = loss_and_residual(loss, np.einsum("kr,nkrj->nk", a, s), y)
    delta = delta / len(x)
    grad = {"w": np.einsum("nk,kr,nkrj,njd->krd", delta, a, slope, x)}
    if "a" in p:
        grad["a"] = np.einsum("nk,nkrj->kr", delta, s)
    return value, grad


def train(config, data, init, mask):
    """The arrays after config["train"]["steps"] updates, and the loss at every step."""
    net, how = config["network"], config["train"]
    model = mlp if net["kind"] == "mlp" else patch
    masks = {name.replace("mask", "w"): kept.astype(float) for name, kept in mask.items()}
    keep = lambda arrays: {name: a * masks.get(name, 1.0) for name, a in arrays.items()}
    p = keep({name: a.copy() for name, a in init.items()})
    v = {name: np.zeros_like(a) for name, a in p.items()}
    m = {name: np.zeros_like(a) for name, a in p.items()}
    losses = []
    for t in range(how["steps"] + 1):
        value, grad = model(net, p, data["x"], data["y"], how["loss"])
        losses.append(value)
        if t == how["steps"]:
            break
        rate = how["rate"]
        if how.get("schedule") == "cosine":
            rate *= 0.5 * (1.0 + np.cos(np.pi * t / how["steps"]))
        grad = keep(grad)
        for name, w in p.items():
            g = grad[name]
            if how.get("optimizer") == "sgd":
                v[name] = how["momentum"] * v[name] + g + how["weight_decay"] * w
                g = v[name]
            elif how.get("optimizer") == "adam":
                m[name] = 0.9 * m[name] + 0.1 * g
                v[name] = 0.999 * v[name] + 0.001 * g * g
                g = (m[name] / (1.0 - 0.9 ** (t + 1))) / (np.sqrt(v[name] / (1.0 - 0.999 ** (t + 1))) + 1e-8)
            p[name] = w - rate * g
        p = keep(p)
    return p, np.array(losses)


def mlp_case(seed, widths, n, loss, activation="relu", biases=(), keep=None, values=False, **how):
    """A fully connected case; `biases` are the layers that have one, `keep` the keep fraction of the mask."""
    rng = np.random.default_rng(seed)
    pairs = list(zip(widths[:-1], widths[1:]))
    init = {f"w{l}": rng.normal(size=(m, d)) * np.sqrt(2.0 / d) for l, (d, m) in enumerate(pairs, 1)}
    init |= {f"b{l}": 0.3 * rng.normal(size=widths[l]) for l in biases}
    mask = {} if keep is None else {f"mask{l}": rng.random((m, d)) < keep for l, (d, m) in enumerate(pairs, 1)}
    y = rng.normal(size=(n, widths[-1])) if values else rng.integers(0, max(2, widths[-1]), size=n)
    data = {"x": rng.normal(size=(n, widths[0])), "y": y}
    network = {"kind": "mlp", "widths": list(widths), "activation": activation}
    if biases:
        network["bias"] = True
    return {"network": network, "train": {"loss": loss, "steps": STEPS, **how}}, data, init, mask


def patch_case(seed, classes, neurons, dimension, n, loss, power, trained=False, keep=None, values=False, **how):
    """A patch case."""
    rng = np.random.default_rng(seed)
    shape = (classes, neurons, dimension)
    init = {"w": 0.5 * rng.normal(size=shape)}
    if trained:
        init["a"] = rng.normal(size=shape[:2])
    mask = {} if keep is None else {"mask": rng.random(shape) < keep}
    y = rng.normal(size=(n, classes)) if values else rng.integers(0, max(2, classes), size=n)
    data = {"x": rng.normal(size=(n, 2, dimension)), "y": y}
    network = {"kind": "patch", "classes": classes, "neurons": neurons, "dimension": dimension, "power": power}
    if trained:
        network["outer"] = "trained"
    return {"network": network, "train": {"loss": loss, "steps": STEPS, **how}}, data, init, mask


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def write(folder, config, data, init, mask):
    """Writes a case with what NumPy makes of it."""
    final, losses = train(config, data, init, mask)
    assert all(np.isfinite(a).all() for a in final.values()) and np.isfinite(losses).all(), folder
    folder.mkdir(parents=True, exist_ok=True)
    sections = {
        "network": config["network"],
        "data": {"source": "npz:data.npz"},
        "init": {"source": "npz:init.npz"},
        **({"mask": {"source": "npz:mask.npz"}} if mask else {}),
        "train": config["train"],
    }
    lines = []
    for section, fields in sections.items():
        lines += [f"[{section}]"] + [f"{key} = {toml(value)}" for key, value in fields.items()]
    (folder / "net.toml").write_text("\n".join(lines) + "\n")
    np.savez_compressed(folder / "data.npz", **data)
    np.savez_compressed(folder / "init.npz", **init)
    if mask:
        np.savez_compressed(folder / "mask.npz", **mask)
    np.savez_compressed(folder / "expected.npz", losses=losses, **final)


SGD = {"optimizer": "sgd", "batch": 1000, "momentum": 0.9, "weight_decay": 0.01}
ADAM = {"optimizer": "adam", "batch": 1000}

CASES = {
    "mlp-two-layers": mlp_case(1, (6, 12, 3), 20, "cross-entropy", rate=0.5),
    "mlp-one-layer": mlp_case(2, (5, 1), 15, "logistic", biases=(1,), rate=1.0),
    "mlp-deep-masked": mlp_case(3, (6, 9, 8, 7, 4), 24, "cross-entropy", biases=(1, 2, 3, 4), keep=0.5, rate=0.3),
    "mlp-tanh-values": mlp_case(4, (5, 8, 6, 2), 18, "squared", "tanh", biases=(2,), keep=0.7, values=True, rate=0.1),
    "mlp-linear-one-hot": mlp_case(5, (4, 7, 3), 16, "squared", "linear", keep=0.6, rate=0.05),
    "mlp-momentum-cosine": mlp_case(6, (6, 10, 3), 20, "cross-entropy", keep=0.4, rate=0.05, schedule="cosine", **SGD),
    "mlp-adam": mlp_case(7, (5, 9, 5, 1), 20, "logistic", "tanh", biases=(1, 2, 3), keep=0.5, rate=0.01, **ADAM),
    "mlp-very-sparse": mlp_case(8, (30, 40, 3), 20, "cross-entropy", biases=(2,), keep=0.05, rate=0.3),
    "patch-cubic": patch_case(9, 3, 5, 12, 20, "cross-entropy", 3, rate=0.02),
    "patch-masked-trained": patch_case(10, 3, 6, 10, 18, "squared", 1.5, True, keep=0.4, values=True, rate=0.01),
    "patch-one-head": patch_case(11, 1, 8, 12, 20, "logistic", 1, True, keep=0.6, rate=0.1),
    "patch-momentum": patch_case(12, 2, 6, 14, 16, "cross-entropy", 2, keep=0.3, rate=0.01, **SGD),
}

if __name__ == "__main__":
    here = pathlib.Path(__file__).parent / "numpy"
    for name, case in CASES.items():
        write(here / name, *case)
        print(name)
