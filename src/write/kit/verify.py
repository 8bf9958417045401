#!/usr/bin/env python3
"""Re-checks a thinkpath data set without trusting whoever made it.

    python verify/verify.py DATASET [--json] [--no-hashes] [--only NAMES] [--against FILE ...]

Needs duckdb and nothing else; imports nothing of thinkpath, only the files beside it. No column is trusted that is
recomputed: answers come from `clauses` and the graph, so do failed clues and denials, hops and queries; what makes a
clue good and an option apart comes from the edges; patterns, anchors and ids come from `clauses`; letters, splits, the
funnel and the hash of every file are counted again. Exit code 0 means no finding.

What no program can recompute, or this one does not, is taken as it is: whether texts read well and say what their edges
say, category, organ system, metapath, chain shape and level of difficulty, lengths of options, and what became of a
candidate before it was rejected.

The numbers of the checks are those of the scorecard; what has no number there has a name. Checks that are joins stand
in `checks.sql`; `readings.py` asks the graph, `proofs.py` looks at what an item claims, `rules.py` at what is asked of
its clues and options, `kinds.py` at statements, rankings, chains and queries, `queries.py` at its SPARQL, `credits.py` at
whose words it uses, `benchmarks.py` at whether the files after `--against` ask it, `near.py` at what is nearly alike,
`corruptions.py` at its wrong thinking paths, `figures.py` at what it is weighed by.
"""
import argparse
import collections
import hashlib
import json
import math
import os
import re
import sys

# A data set holds no compiled files.
sys.dont_write_bytecode = True

import duckdb

import benchmarks
import calibration
import corruptions
import credits
import figures
import kinds
import near
import proofs
import queries
import rules
from readings import RELATION, Graph

FILES = "SHA every file is the one that the manifest names"

# The columns of the views that are looked at; a data set need not have every view.
VIEWS = {
    "sft": "messages struct(role varchar, content varchar)[]",
    "grpo": "prompt struct(role varchar, content varchar)[], solution varchar, answer_letter varchar, path_nodes varchar[]",
    "sft_prompt_completion": "prompt struct(role varchar, content varchar)[],"
    " completion struct(role varchar, content varchar)[]",
    "verl": "data_source varchar, prompt struct(role varchar, content varchar)[], ability varchar,"
    " reward_model struct(style varchar, ground_truth varchar),"
    " extra_info struct(split varchar, index bigint, id varchar, path_nodes varchar[])",
    "sharegpt": "conversations struct(\"from\" varchar, value varchar)[], system varchar",
    "medreason": "id_in_dataset varchar, question varchar, answer varchar, reasoning varchar, options varchar",
    "bench": "question varchar, choices varchar[], answer bigint, target_letter varchar",
    "dpo": "prompt struct(role varchar, content varchar)[], chosen struct(role varchar, content varchar)[],"
    " rejected struct(role varchar, content varchar)[], item_id varchar, kind varchar, first_wrong_step integer",
    "prm": "prompt varchar, completions varchar[], labels boolean[]",
    "corruptions": "item_id varchar, kind varchar, first_wrong_step integer, answer_text varchar, answer_letter varchar,"
    " split varchar, steps struct(text varchar)[]",
}


def chi2_p(counts):
    """p of the chi-squared test against equal shares, for two to five options."""
    expected = sum(counts) / len(counts)
    x = sum((count - expected) ** 2 / expected for count in counts)
    tail = math.exp(-x / 2)
    return {
        2: math.erfc(math.sqrt(x / 2)),
        3: tail,
        4: math.erfc(math.sqrt(x / 2)) + math.sqrt(2 * x / math.pi) * tail,
        5: tail * (1 + x / 2),
    }[len(counts)]


def letters(items):
    """Q9: letters are balanced: to one overall, by split and by stratum in a split; by chance elsewhere (Holm)."""
    groups = collections.defaultdict(collections.Counter)
    for item in items:
        if item["answer"] is not None:
            split, stratum, size = f"split {item['split']}", f"stratum {item['stratum']}", len(item["options"])
            exact = ["all", split, f"{split}, {stratum}"]
            for name in exact + [stratum, f"hops {item['hops']}", f"metapath {item['metapath']}"]:
                groups[(name in exact, name, size)][item["answer"]] += 1
    p_values = []
    for (is_exact, name, size), counter in groups.items():
        counts = [counter[n] for n in range(size)]
        if is_exact and max(counts) - min(counts) > 1:
            yield name, f"letters stand {counts}"
        elif not is_exact and sum(counts) >= 5 * size:
            p_values.append((chi2_p(counts), name, counts))
    for rank, (p, name, counts) in enumerate(sorted(p_values)):
        if p * (len(p_values) - rank) > 0.05:
            break
        yield name, f"letters stand {counts}, p = {p:.2g}"


