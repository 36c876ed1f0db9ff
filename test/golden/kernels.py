"""Makes kernels.json: what PyTorch computes, in float64, for every operator of src/graph/schema.ts.

    python3 test/golden/kernels.py

A case holds inputs (null: left out; "constant": written into the graph instead of fed), attributes under ONNX's names,
outputs, and, where the operator has a gradient, a random cotangent for each float output and the gradients by the
inputs of sum(cotangent * output). "kink" marks points where the function has no derivative and PyTorch's convention
counts. Inputs and cotangents are multiples of 1/64, so they are the same numbers in float32 and float64; results are
rounded to 12 digits.
"""

import json
import pathlib
import platform

import numpy as np
import torch
import torch.nn.functional as F

SEED = 7
rng = np.random.default_rng(SEED)
torch.set_default_dtype(torch.float64)
cases = []


def on_grid(values):
    return torch.tensor(np.round(np.asarray(values, dtype=np.float64) * 64) / 64)


def normal(*shape):
    """Standard normal, but never nearer to 0 than 1/16: operators with a kink there are differentiable."""
    values = rng.standard_normal(shape)
    return on_grid(values + np.sign(values) / 16)


def uniform(low, high, *shape):
    return on_grid(rng.uniform(low, high, shape))


def distinct(*shape):
    """No two values alike, so that a maximum is unique and stays so under small changes."""
    size = int(np.prod(shape))
    return on_grid((rng.permutation(size) - size / 2 + 0.25) / 16).reshape(shape)


def booleans(*shape):
    return torch.tensor(rng.random(shape) < 0.5)


class Constant:
    """An input that the graph holds: shapes, axes, pads, bounds."""

    def __init__(self, value):
        self.tensor = value if isinstance(value, torch.Tensor) else torch.tensor(value)


def ints(*values):
    return Constant(torch.tensor(values, dtype=torch.int64))


DTYPES = {
    torch.float64: "float32",
    torch.int64: "int64",
    torch.int32: "int32",
    torch.uint8: "uint8",
    torch.bool: "bool",
}


def numbers(tensor):
    flat = tensor.detach().reshape(-1)
    if not tensor.is_floating_point():
        return [int(value) for value in flat]
    rounded = [float(f"{value:.12g}") for value in flat.tolist()]
    return [int(value) if value == int(value) else value for value in rounded]


def described(tensor):
    return {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "values": numbers(tensor)}


def case(op, name, inputs, forward, gradient=True, kink=False, **attributes):
    """`forward` takes the inputs that are not None, constants included."""
    tensors = [value.tensor if isinstance(value, Constant) else value for value in inputs]
    wanted = [
        gradient and isinstance(value, torch.Tensor) and value.is_floating_point() for value in inputs
    ]
    leaves = [
        tensor.clone().requires_grad_() if want else tensor for tensor, want in zip(tensors, wanted)
    ]
    outputs = forward(*[leaf for leaf in leaves if leaf is not None])
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    entry = {
        "name": name,
        "op": op,
        "inputs": [
            None
            if tensor is None
            else {**described(tensor), **({"constant": True} if isinstance(value, Constant) else {})}
            for value, tensor in zip(inputs, tensors)
        ],
        "attributes": attributes,
        "outputs": [described(output) for output in outputs],
    }
    if gradient:
        cotangents = [normal(*output.shape) if output.is_floating_point() else None for output in outputs]
        loss = sum((c * y).sum() for c, y in zip(cotangents, outputs) if c is not None)
        loss.backward()
        entry["cotangents"] = [None if c is None else numbers(c) for c in cotangents]
        entry["inputGradients"] = [
            numbers(leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)) if want else None
            for leaf, want in zip(leaves, wanted)
        ]
    if kink:
        entry["kink"] = True
    cases.append(entry)


# Elementwise.

