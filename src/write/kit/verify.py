#!/usr/bin/env python3
"""Re-checks a thinkpath data set without trusting whoever made it.

    python verify/verify.py DATASET [--json] [--no-hashes]

Needs duckdb and nothing else; imports nothing of thinkpath. Whatever can be recomputed is: answers from `clauses` and
the graph, failed clues from the graph, letters, splits, the funnel, and the hash of every file. Exit code 0 means no
finding. The numbers of the checks are those of the scorecard.

Two readings of the graph decide what is proved. Strictly, a triple holds if it is asserted, or follows by the
closure columns of `relations`: `object_up` says that an asserted object's ancestors (along is_a) hold too, and so on.
Loosely, it holds if it holds strictly, or for a node above or below either end, or through a relation in `conflicts`,
or for a node of the same category and name; except that an asserted object that tells less than `vague_below` nats
does not vouch for its kinds. A key must be a strict answer; of the options only the key may be a loose one.
"""
import argparse
import collections
import hashlib
import json
import math
import os
import re
import sys
import unicodedata

import duckdb

COMMON_STEMS = set(
    "abnor acute adult bilat chron conge decre defec defic delay disea disor eleva gener impai incre infan multi onset "
    "progr recur reduc sever short small syndr".split()
)


def normal(text):
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c.lower() if c.isalnum() else " " for c in text).split())


def stems(text):
    return {word[:5] for word in normal(text).split() if len(word) >= 5}