def funnel(db, manifest):
    """Q24: everything mined and everything read is accounted for."""

    def counted(query):
        return dict(db.execute(query).fetchall())

    f, n_items = manifest["funnel"], db.execute("select count(*) from items").fetchall()[0][0]
    if f["mined"] != f["written"] + sum(f["rejected"].values()):
        yield "manifest", "mined is not written + rejected"
    if n_items != f["written"]:
        yield "manifest", f"items holds {n_items} rows, the funnel {f['written']}"
    rows = counted("select coalesce(rejected_by, '?'), count(*) from rejected group by 1")
    if rows != f["rejected"]:
        yield "manifest", f"rejected holds {rows}, the funnel {f['rejected']}"
    splits = counted("select coalesce(split, '?'), count(*) from items group by 1")
    if splits != {name: n for name, n in manifest["splits"].items() if n}:
        yield "manifest", f"splits hold {splits}"
    for row in manifest["ingest"]:
        if row["read"] != row["loaded"] + row["duplicates"] + row["left_out"] + row["quarantined"]:
            yield row["file"], "read is not loaded + duplicates + left out + quarantined"


def files(manifest, root, with_hashes):
    """SHA: the folder holds what the manifest names, byte for byte, and nothing else that a reader would load."""
    entries = {entry["path"]: entry for entry in manifest["files"]}
    loaded = ["items", "rejected", "graph", "verify", *sorted(os.path.dirname(path) for path in entries)]
    for folder in dict.fromkeys(filter(None, loaded)):
        there = os.path.join(root, folder)
        for name in sorted(os.listdir(there)) if os.path.isdir(there) else ():
            is_hidden = name.startswith(".")
            if f"{folder}/{name}" not in entries and not is_hidden and os.path.isfile(os.path.join(there, name)):
                yield f"{folder}/{name}", "is not named by the manifest"
    sums = {"manifest.json": None, **{path: entry["sha256"] for path, entry in entries.items()}}
    for path, expected in sums.items():
        where = os.path.join(root, path)
        if not os.path.isfile(where):
            yield path, "is missing"
        elif with_hashes:
            with open(where, "rb") as file:
                content = file.read()
            sums[path] = hashlib.sha256(content).hexdigest()
            if expected and (sums[path], len(content)) != (expected, entries[path]["bytes"]):
                yield path, "is not the file that the manifest names: its SHA-256 or its size is another one"
    if with_hashes:
        with open(os.path.join(root, "SHA256SUMS"), encoding="utf-8") as file:
            lines = sorted(line.split("  ", 1)[::-1] for line in file.read().splitlines())
        if lines != sorted([path, sha256] for path, sha256 in sums.items()):
            yield "SHA256SUMS", "does not list the files as they are"


def wrong(db, graph, of_items, items):
    """WRONG: every wrong thinking path is wrong where it says so, and its item's own before."""
    cursor = db.execute("select * exclude (filename) from corruptions order by id")
    columns = [name for name, *_ in cursor.description]
    rows = [dict(zip(columns, row)) for row in cursor.fetchall()]
    sources = [dict(db.execute(f"select {key} from {table}").fetchall()) for key, table in
               [("edge, source", "edges"), ("curie, source", "nodes")]]
    of_rows = corruptions.Corruptions(graph, of_items, items, *sources)
    for row in rows:
        try:
            why = of_rows.look(row)
        except Exception as error:  # What cannot be checked is not proved.
            why = f"cannot be checked: {error!r}"
        if why:
            yield row["item_id"], f"{row['id']} {why}"


def trainers(manifest, root):
    """LISTED: what LLaMA-Factory is told of is what is there."""
    paths = [entry["path"] for entry in manifest["files"]]
    due = {path for path in paths if path.startswith(("sft/", "sharegpt/"))}
    listed = set()
    if "dataset_info.json" in paths:
        with open(os.path.join(root, "dataset_info.json"), encoding="utf-8") as file:
            listed = {entry["file_name"] for entry in json.load(file).values()}
    for path in sorted(due ^ listed):
        yield path, "is listed and not there, or there and not listed"


