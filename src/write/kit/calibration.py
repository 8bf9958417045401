"""How often a clue that is not recorded of a disease holds all the same: counted again.

Orphanet's annotations of a disease cite its own number (`ORPHA:558`), those of others do not. Where a disease has both,
one of the two descriptions is hidden and the other is an option: beside each of the disease's ten nearest neighbours
it is counted how many of their frequent clues, which it lacks even loosely, the hidden description has. Each pair of
diseases weighs a million.
"""
import collections
import math

MIN_DISEASES, MIN_PROFILE, NEAREST, POOL, WEIGHT = 300, 10, 10, 64, 1_000_000
BOUNDS = (2, 3, 4)  # What the clues of each column tell at least, in nats.

# What was measured elsewhere: for a graph in which no disease was described twice.
SHIPPED = {
    "n_diseases": 0,
    "sets": [[10_000] * 3] * 3,
    "held": [[1_260, 1_070, 840], [240, 170, 110], [50, 30, 24]],
}


def risk(table, n_failed, least):
    """The chance that an option which fails so many clues, the least of which tells so much, is right after all."""
    row, column = min(n_failed, 3) - 1, (least >= 3) + (least >= 4)
    return table["held"][row][column] / table["sets"][row][column]


class Descriptions:
    """The diseases of a graph, by what they are recorded with."""

    def __init__(self, rules):
        self.rules, self.graph = rules, rules.graph
        self.stated, self.twice = {}, {}
        for disease, found in self.graph.out["has_phenotype"].items():
            sides = set(), set()
            for finding, edge in found:
                cited = [text.startswith("ORPHA:") for text in rules.said(edge).get("publications", ())]
                for side in set(cited):
                    sides[side].add(finding)
            self.stated[disease] = {finding for finding, _ in found}
            if all(sides):
                self.twice[disease] = sides
        known = (disease for disease, found in self.stated.items() if len(found) >= MIN_PROFILE)
        self.implied = {disease: self.closure(self.stated[disease]) for disease in sorted(known)}
        self.tells = {f: rules.information(f) for f in set().union(*self.implied.values(), *self.stated.values())}
        self.content = {disease: self.total(found) for disease, found in self.implied.items()}
        self.having = collections.defaultdict(list)
        for disease, found in self.implied.items():
            for finding in found:
                if self.tells[finding] >= 3:
                    self.having[finding].append(disease)
        self.clues_of = {}

    def closure(self, findings):
        return set().union(*map(self.graph.up, findings))

    def total(self, findings):
        # In billionths: whole numbers give one sum in whatever order.
        return sum(round(self.tells[finding] * 1e9) for finding in findings)

    def clues(self, disease):
        """The frequent findings of a disease with what they tell."""
        if disease not in self.clues_of:
            bounds = ((f, self.rules.lower_bound(disease, f)) for f in self.stated[disease] if self.tells[f] >= 2)
            self.clues_of[disease] = [(f, self.tells[f]) for f, bound in bounds if bound is not None and bound >= 0.3]
        return self.clues_of[disease]

    def nearest(self, disease):
        """The ten diseases that are likest to one and no kin of it."""
        own = self.closure(self.stated[disease])
        shared = collections.Counter(other for f in own for other in self.having[f])
        pool = sorted(shared, key=lambda other: (-shared[other], other))[:POOL]
        content = self.total(own)

        def likeness(other):
            both = self.total(own & self.implied[other])
            return both / (content + self.content[other] - both)

        near = sorted(pool, key=lambda other: (-likeness(other), other))
        found = []
        for other in near:
            if len(found) < NEAREST and not self.rules.are_kin(disease, other):
                found.append(other)
        return found

    def may_have(self, visible, shown, finding):
        vague = self.graph.vague.get("has_phenotype", set())
        return finding in shown or any(above in visible and above not in vague for above in self.graph.up(finding))

    def count(self):
        """The table, as the manifest has it."""
        if len(self.twice) < MIN_DISEASES:
            return SHIPPED
        sets, held = ([[0] * 3 for _ in range(3)] for _ in range(2))
        for disease, sides in self.twice.items():
            near = None
            for visible, hidden in (sides, sides[::-1]):
                if len(visible) < MIN_PROFILE:
                    continue
                shown, concealed = self.closure(visible), self.closure(hidden)
                near = near or self.nearest(disease)
                for key in near:
                    failed = [(f, told) for f, told in self.clues(key) if not self.may_have(visible, shown, f)]
                    for column, bound in enumerate(BOUNDS):
                        of = [f for f, told in failed if told >= bound]
                        n_held = sum(f in concealed for f in of)
                        for row in range(3):
                            n_sets = math.comb(len(of), row + 1)
                            if n_sets:
                                sets[row][column] += WEIGHT
                                held[row][column] += WEIGHT * math.comb(n_held, row + 1) // n_sets
        return {"n_diseases": len(self.twice), "sets": sets, "held": held}