for op, f in {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div}.items():
    case(op, "same shape", [normal(2, 3), normal(2, 3)], f)
    case(op, "inner axis and missing axis broadcast", [normal(2, 1, 3), normal(4, 3)], f)
    case(op, "both sides broadcast", [normal(3, 1), normal(1, 4)], f)
    case(op, "scalar", [normal(2, 2), normal()], f)
case("Div", "integers towards zero", [torch.tensor([7, -7, 8, -1]), torch.tensor([2, 2, -3, 5])],
     lambda a, b: torch.div(a, b, rounding_mode="trunc"), gradient=False)
case("Mul", "int64", [torch.tensor([7, -7, 8]), torch.tensor(3)], torch.mul, gradient=False)

case("Pow", "positive base", [uniform(0.25, 3, 2, 3), normal(2, 3)], torch.pow)
case("Pow", "negative base, constant whole exponent", [normal(2, 3), Constant(torch.tensor(3.0))], torch.pow)
case("Pow", "broadcast exponent", [uniform(0.25, 3, 3, 2), normal(2)], torch.pow)
case("Pow", "base zero", [torch.tensor([0.0, 0.0, 2.0]), torch.tensor([2.0, 1.0, 0.0])], torch.pow, kink=True)
case("Pow", "zero to the power zero", [torch.tensor([0.0, -2.0]), Constant(torch.tensor(0.0))], torch.pow, kink=True)

case("Neg", "any", [normal(2, 3)], torch.neg)
case("Abs", "any", [normal(2, 3)], torch.abs)
case("Abs", "at zero", [torch.tensor([0.0, -1.0])], torch.abs, kink=True)
case("Sign", "any", [torch.tensor([-2.5, 0.0, 3.0])], torch.sign, gradient=False)
case("Exp", "any", [normal(2, 3)], torch.exp)
case("Log", "positive", [uniform(0.25, 4, 2, 3)], torch.log)
case("Sqrt", "positive", [uniform(0.25, 4, 2, 3)], torch.sqrt)
case("Erf", "small to large", [on_grid(np.linspace(-4, 4, 17))], torch.erf)
case("Tanh", "any", [normal(2, 4)], torch.tanh)
case("Tanh", "saturated", [torch.tensor([-30.0, 30.0])], torch.tanh)
case("Sigmoid", "any", [normal(2, 4)], torch.sigmoid)
case("Sigmoid", "saturated", [torch.tensor([-40.0, 40.0])], torch.sigmoid)
case("Relu", "any", [normal(3, 4)], torch.relu)
case("Relu", "at zero", [torch.tensor([0.0, -1.0, 1.0])], torch.relu, kink=True)
case("LeakyRelu", "any", [normal(3, 4)], lambda x: F.leaky_relu(x, 0.125), alpha=0.125)
case("LeakyRelu", "at zero", [torch.tensor([0.0, -1.0, 1.0])], lambda x: F.leaky_relu(x, 0.25), alpha=0.25, kink=True)
case("Gelu", "exact", [on_grid(np.linspace(-4, 4, 17))], lambda x: F.gelu(x), approximate="none")
case("Gelu", "tanh", [on_grid(np.linspace(-4, 4, 17))], lambda x: F.gelu(x, approximate="tanh"), approximate="tanh")
low, high = Constant(torch.tensor(-0.5)), Constant(torch.tensor(0.75))
case("Clip", "both bounds", [distinct(3, 7), low, high], lambda x, a, b: x.clamp(float(a), float(b)))
case("Clip", "minimum", [distinct(2, 5), low, None], lambda x, a: x.clamp(min=float(a)))
case("Clip", "maximum", [distinct(2, 5), None, high], lambda x, b: x.clamp(max=float(b)))
case("Clip", "at the bounds", [torch.tensor([-0.5, 0.75, 0.0, 2.0]), low, high],
     lambda x, a, b: x.clamp(float(a), float(b)), kink=True)
case("Where", "same shape", [booleans(2, 5), normal(2, 5), normal(2, 5)], torch.where)
case("Where", "all broadcast", [booleans(3, 1), normal(1, 4), normal(2, 1, 1)], torch.where)
case("Identity", "any", [normal(2, 3)], lambda x: x * 1)

