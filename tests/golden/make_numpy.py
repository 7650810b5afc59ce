"""Files written by NumPy, for the tests of npy.hpp and npz.hpp; and the other way, files of ours read by NumPy.

    python tests/golden/make_numpy.py                 writes tests/golden/numpy/
    python tests/golden/make_numpy.py <file.npz>      prints what NumPy reads there
"""
import io
import pathlib
import sys

import numpy as np

folder = pathlib.Path(__file__).parent / "numpy"
grid = np.arange(6.0).reshape(2, 3) / 4 - 0.5
params = {
    "weight": grid,
    "layers[0].bias": np.float32([0.1, -2.5]),
    "layers[1].bias": np.float32([7]),
    "scales": np.array([1.5, np.nan, -np.inf]),
    'groups["ä"]': np.float64(0.1),
    "count": np.int32(-7),
    "on": np.bool_(True),
}
arrays = {
    "number": np.float64(0.1),
    "vector": np.array([1.5, -0.25, 1e300]),
    "matrix_c": grid,
    "matrix_fortran": np.asfortranarray(grid),
    "big_endian": grid.astype(">f4"),
    "half": np.float16([1.5, -2.0 ** -24, 65504, np.inf]),
    "integers": np.int16([[-32768, 2], [32767, -1]]),
    "bytes": np.uint8([0, 255]),
    "bools": np.array([True, False, True]),
    "large": np.uint64([2 ** 64 - 1]),
    "empty": np.zeros((0, 3)),
    "cube": np.zeros((1, 2, 3)),
    "complex": np.array([1 + 2j]),
    "text": np.array(["a"]),
    "records": np.zeros(1, dtype=[("a", "<f8"), ("b", "<i4")]),
}


def write():
    folder.mkdir(exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    version_2 = io.BytesIO()
    np.lib.format.write_array(version_2, arrays["vector"], version=(2, 0))
    (folder / "version_2.npy").write_bytes(version_2.getvalue())
    np.savez(folder / "params.npz", **params)
    np.savez_compressed(folder / "compressed.npz", **params)


if len(sys.argv) > 1:
    for name, array in np.load(sys.argv[1]).items():
        print(name, array.dtype.str, array.shape, array.flags.c_contiguous, array.tolist())
else:
    write()
