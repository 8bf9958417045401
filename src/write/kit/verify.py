#!/usr/bin/env python3
"""Re-checks a thinkpath data set without trusting whoever made it.

    python verify/verify.py DATASET [--json] [--no-hashes]

Needs duckdb and nothing else; imports nothing of thinkpath. No column is trusted that can be recomputed: answers come
from `clauses` and the graph, so do failed clues and denials; patterns, anchors and ids come from `clauses`; letters,
splits, the funnel and the hash of every file are counted again. Exit code 0 means no finding. The numbers of the
checks are those of the scorecard; what has no number there has a name. Checks that are joins stand in `checks.sql`.

Two readings of the graph decide what is proved. Strictly, a triple holds if it is asserted, or follows by the
closure columns of `relations`: `object_up` says that an asserted object's ancestors (along is_a) hold too, and so on.
Loosely, it holds if it holds strictly, or for a node above or below either end, or through a relation in `conflicts`,
or for a node of the same category and name; except that an asserted object that tells less than `vague_below` nats
does not vouch for its kinds. An absent clause is met strictly by an edge of a relation that `negates` it, and loosely
unless the positive triple holds strictly. A key must be a strict answer; of the options only the key may be a loose
one.
"""
import argparse
import collections
import functools
import hashlib
import json
import math
import os
import re
import sys
import unicodedata

import duckdb

# More candidates than this make no proof that anyone could follow.
BUDGET = 200_000

FILES = "SHA every file is the one that the manifest names"

# Stems that tie no two names together.
COMMON_STEMS = set(
    "abnor acute adult bilat chron conge decre defec defic delay disea disor eleva gener impai incre infan multi onset "
    "progr recur reduc sever short small syndr".split()
)

RELATION = (
    "relation is_symmetric is_transitive is_functional subject_up subject_down object_up object_down conflicts negates "
    "vague_below".split()
)

# The columns of the views that are looked at; a data set need not have every view.
VIEWS = {
    "sft": "messages struct(role varchar, content varchar)[]",
    "grpo": "prompt struct(role varchar, content varchar)[], solution varchar, answer_letter varchar",
    "bench": "question varchar, choices varchar[], answer bigint, target_letter varchar",
}


ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


@functools.lru_cache(maxsize=None)
def normal(text):
    """A name without case, accents and punctuation."""
    if text.isascii():
        return " ".join(text.translate(ASCII).split())
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c.lower() if c.isalnum() else " " for c in text).split())


def stems(text):
    return {word[:5] for word in normal(text).split() if len(word) >= 5}


def members(text):
    """The nodes of an option: one, or a set joined by `|`."""
    return text.split("|") if text else []


def is_variable(term):
    return term.startswith("?")