left, right = on_grid([[-1, 0, 2], [3, 3, -0.5]]), on_grid([0, 0, 2])
for op, f in {"Equal": torch.eq, "Less": torch.lt, "LessOrEqual": torch.le,
              "Greater": torch.gt, "GreaterOrEqual": torch.ge}.items():
    case(op, "float32, broadcast", [left, right], f, gradient=False)
case("Equal", "int64", [torch.tensor([1, 2, 3]), torch.tensor([[1], [3]])], torch.eq, gradient=False)
case("And", "broadcast", [booleans(3, 1), torch.tensor([True, False])], torch.logical_and, gradient=False)
case("Or", "broadcast", [booleans(3, 1), torch.tensor([True, False])], torch.logical_or, gradient=False)
case("Not", "any", [booleans(5)], torch.logical_not, gradient=False)
some = on_grid([-2.75, -0.5, 0, 0.5, 1, 2.75])
case("Cast", "float32 to int64", [some], lambda x: x.to(torch.int64), gradient=False, to="int64")
case("Cast", "float32 to int32", [some], lambda x: x.to(torch.int32), gradient=False, to="int32")
case("Cast", "float32 to uint8", [some.abs()], lambda x: x.to(torch.uint8), gradient=False, to="uint8")
case("Cast", "float32 to bool", [some], lambda x: x.to(torch.bool), gradient=False, to="bool")
case("Cast", "bool to float32", [booleans(4)], lambda x: x.to(torch.float64), gradient=False, to="float32")
case("Cast", "int64 to float32", [torch.tensor([-3, 0, 7])], lambda x: x.to(torch.float64), gradient=False, to="float32")
case("Cast", "uint8 to float32", [torch.tensor([0, 128, 255], dtype=torch.uint8)],
     lambda x: x.to(torch.float64), gradient=False, to="float32")

# Matrices.

case("MatMul", "matrices", [normal(3, 4), normal(4, 2)], torch.matmul)
case("MatMul", "batched", [normal(2, 2, 3), normal(2, 3, 4)], torch.matmul)
case("MatMul", "one matrix for the whole batch", [normal(3, 2, 3), normal(3, 2)], torch.matmul)
case("MatMul", "batch axes broadcast both ways", [normal(2, 1, 2, 3), normal(3, 3, 2)], torch.matmul)


def gemm(alpha, beta, trans_a, trans_b):
    def forward(a, b, c=None):
        product = alpha * ((a.T if trans_a else a) @ (b.T if trans_b else b))
        return product if c is None else product + beta * c

    return forward


for trans_a in (0, 1):
    for trans_b in (0, 1):
        for alpha, beta, c, what in (
            (1.0, 1.0, None, "no C"),
            (0.5, 2.0, normal(4), "row C, alpha and beta"),
        ):
            a = normal(2, 3) if trans_a else normal(3, 2)
            b = normal(4, 2) if trans_b else normal(2, 4)
            case("Gemm", f"transA {trans_a}, transB {trans_b}, {what}", [a, b, c], gemm(alpha, beta, trans_a, trans_b),
                 alpha=alpha, beta=beta, transA=trans_a, transB=trans_b)
for c in (normal(3, 4), normal(3, 1), normal()):
    case("Gemm", f"C {list(c.shape)}", [normal(3, 2), normal(2, 4), c], gemm(1.0, 0.5, 0, 0),
         alpha=1.0, beta=0.5, transA=0, transB=0)

# Convolutions. ONNX's pads are [top, left, bottom, right], F.pad's are (left, right, top, bottom).


def padded(x, pads, value=0.0):
    top, left, bottom, right = pads
    return F.pad(x, (left, right, top, bottom), value=value)


