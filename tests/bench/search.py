#!/usr/bin/env python3
"""How fast paths are found, walked and counted, beside other tools, in turn, on the same graph and the same pairs.

    python3 tests/bench/search.py [--scale 1|0.1] [--rounds 5] [--tools networkx rustworkx igraph networkit ensmallen]
                                  [--pairs 1999] [--dir DIR] [--program PATH] [--differential]

The table is synthetic, see `run.py`; its rows of identifiers that stand for nodes of two types are left out, because our
reader refuses some of them. Relations that deny ("phenotype absent" …) are never walked here, so other tools are given
the table without them; that all hold the same pairs of neighbours is checked.
Pairs are seeded: diseases, findings, drugs and genes on one side, drugs, diseases, genes, processes and findings on the
other; half of the pairs are drawn evenly, half in proportion to the number of neighbours. Other tools are loaded once and kept; in every round each does the same jobs for a few seconds, and then we do, so
that a busy minute hits all of them. What is compared is processor time (user + system); medians over the rounds. Slow
tools come as far as their seconds reach in the list of pairs, and go on there in the next round.

`--differential` compares instead of measuring: for at least 1,000 pairs at 10 % scale, the set of all shortest paths, as
sequences of nodes, has to be that of networkx.

What should hold is in `FLOORS`, with what we aim at; each is printed with what was measured. The program ends with 1
if a floor is missed, but for the gain of two threads, which says nothing where others are at work.

The peers need `pip install numpy polars networkx rustworkx igraph networkit ensmallen`; one that is missing is left out
and said.
"""

import argparse
import importlib.metadata
import itertools
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run  # noqa: E402

CAP = 200
HOPS = 3
# Relations of the table that deny.
NEGATIVE = ["contraindication", "disease_phenotype_negative", "anatomy_protein_absent"]
# Where a walk starts, and the relation of each hop; one of them leads nowhere by its last hop, in every tool.
METAPATHS = [
    ("disease", "disease_protein", "protein_protein", "drug_protein"),
    ("effect/phenotype", "disease_phenotype_positive", "disease_protein", "drug_protein"),
    ("drug", "drug_protein", "pathway_protein", "disease_protein"),
    ("disease", "disease_phenotype_positive", "disease_phenotype_positive", "indication"),
]
# What pairs are of: a question's node and an answer's.
ASKED = {"Disease": 0.4, "PhenotypicFeature": 0.35, "Drug": 0.15, "Gene": 0.1}
ANSWERED = {"Drug": 0.4, "Disease": 0.3, "Gene": 0.1, "BiologicalProcess": 0.1, "PhenotypicFeature": 0.1}
# How many pairs in a row begin alike where paths are compared: networkx looks at the whole graph from each beginning.
OF_ONE = 10
# Seconds of processor that a tool has for a job in a round.
SECONDS = {"shortest": 8.0, "typed": 3.0, "untyped": 3.0, "near": 4.0}

# What is measured: (floor, aim, whether more is better).
FLOORS = {
    "shortest paths a second": (2_000, 3_300, True),
    "shortest paths, p95, ms": (2, 1.1, False),
    "shortest paths / networkx": (10_000, 10_000, True),
    "shortest paths / best other": (250, 250, True),
    "shortest paths, 2 threads / 1, wall": (1, 1.8, True),
    "typed walks a second": (1_500_000, 3_300_000, True),
    "untyped walks / ensmallen": (2, 2, True),
    "2-hop neighbourhoods / igraph": (4, 4, True),
    "ranked path rows in Parquet / shortest paths": (0.7, 0.9, True),
}
# Of these a busy machine makes nonsense.
ONLY_TOLD = {"shortest paths, 2 threads / 1, wall"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=["0.1", "1"], help="1; 0.1 for --differential")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", nargs="*", default=["networkx", "rustworkx", "igraph", "networkit", "ensmallen"])
    parser.add_argument("--pairs", type=int, default=1_999)
    parser.add_argument("--dir", type=pathlib.Path, default=run.ROOT / "target" / "bench")
    parser.add_argument("--program", type=pathlib.Path, help="what `cargo bench --no-run` built; else it is built now")
    parser.add_argument("--differential", action="store_true", help="compare paths with those of networkx")
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def edges_of(table, nodes):
    """Both ends of every edge by our numbers, its relation, and the relations' names; each edge once."""
    import numpy as np
    import polars as pl

    number, category = {}, []
    for line in open(nodes, encoding="utf-8"):
        at, label, of = line.rstrip("\n").split("\t")
        number[label] = int(at)
        category.append(of)
    columns = ["relation", "x_name", "y_name"]
    frame = pl.read_csv(table, columns=columns, infer_schema_length=0).filter(~pl.col("relation").is_in(NEGATIVE))
    numbers = pl.DataFrame({"name": list(number), "number": list(number.values())}, schema={"name": pl.String, "number": pl.UInt32})
    for side in "xy":
        frame = frame.join(numbers, left_on=f"{side}_name", right_on="name", how="inner").rename({"number": side}).drop(f"{side}_name")
    frame = frame.filter(pl.col("x") != pl.col("y"))
    low, high = pl.min_horizontal("x", "y").alias("low"), pl.max_horizontal("x", "y").alias("high")
    frame = frame.select(low, high, "relation").unique().sort("low", "high", "relation")
    names = frame["relation"].unique().sort().to_list()
    relation = frame["relation"].replace_strict(names, list(range(len(names))), return_dtype=pl.UInt8).to_numpy()
    return np.stack([frame["low"].to_numpy(), frame["high"].to_numpy()], 1), relation, names, category