class Graph:
    """The three tables of `graph/`, asked under the two readings."""

    def __init__(self, db):
        rows = db.sql("select curie, label, category, synonyms, obsolete from nodes").fetchall()
        self.nodes = {curie: (label, category, synonyms or [], obsolete) for curie, label, category, synonyms, obsolete in rows}
        names = "relation is_symmetric is_transitive is_functional subject_up subject_down object_up object_down conflicts negates vague_below"
        rows = db.sql(f"select {', '.join(names.split())} from relations").fetchall()
        self.relations = {row[0]: dict(zip(names.split(), row)) for row in rows}
        self.edges = {}
        self.out = collections.defaultdict(lambda: collections.defaultdict(list))
        self.into = collections.defaultdict(lambda: collections.defaultdict(list))
        for edge, s, r, o in db.sql("select edge, subject, relation, object from edges").fetchall():
            self.edges[edge] = (s, r, o)
            self.out[r][s].append((o, edge))
            self.into[r][o].append((s, edge))
        same = collections.defaultdict(list)
        for curie, (label, category, _, obsolete) in self.nodes.items():
            if label and not obsolete:
                same[(category, normal(label))].append(curie)
        self.twins = {curie: set(group) - {curie} for group in same.values() if len(group) > 1 for curie in group}
        self.memo = {}
        self.vague = {name: self.vague_objects(name, row["vague_below"]) for name, row in self.relations.items() if row["vague_below"] is not None}

    def walk(self, node, table, key):
        found = self.memo.get((key, node))
        if found is None:
            found, todo = {node}, [node]
            while todo:
                for other, _ in table["is_a"].get(todo.pop(), ()):
                    if other not in found:
                        found.add(other)
                        todo.append(other)
            self.memo[(key, node)] = found
        return found

    def up(self, node):
        return self.walk(node, self.out, "up")

    def down(self, node):
        return self.walk(node, self.into, "down")

    def vague_objects(self, relation, bound):
        counts, subjects = collections.Counter(), 0
        for subject, objects in self.out[relation].items():
            subjects += 1
            counts.update(set().union(*(self.up(o) for o, _ in objects)))
        return {node for node, count in counts.items() if -math.log(count / subjects) < bound}

    def same(self, nodes):
        """The nodes and their namesakes."""
        return nodes | set().union(*(self.twins.get(n, set()) for n in nodes))

    def kin(self, node):
        line = lambda n: self.up(n) | self.down(n)
        return self.same(line(node)).union(*(line(n) for n in self.twins.get(node, set())))

    def asserted_for(self, node, end, relation, loose):
        """The nodes of which an assertion makes it true of this one."""
        row = self.relations[relation]
        if loose:
            found = self.kin(node)
            if end == "object" and relation in self.vague:
                below = set().union(*(self.down(n) for n in {node} | self.twins.get(node, set())))
                found = {n for n in found if n not in self.vague[relation] or n in below}
            return found
        return self.down(node) if row[end + "_up"] else self.up(node) if row[end + "_down"] else {node}

    def implied_by(self, node, end, relation, loose):
        row = self.relations[relation]
        if loose:
            if end == "object" and node in self.vague.get(relation, ()):
                return self.same(self.up(node))
            return self.kin(node)
        return self.up(node) if row[end + "_up"] else self.down(node) if row[end + "_down"] else {node}

    def named(self, relation, loose):
        return [relation] + (list(self.relations[relation]["conflicts"] or []) if loose else [])

    def supports(self, s, relation, o, loose):
        """The edges by which a triple holds."""
        row = self.relations[relation]
        if row["is_transitive"] and relation != "is_a" and not loose:
            return [True] if o in self.reach(s, relation, "object", loose) else []
        starts = self.asserted_for(s, "subject", relation, loose)
        ends = self.asserted_for(o, "object", relation, loose)
        found = []
        for name in self.named(relation, loose):
            ways = [(starts, ends)] + ([(ends, starts)] if self.relations[name]["is_symmetric"] else [])
            for left, right in ways:
                if len(left) <= len(right):
                    found += [e for n in left for to, e in self.out[name].get(n, ()) if to in right]
                else:
                    found += [e for n in right for to, e in self.into[name].get(n, ()) if to in left]
        return found

    def denied(self, s, relation, o):
        negatives = [name for name, row in self.relations.items() if row["negates"] == relation]
        return [edge for name in negatives for edge in self.supports(s, name, o, False)]

    def reach(self, node, relation, end, loose):
        """Every node at the `end` of the relation for which the triple with `node` at the other end holds."""
        row = self.relations[relation]
        near = "subject" if end == "object" else "object"
        if row["is_transitive"] and relation != "is_a" and not loose:
            found, todo = set(), [node]
            table = self.out if end == "object" else self.into
            while todo:
                for other, _ in table[relation].get(todo.pop(), ()):
                    if other not in found:
                        found.add(other)
                        todo.append(other)
            return found
        key = (node, relation, end, loose)
        if key in self.memo:
            return self.memo[key]
        asserted = set()
        for start in self.asserted_for(node, near, relation, loose):
            for name in self.named(relation, loose):
                symmetric = self.relations[name]["is_symmetric"]
                if end == "object" or symmetric:
                    asserted |= {other for other, _ in self.out[name].get(start, ())}
                if end == "subject" or symmetric:
                    asserted |= {other for other, _ in self.into[name].get(start, ())}
        found = set().union(*(self.implied_by(n, end, relation, loose) for n in asserted))
        self.memo[key] = found
        return found

    def bindings(self, clauses, loose, given=None):
        """All assignments of the variables that meet the clauses."""
        value = lambda term, bound: bound.get(term) if term.startswith("?") else term
        variables = sorted({t for c in clauses for t in (c["subject"], c["object"]) if t.startswith("?")})
        results = []

        def extend(bound):
            for c in clauses:
                s, o = value(c["subject"], bound), value(c["object"], bound)
                if s is None or o is None:
                    continue
                if c["absent"]:
                    met = not self.supports(s, c["relation"], o, False) if loose else self.denied(s, c["relation"], o)
                else:
                    met = self.supports(s, c["relation"], o, loose)
                if not met:
                    return
            free = [v for v in variables if v not in bound]
            if not free:
                results.append(dict(bound))
                return
            best = None
            for v in free:
                left = None
                for c in clauses:
                    if c["absent"]:
                        continue
                    if c["subject"] == v and value(c["object"], bound) is not None:
                        nodes = self.reach(value(c["object"], bound), c["relation"], "subject", loose)
                    elif c["object"] == v and value(c["subject"], bound) is not None:
                        nodes = self.reach(value(c["subject"], bound), c["relation"], "object", loose)
                    else:
                        continue
                    left = nodes if left is None else left & nodes
                if left is not None and (best is None or len(left) < len(best[1])):
                    best = (v, left)
            if best:
                for node in sorted(best[1]):
                    extend({**bound, best[0]: node})

        extend(dict(given or {}))
        return results