class Graph:
    """Edges, asked under the two readings."""

    def __init__(self, nodes, relations, edges):
        self.nodes = {curie: rest for curie, *rest in nodes}
        self.relations = {row[0]: dict(zip(RELATION, row)) for row in relations}
        self.parents, self.children = collections.defaultdict(list), collections.defaultdict(list)
        for _, s, r, o in edges:
            if r == "is_a":
                self.parents[s].append(o)
                self.children[o].append(s)
        self.walked = {}
        self.assert_edges(edges)
        same = collections.defaultdict(list)
        for curie, (label, category, _, obsolete) in self.nodes.items():
            if label and not obsolete:
                same[(category, normal(label))].append(curie)
        self.twins = {one: set(group) - {one} for group in same.values() if len(group) > 1 for one in group}
        bounds = {name: row["vague_below"] for name, row in self.relations.items()}
        self.vague = {name: self.vague_objects(name, at) for name, at in bounds.items() if at is not None}

    def assert_edges(self, edges):
        self.edges = {edge: (s, r, o) for edge, s, r, o in edges}
        self.reached = {}
        self.out, self.into = ({name: collections.defaultdict(list) for name in self.relations} for _ in range(2))
        for edge, s, r, o in edges:
            self.out[r][s].append((o, edge))
            self.into[r][o].append((s, edge))

    def only(self, edges):
        """A graph that asserts nothing but some of the edges; kinds stay kinds."""
        part = Graph.__new__(Graph)
        part.__dict__.update(self.__dict__)
        part.assert_edges([(edge, *self.edges[edge]) for edge in edges if edge in self.edges])
        return part

    def walk(self, node, table):
        found = self.walked.get((id(table), node))
        if found is None:
            found, todo = {node}, [node]
            while todo:
                for other in table.get(todo.pop(), ()):
                    if other not in found:
                        found.add(other)
                        todo.append(other)
            self.walked[(id(table), node)] = found
        return found

    def up(self, node):
        return self.walk(node, self.parents)

    def down(self, node):
        return self.walk(node, self.children)

    def vague_objects(self, relation, bound):
        counts, subjects = collections.Counter(), 0
        for objects in self.out[relation].values():
            subjects += 1
            counts.update(set().union(*(self.up(o) for o, _ in objects)))
        return {node for node, count in counts.items() if -math.log(count / subjects) < bound}

    def named(self, node):
        return {node} | self.twins.get(node, set())

    def namesakes(self, nodes):
        """The nodes and all that have their names."""
        return nodes.union(*(self.twins[one] for one in nodes & self.twins.keys()))

    def kin(self, node):
        return self.namesakes(set().union(*(self.up(one) | self.down(one) for one in self.named(node))))

    def asserted_for(self, node, end, relation, loose):
        """The nodes of which an assertion makes it true of this one."""
        row = self.relations[relation]
        if not loose:
            return self.down(node) if row[end + "_up"] else self.up(node) if row[end + "_down"] else {node}
        found = self.kin(node)
        if end == "object" and relation in self.vague:
            below = set().union(*(self.down(one) for one in self.named(node)))
            found -= self.vague[relation] - below
        return found

    def implied_by(self, node, end, relation, loose):
        """The nodes of which an assertion about this one makes it true."""
        row = self.relations[relation]
        if not loose:
            return self.up(node) if row[end + "_up"] else self.down(node) if row[end + "_down"] else {node}
        if end == "object" and node in self.vague.get(relation, ()):
            return self.namesakes(self.up(node))
        return self.kin(node)

    def readings(self, relation, loose):
        return [relation] + (list(self.relations[relation]["conflicts"] or []) if loose else [])

    def is_chain(self, relation):
        return self.relations[relation]["is_transitive"] and relation != "is_a"

    def reach(self, node, relation, end, loose):
        """Every node at the `end` of the relation for which the triple with `node` at the other end holds."""
        key = (node, relation, end, loose)
        if key in self.reached:
            return self.reached[key]
        tables = [self.out, self.into] if end == "object" else [self.into, self.out]
        found = set()
        if self.is_chain(relation):
            todo = [node]
            while todo:
                new = {other for other, _ in tables[0][relation].get(todo.pop(), ())} - found
                found |= new
                todo += new
        if loose or not self.is_chain(relation):
            asserted = set()
            for start in self.asserted_for(node, "subject" if end == "object" else "object", relation, loose):
                for name in self.readings(relation, loose):
                    for table in tables[: 1 + self.relations[name]["is_symmetric"]]:
                        asserted.update(other for other, _ in table[name].get(start, ()))
            found.update(*(self.implied_by(one, end, relation, loose) for one in asserted))
        self.reached[key] = found
        return found

    def supports(self, s, relation, o, loose):
        """The edges by which a triple holds; for a chain, all edges of the relation that leave its nodes."""
        found = []
        if self.is_chain(relation):
            after = self.reach(s, relation, "object", False)
            if o in after:
                found = [edge for node in {s} | after for _, edge in self.out[relation].get(node, ())]
            if not loose:
                return found
        starts = self.asserted_for(s, "subject", relation, loose)
        ends = self.asserted_for(o, "object", relation, loose)
        for name in self.readings(relation, loose):
            for left, right in [(starts, ends), (ends, starts)][: 1 + self.relations[name]["is_symmetric"]]:
                if len(left) <= len(right):
                    found += [e for n in left for to, e in self.out[name].get(n, ()) if to in right]
                else:
                    found += [e for n in right for to, e in self.into[name].get(n, ()) if to in left]
        return found

    def denials(self, s, relation, o):
        """The negative edges that deny a triple. A missing edge never does."""
        negatives = [name for name, row in self.relations.items() if row["negates"] == relation]
        return [edge for name in negatives for edge in self.supports(s, name, o, False)]

    def is_met(self, clause, s, o, loose):
        if not clause["absent"]:
            return bool(self.supports(s, clause["relation"], o, loose))
        if loose:
            return not self.supports(s, clause["relation"], o, False)
        return bool(self.denials(s, clause["relation"], o))

    def bindings(self, clauses, loose, given=None):
        """All assignments of the variables that meet the clauses."""
        ends = [(c, c["subject"], c["object"]) for c in clauses]
        variables = sorted({term for _, s, o in ends for term in (s, o) if is_variable(term)})
        # Who is a candidate meets the positive clauses; what was given is looked at with all of them.
        watched = [(c, s, o) for c, s, o in ends if c["absent"] or given]
        results, visited = [], 0

        def value(term, bound):
            return bound.get(term) if is_variable(term) else term

        def candidates(variable, bound):
            left = None
            for c, s, o in ends:
                if c["absent"] or variable not in (s, o):
                    continue
                other, end = (o, "subject") if s == variable else (s, "object")
                if value(other, bound) is not None:
                    nodes = self.reach(value(other, bound), c["relation"], end, loose)
                    left = nodes if left is None else left & nodes
            return left

        def extend(bound, new):
            nonlocal visited
            for c, s, o in watched:
                if new is None or new in (s, o):
                    left, right = value(s, bound), value(o, bound)
                    if left is not None and right is not None and not self.is_met(c, left, right, loose):
                        return
            free = [(v, candidates(v, bound)) for v in variables if v not in bound]
            if not free:
                results.append(bound)
                return
            found = [(len(nodes), v, nodes) for v, nodes in free if nodes is not None]
            for node in sorted(min(found)[2]) if found else ():
                visited += 1
                if visited > BUDGET:
                    raise ValueError(f"the proof has to look at more than {BUDGET} candidates")
                extend({**bound, min(found)[1]: node}, min(found)[1])

        extend(dict(given or {}), None)
        return results