def pairs_of(edges, category, n_pairs, of_one=1, seed=7):
    """Pairs of a node asked about and a node answered: every other pair drawn evenly, the others by degree. So many pairs
    in a row begin alike."""
    import numpy as np

    degree = np.bincount(edges.ravel(), minlength=len(category))
    members = {name: np.flatnonzero(np.array(category) == name) for name in set(ASKED) | set(ANSWERED)}
    draws = np.random.default_rng(seed)

    def node(shares, is_even):
        among = members[draws.choice(list(shares), p=list(shares.values()))]
        weights = None if is_even else degree[among] / degree[among].sum()
        return int(draws.choice(among, p=weights))

    pairs = []
    while len(pairs) < n_pairs:
        is_even = len(pairs) % 2 == 0
        first = node(ASKED, is_even) if len(pairs) % of_one == 0 else pairs[-1][0]
        pair = (first, node(ANSWERED, is_even))
        if pair[0] != pair[1]:
            pairs.append(pair)
    return pairs


def cleaned(table):
    """The table without the rows of identifiers that stand for nodes of two types, made once."""
    import polars as pl

    path = table.with_name(f"clean-{table.name}")
    if not path.exists():
        frame = pl.read_csv(table, infer_schema_length=0)
        # A row stands both ways round, so every end is an `x` somewhere.
        ends = frame.select("x_source", "x_id", "x_type").unique()
        twice = ends.group_by("x_source", "x_id").len().filter(pl.col("len") > 1)
        for side in "xy":
            keys = twice.select(pl.col("x_source").alias(f"{side}_source"), pl.col("x_id").alias(f"{side}_id"))
            frame = frame.join(keys, on=[f"{side}_source", f"{side}_id"], how="anti", maintain_order="left")
        frame.write_csv(path.with_suffix(".partial"))
        path.with_suffix(".partial").rename(path)
    return path


def prepared(options, binary):
    """The snapshot, the edges for other tools and the pairs, made once in a folder."""
    import numpy as np

    directory = options.dir / f"search-{options.scale}"
    directory.mkdir(parents=True, exist_ok=True)
    snapshot, nodes = directory / "snapshot", directory / "nodes.tsv"
    table = cleaned(run.table(options.dir, options.scale))
    run.ours(binary, "save", table, snapshot)
    held = run.ours(binary, "nodes", snapshot, nodes)["more"]
    edges, relation, names, category = edges_of(table, nodes)
    np.savez(directory / "edges.npz", edges=edges, relation=relation, names=names, category=category)
    pairs = directory / "pairs.txt"
    lines = (f"{one} {other}\n" for one, other in pairs_of(edges, category, options.pairs, OF_ONE if options.differential else 1))
    pairs.write_text("".join(lines))
    distinct = len(np.unique(edges[:, 0].astype(np.uint64) << 32 | edges[:, 1]))
    if distinct != held["pairs_of_neighbours"]:
        sys.exit(f"we hold {held['pairs_of_neighbours']:,} pairs of neighbours, and other tools {distinct:,}")
    return directory, snapshot, pairs, distinct


# --- other tools, each in a process of its own -----------------------------------------------------------------


