#!/usr/bin/env python3
"""How long it takes from a PrimeKG table to a graph that answers, beside other tools, in turn, on this machine.

    python3 tests/bench/run.py [--scale 1|0.1|10] [--rounds 5] [--tools networkx rustworkx igraph] [--dir DIR]

The table is synthetic: PrimeKG's format, node and relation counts, made by `../shared/bench/gen_primekg.py` where it
does not lie in DIR yet. Every round runs each tool once, in a process of its own, so that a busy minute hits all of
them. What is compared is processor time (user + system, all threads), because wall time depends on who else is here;
medians over the rounds, and their ratios to one pass of simd-csv over the file, which is what reading costs at least.

The peers need `pip install numpy pandas polars networkx rustworkx igraph`; one that is missing is left out and said.
"""

import argparse
import ast
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARED = ROOT.parent / "shared" / "bench"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="1", choices=["0.1", "1", "10"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", nargs="*", default=["networkx", "rustworkx", "igraph"])
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "target" / "bench")
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


def ours(binary, what, path, threads=None):
    environment = {"RAYON_NUM_THREADS": str(threads)} if threads else {}
    command = [binary, what, path]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, env={**dict(__import__("os").environ), **environment})
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


def main():
    options = arguments()
    path = table(options.dir, options.scale)
    binary = program()
    runs = {}
    missing = set()
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        results = [ours(binary, "csv", path), {**ours(binary, "load", path, 1), "tool": "thinkpath, 1 thread"},
                   {**ours(binary, "load", path, 2), "tool": "thinkpath, 2 threads"}]
        for tool in options.tools:
            result = None if tool in missing else peer(tool, path)
            if result is None:
                missing.add(tool)
            else:
                results.append(result)
        for result in results:
            runs.setdefault(result["tool"], []).append(result)
    median = {tool: {key: statistics.median(run[key] for run in of) for key in ("cpu", "wall", "peak_mb")} for tool, of in runs.items()}
    floor = median["simd-csv"]["cpu"]
    mine = median["thinkpath, 1 thread"]["cpu"]
    print(f"{'':22} {'cpu s':>8} {'wall s':>8} {'peak MB':>8} {'/ simd-csv':>11} {'/ thinkpath':>12}")
    for tool, took in median.items():
        print(f"{tool:22} {took['cpu']:8.2f} {took['wall']:8.2f} {took['peak_mb']:8.0f} {took['cpu'] / floor:10.1f}x {took['cpu'] / mine:11.2f}x")
    last = runs["thinkpath, 1 thread"][-1]
    rows = last["more"]["rows"]
    print(f"{rows:,} rows, {last['more']['nodes']:,} nodes, {last['more']['edges']:,} edges; resident {last['resident_mb']:.0f} MB, {last['resident_mb'] * 2**20 / rows:.1f} bytes a row")


if __name__ == "__main__":
    main()