def is_open(item):
    """Whether all variables are asked: a path, whose inner nodes are the answer."""
    return not any("?answer" in (c["subject"], c["object"]) for c in item["clauses"])


def told(item):
    """The nodes of the binding in the order of telling, as (from, to) of each hop."""
    return [(p["subject"], p["object"]) if p["forward"] else (p["object"], p["subject"]) for p in item["path"]]


def bound(graph, item):
    """Q2: the binding proves the pattern by itself; a path joins hop by hop and visits no node twice."""
    hops = told(item)
    if not hops:
        return "there is no binding"
    part = graph.only([p["edge"] for p in item["path"]])
    if not is_open(item):
        for node in members(item["answer_node"]):
            if not part.bindings(item["clauses"], False, {"?answer": node}):
                return f"the edges of the binding do not lead from the anchors to {node}"
        return None
    if any(left[1] != right[0] for left, right in zip(hops, hops[1:])):
        return "an edge does not start where the one before ended"
    visited = [hops[0][0]] + [end for _, end in hops]
    if len(set(visited)) < len(visited):
        return "a node is visited twice"
    if {visited[0], visited[-1]} != set(item["anchors"]):
        return "the path does not run from anchor to anchor"
    if visited[1:-1] not in [[b[v] for v in sorted(b)] for b in part.bindings(item["clauses"], False)]:
        return "the edges of the binding do not meet the clauses"
    return None