def risks(of_items, manifest):
    """RISKS: what is not recorded holds as often as two descriptions of one disease say, counted again."""
    if calibration.Descriptions(of_items).count() != manifest["calibration"]:
        yield "manifest.json", "its calibration is not what the graph gives"


def load(db, root, manifest):
    """Makes the tables that the checks ask; returns the graph, the rules on it, whose names it has, what
    weighs paths on it, and the items."""

    def table(name, pattern):
        listed = [entry["path"] for entry in manifest["files"] if re.fullmatch(pattern, entry["path"])]
        there = [os.path.join(root, path) for path in listed if os.path.isfile(os.path.join(root, path))]
        if there:
            db.execute(f"create table {name} as select * from read_parquet(?, filename = true)", [there])
        return bool(there)

    needed = [(name, rf"{name}/[^/]+\.parquet") for name in ("items", "rejected")]
    needed += [(name, rf"graph/{name}\.parquet") for name in ("nodes", "edges", "relations")]
    for name, pattern in needed + [("components", r"components\.parquet")]:
        if not table(name, pattern):
            raise ValueError(f"the manifest names no file of `{name}` that is there")
    for view, columns in VIEWS.items():
        if not table(view, rf"{view}/[^/]+\.parquet"):
            db.execute(f"create table {view} (id varchar, filename varchar, {columns})")
    db.execute(
        "create table kind as with recursive up(node, above) as ("
        " select distinct curie, curie from (select unnest(flatten(list_transform(option_nodes, lambda o:"
        " string_split(o, '|')))) as curie from items)"
        " union select up.node, e.object from up join edges e on e.relation = 'is_a' and e.subject = up.above"
        ") select node, above from up where node <> above"
    )
    made_from = [manifest["graph_sha256"], manifest["pipeline_sha256"], manifest["seed"]]
    db.execute("create table made_from as select ? as graph, ? as pipeline, ? as seed", made_from)
    db.execute("create table source (name varchar, licence varchar, may_publish boolean)")
    listed = [[entry["name"], entry["licence"], entry["licence"] in credits.OPEN] for entry in manifest["sources"]]
    db.executemany("insert into source values (?, ?, ?)", listed)
    cursor = db.execute("select * from items order by id")
    columns = [name for name, *_ in cursor.description]
    items = [dict(zip(columns, row)) for row in cursor.fetchall()]
    graph = Graph(
        db.execute("select curie, label, category, synonyms, obsolete from nodes").fetchall(),
        db.execute(f"select {', '.join(RELATION)} from relations").fetchall(),
        db.execute("select edge, subject, relation, object from edges").fetchall(),
    )
    qualifiers = db.execute("select edge, qualifiers from edges").fetchall()
    xrefs = db.execute("select curie, xrefs from nodes").fetchall()
    names = db.execute("select curie, label, source, synonyms, synonym_sources from nodes").fetchall()
    ends = db.execute("select edge, subject, object from edges").fetchall()
    weighed = figures.Scores(
        db.execute("select curie, category from nodes").fetchall(),
        db.execute("select subject, relation, object, source from edges").fetchall(),
    )
    of_items = rules.Rules(graph, qualifiers, xrefs, manifest["calibration"])
    return graph, of_items, credits.Credits(names, ends), weighed, items


