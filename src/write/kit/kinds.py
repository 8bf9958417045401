"""Kinds of item that are no choice of one among nodes: statements that are judged, rankings, chains of which one is
right, and queries that are asked openly, for all options that are right, or for the one that is, if any.

What a statement says is read off its clauses: one positive clause, filled in with the answer, if it is true; if it is
false, that clause tells what is true in its place, and an absent clause of two constants is the statement. The order
of a ranking is counted again from the graph. Of a chain each hop is looked for, whatever it is called. What answers a query is found again from its clauses, under both readings.
"""
import collections
import itertools
import math

import calibration
from proofs import condition, conditions, is_choice, told
from readings import COMMON_STEMS, is_variable, members, normal, stems

# What holds for fewer patients than this, where a study counted, denies nothing.
FEW = 4
# The disease after the first lacks at least so many findings; a disease with fewer findings is too little known.
LEAD, PROFILE = 2, 10
# Words of the names of findings that texts leave out.
UNTOLD = {"circulating", "concentration", "level"}
# A wrong chain fails so many hops, in whichever order its nodes are put.
FEWEST_HOPS = 2
# What drugs do to what they act on, what that is, and stems that say what kind of molecule it is and not which.
ACTIONS = """targets decreases_activity_of increases_activity_of negatively_regulates positively_regulates disrupts
    decreases_abundance_of increases_abundance_of""".split()
TARGETS = {"Protein", "GeneFamily", "MacromolecularComplex", "Gene"}
GENERIC = set(
    "alpha beta chann compl enzym facto famil gamma membe prote recep solub subty subun".split()
)
# A rule of thumb must not tell true from false in more than this share of a hundred statements or more.
GUESSED = 0.62


def filled(clause, answer):
    return tuple(answer if is_variable(t) else t for t in (clause["subject"], clause["relation"], clause["object"]))


def statement(item):
    """What is stated, whether it is true, and what is shown to be true; None if the clauses say nothing of the kind."""
    clauses = item["clauses"]
    n_asked = [sum(t == "?answer" for t in (c["subject"], c["object"])) for c in clauses]
    absent = [c["absent"] for c in clauses]
    if (n_asked, absent) == ([1], [False]):
        said = filled(clauses[0], item["answer_node"])
        return said, True, said
    if (n_asked, absent) == ([1, 0], [False, True]):
        return filled(clauses[1], None), False, filled(clauses[0], item["answer_node"])
    return None


