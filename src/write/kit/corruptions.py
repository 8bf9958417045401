"""Wrong thinking paths: each is its item's own up to one step, and the graph refutes what that step says."""
import collections
import itertools

from proofs import QUERIES, is_open
from readings import members, normal

# What a finding may have in common with those of a disease, in nats, and yet not be suspected of it.
MAX_RELATED = 2.5

POSITIVE, NEGATIVE = ("holds", "often", "only"), ("not_recorded", "denied")


class Corruptions:
    """Asks the graph about wrong steps; knows what held-out items ask for."""

    def __init__(self, graph, of_items, items, edge_sources, node_sources):
        self.graph, self.of_items = graph, of_items
        self.edge_sources, self.node_sources = edge_sources, node_sources
        self.items = {item["id"]: item for item in items}
        self.held_out = {}
        for item in items:
            if item["split"] != "train":
                key = set(members(item["answer_node"]))
                for p in item["path"]:
                    if key & {p["subject"], p["object"]}:
                        self.held_out[frozenset((p["subject"], p["object"]))] = item["split"]

    def ends(self, edge):
        return frozenset(self.graph.edges[edge][::2])

    def look(self, row):
        """WRONG: what is wrong with a wrong path; None if its first wrong step is refuted, and all before is right."""
        item = self.items.get(row["item_id"])
        if item is None:
            return "its item is none"
        if row["split"] != item["split"]:
            return f"stands in {row['split']}, its item in {item['split']}"
        steps, own, at = row["steps"], item["steps"], row["first_wrong_step"]
        if not 0 <= at < len(steps) or steps[-1]["kind"] != "conclude":
            return "has no wrong step, or comes to no conclusion"
        todo = iter(own)
        if not all(any(step == other for other in todo) for step in steps[:at]):
            return "a step before the wrong one is not the item's, or not in its order"
        if row["ground"] != "not_connected" and steps[at]["text"] in [step["text"] for step in own]:
            return "the step that is called wrong is the item's own"
        if not 0 <= row["original_step"] < len(own) or own[row["original_step"]]["text"] != row["original_text"]:
            return "what it is said to replace is no step of the item"
        cited = [edge for step in steps for edge in step["edges"]] + row["refuting_edges"]
        if not all(edge in self.graph.edges for edge in cited):
            return "cites an edge that is none"
        return self.concluded(item, row) or self.foreign(item, row, cited) or self.unrefuted(item, row)

    def concluded(self, item, row):
        """What it concludes is an option of the item, or of an open one what its last step says."""
        if not item["options"]:
            return "an open answer has a letter" if row["answer_letter"] else None
        letters = (row["answer_letter"] or "?").split(", ")
        order = ["ABCDE".find(letter) for letter in letters]
        if item["kind"] in ("ranked_list", "multiple_answer"):
            return self.concluded_several(item, row, order)
        at = order[0] if len(order) == 1 else -1
        if not 0 <= at < len(item["options"]):
            return "concludes what is no option"
        # Verdicts are no nodes.
        node = item["option_nodes"][at] if item["option_nodes"] else ""
        if (row["answer_node"], row["answer_text"]) != (node, item["options"][at]):
            return "its letter leads to another answer"
        return None

    def concluded_several(self, item, row, order):
        """An order of all options, or several that are said to be right."""
        is_ranking = item["kind"] == "ranked_list"
        if len(set(order)) < len(order) or not all(0 <= at < len(item["options"]) for at in order):
            return "concludes what is no option"
        if order == item["answers"] and row["ground"] == "not_the_answer":
            return "concludes what is right"
        if is_ranking and len(order) < len(item["options"]) or not is_ranking and order != sorted(order):
            return "its letters are no order of the options, or not in order"
        texts, nodes = ([item[name][at] for at in order] for name in ("options", "option_nodes"))
        expected = (nodes[0], texts) if is_ranking else ("|".join(sorted(nodes)), sorted(texts))
        if (row["answer_node"], row["answer_text"].split("; ")) != expected:
            return "its letters lead to another answer"
        return None

    def foreign(self, item, row, cited):
        """It uses no source that its item does not, and tells no answer of another split."""
        nodes = {node for c in row["claims"] for node in c["named"] + c["subjects"] + c["objects"]}
        nodes.update(*(self.ends(edge) for edge in cited))
        sources = {self.edge_sources[edge] for edge in cited} | {self.node_sources[n] for n in nodes if n in self.node_sources}
        if not sources <= set(item["sources"]):
            return f"uses {', '.join(sorted(sources - set(item['sources'])))}, which its item does not"
        of_item = [p["edge"] for p in item["path"]]
        of_item += [edge for step in item["steps"] for edge in step["edges"]]
        of_item += [edge for reason in item["distractor_reasons"] for edge in reason["edges"]]
        known = {self.ends(edge) for edge in of_item if edge in self.graph.edges}
        for edge in cited:
            if self.ends(edge) not in known and self.held_out.get(self.ends(edge), item["split"]) != item["split"]:
                return f"cites edge {edge}, an answer edge of another split"
        return None

    def unrefuted(self, item, row):
        """Why the claim that is called refuted may be true."""
        at, claims = row["refuted_claim"], row["claims"]
        if not 0 <= at < len(claims):
            return "no claim is refuted"
        claim, text = claims[at], row["steps"][row["first_wrong_step"]]["text"]
        # An order names what it ranks, and not what is counted.
        named = {"no_other_path": [], "order": claim["subjects"]}.get(claim["sense"], claim["objects"])
        if not all(self.is_named(node, text) for node in named):
            return "the wrong step does not say what it is said to claim"
        refutes = getattr(self, "by_" + row["ground"], None)
        if refutes is None or not refutes(item, row, claim):
            return f"the wrong step is not refuted by what is {row['ground']}"
        return None

    def is_named(self, node, text):
        """Whether a text has most words of a node's name: findings are re-phrased."""
        words, said = normal(self.graph.nodes[node][0]).split(), set(normal(text).split())
        return sum(word in said for word in words) * 2 >= len(words) or normal(node.split(":", 1)[1]) in normal(text)

    def triples(self, claim):
        return [(s, claim["relation"], o) for s, o in itertools.product(claim["subjects"], claim["objects"])]

    def is_strict(self, triple, graph=None):
        return bool((graph or self.graph).supports(*triple, False))

    def denying(self, triple):
        """The edges that deny a triple: negative ones, or those that give a functional relation another value."""
        s, r, o = triple
        found = self.graph.denials(*triple)
        if found or not self.graph.relations[r]["is_functional"]:
            return found
        values = self.graph.out[r].get(s, ())
        is_other = all(to not in self.graph.up(o) | self.graph.down(o) for to, _ in values)
        return [edge for _, edge in values] if is_other else []

    def by_denied(self, item, row, claim):
        edges = set(row["refuting_edges"])
        return claim["sense"] in POSITIVE and bool(edges) and any(
            edges <= set(self.denying(triple)) and not self.is_strict(triple) for triple in self.triples(claim)
        )

    def by_held(self, item, row, claim):
        part = self.graph.only(row["refuting_edges"])
        if claim["sense"] in NEGATIVE:
            return any(self.is_strict(t, part) and not self.denying(t) for t in self.triples(claim))
        if claim["sense"] != "only":
            return False
        others = [n for n in members("|".join(item["option_nodes"])) if n not in claim["named"]]
        bearers = [bearer for node in others for bearer in self.of_items.behind(node)]
        return any(
            self.is_strict((s, claim["relation"], o), part) for s, o in itertools.product(bearers, claim["objects"])
        )

    def by_turned(self, item, row, claim):
        if claim["sense"] != "holds" or self.graph.relations[claim["relation"]]["is_symmetric"]:
            return False
        part = self.graph.only(row["refuting_edges"])
        return any(
            self.is_strict((o, r, s), part) and not self.is_strict((s, r, o))
            and (r == "is_a" or not self.graph.supports(s, r, o, True))
            for s, r, o in self.triples(claim)
        )

    def by_not_recorded(self, item, row, claim):
        return claim["sense"] in POSITIVE and not row["refuting_edges"] and any(
            not self.graph.supports(*triple, True) and not self.denying(triple) and not self.is_nearly_so(triple)
            for triple in self.triples(claim)
        )

    def is_nearly_so(self, triple):
        """Whether something next to it is recorded: a finding next to the one that is told or much like it,
        a disease that is kin."""
        (s, r, o), graph = triple, self.graph
        stated = [to for to, _ in graph.out[r].get(s, ())]
        if r == "has_phenotype":
            implied = set().union(*map(graph.up, stated))
            if any(self.of_items.information(node) >= MAX_RELATED for node in graph.up(o) & implied):
                return True
            below = set(graph.children.get(o, ()))
            return any(
                to in graph.parents.get(o, ()) or to in below or below & set(graph.children.get(to, ())) for to in stated
            )
        return r == "associated_with" and any(to == o or self.of_items.are_kin(to, o) for to in stated)

    def by_not_connected(self, item, row, claim):
        if claim["sense"] != "no_other_path" or sorted(claim["objects"]) != sorted(item["anchors"]):
            return False
        joined = collections.defaultdict(set)
        for step in row["steps"][: row["first_wrong_step"]]:
            for edge in step["edges"]:
                s, _, o = self.graph.edges[edge]
                joined[s].add(o)
                joined[o].add(s)
        return claim["objects"][1] not in self.graph_walk(claim["objects"][0], joined)

    def graph_walk(self, start, joined):
        found, todo = {start}, [start]
        while todo:
            new = joined[todo.pop()] - found
            found |= new
            todo += new
        return found

    def by_not_the_answer(self, item, row, claim):
        if claim["sense"] == "order":
            return self.is_misordered(claim)
        if claim["sense"] == "no_answer":
            return row["answer_node"] == "" and bool(self.graph.bindings(item["clauses"], False))
        if claim["sense"] != "answer" or sorted(claim["objects"]) != members(row["answer_node"]):
            return False
        if item["kind"] in QUERIES:
            strict, loose = ({b["?answer"] for b in self.graph.bindings(item["clauses"], way)} for way in (False, True))
            asked = set(members(item["answer_node"])) & strict
            return bool(asked - set(claim["objects"]) or set(claim["objects"]) - loose)
        if is_open(item):
            return sorted(claim["objects"]) != members(item["answer_node"])
        return bool(claim["objects"]) and not any(
            self.graph.bindings(item["clauses"], True, {"?answer": node}) for node in claim["objects"]
        )


    def is_misordered(self, claim):
        """Whether one stands before another that has more, whichever way the graph is read."""

        def count(node, loose):
            return sum(bool(self.graph.supports(node, claim["relation"], one, loose)) for one in claim["objects"])

        ranked = claim["subjects"]
        return any(count(right, False) > count(left, True) for left, right in zip(ranked, ranked[1:]))


def accounted(db, manifest):
    """TRIED: every wrong path that was tried is written or dropped, and those that are written are there."""
    counts = manifest.get("corruptions") or {"tried": 0, "written": 0, "kinds": {}, "dropped": {}}
    if counts["tried"] != counts["written"] + sum(counts["dropped"].values()):
        yield "manifest", "tried is not written + dropped"
    kinds = dict(db.execute("select coalesce(kind, '?'), count(*) from corruptions group by 1").fetchall())
    if kinds != counts["kinds"] or sum(kinds.values()) != counts["written"]:
        yield "manifest", f"corruptions holds {kinds}, the manifest {counts['kinds']}"