def members(text):
    return text.split("|") if text else []


def connected(item):
    """Q2: the binding is one piece, holds anchors and answer; a path joins hop by hop and visits no node twice."""
    path = item["path"]
    if not path:
        return "there is no binding"
    if item["kind"] == "path_explanation":
        ends = [(p["subject"], p["object"]) if p["forward"] else (p["object"], p["subject"]) for p in path]
        if any(left[1] != right[0] for left, right in zip(ends, ends[1:])):
            return "an edge does not start where the one before ended"
        visited = [ends[0][0]] + [end for _, end in ends]
        if len(set(visited)) < len(visited):
            return "a node is visited twice"
        if sorted(visited[1:-1]) != sorted(members(item["answer_node"])):
            return "the answer is not what lies between the ends"
    reached, left = {path[0]["subject"]}, list(path)
    while True:
        joined = [p for p in left if p["subject"] in reached or p["object"] in reached]
        if not joined:
            break
        for p in joined:
            reached |= {p["subject"], p["object"]}
            left.remove(p)
    if left:
        return "the edges do not connect"
    missing = set(item["anchors"]) | set(members(item["answer_node"]))
    missing -= reached
    return f"{sorted(missing)[0]} lies on no edge" if missing else None


def proved(graph, item):
    """Q3: the key is a strict answer, no other option is a loose one, and reasons are true."""
    clauses = item["clauses"]
    for c in clauses:
        if c["relation"] not in graph.relations or (c["absent"] and c["relation"] == "phenotype_absent"):
            return f"the clause with {c['relation']} cannot be read"
    if item["kind"] == "path_explanation":
        want = [p["object"] if p["forward"] else p["subject"] for p in item["path"]][:-1]
        for loose in (False, True):
            found = graph.bindings(clauses, loose)
            if [[b[v] for v in sorted(b)] for b in found] != [want]:
                return f"{len(found)} paths of the kind exist ({'loosely' if loose else 'strictly'})"
        return None
    strict = {b["?answer"] for b in graph.bindings(clauses, False)}
    loose = {b["?answer"] for b in graph.bindings(clauses, True)}
    key = members(item["answer_node"])
    if not key or not set(key) <= strict:
        return "the key is no strict answer"
    at = item["answer"]
    if at is None or item["option_nodes"][at] != item["answer_node"] or "ABCDE"[at] != item["answer_letter"]:
        return "the key option is not bound to the answer"
    if item["options"][at] != item["answer_text"]:
        return "the key option does not read like the answer"
    for n, option in enumerate(item["option_nodes"]):
        if n != at and set(members(option)) & loose:
            return f"option {option} may be an answer too"
    if sorted(loose - set(key)) != sorted(item["other_answers"]):
        return "the other answers are not those that are noted"
    vignette = any(c["relation"] == "has_phenotype" and not c["object"].startswith("?") for c in clauses)
    if vignette and loose != set(key):
        return "something that is not offered may be an answer"
    return reasons(graph, item)


