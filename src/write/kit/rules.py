"""What is asked of an item beyond its proof: that options are no kin, that clues are frequent and telling, that nothing
else in the graph nearly fits, and that risk, confidence and tier are those that the graph allows."""
import collections
import itertools
import json
import math

import calibration
from proofs import QUERIES, is_choice, is_open
from readings import COMMON_STEMS, is_variable, members, normal, stems

ROOT = "HP:0000118"  # The organ systems are the findings right below it.

# Words that name no disease by themselves, and words that only number one.
COMMON_WORDS = set(
    "syndrome disease disorder deficiency dysplasia anemia epilepsy ataxia dystrophy myopathy neuropathy "
    "encephalopathy tumor cancer".split()
)
NUMBERING = set(
    "type types group subtype form variant complementation stage grade classic classical infantile juvenile neonatal "
    "congenital adult late early onset severe mild autosomal dominant recessive linked x familial isolated hereditary "
    "sporadic".split()
)

# Of what one description of a drug lacks of the targets of others, another description has so much: see `risks.rs`.
ACTION_RISK = 36 / 10_000

# A class that holds no more kinds than this is small: what it holds is much the same.
SMALL_CLASS = 15

VOCABULARIES = {"DOID", "ICD10CM", "MESH", "NCIT"}


def prefix(curie):
    return curie.split(":", 1)[0]


def name_stem(label):
    """The words of a name but for those that number it: “ataxia type 35” and “ataxia type 6” are one ataxia."""

    def is_number(word):
        return len(word) == 1 or word in NUMBERING or any(map(str.isdigit, word)) or set(word) <= set("ivx")

    return [word for word in normal(label).split() if not is_number(word)]


def head(label):
    return (normal(label).split() or [""])[-1]


def extends(left, right):
    """Whether one name extends the other."""
    short, long = sorted([name_stem(left), name_stem(right)], key=len)
    is_telling = len(short) >= 2 or (short and short[0] not in COMMON_WORDS)
    return bool(is_telling) and any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def share_a_name(left, right):
    """Whether one name extends the other, or both end in the same telling word."""
    if extends(left, right):
        return True
    return head(left) == head(right) and len(head(left)) >= 5 and head(left) not in COMMON_WORDS


def wilson(hits, total):
    """The lower end of the 90 % interval of a share."""
    z, share = 1.645, hits / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max((middle - spread) / (1 + z * z / total), 0.0)


