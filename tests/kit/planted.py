"""Plants defects in a finished data set, one at a time, and sees each caught by `verify/verify.py`.

    python tests/kit/planted.py DATASET

The data set is copied; each defect is written into the copy with duckdb, the kit runs without looking at hashes (so
that it has to understand what is wrong), and the named check must fail. Last, a flipped byte must fail the hashes.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import duckdb

ITEMS = "items/train-00000-of-00001.parquet"


def rewrite(root, path, select):
    """Replaces a Parquet file by what a query makes of it; `t` is the file."""
    file = os.path.join(root, path)
    db = duckdb.connect()
    db.execute(f"create table t as select * from read_parquet('{file}')")
    db.execute(f"copy ({select}) to '{file}.new' (format parquet)")
    os.replace(file + ".new", file)


def on_one(column, value, where="len(options) = 4 and kind = 'single_best_answer' and stratum = 'case/Disease'"):
    """Changes a column of the first item that fits."""
    first = f"(select min(id) from t where {where})"
    return f"select * replace (case when id = {first} then {value} else {column} end as {column}) from t"


NEXT = "(answer + 1) % 4"
PATH = "list_transform(path, lambda p, n: case when n = 1 then {} else p end)"
FIELDS = "subject subject_label relation object object_label forward source evidence edge".split()


def hop(**changed):
    """The first hop of a path with some fields changed."""
    fields = ", ".join(f'"{name}": ' + changed.get(name, f'p."{name}"') for name in FIELDS)
    return PATH.format("{" + fields + "}")


def edges_without(root):
    key = duckdb.sql(f"select min(p.edge) from (select unnest(path) p from read_parquet('{root}/{ITEMS}'))").fetchall()[0][0]
    return f"select * from t where edge <> {key}"


# Name, check that must fail, file, query.
DEFECTS = [
    ("an edge swapped for another", "Q1", ITEMS, lambda root: on_one("path", hop(edge='p.edge + 1'))),
    ("an edge turned round", "Q1", ITEMS, lambda root: on_one("path", hop(subject='p."object"', object="p.subject"))),
    ("a relation replaced", "Q1", ITEMS, lambda root: on_one("path", hop(relation="'phenotype_absent'"))),
    ("an edge taken out of the binding", "Q2", ITEMS, lambda root: on_one("path", "path[2:]")),
    ("the key moved to another option", "Q3", ITEMS, lambda root: on_one("answer", NEXT)),
    ("another node called the key", "Q3", ITEMS, lambda root: on_one("answer_node", f"option_nodes[{NEXT} + 1]")),
    ("a clue dropped, so that a distractor fits", "Q3", ITEMS, lambda root: on_one("clauses", "clauses[1:1]")),
    ("a clue said to be failed that is not", "Q3", ITEMS, lambda root: on_one(
        "distractor_reasons",
        'list_transform(distractor_reasons, lambda r: {"node": r.node, "class": r."class", "failed": [0, 1, 2, 3]::integer[], "risk": r.risk, "edges": r.edges})')),
    ("a fact deleted from the graph", "Q1", "graph/edges.parquet", edges_without),
    ("an option printed twice", "Q4", ITEMS, lambda root: on_one("options", "[options[1], options[1], options[3], options[4]]")),
    ("an option of another category", "Q4", ITEMS, lambda root: on_one(
        "option_nodes", f"list_transform(option_nodes, lambda o, n: case when n = {NEXT} + 1 then anchors[1] else o end)")),
    ("a node made obsolete", "Q7", "graph/nodes.parquet", lambda root: (
        "select * replace (obsolete or curie = (select min(answer_node) from "
        f"read_parquet('{root}/{ITEMS}') where stratum = 'case/Disease') as obsolete) from t")),
    ("the answer leaked into the question", "Q8", ITEMS, lambda root: on_one("question", "question || ' It is ' || answer_text || '.'")),
    ("letters no longer balanced", "Q9", ITEMS, lambda root: "select * replace (case when answer is null then null else 0 end as answer) from t"),
    ("an item twice", "Q15", ITEMS, lambda root: "select * from t union all (select * from t order by id limit 1)"),
    ("an item in two splits", "Q16", ITEMS, lambda root: (
        "select * from t union all (select * replace ('test' as split, 'x' || id as id) from t order by id limit 1)")),
    ("a step that cites an edge that is none", "Q18", ITEMS, lambda root: on_one(
        "steps", 'list_transform(steps, lambda s: {"text": s.text, "kind": s.kind, "edges": [99999999]::bigint[], "spans": s.spans})')),
    ("a step that cites words nobody said", "Q18", ITEMS, lambda root: on_one(
        "steps", """list_transform(steps, lambda s: {"text": s.text, "kind": s.kind, "edges": s.edges, "spans": ['purple hair']})""")),
    ("a rejected row taken out", "Q24", "rejected/rejected-00000-of-00001.parquet", lambda root: "select * from t order by id offset 1"),
]


def failed(root, *options):
    run = subprocess.run(
        [sys.executable, os.path.join(root, "verify", "verify.py"), root, "--json", *options],
        capture_output=True, text=True, check=False,
    )
    if not run.stdout:
        sys.exit(run.stderr)
    report = json.loads(run.stdout)
    assert (run.returncode == 0) == (report["findings"] == 0), "the exit code does not say what was found"
    return [name for name, check in report["checks"].items() if check["findings"]]


def main():
    source = sys.argv[1]
    missed = []
    with tempfile.TemporaryDirectory() as scratch:
        root = os.path.join(scratch, "planted")
        shutil.copytree(source, root)
        if failed(root):
            sys.exit("planted: the data set has findings before anything is planted")
        for name, check, path, select in DEFECTS:
            rewrite(root, path, select(root))
            found = failed(root, "--no-hashes")
            print(f"{'caught' if check in found else 'MISSED'}  {check:<4} {name} ({', '.join(found) or 'nothing'})", flush=True)
            if check not in found:
                missed.append(name)
            shutil.copy(os.path.join(source, path), os.path.join(root, path))
        path = os.path.join(root, "sft", "train-00000-of-00001.parquet")
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        found = failed(root)
        print(f"{'caught' if found == ['SHA'] else 'MISSED'}  SHA  a flipped byte ({', '.join(found)})")
        if found != ["SHA"]:
            missed.append("a flipped byte")
    print(f"{len(DEFECTS) + 1 - len(missed)} of {len(DEFECTS) + 1} planted defects are caught")
    sys.exit(1 if missed else 0)


main()