class Peer:
    """What a tool does; a job that it cannot do is not there."""

    def __init__(self, directory):
        import numpy as np

        held = np.load(directory / "edges.npz")
        self.edges, self.relation = held["edges"], held["relation"]
        self.names = held["names"].tolist()
        self.category = held["category"]
        self.n_nodes = len(self.category)
        unique = np.unique(self.edges[:, 0].astype(np.uint64) << 32 | self.edges[:, 1])
        self.simple = np.stack([unique >> 32, unique & 0xFFFFFFFF], 1).astype(np.int64)
        ours = {"disease": "Disease", "effect/phenotype": "PhenotypicFeature", "drug": "Drug"}
        self.starts = {theirs: np.flatnonzero(self.category == mine).tolist() for theirs, mine in ours.items()}
        self.metapaths = [(start, [self.names.index(name) for name in steps]) for start, *steps in METAPATHS]

    def typed_walk(self, neighbours, at):
        """One walk, given a tool's way from a node and a relation to the nodes there."""
        start, steps = self.metapaths[at % len(self.metapaths)]
        node = random.choice(self.starts[start])
        for step in steps:
            there = neighbours(node, step)
            if not there:
                return
            node = random.choice(there)


class Networkx(Peer):
    def load(self):
        import networkx

        self.nx, self.graph = networkx, networkx.Graph()
        for (one, other), relation in zip(self.edges.tolist(), self.relation.tolist()):
            # As the tool is used: one edge for a pair, and a later relation overwrites an earlier one.
            self.graph.add_edge(one, other, relation=relation)

    def shortest(self, one, other):
        try:
            paths = self.nx.all_shortest_paths(self.graph, one, other)
            return list(itertools.islice(paths, CAP))
        except (self.nx.NetworkXNoPath, self.nx.NodeNotFound):
            return []

    def typed(self, at):
        along = self.graph.adj
        self.typed_walk(lambda node, step: [to for to, edge in along[node].items() if edge["relation"] == step] if node in along else [], at)

    def near(self, node):
        return len(self.nx.single_source_shortest_path_length(self.graph, node, cutoff=2))


class Rustworkx(Peer):
    def load(self):
        import rustworkx

        self.rx, self.graph = rustworkx, rustworkx.PyGraph(multigraph=False)
        self.graph.add_nodes_from(range(self.n_nodes))
        self.graph.add_edges_from([(one, other, relation) for (one, other), relation in zip(self.edges.tolist(), self.relation.tolist())])

    def shortest(self, one, other):
        return self.rx.all_shortest_paths(self.graph, one, other)

    def typed(self, at):
        self.typed_walk(lambda node, step: [to for _, to, relation in self.graph.out_edges(node) if relation == step], at)

    def near(self, node):
        return len(set().union(*(self.graph.neighbors(next) for next in self.graph.neighbors(node)), [node]))


class Igraph(Peer):
    def load(self):
        import igraph

        self.graph = igraph.Graph(n=self.n_nodes, edges=self.simple)

    def shortest(self, one, other):
        return self.graph.get_all_shortest_paths(one, to=other)

    def untyped(self, at):
        self.graph.random_walk(random.choice(self.starts["disease"]), HOPS)

    def near(self, node):
        return self.graph.neighborhood_size(node, order=2)


class Networkit(Peer):
    def load(self):
        import networkit
        import numpy as np

        networkit.setNumberOfThreads(1)
        ends = (np.ones(len(self.simple)), (self.simple[:, 0], self.simple[:, 1]))
        self.nk, self.graph = networkit, networkit.GraphFromCoo(ends, n=self.n_nodes, weighted=False, directed=False)

    def shortest(self, one, other):
        search = self.nk.distance.BFS(self.graph, one, True, False, other)
        search.run()
        if search.distance(other) > self.n_nodes:
            return []
        # It lists all or none; of more than a million, none.
        return search.getPaths(other) if search.numberOfPaths(other) <= 1_000_000 else []

    def untyped(self, at):
        node = random.choice(self.starts["disease"])
        for _ in range(HOPS):
            node = self.nk.graphtools.randomNeighbor(self.graph, node)