def reasons(graph, item):
    """Every wrong option fails what it is said to fail, and what is called denied is denied."""
    clauses, wrong = item["clauses"], set(item["option_nodes"]) - {item["answer_node"]}
    if {r["node"] for r in item["distractor_reasons"]} != wrong:
        return "a wrong option has no reason"
    for reason in item["distractor_reasons"]:
        for failed in reason["failed"]:
            clause = clauses[failed]
            # The clause alone, with those that only tie variables (or an anchor's subject) to it.
            ties = [c for n, c in enumerate(clauses) if n != failed and not c["absent"] and c["object"].startswith("?")]
            for node in members(reason["node"]):
                if clause["absent"]:
                    if not graph.supports(clause["subject"], clause["relation"], node, False):
                        return f"{node} does not fail the absent clause"
                elif graph.bindings([clause] + ([] if len(ties) > 1 and not clause["subject"].startswith("?") else ties), True, {"?answer": node}):
                    return f"{node} does not fail clause {failed}"
        vignette = any(c["relation"] == "has_phenotype" and not c["object"].startswith("?") for c in clauses)
        if reason["class"] == "unsupported" and vignette and len(reason["failed"]) < 2:
            return f"{reason['node']} fails a single clue"
        if reason["class"] == "denied":
            for edge in reason["edges"]:
                if edge not in graph.edges:
                    return f"the denying edge {edge} does not exist"
            if not any(denies(graph, item, reason, edge) for edge in reason["edges"]):
                return f"nothing denies {reason['node']}"
    return None


def denies(graph, item, reason, edge):
    """An edge denies an option if it is a negative one about it, the positive one that an absent clause rules out, or
    the only value of a functional relation that the key follows from."""
    s, r, o = graph.edges[edge]
    for clause in item["clauses"]:
        if clause["absent"] and r == clause["relation"] and s == clause["subject"] and reason["node"] in graph.up(o):
            return True
    if graph.relations[r]["negates"]:
        return reason["node"] in (s, o)
    return graph.relations[r]["is_functional"] and s in item["anchors"] and reason["node"] not in graph.up(o)


def leak(graph, item):
    """Q8: no name of the key, and no telling stem of one, stands in the question."""
    told, told_stems = f" {normal(item['question'])} ", stems(item["question"])
    others = [stems(text) for n, text in enumerate(item["options"]) if n != item["answer"]]
    for node in members(item["answer_node"]):
        label, _, synonyms, _ = graph.nodes.get(node, ("", "", [], True))
        for name in [label] + list(synonyms):
            if len(normal(name)) >= 3 and f" {normal(name)} " in told:
                return f"the question holds “{name}”"
            for stem in (stems(name) & told_stems) - COMMON_STEMS:
                if not others or not all(stem in other for other in others):
                    return f"the question and “{name}” share “{stem}”"
    return None


def chi2_p(counts):
    """p of the chi-squared test against equal shares; closed forms for one to four degrees of freedom."""
    total, k = sum(counts), len(counts)
    x = sum((c - total / k) ** 2 / (total / k) for c in counts)
    if k == 4:
        return math.erfc(math.sqrt(x / 2)) + math.sqrt(2 * x / math.pi) * math.exp(-x / 2)
    return math.exp(-x / 2) * (1 + x / 2) if k == 5 else math.exp(-x / 2) if k == 3 else math.erfc(math.sqrt(x / 2))


def letters(items):
    """Q9: letters are balanced overall, by split, by stratum, by hops."""
    groups = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    for item in items:
        if item["answer"] is not None:
            for name in ("all", f"split {item['split']}", f"stratum {item['stratum']}", f"hops {item['hops']}"):
                groups[name][len(item["options"])][item["answer"]] += 1
    for name, by_size in groups.items():
        for size, counter in by_size.items():
            counts = [counter[n] for n in range(size)]
            if name == "all" or name.startswith("split"):
                if max(counts) - min(counts) > 1:
                    yield name, f"letters stand {counts}"
            elif chi2_p(counts) <= 0.05:
                yield name, f"letters stand {counts}"


def funnel(db, manifest, root):
    """Q24: everything mined and everything read is accounted for."""
    f = manifest["funnel"]
    if f["mined"] != f["written"] + sum(f["rejected"].values()):
        yield "manifest", "mined is not written + rejected"
    if db.sql("select count(*) from items").fetchall()[0][0] != f["written"]:
        yield "manifest", "the number of items is not that of the funnel"
    rows = dict(db.sql("select rejected_by, count(*) from rejected group by 1").fetchall())
    if rows != f["rejected"]:
        yield "manifest", f"rejected/ holds {rows}, the funnel {f['rejected']}"
    if db.sql("select count(*) from rejected where coalesce(rejected_because, '') = ''").fetchall()[0][0]:
        yield "rejected", "a row does not say why"
    splits = dict(db.sql("select split, count(*) from items group by 1").fetchall())
    if splits != {name: n for name, n in manifest["splits"].items() if n}:
        yield "manifest", f"splits hold {splits}"
    for row in manifest["ingest"]:
        if row["read"] != row["loaded"] + row["duplicates"] + row["left_out"] + row["quarantined"]:
            yield row["file"], "read is not loaded + duplicates + left out + quarantined"


