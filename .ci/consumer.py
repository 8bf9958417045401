"""Loads a data set the way its readers do, and runs its queries in an engine that is not ours.

    python .ci/consumer.py DATASET GRAPH_NT [--queries N]

Every configuration is loaded with `datasets` and its features are looked at; every Parquet file is opened with pyarrow
and duckdb; and at least 200 items' SPARQL queries run in pyoxigraph over the exported graph: the key is among the
answers, and no distractor is.
"""
import argparse
import glob
import os
import sys
import tempfile
import time

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HOME=tempfile.mkdtemp(), HF_HUB_DISABLE_TELEMETRY="1")

import datasets  # noqa: E402
import duckdb  # noqa: E402
import pyarrow.parquet  # noqa: E402
import pyoxigraph  # noqa: E402

MESSAGES = datasets.List({"role": datasets.Value("string"), "content": datasets.Value("string")})
FEATURES = {
    "items": {"answer": datasets.ClassLabel(names=list("ABCDE")), "options": datasets.List(datasets.Value("string"))},
    "sft": {"id": datasets.Value("string"), "messages": MESSAGES},
    "grpo": {"prompt": MESSAGES, "solution": datasets.Value("string"), "answer_letter": datasets.Value("string")},
    "bench": {"answer": datasets.ClassLabel(names=list("ABCDE")), "choices": datasets.List(datasets.Value("string"))},
    "dpo": {"prompt": MESSAGES, "chosen": MESSAGES, "rejected": MESSAGES},
    "prm": {
        "prompt": datasets.Value("string"),
        "completions": datasets.List(datasets.Value("string")),
        "labels": datasets.List(datasets.Value("bool")),
    },
    "corruptions": {"item_id": datasets.Value("string"), "first_wrong_step": datasets.Value("int32")},
    "rejected": {"rejected_by": datasets.Value("string"), "rejected_because": datasets.Value("string")},
}


def check(holds, what):
    if not holds:
        sys.exit(f"consumer: {what}")


def load(root):
    n_items = None
    for name, features in FEATURES.items():
        loaded = datasets.load_dataset(root, name)
        for split, part in loaded.items():
            for column, feature in features.items():
                check(part.features.get(column) == feature, f"{name}/{split}: `{column}` is {part.features.get(column)}, expected {feature}")
            print(f"datasets: {name}/{split}: {len(part):,} rows")
        if name == "items":
            n_items = sum(map(len, loaded.values()))
            default = datasets.load_dataset(root)
            check(sum(map(len, default.values())) == n_items, "`items` is not the default configuration")
        if name == "sft":
            rows = sum(map(len, loaded.values()))
            check(rows == n_items, f"sft has {rows} rows, items {n_items}")
            last = loaded["train"][0]["messages"][-1]
            check(last["role"] == "assistant" and last["content"].startswith("<think>"), "sft does not think first")
        if name in ("dpo", "prm"):
            for part in loaded.values():
                preferences(part) if name == "dpo" else labelled(part)


def preferences(part):
    """What a trainer of preferences takes: one prompt, one reply of the assistant on either side, and not the same."""
    for row in part:
        check([turn["role"] for turn in row["prompt"]] == ["user"], f"dpo: {row['id']} has another prompt")
        replies = [row["chosen"], row["rejected"]]
        check(all([turn["role"] for turn in reply] == ["assistant"] for reply in replies), f"dpo: {row['id']} has no reply")
        check(row["chosen"] != row["rejected"], f"dpo: {row['id']} prefers what it rejects")


def labelled(part):
    """What a trainer of stepwise rewards takes: a label for each step."""
    for row in part:
        check(len(row["completions"]) == len(row["labels"]) > 0, f"prm: {row['id']} has steps without labels")
        check(all(row["labels"][:-1]), f"prm: {row['id']} goes on after its first wrong step")


def open_files(root):
    files = sorted(glob.glob(os.path.join(root, "**", "*.parquet"), recursive=True))
    check(files, "there are no Parquet files")
    for path in files:
        rows = pyarrow.parquet.read_table(path).num_rows
        counted = duckdb.sql(f"select count(*) from read_parquet('{path}')").fetchall()[0][0]
        check(rows == counted, f"{path}: pyarrow reads {rows} rows, duckdb {counted}")
        meta = pyarrow.parquet.ParquetFile(path).metadata
        codecs = {meta.row_group(g).column(c).compression for g in range(meta.num_row_groups) for c in range(meta.num_columns)}
        check(codecs <= {"ZSTD"}, f"{path}: compressed with {codecs}")
    print(f"pyarrow and duckdb: {len(files)} files opened")


def queries(root, graph_nt, wanted):
    started = time.time()
    store = pyoxigraph.Store()
    store.bulk_load(path=graph_nt, format=pyoxigraph.RdfFormat.N_TRIPLES)
    notation = pyoxigraph.NamedNode("http://www.w3.org/2004/02/skos/core#notation")
    print(f"pyoxigraph: {len(store):,} triples in {time.time() - started:.1f} s")
    # As many of each stratum, in the order of ids.
    rows = duckdb.sql(
        "select id, query, answer_node, option_nodes, stratum from ("
        f" select *, row_number() over (partition by stratum order by id) as n from read_parquet('{root}/items/*.parquet')"
        f") order by n, stratum limit {wanted}"
    ).fetchall()
    for identity, query, answer_node, option_nodes, stratum in rows:
        found = set()
        for solution in store.query(query):
            for quad in store.quads_for_pattern(solution["answer"], notation, None, None):
                found.add(quad.object.value)
        key = set(answer_node.split("|"))
        check(key <= found, f"{identity} ({stratum}): the key {key} is not among the {len(found)} answers")
        wrong = {node for option in option_nodes for node in option.split("|")} - key
        check(not wrong & found, f"{identity} ({stratum}): the distractors {wrong & found} are among the answers")
    print(f"pyoxigraph: {len(rows)} queries answered as claimed in {time.time() - started:.1f} s")
    return len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("graph_nt")
    parser.add_argument("--queries", type=int, default=5_000)
    options = parser.parse_args()
    load(options.dataset)
    open_files(options.dataset)
    n_queries = queries(options.dataset, options.graph_nt, options.queries)
    check(n_queries >= min(200, options.queries), f"only {n_queries} queries were run")


main()
