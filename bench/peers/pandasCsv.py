"""Seconds that pandas takes from a digit CSV to a float32 array and labels.

usage: python3 pandasCsv.py FILE     prints one JSON line
"""
import json
import sys
import time

import pandas

begin = time.perf_counter()
frame = pandas.read_csv(sys.argv[1])
labels = frame["label"].to_numpy()
pictures = (frame.drop(columns="label").to_numpy(dtype="float32") / 127.5 - 1).reshape(-1, 1, 28, 28)
seconds = time.perf_counter() - begin
print(json.dumps({"version": pandas.__version__, "rows": len(labels), "seconds": seconds}))
