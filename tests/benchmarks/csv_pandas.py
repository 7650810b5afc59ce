"""Writes a million rows of ten numbers to the file that is named, and reads them with pandas; see csv.cpp."""
import resource
import sys
import time

import numpy as np
import pandas as pd


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


with open(sys.argv[1], "w") as out:
    out.write(",".join(f"c{i}" for i in range(10)) + "\n")
    for block in range(100):
        np.savetxt(out, np.random.default_rng(block).normal(size=(10000, 10)), fmt="%.6f", delimiter=",")
before, begin = peak(), time.process_time()
x = pd.read_csv(sys.argv[1]).to_numpy()
print(f"pandas: {time.process_time() - begin:.2f} s, {peak() - before:.0f} MB, sum {x.sum():.6f}")