def conv_case(name, x, w, bias, strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), group=1):
    case(
        "Conv", name, [normal(*x), normal(*w), normal(w[0]) if bias else None],
        lambda x, w, b=None: F.conv2d(padded(x, pads), w, b, stride=strides, dilation=dilations, groups=group),
        kernel_shape=list(w[2:]), strides=list(strides), pads=list(pads), dilations=list(dilations), group=group,
    )


conv_case("plain", (2, 2, 5, 4), (3, 2, 3, 3), False)
conv_case("1x1, bias", (2, 3, 3, 2), (2, 3, 1, 1), True)
conv_case("5x5 pad 1, bias, as in the lesson", (1, 1, 6, 6), (2, 1, 5, 5), True, pads=(1, 1, 1, 1))
conv_case("stride 2", (2, 2, 5, 5), (2, 2, 3, 3), True, strides=(2, 2))
conv_case("stride 2, rows and columns left over", (1, 2, 6, 8), (2, 2, 3, 3), False, strides=(2, 2))
conv_case("strides 3 and 2, left over", (2, 1, 8, 6), (2, 1, 2, 3), False, strides=(3, 2))
conv_case("stride larger than the kernel", (1, 2, 6, 5), (2, 2, 1, 2), True, strides=(3, 3))
conv_case("asymmetric pads", (1, 2, 4, 3), (2, 2, 3, 2), True, pads=(2, 0, 1, 1))
conv_case("asymmetric pads, stride 2", (2, 2, 4, 5), (1, 2, 3, 3), False, strides=(2, 2), pads=(0, 2, 1, 0))
conv_case("dilation 2", (1, 2, 6, 5), (2, 2, 3, 2), True, dilations=(2, 2))
conv_case("dilations 2 and 3, strides 1 and 2, pads", (1, 2, 5, 8), (2, 2, 2, 3), False,
          strides=(1, 2), pads=(1, 1, 0, 2), dilations=(2, 3))
conv_case("groups 2", (2, 4, 4, 4), (6, 2, 3, 3), True, group=2)
conv_case("groups 2, stride 2, pads, left over", (2, 4, 4, 5), (2, 2, 3, 3), False, strides=(2, 2), pads=(1, 0, 0, 0), group=2)
conv_case("depthwise, two filters a channel", (2, 3, 4, 4), (6, 1, 3, 2), True, pads=(1, 1, 1, 1), group=3)
conv_case("groups 3, dilation 2, stride 3", (1, 3, 6, 8), (3, 1, 2, 2), False, strides=(3, 3), dilations=(2, 2), group=3)


def conv_transpose_case(
    name, x, w, bias, strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), group=1, output_padding=(0, 0)
):
    top, left, bottom, right = pads

    def forward(x, w, b=None):
        full = F.conv_transpose2d(x, w, b, stride=strides, dilation=dilations, groups=group, output_padding=output_padding)
        return full[:, :, top : full.shape[2] - bottom, left : full.shape[3] - right]

    case(
        "ConvTranspose", name, [normal(*x), normal(*w), normal(w[1] * group) if bias else None], forward,
        kernel_shape=list(w[2:]), strides=list(strides), pads=list(pads), dilations=list(dilations), group=group,
        output_padding=list(output_padding),
    )


conv_transpose_case("plain", (2, 2, 3, 2), (2, 3, 3, 3), False)
conv_transpose_case("stride 2, bias", (1, 2, 3, 3), (2, 2, 2, 3), True, strides=(2, 2))
conv_transpose_case("stride 2, pads, output padding", (2, 2, 3, 2), (2, 1, 3, 3), True,
                    strides=(2, 2), pads=(1, 1, 1, 1), output_padding=(1, 0))
conv_transpose_case("strides 3 and 2, asymmetric pads", (1, 1, 3, 3), (1, 2, 3, 2), False, strides=(3, 2), pads=(0, 1, 2, 0),
                    output_padding=(2, 1))