class Ensmallen(Peer):
    # What it walks at once is a walk from each of so many nodes.
    AT_ONCE = 100_000

    def load(self):
        import ensmallen
        import pathlib
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "edges.tsv"
            import polars as pl

            pl.DataFrame({"s": self.simple[:, 0], "d": self.simple[:, 1]}).write_csv(file, separator="\t", include_header=False)
            self.graph = ensmallen.Graph.from_csv(
                edge_path=str(file), edge_list_separator="\t", edge_list_header=False, sources_column_number=0,
                destinations_column_number=1, edge_list_numeric_node_ids=True, directed=False, edge_list_is_complete=False,
                verbose=False, name="bench")

    def untyped(self, at):
        self.graph.random_walks(walk_length=HOPS + 1, iterations=1, quantity=self.AT_ONCE, random_state=at + 1, max_neighbours=None, normalize_by_degree=False)


PEERS = {"networkx": Networkx, "rustworkx": Rustworkx, "igraph": Igraph, "networkit": Networkit, "ensmallen": Ensmallen}


def be_peer(tool, directory):
    """Loads, and then does the jobs that stdin names, one line of JSON for each."""
    os.environ["RAYON_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    say = lambda what: print(json.dumps(what), file=sys.__stdout__, flush=True)  # noqa: E731
    sys.stdout = sys.stderr
    directory = pathlib.Path(directory)
    random.seed(7)
    peer = PEERS[tool](directory)
    pairs = [tuple(map(int, line.split())) for line in open(directory / "pairs.txt")]
    start = time.process_time()
    peer.load()
    say({"load": time.process_time() - start, "version": importlib.metadata.version(tool)})
    done = {}
    for job in map(str.strip, sys.stdin):
        do = getattr(peer, job, None)
        if do is None:
            say(None)
            continue
        start, n, at = time.process_time(), 0, done.get(job, 0)
        while n == 0 or time.process_time() - start < SECONDS[job]:
            # Looking at the clock costs more than a walk.
            for _ in range(1 if job in ("shortest", "near") or tool == "ensmallen" else 100):
                one, other = pairs[at % len(pairs)]
                do(*{"shortest": (one, other), "near": (one,)}.get(job, (at,)))
                at, n = at + 1, n + 1
        done[job] = at
        n *= getattr(peer, "AT_ONCE", 1)
        say({"n": n, "cpu": time.process_time() - start})


class Kept:
    """A peer's process."""

    def __init__(self, tool, directory):
        command = [sys.executable, __file__, "--peer", tool, str(directory)]
        self.tool = tool
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        said = self.process.stderr.read().strip().splitlines()
        print(f"{self.tool} is left out: {said[-1] if said else 'it says nothing'}", file=sys.stderr)
        return None

    def ask(self, job):
        self.process.stdin.write(job + "\n")
        self.process.stdin.flush()
        return self.answer()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


# --- measuring ---------------------------------------------------------------------------------------------------


def measured(options, binary, directory, snapshot, pairs):
    """Figures by tool and job, round by round."""
    rates, others, loaded = {}, [], {}
    for tool in options.tools:
        print(f"loading {tool}", file=sys.stderr)
        kept = Kept(tool, directory)
        if kept.first is not None:
            others.append(kept)
            loaded[tool] = kept.first

    def note(tool, job, figure):
        rates.setdefault(tool, {}).setdefault(job, []).append(figure)

    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for threads in (1, 2):
            name = f"thinkpath, {threads} thread{'s' if threads > 1 else ''}"
            found = run.ours(binary, "shortest", snapshot, pairs, threads=threads)["more"]
            note(name, "shortest", found)
            if threads == 1:
                walked = run.ours(binary, "walks", snapshot, "8000000", threads=1)["more"]
                note(name, "typed", walked["typed"])
                note(name, "untyped", walked["untyped"])
                note(name, "near", run.ours(binary, "neighbours", snapshot, pairs, threads=1)["more"])
                note(name, "rows", run.ours(binary, "rows", snapshot, pairs, directory / "rows.parquet", threads=1)["more"])
        for other in list(others):
            for job in ("shortest", "typed", "untyped", "near"):
                took = other.ask(job)
                if took is not None:
                    note(other.tool, job, {**took, "per_cpu_s": took["n"] / took["cpu"]})
                elif other.process.poll() is not None:
                    others.remove(other)
                    break
    for other in others:
        other.end()
    return rates, loaded


def median(runs, key="per_cpu_s"):
    return statistics.median(run_[key] for run_ in runs)


def report(rates, loaded):
    mine, both = rates["thinkpath, 1 thread"], rates["thinkpath, 2 threads"]
    print(f"{'a second of processor':24} {'shortest':>12} {'typed walks':>12} {'untyped':>12} {'2-hop':>12}")
    for tool, jobs in rates.items():
        cells = [f"{median(jobs[job]):12,.2f}" if job in jobs else f"{'':12}" for job in ("shortest", "typed", "untyped", "near")]
        print(f"{tool:24} {' '.join(cells)}")
    print("; ".join(f"{tool} {said['version']}" for tool, said in loaded.items()))
    last = mine["shortest"][-1]
    print(f"{last['n']} queries, {last['paths']} paths a list, {last['edges_per_query']:,.0f} edges a query; "
          f"p50 {last['p50_ms']:.3f} ms, p95 {last['p95_ms']:.2f}, p99 {last['p99_ms']:.2f}; gathered in {last['gather']:.2f} s; lengths {last['lengths']}")
    if last["unfinished"]:
        sys.exit(f"{last['unfinished']} searches ran out of their budget")
    figures = {
        "shortest paths a second": median(mine["shortest"]),
        "shortest paths, p95, ms": median(mine["shortest"], "p95_ms"),
        "shortest paths, 2 threads / 1, wall": median(both["shortest"], "per_wall_s") / median(mine["shortest"], "per_wall_s"),
        "typed walks a second": median(mine["typed"]),
        "ranked path rows in Parquet / shortest paths": median(mine["rows"]) / median(mine["shortest"]),
    }
    rate = lambda tool, job: median(rates[tool][job]) if job in rates.get(tool, {}) else None  # noqa: E731
    found = {tool: rate(tool, "shortest") for tool in loaded if rate(tool, "shortest")}
    if "networkx" in found:
        figures["shortest paths / networkx"] = figures["shortest paths a second"] / found["networkx"]
    if found:
        figures["shortest paths / best other"] = figures["shortest paths a second"] / max(found.values())
    if walked := rate("ensmallen", "untyped"):
        figures["untyped walks / ensmallen"] = median(mine["untyped"]) / walked
    if near := rate("igraph", "near"):
        figures["2-hop neighbourhoods / igraph"] = median(mine["near"]) / near
    return run.told(figures, FLOORS, ONLY_TOLD)


# --- comparing ---------------------------------------------------------------------------------------------------


def paths_by(before, one, other):
    """Every path that leads back from a node to the start."""
    paths, done = [(other,)] if other in before else [], []
    while paths:
        path = paths.pop()
        if path[0] == one:
            done.append(path)
        else:
            paths.extend((node, *path) for node in before[path[0]])
    return done


def differential(binary, directory, snapshot, pairs):
    """Whether all shortest paths of every pair are those of networkx."""
    listed = directory / "paths.txt"
    run.ours(binary, "paths", snapshot, pairs, listed)
    mine = {}
    for line in open(listed):
        at, *nodes = map(int, line.split())
        mine.setdefault(at, []).append(tuple(nodes))
    networkx = Networkx(directory)
    networkx.load()
    n_paths = n_wrong = 0
    before = {}
    for at, (one, other) in enumerate(tuple(map(int, line.split())) for line in open(pairs)):
        if one not in before:
            # Neighbours one hop nearer to the start; what `networkx.all_shortest_paths` works out for every pair anew.
            before = {one: networkx.nx.predecessor(networkx.graph, one) if one in networkx.graph else {}}
        theirs = sorted(paths_by(before[one], one, other))
        n_paths += len(theirs)
        # Ours come in order, and none twice.
        if mine.get(at, []) != theirs:
            n_wrong += 1
            print(f"pair {at}, {one} to {other}: {len(mine.get(at, []))} paths, and {len(theirs)} of networkx")
    print(f"{at + 1} pairs, {n_paths:,} paths, {networkx.nx.__name__} {networkx.nx.__version__}: "
          f"{'all equal' if n_wrong == 0 else f'{n_wrong} pairs differ'}")
    return n_wrong == 0


def main():
    options = arguments()
    if options.peer:
        return be_peer(*options.peer)
    options.scale = options.scale or ("0.1" if options.differential else "1")
    binary = options.program or run.program()
    directory, snapshot, pairs, n_edges = prepared(options, binary)
    print(f"{n_edges:,} pairs of neighbours", file=sys.stderr)
    if options.differential:
        return 0 if differential(binary, directory, snapshot, pairs) else 1
    return 0 if report(*measured(options, binary, directory, snapshot, pairs)) else 1


if __name__ == "__main__":
    sys.exit(main())
