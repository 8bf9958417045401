"""Figures that claim no proof: how varied the items are, and what paths were weighed by. Counted again.

What chance connects (`null_weight`, `specificity`) is dealt anew by the program's own generator and how far the paths
between two ends agree depends on all that mining saw: of those only the bounds are looked at.
"""
import collections
import math

DAMPING, TRUST = 0.4, 0.9


def template(item):
    """The question without the words that the thinking path rests on, the longest taken out first."""
    text = item["question"]
    spans = {span for step in item["steps"] for span in step["spans"]}
    for span in sorted(sorted(spans, key=lambda span: span.encode()), key=len, reverse=True):
        text = text.replace(span, "…")
    return text


def evenness(counts):
    """Entropy over its most."""
    if len(counts) < 2:
        return 0.0
    shares = [count / sum(counts) for count in counts]
    return -sum(share * math.log(share) for share in shares) / math.log(len(shares))


def diversity(manifest, items, nodes, edges):
    """DIVERSITY: what the manifest says of it is so. `nodes` are (curie, category), `edges` (subject, object)."""
    used = set()
    for item in items:
        used.update(item["anchors"])
        used.update(filter(None, item["answer_node"].split("|")))
        used.update(end for hop in item["path"] for end in (hop["subject"], hop["object"]))
    templates = collections.Counter(map(template, items))
    categories = collections.Counter(item["category"] for item in items)
    degrees = collections.Counter(end for edge in edges for end in edge)
    by_category = collections.defaultdict(list)
    for curie, category in nodes:
        if degrees[curie]:
            by_category[category].append((-degrees[curie], curie.encode(), curie))
    coverage = {}
    for category, of_category in by_category.items():
        quarters = [0] * 4
        for at, (_, _, curie) in enumerate(sorted(of_category)):
            quarters[at * 4 // len(of_category)] += curie in used
        if any(quarters):
            coverage[category] = {"nodes": len(of_category), "used": quarters}
    counted = {
        "nodes": len(used),
        "answers": len({item["answer_node"] for item in items}),
        "metapaths": len({item["metapath"] for item in items}),
        "templates": len(templates),
        "items_of_top_template": max(templates.values(), default=0),
        "categories": dict(categories),
        "coverage": coverage,
    }
    told = manifest["diversity"]
    for name, value in counted.items():
        if told[name] != value:
            yield "manifest.json", f"its diversity has other {name} than the items"
    if abs(told["category_evenness"] - evenness(list(categories.values()))) > 1e-4:
        yield "manifest.json", "its diversity has another category_evenness than the items"


class Scores:
    """What paths weigh on one graph. `edges` are (subject, relation, object, source)."""

    def __init__(self, nodes, edges):
        self.category, self.edges, self.degrees = dict(nodes), edges, None

    def count(self):
        """Counts the edges, once somebody asks."""
        self.objects, self.subjects = collections.defaultdict(set), collections.defaultdict(set)
        self.sources = collections.defaultdict(set)
        for subject, relation, object_, source in self.edges:
            self.objects[subject, relation].add(object_)
            self.subjects[object_, relation].add(subject)
            self.sources[subject, relation, object_].add(source)
        self.degrees = collections.Counter(end for subject, _, object_, _ in self.edges for end in (subject, object_))
        self.ends = collections.Counter()
        for curie, degree in self.degrees.items():
            self.ends[self.category[curie]] += degree

    def rarity(self, curie):
        return -math.log(self.degrees[curie] / self.ends[self.category[curie]])

    def look(self, item):
        """SCORES: a path's weight, its sources and what is rarest on it are those of the graph."""
        told, weight, trust, counts, ends = item["scores"], 1.0, 1.0, [], set()
        if told is None:
            return None
        if self.degrees is None:
            self.count()
        for hop in item["path"]:
            subject, relation, object_ = hop["subject"], hop["relation"], hop["object"]
            for others in (self.objects[subject, relation], self.subjects[object_, relation]):
                weight *= max(len(others), 1) ** -DAMPING
            counts.append(len(self.sources[subject, relation, object_]))
            trust *= 1 - (1 - TRUST) ** counts[-1]
            ends.update((subject, object_))
        counted = {
            "path_weight": weight,
            "n_sources": min(counts),
            "trust": trust,
            "least_rarity": min(map(self.rarity, ends)),
        }
        for name, value in counted.items():
            if not math.isclose(told[name], value, rel_tol=1e-9, abs_tol=1e-12):
                return f"its {name} is {told[name]:g}, and {value:g} on this graph"
        if not 0 <= told["specificity"] <= 1 or told["null_weight"] < 0 or min(told["n_agree"], told["n_contradict"]) < 0:
            return "its scores lie out of their bounds"
        return None
