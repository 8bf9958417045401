#!/usr/bin/env python3
"""How long it takes from a PrimeKG table to a graph that answers, beside other tools, in turn, on this machine.

    python3 tests/bench/run.py [--scale 1|0.1|10] [--rounds 5] [--tools networkx rustworkx igraph] [--dir DIR] [--growth]
                                [--program PATH]

The table is synthetic: PrimeKG's format, node and relation counts, made by `../shared/bench/gen_primekg.py` where it
does not lie in DIR yet. Every round runs each tool once, in a process of its own, so that a busy minute hits all of
them. What is compared is processor time (user + system, all threads), because wall time depends on who else is here;
medians over the rounds, and their ratios to one pass of simd-csv over the file, which is what reading costs at least.
`--growth` loads a table of ten times the size too, once. `--program` measures a program that is built already.

What should hold is in `FLOORS`, with what we aim at; each is printed with what was measured. The program ends with 1
if a floor is missed, but for the wall times of two threads, which say nothing where others are at work.

The peers need `pip install numpy pandas polars networkx rustworkx igraph`; one that is missing is left out and said.
"""

import argparse
import ast
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARED = ROOT.parent / "shared" / "bench"

# What is measured: (floor, aim, whether more is better).
FLOORS = {
    "load / simd-csv pass, processor": (4.5, 2.5, False),
    "networkx / load, processor": (15, 27, True),
    "best other / load, processor": (1.9, 3.5, True),
    "1 thread / 2 threads, wall": (1, 1.6, True),
    "peak memory, MB": (300, 150, False),
    "resident bytes a row": (12, 7, False),
    "snapshot to first answer, ms wall": (50, 5, False),
    "ten times the table / one, processor": (13, 11, False),
}
# Of these a busy machine makes nonsense.
ONLY_TOLD = {"1 thread / 2 threads, wall"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="1", choices=["0.1", "1", "10"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", nargs="*", default=["networkx", "rustworkx", "igraph"])
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "target" / "bench")
    parser.add_argument("--program", type=pathlib.Path, help="what `cargo bench --no-run` built; else it is built now")
    parser.add_argument("--growth", action="store_true", help="load ten times the table too, once")
    return parser.parse_args()


def table(directory, scale):
    """The synthetic table, made once."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"primekg-{scale}.csv"
    if not path.exists():
        print(f"making {path.name}", file=sys.stderr)
        aside = path.with_suffix(".partial")
        command = [sys.executable, SHARED / "gen_primekg.py", aside, "--scale", scale]
        subprocess.run(command, check=True, stdout=sys.stderr)
        aside.rename(path)
    return path


def program():
    """Our measuring program, built in release."""
    command = ["cargo", "bench", "--bench", "thinkpath", "--no-run", "--message-format=json"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    artifacts = (json.loads(line) for line in built.splitlines() if line.startswith("{"))
    return [a["executable"] for a in artifacts if a.get("target", {}).get("kind") == ["bench"] and a.get("executable")][-1]


def ours(binary, *words, threads=None):
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)} if threads else None
    done = subprocess.run([binary, *words], cwd=ROOT, check=True, stdout=subprocess.PIPE, env=environment)
    return json.loads(done.stdout)


def peer(tool, path):
    """A peer's load, as it says it; what it would measure after that is not waited for."""
    command = [sys.executable, SHARED / "peers.py", tool, "--csv", path]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as child:
        said = []
        for line in child.stderr:
            if line.startswith("load "):
                child.terminate()
                took = ast.literal_eval(line.removeprefix("load "))
                return {"tool": tool, "wall": took["wall"], "cpu": took["cpu"], "peak_mb": took["rss_mb"], "more": took}
            said.append(line)
        print(f"{tool} is left out: {said[-1].strip() if said else 'it says nothing'}", file=sys.stderr)
        return None


def measured(options, binary, path, snapshot):
    """What each tool took, round by round."""
    runs = {}
    missing = set()
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        results = [ours(binary, "csv", path)]
        for threads in (1, 2):
            name = f"{threads} thread{'s' if threads > 1 else ''}"
            results.append({**ours(binary, "load", path, threads=threads), "tool": f"thinkpath, {name}"})
            results.append({**ours(binary, "open", snapshot, threads=threads), "tool": f"snapshot, {name}"})
        for tool in options.tools:
            result = None if tool in missing else peer(tool, path)
            if result is None:
                missing.add(tool)
            else:
                results.append(result)
        for result in results:
            runs.setdefault(result["tool"], []).append(result)
    return runs


def told(figures, floors=FLOORS, only_told=ONLY_TOLD):
    """Prints each figure beside what should hold of it; whether all floors hold."""
    holds = True
    print(f"\n{'':46} {'measured':>12} {'floor':>10} {'aim':>9}")
    for what, (floor, aim, is_more_better) in floors.items():
        if what not in figures:
            continue
        figure = figures[what]
        is_held = figure >= floor if is_more_better else figure <= floor
        is_reached = figure >= aim if is_more_better else figure <= aim
        holds &= is_held or what in only_told
        word = "aim reached" if is_reached else "holds" if is_held else "MISSED"
        sign = "≥" if is_more_better else "≤"
        print(f"{what:46} {figure:12,.2f} {sign}{floor:>9,} {sign}{aim:>8,}  {word}")
    return holds


def main():
    options = arguments()
    path = table(options.dir, options.scale)
    binary = options.program or program()
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        snapshot = pathlib.Path(folder) / "snapshot"
        ours(binary, "save", path, snapshot)
        runs = measured(options, binary, path, snapshot)
    median = {tool: {key: statistics.median(run[key] for run in of) for key in ("cpu", "wall", "peak_mb")} for tool, of in runs.items()}
    floor, mine = median["simd-csv"]["cpu"], median["thinkpath, 1 thread"]
    print(f"{'':22} {'cpu s':>8} {'wall s':>8} {'peak MB':>8} {'/ simd-csv':>11} {'/ thinkpath':>12}")
    for tool, took in median.items():
        print(f"{tool:22} {took['cpu']:8.2f} {took['wall']:8.2f} {took['peak_mb']:8.0f} {took['cpu'] / floor:10.1f}x {took['cpu'] / mine['cpu']:11.2f}x")
    last = runs["thinkpath, 1 thread"][-1]
    rows = last["more"]["rows"]
    print(f"{rows:,} rows, {last['more']['nodes']:,} nodes, {last['more']['edges']:,} edges; resident {last['resident_mb']:.0f} MB")
    # What the program itself takes is what it takes when it holds nothing.
    held_mb = last["resident_mb"] - runs["simd-csv"][-1]["resident_mb"]
    figures = {
        "load / simd-csv pass, processor": mine["cpu"] / floor,
        "1 thread / 2 threads, wall": mine["wall"] / median["thinkpath, 2 threads"]["wall"],
        "resident bytes a row": held_mb * 2**20 / rows,
        "snapshot to first answer, ms wall": median["snapshot, 2 threads"]["wall"] * 1000,
    }
    if options.scale == "1":
        figures["peak memory, MB"] = mine["peak_mb"] - runs["simd-csv"][-1]["resident_mb"]
    if "networkx" in median:
        figures["networkx / load, processor"] = median["networkx"]["cpu"] / mine["cpu"]
    peers = [median[tool]["cpu"] for tool in options.tools if tool in median]
    if peers:
        figures["best other / load, processor"] = min(peers) / mine["cpu"]
    if options.growth:
        larger = {"0.1": "1", "1": "10"}.get(options.scale) or sys.exit("--growth goes with --scale 0.1 or 1")
        took = ours(binary, "load", table(options.dir, larger), threads=1)
        print(f"ten times the table: {took['cpu']:.2f} s of processor, {took['wall']:.2f} s of wall, peak {took['peak_mb']:.0f} MB, resident {took['resident_mb']:.0f} MB")
        figures["ten times the table / one, processor"] = took["cpu"] / mine["cpu"]
    return 0 if told(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