conv_transpose_case("dilation 2", (1, 2, 3, 3), (2, 2, 2, 3), True, dilations=(2, 2))
conv_transpose_case("groups 2, stride 2, dilation 2", (2, 4, 2, 2), (4, 2, 2, 2), True, strides=(2, 2), dilations=(2, 2), group=2)

# Pools.


def max_pool(x, kernel, strides, pads, dilations):
    top, left, bottom, right = pads
    y, where = F.max_pool2d(
        padded(x, pads, float("-inf")), kernel, strides, 0, dilation=dilations, return_indices=True
    )
    n, c, h, w = x.shape
    width = w + left + right
    row, column = where // width - top, where % width - left
    plane = torch.arange(n * c).reshape(n, c, 1, 1)
    # PyTorch counts from the start of each (padded) plane, ONNX from the start of the tensor.
    return y, (plane * h + row) * w + column


def max_pool_case(name, x, kernel, strides, pads=(0, 0, 0, 0), dilations=(1, 1), kink=False):
    case(
        "MaxPool", name, [x], lambda x: max_pool(x, kernel, strides, pads, dilations), kink=kink,
        kernel_shape=list(kernel), strides=list(strides), pads=list(pads), dilations=list(dilations),
        ceil_mode=0, storage_order=0,
    )


max_pool_case("2x2, as in the lesson", distinct(2, 2, 4, 6), (2, 2), (2, 2))
max_pool_case("2x2, odd extents", distinct(2, 2, 5, 3), (2, 2), (2, 2))
max_pool_case("overlapping", distinct(1, 2, 6, 5), (3, 3), (1, 1))
max_pool_case("overlapping, stride 2, pads", distinct(2, 1, 5, 5), (3, 3), (2, 2), (1, 1, 1, 1))
max_pool_case("disjoint, asymmetric pads", distinct(1, 2, 5, 4), (2, 3), (2, 3), (1, 0, 0, 2))
max_pool_case("all values negative, pads never win", distinct(1, 2, 4, 4) - 8, (3, 3), (2, 2), (1, 1, 1, 1))
max_pool_case("dilation 2", distinct(1, 2, 6, 5), (2, 2), (1, 2), (0, 1, 0, 0), (2, 2))
max_pool_case("stride larger than the window", distinct(2, 1, 7, 7), (2, 2), (3, 3))
max_pool_case("of equal maxima the first", torch.tensor([[[[1.0, 1, 0, 0], [1, 1, 0, 0], [2, 3, 5, 5], [3, 2, 4, 5]]]]),
              (2, 2), (2, 2), kink=True)
max_pool_case("of equal maxima the first, overlapping", torch.ones(1, 2, 3, 3), (2, 2), (1, 1), kink=True)


def max_unpool(x, indices, shape):
    y = torch.zeros([int(n) for n in shape])
    y.view(-1)[indices.reshape(-1)] = x.reshape(-1)
    return y


pool = max_pool(distinct(2, 2, 5, 4), (2, 2), (2, 2), (0, 0, 0, 0), (1, 1))
case("MaxUnpool", "2x2, odd extents", [normal(*pool[1].shape), pool[1], ints(2, 2, 5, 4)], max_unpool, gradient=False,
     kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])


def average_pool_case(name, x, kernel, strides, pads, count_include_pad):
    def forward(x):
        sums = F.avg_pool2d(padded(x, pads), kernel, strides, divisor_override=1)
        inside = padded(torch.ones_like(x), pads, float(count_include_pad))
        return sums / F.avg_pool2d(inside, kernel, strides, divisor_override=1)

    case(
        "AveragePool", f"{name}, count_include_pad {count_include_pad}", [normal(*x)], forward,
        kernel_shape=list(kernel), strides=list(strides), pads=list(pads), ceil_mode=0,
        count_include_pad=count_include_pad,
    )


for included in (0, 1):
    average_pool_case("2x2", (2, 2, 4, 4), (2, 2), (2, 2), (0, 0, 0, 0), included)
    average_pool_case("overlapping, pads", (1, 2, 5, 4), (3, 3), (1, 2), (1, 1, 1, 1), included)
    average_pool_case("asymmetric pads, left over", (1, 2, 6, 5), (3, 2), (2, 3), (2, 0, 0, 1), included)
