"""The graph of a data set, asked under two readings.

Strictly, a triple holds if it is asserted, or follows by the closure columns of `relations`: `object_up` says that an
asserted object's ancestors (along is_a) hold too, and so on. Loosely, it holds if it holds strictly, or for a node
above or below either end, or through a relation in `conflicts`, or for a node of the same category and name; except
that an asserted object that tells less than `vague_below` nats does not vouch for its kinds. An absent clause is met
strictly by an edge of a relation that `negates` it, and loosely unless the positive triple holds strictly.
"""
import collections
import functools
import math
import unicodedata

# More candidates than this make no proof that anyone could follow.
BUDGET = 2_000_000

# Stems that tie no two names together.
COMMON_STEMS = set(
    "abnor acute adult bilat chron conge decre defec defic delay disea disor eleva gener impai incre infan multi onset "
    "proce progr prote recur reduc sever short small syndr".split()
)

RELATION = (
    "relation predicate is_symmetric is_transitive is_functional subject_up subject_down object_up object_down "
    "conflicts negates loose_subject vague_below".split()
)

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


def branches(clauses):
    """The alternatives of a union, each with what belongs to all of them; the clauses alone if there is no union."""
    numbers = sorted({c["branch"] for c in clauses} - {0})
    return [[c for c in clauses if c["branch"] in (0, n)] for n in numbers] or [clauses]


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
            # A label of nothing but punctuation, as "-" for a gene without a symbol, is no name.
            if normal(label or "") and not obsolete:
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

    def counted(self, relation):
        """How many subjects have an object or a kind of it, and how many subjects there are."""
        counts = collections.Counter()
        for objects in self.out[relation].values():
            counts.update(set().union(*(self.up(o) for o, _ in objects)))
        return counts, len(self.out[relation])

    def vague_objects(self, relation, bound):
        counts, subjects = self.counted(relation)
        return {node for node, count in counts.items() if -math.log(count / subjects) < bound}

    def named(self, node):
        return {node} | self.twins.get(node, set())

    def namesakes(self, nodes):
        """The nodes and all that have their names."""
        return nodes.union(*(self.twins[one] for one in nodes & self.twins.keys()))

    def kin(self, node, ways="up down"):
        found = set()
        for one in self.named(node):
            found |= (self.up(one) if "up" in ways else set()) | (self.down(one) if "down" in ways else set())
        return self.namesakes(found)

    def doubted(self, relation, end):
        """Where an assertion about this end casts doubt: up, down, or both ways."""
        return end == "subject" and self.relations[relation]["loose_subject"] or "up down"

    def asserted_for(self, node, end, relation, loose):
        """The nodes of which an assertion makes it true of this one."""
        row = self.relations[relation]
        if not loose:
            return self.down(node) if row[end + "_up"] else self.up(node) if row[end + "_down"] else {node}
        turned = {"up": "down", "down": "up"}
        ways = self.doubted(relation, end)
        found = self.kin(node, turned.get(ways, ways))
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
        return self.kin(node, self.doubted(relation, end))

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
        """All assignments of the variables that meet the clauses; of a union, of any of its alternatives."""
        alternatives = branches(clauses)
        if len(alternatives) > 1:
            return [bound for one in alternatives for bound in self.bindings(one, loose, given)]
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