def check(root, with_hashes, only=(), against=()):
    """Every check, or only some by their names, with its findings, in the order of their numbers; and how many items."""

    def is_wanted(title):
        return not only or title.split(" ", 1)[0] in only

    with open(os.path.join(root, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    found = {FILES: list(files(manifest, root, with_hashes)) if is_wanted(FILES) else []}
    db = duckdb.connect()
    try:
        graph, of_items, of_names, weighed, items = load(db, root, manifest)
    except (ValueError, duckdb.Error) as error:
        found[FILES].append(("data set", f"cannot be read: {error}"))
        return found, 0

    def each(look):
        for item in items:
            try:
                why = look(item)
            except Exception as error:  # What cannot be checked is not proved.
                why = f"cannot be checked: {error!r}"
            if why:
                yield item["id"], why

    def varied():
        ends = db.execute("select subject, object from edges").fetchall()
        return figures.diversity(manifest, items, weighed.category.items(), ends)

    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "checks.sql"), encoding="utf-8") as file:
        joins = dict(part.split("\n", 1) for part in re.split(r"^-- name: ", file.read(), flags=re.M)[1:])
    asked = queries.Queries(graph.relations)
    of_kinds = kinds.Kinds(of_items)
    looks = {
        "Q2 the binding proves the pattern": lambda item: proofs.bound(graph, item),
        "Q3 the key is the answer, and no other option can be": lambda item: proofs.proved(graph, item),
        "Q8 the question does not give the answer away": lambda item: proofs.leak(graph, item),
        next(title for title in joins if title.startswith("Q18 ")): lambda item: proofs.follows(graph, item),
        next(title for title in joins if title.startswith("Q28 ")): of_names.look,
        "REASONS against the wrong options are true": lambda item: proofs.reasons(graph, item),
        "KIN no option is kin of another": of_items.kin,
        "CLUES are frequent, telling and independent": of_items.clue_rules,
        "RIVAL nothing else in the graph nearly fits": of_items.rival,
        "TRUST is what risks, evidence and vocabularies leave": of_items.trust,
        "KINDS that are no choice are answered as the graph does": of_kinds.look,
        "HOPS are the longest way to the answer": rules.hops,
        "QUERY asks what the clauses ask": asked.look,
        "SCORES of a path are those of the graph": weighed.look,
    }
    wholes = {
        "RISKS are those that the descriptions of this graph give": lambda: risks(of_items, manifest),
        "WRONG every wrong path is right up to a step that the graph refutes": lambda: wrong(
            db, graph, of_items, items
        ),
        "TRIED every wrong path is accounted for": lambda: corruptions.accounted(db, manifest),
        "BALANCE neither habit nor position tells the answer": lambda: of_kinds.balance(items),
        "Q9 letters are balanced": lambda: letters(items),
        "CREDIT every source is credited for what it gave": lambda: credits.credited(db, manifest, root),
        "DIVERSITY is what the manifest says": varied,
        "NEAR nothing is asked twice in nearly the same words": lambda: near.near(items),
        "Q17 no item is a question of a benchmark": lambda: benchmarks.contaminated(db, manifest, items, against),
        "LISTED in dataset_info.json is what is there": lambda: trainers(manifest, root),
        "Q24 everything is accounted for": lambda: funnel(db, manifest),
    }
    for title, query in joins.items():
        if is_wanted(title):
            found[title] = db.execute(query).fetchall()
    for title, look in looks.items():
        if is_wanted(title):
            found[title] = found.get(title, []) + list(each(look))
    for title, look in wholes.items():
        if is_wanted(title):
            found[title] = list(look())

    def order(entry):
        number = re.match(r"Q(\d+) ", entry[0])
        return (0, int(number.group(1)), "") if number else (1, 0, entry[0])

    return dict(sorted(found.items(), key=order)), len(items)


def printable(text):
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", help="the folder of the data set")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--no-hashes", action="store_true", help="leave the hashes of the files out")
    parser.add_argument("--only", metavar="NAMES", default="", help="only these checks, as Q3,TRUST")
    parser.add_argument("--against", metavar="FILE", nargs="+", default=(), help="benchmarks: JSON lines or Parquet")
    options = parser.parse_args()
    only = tuple(filter(None, options.only.split(",")))
    found, n_items = check(options.dataset, not options.no_hashes, only, options.against)
    if len(found) < 2 and options.only not in ("", "SHA"):
        parser.error(f"no check is called {options.only}")
    n_findings = sum(map(len, found.values()))
    checks = {}
    for title, findings in found.items():
        name, metric = title.split(" ", 1)
        clean = 100 * max(n_items - len({where for where, _ in findings}), 0)
        value = f"{clean / n_items:.2f} %" if n_items else "-"
        checks[name] = {"metric": metric, "value": value, "findings": findings}
    if options.json:
        report = {"items": n_items, "findings": n_findings, "checks": checks}
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        print(f"{'id':8}{'value':>9}{'findings':>10}  metric")
        for name, row in checks.items():
            print(f"{name:8}{row['value']:>9}{len(row['findings']):>10}  {row['metric']}")
            for where, why in row["findings"][:5]:
                print(f"{'':29}{printable(where)}: {printable(why)}")
        print(f"{n_items} items, {n_findings} findings")
    return 0 if n_items and not n_findings else 1


if __name__ == "__main__":
    sys.exit(main())