def proved(graph, item):
    """Q3: the key is a strict answer, and no other option is a loose one."""
    clauses, key = item["clauses"], members(item["answer_node"])
    for c in clauses:
        row = graph.relations.get(c["relation"])
        if row is None or row["negates"]:
            return f"a clause has the relation {c['relation']}, which is none or itself a denial"
    if not key or key != sorted(set(key)):
        return "the key is no sorted set of nodes"
    if is_open(item) != (item["kind"] == "path_explanation") or is_open(item) != (not item["options"]):
        return "kind, options and the variables that are asked do not go together"
    if is_open(item):
        for loose in (False, True):
            found = graph.bindings(clauses, loose)
            if len(found) != 1 or sorted(found[0].values()) != key:
                return f"{len(found)} paths of the kind exist ({'loosely' if loose else 'strictly'}), or another one"
        return "an open item has a key option" if item["answer"] is not None or item["other_answers"] else None
    strict, loose = ({b["?answer"] for b in graph.bindings(clauses, way)} for way in (False, True))
    if not set(key) <= strict:
        return "the key is no strict answer"
    at, nodes = item["answer"], item["option_nodes"]
    if at is None or not 0 <= at < len(nodes) or nodes[at] != item["answer_node"]:
        return "the key option is not bound to the answer"
    if "ABCDE"[at] != item["answer_letter"] or item["options"][at] != item["answer_text"]:
        return "letter or text of the key are not those of the answer"
    for n, option in enumerate(nodes):
        if n != at and set(members(option)) & loose:
            return f"option {option} may be an answer too"
    if sorted(loose - set(key)) != sorted(item["other_answers"]):
        return "the other answers are not those that are noted"
    is_case = any(c["relation"] == "has_phenotype" and not is_variable(c["object"]) for c in clauses)
    return "something that is not offered may be an answer" if is_case and loose != set(key) else None


def fails(graph, clauses, at, node):
    """Whether a node, as the answer, fails a clause even loosely: alone, or with the clauses that tie it to others."""
    clause = clauses[at]
    variables = {t for t in (clause["subject"], clause["object"]) if is_variable(t)}
    ties = [c for c in clauses if c is not clause and is_variable(c["subject"]) and is_variable(c["object"])]
    asked = [clause] if variables == {"?answer"} else clauses if len(variables) == 2 else [clause] + ties
    return not graph.bindings(asked, True, {"?answer": node})


def reasons(graph, item):
    """REASONS: every wrong option fails what it is said to fail, and what is called denied is denied."""
    clauses, wrong = item["clauses"], [n for at, n in enumerate(item["option_nodes"]) if at != item["answer"]]
    if sorted(reason["node"] for reason in item["distractor_reasons"]) != sorted(wrong):
        return "the reasons are not those of the wrong options"
    is_case = any(c["relation"] == "has_phenotype" and not is_variable(c["object"]) for c in clauses)
    for reason in item["distractor_reasons"]:
        node, failed = reason["node"], reason["failed"]
        if not failed or len(set(failed)) < len(failed) or not all(0 <= at < len(clauses) for at in failed):
            return f"{node} is said to fail no clause, one twice, or one that is none"
        for at in failed:
            if not all(fails(graph, clauses, at, one) for one in members(node)):
                return f"{node} does not fail clause {at}"
        if reason["class"] == "unsupported" and (reason["edges"] or (is_case and len(failed) < 2)):
            return f"{node} is called unsupported, but fails a single clue or cites a denial"
        if reason["class"] == "denied":
            ways = [denies(graph, item, reason, edge) for edge in reason["edges"]]
            if None in ways or not any(ways):
                return f"not every edge cited against {node} denies it"
        elif reason["class"] != "unsupported":
            return f"{node} is called {reason['class']}"
    risk = sum(reason["risk"] for reason in item["distractor_reasons"])
    return None if 0 <= item["confidence"] <= 1 - risk + 1e-9 else "the confidence is not what the risks leave"


def denies(graph, item, reason, edge):
    """True if an edge denies an option: it is what an absent clause rules out, a negative edge about the clause that
    fails, or the one value of a functional relation that the key follows from. False if it only says more: that key
    and option exclude each other. None if it has nothing to do with the option."""
    if edge not in graph.edges:
        return None
    s, r, _ = graph.edges[edge]
    for node in members(reason["node"]):
        for clause in (item["clauses"][at] for at in reason["failed"]):
            ends = [node if t == "?answer" else t for t in (clause["subject"], clause["object"])]
            if not any(map(is_variable, ends)):
                triple = (ends[0], clause["relation"], ends[1])
                if edge in (graph.supports(*triple, False) if clause["absent"] else graph.denials(*triple)):
                    return True
        if graph.relations[r]["is_functional"] and (s, r) in [(c["subject"], c["relation"]) for c in item["clauses"]]:
            return True
        if graph.relations[r]["is_symmetric"] and edge in graph.supports(item["answer_node"], r, node, False):
            return False
    return None