case("GlobalAveragePool", "any", [normal(2, 3, 3, 2)], lambda x: x.mean((2, 3), keepdim=True))

# Reductions.

REDUCTIONS = {
    "ReduceSum": lambda x, axes, keep: x.sum(axes, keepdim=keep),
    "ReduceSumSquare": lambda x, axes, keep: (x * x).sum(axes, keepdim=keep),
    "ReduceMean": lambda x, axes, keep: x.mean(axes, keepdim=keep),
    "ReduceMax": lambda x, axes, keep: x.amax(axes, keepdim=keep),
    "ReduceL2": lambda x, axes, keep: torch.linalg.vector_norm(x, dim=axes, keepdim=keep),
    "ReduceLogSumExp": lambda x, axes, keep: torch.logsumexp(x, axes, keepdim=keep),
}


def reduce_case(op, name, x, axes, keepdims, kink=False):
    case(op, name, [x, ints(*axes)], lambda x, _: REDUCTIONS[op](x, axes, bool(keepdims)), kink=kink, keepdims=keepdims)


for op in REDUCTIONS:
    reduce_case(op, "last axis", distinct(2, 3, 2), (-1,), 0)
    reduce_case(op, "first and last axis, kept", distinct(2, 2, 3), (0, 2), 1)
    reduce_case(op, "first and last axis, dropped", distinct(2, 2, 3), (-1, 0), 0)
    reduce_case(op, "all axes, dropped", distinct(2, 3), (0, 1), 0)
    reduce_case(op, "axis of extent 1, kept", distinct(3, 1), (1,), 1)
reduce_case("ReduceMax", "equal maxima share", torch.tensor([[1.0, 1.0, 0.0], [2.0, 2.0, 2.0]]), (1,), 0, kink=True)
reduce_case("ReduceL2", "origin", torch.tensor([[0.0, 0.0], [3.0, 4.0]]), (1,), 0, kink=True)
reduce_case("ReduceLogSumExp", "large values", torch.tensor([[1000.0, 999.0], [-1000.0, -1001.0]]), (1,), 0)

for op, f in {"Softmax": torch.softmax, "LogSoftmax": torch.log_softmax}.items():
    case(op, "last axis", [normal(3, 4)], lambda x: f(x, -1), axis=-1)
    case(op, "middle axis", [normal(2, 3, 2)], lambda x: f(x, 1), axis=1)
    case(op, "large values", [torch.tensor([[1000.0, 999.0, 998.0]])], lambda x: f(x, 1), axis=1)

tied = torch.tensor([[3.0, 1.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0]])
for keepdims in (0, 1):
    case("ArgMax", f"ties, keepdims {keepdims}", [tied],
         lambda x: torch.tensor(np.argmax(x.numpy(), 1, keepdims=bool(keepdims))), gradient=False,
         axis=1, keepdims=keepdims, select_last_index=0)
case("ArgMax", "first axis", [distinct(3, 2)], lambda x: x.argmax(0), gradient=False, axis=0, keepdims=0, select_last_index=0)


def top_k(axis, largest):
    def forward(x, k):
        values, indices = torch.sort(x, dim=axis, descending=bool(largest), stable=True)
        return values.narrow(axis, 0, int(k)), indices.narrow(axis, 0, int(k))

    return forward


case("TopK", "largest, ties", [tied, ints(3)], top_k(1, 1), gradient=False, axis=1, largest=1, sorted=1)
case("TopK", "smallest, ties", [tied, ints(2)], top_k(-1, 0), gradient=False, axis=-1, largest=0, sorted=1)
case("TopK", "first axis", [distinct(4, 3), ints(2)], top_k(0, 1), gradient=False, axis=0, largest=1, sorted=1)

# Layout.