class Rules:
    """The rules on one graph."""

    def __init__(self, graph, qualifiers, xrefs, table):
        self.graph, self.table = graph, table
        self.qualifiers = dict(qualifiers)
        self.xrefs = {curie: set(map(prefix, [curie, *(xrefs or [])])) for curie, xrefs in xrefs}
        self.counts, self.n_diseases = graph.counted("has_phenotype")
        diseases = [curie for curie, node in graph.nodes.items() if node[1] == "Disease"]
        self.has_vocabularies = any(self.xrefs[curie] & VOCABULARIES for curie in diseases)

    def information(self, finding):
        """−ln of the share of diseases that have a finding or a kind of it; none has it: as if half a one had."""
        return -math.log((self.counts[finding] or 0.5) / self.n_diseases)

    def shared_information(self, left, right):
        return max((self.information(one) for one in self.graph.up(left) & self.graph.up(right)), default=0.0)

    def said(self, edge):
        """What an edge says beside its ends."""
        return json.loads(self.qualifiers[edge])

    def frequency(self, edge):
        """The share that an edge holds for at least; None if it does not say. Fewer than four patients say nothing."""
        said = self.said(edge)
        hits, total = said.get("frequency_counts", (0, 0))
        bounds = [wilson(hits, total)] if total >= 4 else []
        bounds += [said["frequency"][0]] if "frequency" in said else []
        return min(bounds, default=None)

    def lower_bound(self, disease, finding):
        """The share of patients that have a finding at least: of several sources the least, and where none says, of
        its kinds the most; None if nothing is known."""
        least = {}
        for to, edge in self.graph.out["has_phenotype"].get(disease, ()):
            bound = self.frequency(edge)
            if bound is not None:
                least[to] = min(bound, least.get(to, bound))
        if finding in least:
            return least[finding]
        return max((least[kind] for kind in self.graph.down(finding) & least.keys()), default=None)

    def genes(self, disease):
        return {gene for gene, _ in self.graph.into["associated_with"].get(disease, ())}

    def are_kin(self, left, right):
        """Whether one is a kind of the other or has its name; diseases also by a shared series, small class or gene, or
        a name for both, and drugs by a stem of their names."""
        graph = self.graph
        if right in graph.named(left) | graph.up(left) | graph.down(left):
            return True
        (label, category, *_), (other, *_) = graph.nodes[left], graph.nodes[right]
        if category == "Drug":
            ends = [name.lower().split()[0][-5:] for name in (label, other)]
            return bool((stems(label) & stems(other)) - COMMON_STEMS) or (ends[0] == ends[1] and len(ends[0]) == 5)
        if category != "Disease":
            return False
        classes = graph.up(left) & graph.up(right)
        return (
            any("OMIMPS" in self.xrefs[one] or len(graph.down(one)) <= SMALL_CLASS + 1 for one in classes)
            or bool(self.genes(left) & self.genes(right))
            or share_a_name(label, other)
        )

    def are_alike(self, left, right):
        """Whether two nodes are one thing told twice: one name, one a kind of the other, or names that extend each other."""
        (label, category, *_), (other, *_) = self.graph.nodes[left], self.graph.nodes[right]
        is_one = right in self.graph.named(left) | self.graph.up(left) | self.graph.down(left)
        return is_one or (category == "Disease" and extends(label, other))

    def is_kind(self, left, right):
        return right in self.graph.up(left) | self.graph.down(left)

    def subject(self, item):
        """The disease behind a key: itself, or the one at the other end of a gene's or a treatment's edge."""
        if item["kind"] == "true_false":
            last = item["path"][-1]
            return last["subject" if last["relation"] in ("has_phenotype", "phenotype_absent") else "object"]
        if item["kind"] in QUERIES:
            ends = (p[end] for p in item["path"] for end in ("subject", "object"))
            return next((end for end in ends if self.graph.nodes[end][1] == "Disease"), item["answer_node"])
        ends = [p["object"] for p in item["path"] if p["relation"] in ("associated_with", "treats")]
        return ends[0] if ends else item["answer_node"]

    def clues(self, item):
        """The findings of a vignette with their clauses; none for other kinds."""
        if is_open(item) or item["kind"] in ("true_false", "ranked_list", *QUERIES):
            return {}
        told = [(at, c) for at, c in enumerate(item["clauses"]) if c["relation"] == "has_phenotype" and not c["absent"]]
        return {at: c["object"] for at, c in told if not is_variable(c["object"])}

    def kin(self, item):
        """KIN: no option, and no disease behind one, is kin of another."""

        if is_choice(item):  # Chains have halves in common: what stands in them is looked at with them.
            return None

        def behind(at, node):
            if self.graph.nodes[node][1] != "Gene":
                return []
            of_gene = [to for to, _ in self.graph.out["associated_with"].get(node, ())]
            return [self.subject(item)] if at == item["answer"] else of_gene

        options = [members(option) for option in item["option_nodes"]]
        if item["kind"] in QUERIES:  # What they have in common may be what is asked for; one must not be the other.
            for (left,), (right,) in itertools.combinations(filter(None, options), 2):
                if self.are_alike(left, right):
                    return f"options {left} and {right} are one thing"
            return None
        for (a, left), (b, right) in itertools.combinations(enumerate(options), 2):
            for one, other in itertools.product(left, right):
                pairs = [(one, other), *itertools.product(behind(a, one), behind(b, other))]
                if any(self.are_kin(*pair) for pair in pairs):
                    return f"options {one} and {other} are kin"
        return None

    def clue_rules(self, item):
        """CLUES: clues of a vignette are frequent, telling and independent, and tell as much as is noted."""
        clues = list(self.clues(item).values())
        if not clues:
            return None
        disease, graph = self.subject(item), self.graph
        is_causal = disease != item["answer_node"]
        n_least, n_most, frequency, least, n_systems = (3, 3, 0.5, 3, 2) if is_causal else (4, 5, 0.3, 2, 3)
        if not n_least <= len(clues) <= n_most:
            return f"there are {len(clues)} clues"
        bound = {(p["subject"], p["object"]) for p in item["path"] if p["relation"] == "has_phenotype"}
        for clue in clues:
            if (disease, clue) not in bound:
                return f"no edge of the binding states {clue}"
            if (self.lower_bound(disease, clue) or 0) < frequency:
                return f"{clue} is not known to be frequent in {disease}"
            if self.information(clue) < least or self.counts[clue] < 4:
                return f"{clue} is found in too many diseases, or in too few"
            if graph.denials(disease, "has_phenotype", clue):
                return f"{clue} is reported as absent too"
            having = graph.reach(clue, "has_phenotype", "subject", False)
            if is_causal and len(set().union(*map(self.genes, having))) < 4:
                return f"{clue} is known from fewer than four genes"
        told = sorted(map(self.information, clues))
        if sum(information >= 3 for information in told) < 3:
            return "fewer than three clues are specific"
        systems = collections.Counter(s for clue in clues for s in graph.up(clue) & set(graph.children[ROOT]))
        if len(systems) < n_systems or max(systems.values()) > 2:
            return "the clues come from too few organ systems, or more than two from one"
        for left, right in itertools.combinations(clues, 2):
            if self.shared_information(left, right) > 0.5 * min(map(self.information, (left, right))) + 1e-9:
                return f"{left} and {right} tell much the same"
            if (stems(graph.nodes[left][0]) & stems(graph.nodes[right][0])) - COMMON_STEMS:
                return f"the names of {left} and {right} share a stem"
        noted = item["difficulty_features"]
        for name, value in [("mean_information", sum(told) / len(told)), ("least_information", told[0])]:
            if abs(noted[name] - value) > 1e-9:
                return f"{name} is {noted[name]}, the clues have {value}"
        return None

    def rival(self, item):
        """RIVAL: no disease of the graph has all clues, and none that is no kin has all but one."""
        clues = list(self.clues(item).values())
        disease, graph = self.subject(item), self.graph
        is_causal = disease != item["answer_node"]
        n_fit = collections.Counter(node for c in clues for node in graph.reach(c, "has_phenotype", "subject", True))
        near = (node for node, n in n_fit.items() if n >= len(clues) - (not is_causal))
        for rival in sorted(node for node in near if not self.is_kind(disease, node)):
            if is_causal or not self.are_kin(disease, rival):
                return f"{rival} has {n_fit[rival]} of {len(clues)} clues"
        return None

    def trust(self, item):
        """TRUST: risks are those of the table, confidence is lowered where evidence is thin, the tier is counted."""
        clues = self.clues(item)
        does = [c["relation"] != "has_phenotype" for c in item["clauses"]]
        # What is lacked by a disease that follows another is looked at with the order.
        # The same goes for what is no answer to a query.
        for reason in item["distractor_reasons"] if item["kind"] not in ("ranked_list", *QUERIES) else ():
            expected = 0.0
            if is_choice(item):  # Of links nothing was counted but what drugs act on.
                expected = ACTION_RISK
            elif reason["class"] == "unsupported" and not clues and all(does[at] for at in reason["failed"]):
                expected = ACTION_RISK
            elif reason["class"] == "unsupported":
                failed = [clues[at] for at in reason["failed"] if at in clues] if clues else members(reason["node"])
                told = list(map(self.information, failed))
                if clues and sum(i >= 3 for i in told) < 3 and sum(i >= 4 for i in told) < 2:
                    return f"{reason['node']} fails too few telling clues"
                if clues and not all(self.fails_with_family(one, failed) for one in self.behind(reason["node"])):
                    return f"{reason['node']} fails clues that its nearest kin have"
                expected = calibration.risk(self.table, len(told), min(told))
            if abs(reason["risk"] - expected) > 1e-12:
                return f"the risk of {reason['node']} is noted as {reason['risk']}, not {expected}"
        most = 1 - sum(reason["risk"] for reason in item["distractor_reasons"])
        is_thin = all(len(self.said(p["edge"]).get("publications", ())) < 2 for p in item["path"])
        if item["confidence"] < 0 or item["confidence"] > most + 1e-9 or (is_thin and item["confidence"] > most - 1e-9):
            return f"a confidence of {item['confidence']} is more than risks and evidence leave"
        if is_open(item) or item["kind"] == "discriminating_finding":
            return None
        tier = self.tier(self.subject(item))
        if item["tier"] != tier:
            return f"the tier is noted as {item['tier']}, not {tier}"
        options = members("|".join(item["option_nodes"])) if clues and tier == "board" else []
        unknown = [node for node in options if self.graph.nodes[node][1] == "Disease" and self.tier(node) == "rare"]
        return f"{unknown[0]} is far less known than the key" if unknown else None

    def behind(self, node):
        """The diseases that an option stands for."""
        if self.graph.nodes[node][1] != "Gene":
            return [node]
        return [to for to, _ in self.graph.out["associated_with"].get(node, ())]

    def fails_with_family(self, disease, failed):
        """Whether two of the clues that a disease fails are recorded of no other disease of its small classes."""
        graph = self.graph
        classes = (graph.down(one) for one in graph.up(disease) - {disease})
        family = set().union(*(found for found in classes if len(found) <= SMALL_CLASS + 1)) - {disease}
        stated = {to for one in family for to, _ in graph.out["has_phenotype"].get(one, ())}
        implied = set().union(*map(graph.up, stated))
        return len(set(failed) - implied) >= 2

    def tier(self, disease):
        n_known = len(self.xrefs[disease] & VOCABULARIES)
        return ["rare", "rare", "advanced", "board", "board"][n_known] if self.has_vocabularies else "unknown"


def hops(item):
    """HOPS: the longest way in clauses from an anchor to the answer; for a path, from one end to the other."""
    ends = [(c["subject"], c["object"]) for c in item["clauses"]]
    anchors = {end for pair in ends for end in pair if not is_variable(end)}
    longest = 0
    for start in anchors:
        distance, todo = {start: 0}, [start]
        for node in todo:
            for other in {b if a == node else a for a, b in ends if node in (a, b)} - distance.keys():
                distance[other] = distance[node] + 1
                todo.append(other)
        goals = anchors if is_open(item) else ["?answer"]
        longest = max([longest, *(distance[goal] for goal in goals if goal in distance)])
    return None if item["hops"] == longest else f"hops is {item['hops']}, the clauses have {longest}"
