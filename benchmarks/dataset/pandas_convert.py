"""pandas alone, where it is installed: python pandas_convert.py INPUT OUTPUT."""

import json
import resource
import sys
import time

import pandas

source, target = sys.argv[1:]
wall = time.perf_counter()
if source.endswith(".jsonl"):
    frame = pandas.read_json(source, lines=True)
elif source.endswith(".parquet"):
    frame = pandas.read_parquet(source)
else:
    frame = pandas.read_csv(source)
if target.endswith(".parquet"):
    frame.to_parquet(target)
else:
    frame.to_json(target, orient="records", lines=True, force_ascii=False)
used = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "rows": len(frame),
            "cpuSeconds": used.ru_utime + used.ru_stime,
            "wallSeconds": time.perf_counter() - wall,
            "mebibytes": used.ru_maxrss / 1024,
        }
    )
)