case("Reshape", "flatten", [normal(2, 3, 2), ints(2, 6)], lambda x, shape: x.reshape(shape.tolist()))
case("Reshape", "to a scalar", [normal(1, 1), Constant(torch.zeros(0, dtype=torch.int64))], lambda x, shape: x.reshape([]))
case("Transpose", "matrix", [normal(2, 3)], lambda x: x.T, perm=[1, 0])
case("Transpose", "three axes, no involution", [normal(2, 3, 4)], lambda x: x.permute(1, 2, 0), perm=[1, 2, 0])
case("Transpose", "int64", [torch.arange(6).reshape(2, 3)], lambda x: x.T, gradient=False, perm=[1, 0])


def slice_case(name, x, starts, ends, axes, steps, gradient=True):
    def forward(x, *_):
        for start, end, axis, step in zip(starts, ends, axes, steps):
            x = x.index_select(axis, torch.tensor(range(x.shape[axis])[start:end:step], dtype=torch.int64))
        return x

    # ONNX clamps where Python needs None to reach past the first element backwards.
    far = [-(2**40) if end is None else end for end in ends]
    case("Slice", name, [x, ints(*starts), ints(*far), ints(*axes), ints(*steps)], forward, gradient=gradient)


slice_case("one axis", normal(4, 3), [1], [3], [0], [1])
slice_case("negative start and axis, end past the extent", normal(3, 5), [-3], [2**40], [-1], [1])
slice_case("step 2 from 1, left over", normal(6, 2), [1], [6], [0], [2])
slice_case("step 3, whole axis", normal(2, 8), [0], [8], [1], [3])
slice_case("reversed", normal(4, 2), [-1], [None], [0], [-1])
slice_case("step -2 in the middle", normal(2, 7), [5], [0], [1], [-2])
slice_case("step -3 from past the extent", normal(7, 2), [2**40], [None], [0], [-3])
slice_case("two axes, forwards and backwards", normal(5, 6), [1, 4], [5, None], [0, 1], [2, -2])
slice_case("int64", torch.arange(8).reshape(2, 4), [3], [None], [1], [-1], gradient=False)

case("Concat", "two, first axis", [normal(2, 3), normal(1, 3)], lambda *x: torch.cat(x, 0), axis=0)
case("Concat", "three, last axis", [normal(2, 1), normal(2, 3), normal(2, 2)], lambda *x: torch.cat(x, -1), axis=-1)
case("Concat", "middle axis", [normal(2, 1, 2), normal(2, 2, 2)], lambda *x: torch.cat(x, 1), axis=1)
case("Split", "first axis", [normal(4, 2), ints(1, 3)], lambda x, n: torch.split(x, n.tolist(), 0), axis=0)
case("Split", "three parts of the last axis", [normal(2, 6), ints(2, 1, 3)], lambda x, n: torch.split(x, n.tolist(), -1), axis=-1)

case("Gather", "rows, repeated", [normal(4, 3), torch.tensor([0, 2, 2, 3])], lambda x, i: x[i], axis=0)
case("Gather", "middle axis, index matrix", [normal(2, 3, 2), torch.tensor([[0, 2], [2, 2]])], lambda x, i: x[:, i], axis=1)
case("Gather", "last axis, negative indices", [normal(2, 4), torch.tensor([-1, 0, -3])], lambda x, i: x[:, i], axis=-1)
case("Gather", "scalar index drops the axis", [normal(3, 2), torch.tensor(1)], lambda x, i: x[i], axis=0)

case("Expand", "inner and leading axis", [normal(2, 1), ints(3, 2, 4)], lambda x, shape: x.expand(shape.tolist()))
case("Expand", "scalar", [normal(), ints(2, 2)], lambda x, shape: x.expand(shape.tolist()))
case("Expand", "a 1 in the shape keeps the extent", [normal(3, 2), ints(1, 2)], lambda x, _: x * 1)
case("Pad", "one axis each side", [normal(2, 3), ints(0, 1, 0, 2), Constant(torch.tensor(0.0))],
     lambda x, *_: F.pad(x, (1, 2)), mode="constant")
