"""Opens a run folder's Arrow files with whatever of pyarrow, pandas, Polars and DuckDB is installed, and prints what it found.

    python read_run.py runs/RUN

Every library reads the same trials, computes each pair's mean squared error, and must come to the same sum. Needs nothing
of Winoscope. Exit code 1 where a library disagrees, 2 where none is installed.
"""

import json
import pathlib
import sys


def with_pyarrow(path):
    import pyarrow
    import pyarrow.compute as pc
    import pyarrow.feather as feather

    table = feather.read_table(path)  # Feather version 2 is the Arrow IPC file format
    means = table.group_by(["example", "image", "caption"]).aggregate([("mse", "mean")])
    return f"pyarrow {pyarrow.__version__}", table.num_rows, means.num_rows, pc.sum(means["mse_mean"]).as_py()


def with_pandas(path):
    import pandas

    frame = pandas.read_feather(path)
    means = frame.groupby(["example", "image", "caption"]).mse.mean()
    return f"pandas {pandas.__version__}", len(frame), len(means), float(means.sum())


def with_polars(path):
    import polars

    frame = polars.read_ipc(path)
    means = frame.group_by("example", "image", "caption").agg(polars.col("mse").mean())
    return f"Polars {polars.__version__}", frame.height, means.height, float(means["mse"].sum())


def with_duckdb(path):
    import duckdb
    import pyarrow.feather as feather

    # DuckDB reads Arrow files by its `arrow` extension, or, without a download, a pyarrow table by its name.
    trials = feather.read_table(path)
    query = "select count(*), sum(mse) from (select avg(mse) mse from trials group by example, image, caption)"
    pairs, total = duckdb.sql(query).fetchall()[0]
    return f"DuckDB {duckdb.__version__}", trials.num_rows, pairs, total


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    run = pathlib.Path(sys.argv[1])
    manifest = json.loads((run / "run.json").read_text(encoding="utf-8"))
    task = manifest["identity"]["task"]
    print(f"{task['name']}, {task['count']} examples, run {manifest['identityHash'][:12]}")
    agree, opened = True, False
    for path in sorted((run / "trials").glob("*.arrow")):
        print(f"trials/{path.name}")
        sums = []
        for read in (with_pyarrow, with_pandas, with_polars, with_duckdb):
            try:
                library, rows, pairs, total = read(path)
            except ImportError as error:
                print(f"  not installed: {error.name}")
                continue
            print(f"  {library}: {rows} trials, {pairs} pairs, their mean squared errors sum to {total:.6f}")
            sums.append(total)
        opened = opened or bool(sums)
        if sums and max(sums) - min(sums) > 1e-9 * max(abs(total) for total in sums):
            agree = False
            print("  these sums disagree")
    if not opened:
        print("nothing was opened")
        sys.exit(2)
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