def hashes(manifest, root):
    for entry in manifest["files"]:
        path = os.path.join(root, entry["path"])
        if not os.path.isfile(path):
            yield entry["path"], "is missing"
        else:
            with open(path, "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != entry["sha256"]:
                    yield entry["path"], "has another SHA-256 than the manifest says"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", help="the folder of the data set")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--no-hashes", action="store_true", help="leave the hashes of the files out")
    options = parser.parse_args()
    root = options.dataset
    with open(os.path.join(root, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    db = duckdb.connect()
    listed = [entry["path"] for entry in manifest["files"]]
    for table, folder in (("items", "items"), ("rejected", "rejected")):
        files = [os.path.join(root, p) for p in listed if re.fullmatch(folder + r"/[^/]+\.parquet", p)]
        db.execute(f"create table {table} as select * from read_parquet(?)", [files])
    for table in ("nodes", "edges", "relations"):
        db.execute(f"create table {table} as select * from read_parquet(?)", [os.path.join(root, "graph", table + ".parquet")])
    db.execute(
        "create table kind as with recursive up(node, above) as (select subject, object from edges where relation = 'is_a'"
        " union select up.node, e.object from up join edges e on e.relation = 'is_a' and e.subject = up.above"
        ") select * from up where node in (select unnest(flatten(list_transform(option_nodes, lambda o: string_split(o, '|')))) from items)"
    )
    cursor = db.sql("select * from items order by id")
    columns = [name for name, *_ in cursor.description]
    items = [dict(zip(columns, row)) for row in cursor.fetchall()]
    graph = Graph(db)

    found = collections.OrderedDict()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "checks.sql"), encoding="utf-8") as file:
        named = re.split(r"^-- name: ", file.read(), flags=re.M)[1:]
    for text in named:
        title, query = text.split("\n", 1)
        found[title] = db.sql(query).fetchall()
    each = lambda check: [(i["id"], why) for i in items for why in [check(i)] if why]
    found["Q2 the binding is one piece and holds anchors and key"] = each(connected)
    found["Q3 the key is the answer, and no other option can be"] = each(lambda i: proved(graph, i))
    found["Q8 the question does not give the answer away"] = each(lambda i: leak(graph, i))
    found["Q9 letters are balanced"] = list(letters(items))
    found["Q24 everything is accounted for"] = list(funnel(db, manifest, root))
    if not options.no_hashes:
        found["SHA every file is the one that the manifest names"] = list(hashes(manifest, root))
    order = lambda title: int(re.match(r"Q(\d+)", title).group(1)) if title.startswith("Q") else 99
    found = dict(sorted(found.items(), key=lambda entry: order(entry[0])))
    n_findings = sum(map(len, found.values()))
    if options.json:
        checks = {title.split(" ", 1)[0]: {"title": title.split(" ", 1)[1], "findings": rows} for title, rows in found.items()}
        print(json.dumps({"items": len(items), "findings": n_findings, "checks": checks}, ensure_ascii=False, indent=1))
    else:
        for title, rows in found.items():
            print(f"{'ok  ' if not rows else 'FAIL'}  {title}" + (f": {len(rows)} findings" if rows else ""))
            for where, why in rows[:5]:
                print(f"        {where}: {why}".encode("unicode_escape").decode() if not str(why).isprintable() else f"        {where}: {why}")
        print(f"{len(items)} items, {n_findings} findings")
    return 1 if n_findings or not items else 0


if __name__ == "__main__":
    sys.exit(main())