def leak(graph, item):
    """Q8: no name of the key, and no telling stem of one, stands in the question."""
    question, question_stems = f" {normal(item['question'])} ", stems(item["question"])
    others = [stems(text) for n, text in enumerate(item["options"]) if n != item["answer"]]
    for node in members(item["answer_node"]):
        label, _, synonyms, _ = graph.nodes.get(node, ("", "", [], True))
        for name in [label or "", *(synonyms or [])]:
            if len(normal(name)) >= 3 and f" {normal(name)} " in question:
                return f"the question holds “{name}”"
            for stem in (stems(name) & question_stems) - COMMON_STEMS:
                if not others or not all(stem in other for other in others):
                    return f"the question and “{name}” share “{stem}”"
    return None


def follows(graph, item):
    """Q18: what a step names, of the nodes of the item, are ends of edges that it cites or words that it quotes. Where
    an option is excluded, what lies on the binding may be named, and what the cited edges are said to deny."""

    def name(node):
        return normal((graph.nodes.get(node) or [""])[0] or "")

    nodes = members("|".join(item["option_nodes"] + item["anchors"] + [item["answer_node"]]))
    on_path = {end for hop in told(item) for end in hop}
    for step in item["steps"]:
        text, spans = f" {normal(step['text'])} ", " | ".join(f" {normal(span)} " for span in step["spans"])
        known = {end for edge in step["edges"] if edge in graph.edges for end in graph.edges[edge][::2]}
        if step["kind"] == "exclude":
            denied = [r for r in item["distractor_reasons"] if r["edges"] and set(r["edges"]) <= set(step["edges"])]
            known |= on_path.union(*(members(reason["node"]) for reason in denied))
        # Longer names first: "seizure" inside "focal seizure" is no name of its own.
        for node in sorted(known | set(nodes), key=lambda node: (-len(name(node)), node not in known)):
            said = f" {name(node)} "
            if said.strip() and said in text:
                text = text.replace(said, " | ")
                if said not in spans and not (graph.up(node) | graph.down(node)) & known:
                    return f"a step names “{said.strip()}”, which is no end of an edge that it cites"
    return None


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


def load(db, root, manifest):
    """Makes the tables that the checks ask; returns the graph and the items."""

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
    cursor = db.execute("select * from items order by id")
    columns = [name for name, *_ in cursor.description]
    items = [dict(zip(columns, row)) for row in cursor.fetchall()]
    graph = Graph(
        db.execute("select curie, label, category, synonyms, obsolete from nodes").fetchall(),
        db.execute(f"select {', '.join(RELATION)} from relations").fetchall(),
        db.execute("select edge, subject, relation, object from edges").fetchall(),
    )
    return graph, items


def check(root, with_hashes):
    """Every check with its findings, in the order of their numbers; and how many items there are."""
    with open(os.path.join(root, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    found = {FILES: list(files(manifest, root, with_hashes))}
    db = duckdb.connect()
    try:
        graph, items = load(db, root, manifest)
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

    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "checks.sql"), encoding="utf-8") as file:
        for part in re.split(r"^-- name: ", file.read(), flags=re.M)[1:]:
            title, query = part.split("\n", 1)
            found[title] = db.execute(query).fetchall()
    found["Q2 the binding proves the pattern"] = list(each(lambda item: bound(graph, item)))
    found["Q3 the key is the answer, and no other option can be"] = list(each(lambda item: proved(graph, item)))
    found["Q8 the question does not give the answer away"] = list(each(lambda item: leak(graph, item)))
    found["Q9 letters are balanced"] = list(letters(items))
    found[next(title for title in found if title.startswith("Q18 "))] += list(each(lambda item: follows(graph, item)))
    found["Q24 everything is accounted for"] = list(funnel(db, manifest))
    found["REASONS against the wrong options are true"] = list(each(lambda item: reasons(graph, item)))

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
    options = parser.parse_args()
    found, n_items = check(options.dataset, not options.no_hashes)
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
