/**
 * Names of Python's and NumPy's own plain data, which lie beside the tensors of many checkpoints: an accuracy as a NumPy scalar,
 * options as a `Namespace`, a date, a path. They are described like all else, never looked up or called, and passed over.
 */
export const plainNames: ReadonlySet<string> = new Set([
  ...[
    "set",
    "frozenset",
    "bytearray",
    "complex",
    "range",
    "slice",
    "object",
    "int",
    "float",
    "list",
    "dict",
    "str",
    "bool",
    "tuple",
    "long",
  ].flatMap((name) => [`builtins.${name}`, `__builtin__.${name}`]),
  ...["defaultdict", "Counter", "deque"].map((name) => `collections.${name}`),
  ...["datetime", "date", "time", "timedelta", "timezone"].map((name) => `datetime.${name}`),
  ...["pathlib", "pathlib._local"].flatMap((module) =>
    ["Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath"].map(
      (name) => `${module}.${name}`,
    ),
  ),
  ...["numpy.core", "numpy._core"].flatMap((module) =>
    ["multiarray.scalar", "multiarray._reconstruct", "numeric._frombuffer"].map(
      (name) => `${module}.${name}`,
    ),
  ),
  ...["dtype", "ndarray"].map((name) => `numpy.${name}`),
  ...["argparse.Namespace", "types.SimpleNamespace", "decimal.Decimal", "fractions.Fraction", "uuid.UUID"],
  ...["copyreg._reconstructor", "copy_reg._reconstructor", "_codecs.encode"],
  ...["pytorch_lightning.utilities.parsing", "lightning.pytorch.utilities.parsing"].map(
    (module) => `${module}.AttributeDict`,
  ),
  ...["lightning_fabric.utilities.data", "lightning.fabric.utilities.data"].map(
    (module) => `${module}.AttributeDict`,
  ),
]);

/** Names of dicts, whose entries may be the state dict. */
export const dictNames: ReadonlySet<string> = new Set(["collections.OrderedDict", "collections.defaultdict"]);