case("Pad", "value, both axes", [normal(2, 2), ints(1, 0, 2, 1), Constant(torch.tensor(-1.5))],
     lambda x, *_: F.pad(x, (0, 1, 1, 2), value=-1.5), mode="constant")


def scatter_nd(accumulate):
    def forward(data, indices, updates):
        return data.clone().index_put(tuple(indices.unbind(-1)), updates, accumulate=accumulate)

    return forward


case("ScatterND", "none, elements", [normal(3, 3), torch.tensor([[0, 1], [2, -1]]), normal(2)], scatter_nd(False),
     gradient=False, reduction="none")
case("ScatterND", "add, rows, repeated", [normal(4, 2), torch.tensor([[1], [3], [1]]), normal(3, 2)], scatter_nd(True),
     gradient=False, reduction="add")
case("ScatterElements", "none, last axis", [normal(2, 4), torch.tensor([[3, 0], [1, 2]]), normal(2, 2)],
     lambda x, i, u: x.scatter(1, i, u), gradient=False, axis=1, reduction="none")
case("ScatterElements", "add, first axis, repeated", [normal(3, 2), torch.tensor([[0, 2], [0, 1], [0, 1]]), normal(3, 2)],
     lambda x, i, u: x.scatter_add(0, i, u), gradient=False, axis=0, reduction="add")

# Normalisation.


def batch_norm(epsilon):
    def forward(x, scale, bias, mean, variance):
        shape = [1, -1] + [1] * (x.dim() - 2)
        normalized = (x - mean.view(shape)) / torch.sqrt(variance.view(shape) + epsilon)
        y = normalized * scale.view(shape) + bias.view(shape)
        # F.batch_norm has no gradient by its statistics, the formula has; their values must agree.
        fixed = [tensor.detach() for tensor in (x, mean, variance, scale, bias)]
        assert torch.allclose(y, F.batch_norm(*fixed, False, 0.0, epsilon))
        return y

    return forward


for x in (normal(2, 3, 2, 2), normal(4, 3)):
    case("BatchNormalization", f"x {list(x.shape)}", [x, normal(3), normal(3), normal(3), uniform(0.25, 2, 3)],
         batch_norm(0.125), epsilon=0.125, training_mode=0)
for axis, shape in ((-1, (3, 4)), (1, (2, 2, 3)), (2, (2, 2, 3)), (-3, (2, 2, 2, 3))):
    tail = shape[axis:]
    case("LayerNormalization", f"axis {axis} of {list(shape)}", [normal(*shape), normal(*tail), normal(*tail)],
         lambda x, scale, bias: F.layer_norm(x, tail, scale, bias, 0.0625), axis=axis, epsilon=0.0625)
case("LayerNormalization", "no bias, small epsilon", [normal(2, 4), normal(4), None],
     lambda x, scale: F.layer_norm(x, (4,), scale, None, 1e-5), axis=1, epsilon=1e-5)
case("Max", "same shape", [distinct(2, 6), distinct(2, 6) + 1 / 64], torch.maximum)
case("Max", "both sides broadcast", [distinct(3, 1), distinct(1, 4) + 1 / 64], torch.maximum)
case("Max", "equal values", [torch.tensor([1.0, -2.0, 3.0]), torch.tensor([1.0, 2.0, 3.0])], torch.maximum, kink=True)

golden = {
    "recipe": {
        "script": "test/golden/kernels.py",
        "seed": SEED,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
    },
    "cases": cases,
}
path = pathlib.Path(__file__).with_suffix(".json")
lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
recipe = json.dumps(golden["recipe"], separators=(",", ":"))
path.write_text(f'{{"recipe":{recipe},"cases":[\n{lines}\n]}}\n')
print(len(cases), "cases,", len({entry["op"] for entry in cases}), "operators,", path.stat().st_size, "bytes")