class Kinds:
    """The kinds, on one graph with its rules."""

    def __init__(self, of_items):
        self.rules, self.graph = of_items, of_items.graph

    def look(self, item):
        """KINDS: a statement is as true as the key says, a ranking has the one order that is its answer, and a query has
        the answers that are keyed."""
        looks = {
            "true_false": self.judged,
            "ranked_list": self.ranked,
            "open": self.opened,
            "multiple_answer": self.several,
            "unanswerable": self.any_or_none,
        }
        look = self.chains if is_choice(item) else looks.get(item["kind"])
        return look(item) if look else None

    def chains(self, item):
        hops = told(item)
        key, ends = [to for _, to in hops[:-1]], [hops[0][0], hops[-1][1]]
        options = [set(members(option)) for option in item["option_nodes"]]
        foreign = next((option for option in options if not option & set(key)), set())
        if len(options) != 4 or len(foreign) != len(key):
            return "there are not four chains, one of them of another pair"
        why = "the chains are not made of two halves each of which stands twice"
        for order, cut in itertools.product(self.orders(foreign, key), range(1, len(key))):
            made = [key, key[:cut] + order[cut:], order[:cut] + key[cut:], order]
            if sorted(map(sorted, made)) == sorted(map(sorted, options)):
                why = self.misjoined(item, ends, made[1:])
                if why is None:
                    return self.confused(key + order, ends)
        return why

    def orders(self, nodes, like):
        """The ways to put nodes in order so that each has the category of another in its place."""
        kinds = [self.graph.nodes[node][1] for node in like]
        for order in itertools.permutations(sorted(nodes)):
            if [self.graph.nodes[node][1] for node in order] == kinds:
                yield list(order)

    def misjoined(self, item, ends, wrong):
        """What is wrong with wrong chains, in their order: one that may join the ends, or other failed hops than are
        noted."""
        reasons = {reason["node"]: reason for reason in item["distractor_reasons"]}
        key = [to for _, to in told(item)[:-1]]
        for chain in wrong:
            name, failed = "|".join(sorted(chain)), []
            for at, triple in enumerate(self.hops(item, chain)):
                if not self.graph.supports(*triple, True):
                    failed.append(at)
                    if self.may_hold(ends[0], triple):
                        return f"{triple[0]} and {triple[2]} of {name} may be joined after all"
            reason = reasons.get(name)
            if reason is None:
                return f"no reason is given why {name} is wrong"
            if reason["failed"] != failed or reason["class"] != "unsupported":
                return f"{name} fails the hops {failed}, not {reason['failed']}"
            for order in self.orders(chain, key):
                n_failed = sum(not self.graph.supports(*triple, True) for triple in self.hops(item, order))
                if n_failed < FEWEST_HOPS:
                    return f"{name} fails fewer than {FEWEST_HOPS} hops in some order"
        return None

    def hops(self, item, chain):
        """The clauses with the nodes of a chain in the place of their variables."""
        bound = {f"?x{at + 1}": node for at, node in enumerate(chain)}
        for c in item["clauses"]:
            yield tuple(bound.get(t, t) for t in (c["subject"], c["relation"], c["object"]))

    def may_hold(self, first, triple):
        """Whether something else is recorded between two nodes, or the same of what is kin to one."""
        (s, relation, o), graph = triple, self.graph
        for name, row in graph.relations.items():
            if not row["negates"] and (graph.supports(s, name, o, True) or graph.supports(o, name, s, True)):
                return True
        for node, others in ((s, graph.into[relation].get(o, ())), (o, graph.out[relation].get(s, ()))):
            diseases = [other for other, _ in others if graph.nodes[other][1] == "Disease"]
            if graph.nodes[node][1] == "Disease" and any(self.rules.are_kin(node, other) for other in diseases):
                return True
        return s == first and graph.nodes[s][1] == "Drug" and self.acts_on_the_like(s, o)

    def acts_on_the_like(self, drug, target):
        """Whether a drug acts on what is named like a target, or on what some drug hits together with it."""
        graph = self.graph

        def names(node):
            label, _, synonyms, _ = graph.nodes[node]
            return set().union(*map(stems, [label or "", *(synonyms or [])])) - COMMON_STEMS - GENERIC

        def hitting(node):
            return {one for name in ACTIONS if name in graph.into for one, _ in graph.into[name].get(node, ())}

        acts = {to for name in ACTIONS if name in graph.out for to, _ in graph.out[name].get(drug, ())}
        acts = {to for to in acts if graph.nodes[to][1] in TARGETS}
        return any(hitting(to) & hitting(target) or names(to) & names(target) for to in acts)

    def confused(self, nodes, ends):
        """Two nodes of chains that may be one thing."""
        graph = self.graph
        for left, right in itertools.combinations(nodes, 2):
            words = [stems(graph.nodes[node][0]) - COMMON_STEMS for node in (left, right)]
            is_alike = graph.nodes[left][1] == graph.nodes[right][1] and bool(words[0] & words[1])
            if is_alike or right in graph.named(left) | graph.up(left) | graph.down(left):
                return f"{left} and {right} may be one thing"
        return "an end is offered too" if set(nodes) & set(ends) else None

    def answers(self, clauses, loose):
        return {bound["?answer"] for bound in self.graph.bindings(clauses, loose)}

    def opened(self, item):
        key = members(item["answer_node"])
        if item["options"] or item["option_nodes"] or item["answers"] or item["answer_letter"] is not None:
            return "an open question has options or a letter"
        for loose in (False, True):
            if self.answers(item["clauses"], loose) != set(key):
                return f"the answers, read {'loosely' if loose else 'strictly'}, are not those that are given"
        return self.misasked(item)

    def several(self, item):
        order, nodes = item["answers"], item["option_nodes"]
        if order != sorted(set(order)) or not 2 <= len(order) <= 3 or len(nodes) != 5 or item["answer"] is not None:
            return "there are not two or three keys among five options"
        if item["answer_letter"] != ", ".join("ABCDE"[at] for at in order):
            return "the letters are not those of the keys"
        keyed = [nodes[at] for at in order]
        if sorted(keyed) != members(item["answer_node"]):
            return "the keyed options are not the answer"
        strict, loose = (self.answers(item["clauses"], way) for way in (False, True))
        for at, node in enumerate(nodes):
            if at in order and node not in strict:
                return f"{node} is keyed and is no strict answer"
            if at not in order and node in loose:
                return f"{node} is not keyed and may be an answer"
        return self.misasked(item) or self.misjudged(item)

    def any_or_none(self, item):
        options, nodes, key = item["options"], item["option_nodes"], item["answer"]
        if len(options) != 4 or [t for t, n in zip(options, nodes) if not n] != ["None of these"] or item["answers"]:
            return "the options are not three and none of these"
        if key is None or nodes[key] != item["answer_node"] or options[key] != item["answer_text"]:
            return "the key is not the answer"
        if "ABCD"[key] != item["answer_letter"]:
            return "the letter is not that of the key"
        clauses = item["clauses"]
        for loose in (False, True):
            if self.answers(clauses, loose) != set(members(item["answer_node"])):
                return "something else answers the question, or may"
        alone = [self.answers(condition(clauses, at), False) for at in conditions(clauses)]
        if len(alone) < 2 or not all(alone):
            return "nothing meets one of the conditions by itself"
        for node in filter(None, nodes):
            if not any(node in found for found in alone):
                return f"{node} meets no condition"
        return (self.misasked(item) if item["answer_node"] else None) or self.misjudged(item)

    def misasked(self, item):
        """What is wrong with the constants of a query, or with the answer in words."""
        anchors = item["anchors"]
        if set(anchors) & {*members(item["answer_node"]), *item["other_answers"]}:
            return "a constant is an answer"
        said = item["answer_text"].split("; ")
        if said != sorted(said) or len(said) != len(members(item["answer_node"])):
            return "the answer in words does not name each answer once, in order"
        if item["options"]:
            at = item["answers"] if item["answers"] else [item["answer"]]
            return None if sorted(item["options"][n] for n in at) == said else "the answer in words is not the keyed options"
        words = (set(normal(text).split()) for text in said)
        labels = [set(normal(self.graph.nodes[node][0]).split()) - UNTOLD for node in members(item["answer_node"])]
        return None if all(any(label <= told for label in labels) for told in words) else "the answer in words is another"

    def misjudged(self, item):
        """What is wrong with the reasons against the wrong options: a condition that is left out, or the risk."""
        clauses, graph = item["clauses"], self.graph
        for reason in item["distractor_reasons"]:
            node = reason["node"]
            asked = {at: condition(clauses, at) for at in conditions(clauses)}
            failed = [at for at, part in asked.items() if not graph.bindings(part, True, {"?answer": node})]
            stated = [at for at in failed if clauses[at]["absent"] and len(asked[at]) == 1]
            if reason["failed"] != (stated or failed):
                return f"{node} fails {stated or failed}, not {reason['failed']}"
            if (reason["class"] == "denied") != bool(stated):
                return f"{node} is called {reason['class']}"
            told = []
            for c in (clauses[at] for at in failed):
                ends = [t for t in (c["subject"], c["object"], node) if not is_variable(t)]
                findings = [t for t in ends if graph.nodes[t][1] == "PhenotypicFeature"]
                told.append(self.rules.information(findings[0]) if findings else math.inf)
            n_failed = 1 if any(clauses[at]["branch"] for at in failed) else len(failed)
            risk = 0.0 if stated else calibration.risk(self.rules.table, n_failed, min(told))
            if abs(reason["risk"] - risk) > 1e-12:
                return f"the risk of {node} is noted as {reason['risk']}, not {risk}"
        return None

    def share_a_stem(self, left, right):
        def told(node):
            label, _, synonyms, _ = self.graph.nodes[node]
            return set().union(*map(stems, [label or "", *(synonyms or [])])) - COMMON_STEMS

        return bool(told(left) & told(right))

    def is_named(self, item, node):
        words = set(normal(self.graph.nodes[node][0]).split()) - UNTOLD
        return words <= set(normal(item["question"]).split())

    def judged(self, item):
        read = statement(item)
        if read is None:
            return "the clauses are no statement"
        (s, relation, o), is_true, shown = read
        if sorted(item["options"]) != ["False", "True"] or item["option_nodes"] or item["answers"]:
            return "the options are not “True” and “False”"
        if item["answer_text"] != str(is_true) or item["options"][item["answer"]] != str(is_true):
            return f"the statement is {str(is_true).lower()}, and the key says otherwise"
        if "AB"[item["answer"]] != item["answer_letter"]:
            return "the letter is not that of the key"
        for node in (s, o):
            if not self.is_named(item, node):
                return f"the question does not name {node}"
        if self.share_a_stem(s, o):
            return "the name of one end gives the other away"
        graph = self.graph
        if not graph.supports(*shown, False):
            return "what is shown as true does not hold"
        for left, right in itertools.product(graph.named(shown[0]), graph.named(shown[2])):
            if graph.denials(left, relation, right):
                return "what is shown as true is denied too"
        if is_true:
            return None
        if shown[1] != relation or (shown[0] == s) == (shown[2] == o):
            return "what is true in its place is about something else"
        if graph.supports(s, relation, o, True):
            return "what is called false may hold"
        if not graph.denials(s, relation, o):
            return "what is called false is denied by nothing"
        return self.weakly_denied(item, s, o) if relation == "has_phenotype" else None

    def weakly_denied(self, item, disease, finding):
        graph = self.graph
        cited = [p for p in item["path"] if graph.relations[p["relation"]]["negates"]]
        here = [p["edge"] for p in cited if (p["subject"], p["object"]) == (disease, finding)]
        counts = [self.rules.said(edge).get("frequency_counts") for edge in here]
        if not any(count is None or (count[0] == 0 and count[1] >= FEW) for count in counts):
            return "no edge denies it of enough patients"
        children = set(graph.children[finding])
        near = children | set(graph.parents[finding])
        for stated, _ in graph.out["has_phenotype"].get(disease, ()):
            if stated in near or children & set(graph.children[stated]):
                return f"{stated}, which is nearly the same, is recorded"
        return None

    def may_have(self, disease):
        """What the nearest kin of a disease are recorded with."""
        graph = self.graph
        classes = (graph.down(one) for one in graph.up(disease) - {disease})
        family = set().union(*(found for found in classes if len(found) <= 16)) - {disease}
        stated = {to for one in family for to, _ in graph.out["has_phenotype"].get(one, ())}
        return set().union(*map(graph.up, stated))

    def ranked(self, item):
        order, options = item["answers"], item["options"]
        if sorted(order) != list(range(len(options))) or len(order) < 3 or item["answer"] is not None:
            return "not every option is ranked once"
        if item["answer_letter"] != ", ".join("ABCDE"[at] for at in order):
            return "the letters are not those of the ranking"
        if item["answer_text"] != "; ".join(options[at] for at in order):
            return "the answer in words is not the options in their order"
        nodes = [item["option_nodes"][at] for at in order]
        if nodes[0] != item["answer_node"]:
            return "the first is not the answer"
        clauses = [(c["subject"], c["relation"], c["absent"]) for c in item["clauses"]]
        if set(clauses) != {("?answer", "has_phenotype", False)}:
            return "the clauses are no list of findings"
        findings, graph = [c["object"] for c in item["clauses"]], self.graph
        if any(left in graph.up(right) for left, right in itertools.permutations(findings, 2)):
            return "one finding is a kind of another"
        reasons = {reason["node"]: reason for reason in item["distractor_reasons"]}
        before = None
        for node in nodes:
            held, may = (
                [at for at, one in enumerate(findings) if graph.supports(node, "has_phenotype", one, loose)]
                for loose in (False, True)
            )
            if held != may:
                return f"{node} may have a finding that it is not recorded with"
            kin = self.may_have(node)
            most = sum(at in may or one in kin for at, one in enumerate(findings))
            if before is None and len(held) < len(findings):
                return "the first does not have all findings"
            if before is not None and (before <= most or (node == nodes[1] and len(held) + LEAD > len(findings))):
                return f"{node} may be level with the one before it"
            if before is not None:
                lacked = [at for at in range(len(findings)) if at not in held]
                least = min(self.rules.information(findings[at]) for at in lacked)
                risk = calibration.risk(self.rules.table, before - len(held), least)
                if reasons[node]["failed"] != lacked or abs(reasons[node]["risk"] - risk) > 1e-12:
                    return f"{node} lacks other findings than is noted, or its risk is {risk}"
            if len({to for to, _ in graph.out["has_phenotype"].get(node, ())}) < PROFILE:
                return f"{node} has fewer than {PROFILE} findings"
            if any(self.share_a_stem(node, one) for one in findings):
                return f"a finding shares a stem with {node}"
            before = len(held)
        return None

    def balance(self, items):
        """BALANCE: neither how often, nor of what, nor how statements are made tells which are true; rankings have
        every order as often, several keys stand in all places as often, and as many questions have an answer as have
        none, with the same options."""
        groups = collections.defaultdict(collections.Counter)
        stated = collections.defaultdict(lambda: (collections.Counter(), collections.Counter()))
        looks = collections.defaultdict(list)
        orders = collections.defaultdict(collections.Counter)
        for item in items:
            read = statement(item) if item["kind"] == "true_false" else None
            if read:
                said, is_true, shown = read
                groups[(item["stratum"], item["split"])][is_true] += 1
                stated[item["stratum"]][is_true][shown] += 1
                looks[item["stratum"]].append((is_true, item, said))
            if item["kind"] == "ranked_list":
                for name in ("all", f"split {item['split']}", f"split {item['split']}, {item['stratum']}"):
                    orders[(name, len(item["answers"]))][tuple(item["answers"])] += 1
        chosen = collections.defaultdict(collections.Counter)
        offered = collections.defaultdict(lambda: (collections.Counter(), collections.Counter()))
        for item in items:
            if item["kind"] == "multiple_answer":
                for name in ("all", f"split {item['split']}", f"split {item['split']}, {item['stratum']}"):
                    size = (len(item["options"]), len(item["answers"]))
                    chosen[(name, *size)][tuple(item["answers"])] += 1
            if item["kind"] == "unanswerable":
                has_answer = bool(item["answer_node"])
                offered[(item["stratum"], item["split"])][has_answer][tuple(sorted(item["option_nodes"]))] += 1
        for (name, n_options, n_keys), counts in chosen.items():
            counts = [counts[places] for places in itertools.combinations(range(n_options), n_keys)]
            if max(counts) - min(counts) > 1:
                yield name, f"{n_keys} keys stand in their places {sorted(counts)} times"
        for (stratum, split), (of_none, of_one) in offered.items():
            if of_none != of_one:
                yield stratum, f"in {split} a question with an answer has no counterpart without, or the other way round"
        for (stratum, split), counts in groups.items():
            if counts[True] != counts[False]:
                yield stratum, f"{counts[True]} statements of {split} are true, {counts[False]} are not"
        for stratum, (of_false, of_true) in stated.items():
            if of_false != of_true:
                yield stratum, "a statement has no counterpart"
        for stratum, of_stratum in looks.items():
            for name, share in self.guesses(of_stratum):
                if len(of_stratum) >= 100 and share > GUESSED:
                    yield stratum, f"{name} tells {share:.0%} of the statements that are true from those that are not"
        for (name, size), counts in orders.items():
            counts = [counts[order] for order in itertools.permutations(range(size))]
            if max(counts) - min(counts) > 1:
                yield name, f"orders stand {sorted(counts)}"

    def guesses(self, items):
        """How many statements a threshold on one number tells right at best, by the name of the number."""

        def degree(node):
            sides = (self.graph.out, self.graph.into)
            return sum(len(table[name].get(node, ())) for table in sides for name in table)

        numbers = {
            "the number of edges of the subject": lambda item, said: degree(said[0]),
            "the number of edges of the object": lambda item, said: degree(said[2]),
            "the length of the question": lambda item, said: len(item["question"]),
        }
        for name, number in numbers.items():
            told = sorted(((number(item, said), is_true) for is_true, item, said in items), key=lambda pair: pair[0])
            n_true, n_before, best = sum(is_true for _, is_true in told), 0, 0
            seen = 0
            for _, group in itertools.groupby(told, key=lambda pair: pair[0]):
                right = n_before + (len(told) - seen - (n_true - n_before))
                best = max(best, right, len(told) - right)
                group = list(group)
                seen += len(group)
                n_before += sum(is_true for _, is_true in group)
            yield name, best / len(told)
