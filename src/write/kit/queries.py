"""The SPARQL of an item, read back and compared with its clauses."""
import re

from readings import branches, is_variable

STEP = re.compile(r"(\^?)(<[^>]*>|[\w.-]+:[\w.-]+)([*+]?)(?:/|$)")
TRIPLE = re.compile(r"(\S+) (\S+) (\S+) \.")


class Queries:
    """Translates clauses; knows how the data set writes the identifiers of each prefix as IRIs once it has seen it."""

    def __init__(self, relations):
        self.relations = relations
        self.heads = {}

    def look(self, item):
        """QUERY: it asks what the clauses ask: the same triples, closures as property paths, one variable."""
        variables = sorted({t for c in item["clauses"] for t in (c["subject"], c["object"]) if is_variable(t)})
        asked = ["?answer"] if "?answer" in variables else variables
        blocks, iris = read(item["query"])
        expected = []
        for variable in asked:
            names = {variable: "?answer"}
            for clauses in branches(item["clauses"]):
                expected.append(sorted(self.translated(clause, names, iris) for clause in clauses))
        return None if sorted(blocks) == sorted(expected) else "the query does not ask what the clauses ask"

    def translated(self, clause, names, iris):
        subject, object = (self.term(clause[end], names, iris) for end in ("subject", "object"))
        relation = clause["relation"]
        denials = [name for name, row in self.relations.items() if row["negates"] == relation]
        stated = denials if clause["absent"] else [relation]
        return whichever(subject, sorted(self.path(name) for name in stated), object)

    def term(self, term, names, iris):
        if is_variable(term):
            return names.get(term, term)
        prefix, local = term.split(":", 1)
        if prefix not in self.heads:
            fitting = [iri for iri in sorted(iris) if iri.endswith(local + ">")]
            self.heads[prefix] = fitting[0][: -len(local) - 1] if fitting else "<"
        return f"{self.heads[prefix]}{local}>"

    def path(self, name):
        """The strict closure of a relation, read from subject to object: who starts above an asserted end goes down."""
        row, is_a = self.relations[name], f"<{self.relations['is_a']['predicate']}>"
        stated = ("", f"<{row['predicate']}>", "+" if row["is_transitive"] else "")
        if row["is_transitive"]:
            return (stated,)
        before = (("^" if row["subject_up"] else "", is_a, "*"),) if row["subject_up"] or row["subject_down"] else ()
        after = (("^" if row["object_down"] else "", is_a, "*"),) if row["object_up"] or row["object_down"] else ()
        return (*before, stated, *after)


def whichever(subject, paths, object):
    """A triple pattern, the same from whichever end it is written."""
    back = sorted(tuple(("" if inverse else "^", p, more) for inverse, p, more in reversed(path)) for path in paths)
    return min((subject, paths, object), (object, back, subject))


def read(query):
    """The blocks of a query, each as its sorted triple patterns, and all IRIs at their ends."""
    head = re.fullmatch(r"((?:PREFIX \w+: <[^>]*>\n)*)SELECT DISTINCT \?answer WHERE \{\n(.*)\}", query, re.S)
    if not head:
        raise ValueError("the query is of another form")
    prefixes = dict(re.findall(r"PREFIX (\w+): <([^>]*)>\n", head.group(1)))

    def full(name):
        return name if name.startswith("<") else "<{}{}>".format(prefixes[name.split(":", 1)[0]], name.split(":", 1)[1])

    def steps(path):
        if STEP.sub("", path):
            raise ValueError(f"the path {path} is of another form")
        return tuple((inverse, full(name), more) for inverse, name, more in STEP.findall(path))

    blocks, iris = [], set()
    for block in re.findall(r"\{([^{}]*)\}", head.group(2)) or [head.group(2)]:
        triples = []
        for line in filter(None, map(str.strip, block.splitlines())):
            subject, paths, object = TRIPLE.fullmatch(line).groups()
            iris.update(end for end in (subject, object) if end.startswith("<"))
            triples.append(whichever(subject, sorted(map(steps, re.split(r"\|(?![^<]*>)", paths))), object))
        blocks.append(sorted(triples))
    return blocks, iris
