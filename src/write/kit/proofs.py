"""The proof of an item: what it says of itself, computed again from its clauses and the graph."""
from readings import COMMON_STEMS, is_variable, members, normal, stems

def is_open(item):
    """Whether all variables are asked: a path, whose inner nodes are the answer."""
    return not any("?answer" in (c["subject"], c["object"]) for c in item["clauses"])


def is_choice(item):
    """Whether it offers chains between the ends of a path, of which one is right."""
    return is_open(item) and bool(item["options"])


# Kinds that ask a query for what answers it.
QUERIES = ("open", "multiple_answer", "unanswerable")


def right(item):
    """The positions of the options that are no wrong ones."""
    return set(item["answers"]) if item["kind"] == "multiple_answer" else {first(item)}


def first(item):
    """The position of the key, or of the first of a ranking."""
    return item["answers"][0] if item["kind"] == "ranked_list" and item["answers"] else item["answer"]


def conditions(clauses):
    """The positions of the clauses that touch the answer."""
    return [at for at, c in enumerate(clauses) if "?answer" in (c["subject"], c["object"])]


def condition(clauses, at):
    """A clause that touches the answer, with those that it leads to."""
    part, todo = [clauses[at]], [clauses[at]]
    while todo:
        ends = {t for t in (todo[0]["subject"], todo[0]["object"]) if is_variable(t) and t != "?answer"}
        todo = todo[1:]
        for c in clauses:
            if c not in part and ends & {c["subject"], c["object"]} and "?answer" not in (c["subject"], c["object"]):
                part.append(c)
                todo.append(c)
    return part


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
        if not item["answer_node"]:  # That each condition by itself is met by something is what is shown.
            alone = (part.bindings(condition(item["clauses"], at), False) for at in conditions(item["clauses"]))
            return None if all(alone) else "the edges of the binding do not show that each condition can be met"
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
    if (not key and item["kind"] != "unanswerable") or key != sorted(set(key)):
        return "the key is no sorted set of nodes"
    has_options = item["kind"] not in ("path_explanation", "open")
    is_path = item["kind"] == "path_explanation" or is_choice(item) and item["kind"] == "single_best_answer"
    if is_open(item) != is_path or has_options != bool(item["options"]):
        return "kind, options and the variables that are asked do not go together"
    if is_open(item):
        for loose in (False, True):
            found = graph.bindings(clauses, loose)
            if len(found) != 1 or sorted(found[0].values()) != key:
                return f"{len(found)} paths of the kind exist ({'loosely' if loose else 'strictly'}), or another one"
        if is_choice(item) and not item["other_answers"]:  # That the others are none is looked at with the chains.
            at = item["answer"]
            is_told = "ABCDE"[at] == item["answer_letter"] and item["options"][at] == item["answer_text"]
            is_bound = item["option_nodes"][at] == item["answer_node"]
            return None if is_told and is_bound else "the key option is not bound to the answer"
        return "an open item has a key option" if item["answer"] is not None or item["other_answers"] else None
    strict, loose = ({b["?answer"] for b in graph.bindings(clauses, way)} for way in (False, True))
    if not set(key) <= strict:
        return "the key is no strict answer"
    if sorted(loose - set(key)) != sorted(item["other_answers"]):
        return "the other answers are not those that are noted"
    if item["kind"] == "true_false" or item["kind"] in QUERIES:  # What is right is looked at kind by kind.
        return None
    at, nodes = first(item), item["option_nodes"]
    if at is None or not 0 <= at < len(nodes) or nodes[at] != item["answer_node"]:
        return "the key option is not bound to the answer"
    is_told = "ABCDE"[at] == item["answer_letter"] and item["options"][at] == item["answer_text"]
    if item["kind"] != "ranked_list" and not is_told:
        return "letter or text of the key are not those of the answer"
    for n, option in enumerate(nodes):
        if n != at and set(members(option)) & loose:
            return f"option {option} may be an answer too"
    if item["kind"] == "ranked_list":
        return None
    is_case = any(c["relation"] == "has_phenotype" and not is_variable(c["object"]) for c in clauses)
    # What the key is a kind of, or what is a kind of it, is the same answer, told less exactly or more.
    kin = set().union(*(graph.up(node) | graph.down(node) for node in key))
    return "something that is not offered may be an answer" if is_case and not loose <= kin else None


def fails(graph, clauses, at, node):
    """Whether a node, as the answer, fails a clause even loosely: alone, or with the clauses that tie it to others."""
    clause = clauses[at]
    variables = {t for t in (clause["subject"], clause["object"]) if is_variable(t)}
    ties = [c for c in clauses if c is not clause and is_variable(c["subject"]) and is_variable(c["object"])]
    asked = [clause] if variables == {"?answer"} else clauses if len(variables) == 2 else [clause] + ties
    return not graph.bindings(asked, True, {"?answer": node})


def reasons(graph, item):
    """REASONS: every wrong option fails what it is said to fail, and what is called denied is denied."""
    wrong = [n for at, n in enumerate(item["option_nodes"]) if n and at not in right(item)]
    clauses = item["clauses"]
    if sorted(reason["node"] for reason in item["distractor_reasons"]) != sorted(wrong):
        return "the reasons are not those of the wrong options"
    is_case = any(c["relation"] == "has_phenotype" and not is_variable(c["object"]) for c in clauses)
    is_case = is_case and item["kind"] not in QUERIES
    for reason in item["distractor_reasons"]:
        node, failed = reason["node"], reason["failed"]
        if not failed or len(set(failed)) < len(failed) or not all(0 <= at < len(clauses) for at in failed):
            return f"{node} is said to fail no clause, one twice, or one that is none"
        for at in failed if not is_choice(item) else ():
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
    if item["kind"] == "true_false":  # A statement names what it is about, true or false.
        return None
    question, question_stems = f" {normal(item['question'])} ", stems(item["question"])
    others = [stems(text) for n, text in enumerate(item["options"]) if n != first(item)]
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
            known |= set(nodes) if is_choice(item) else set()
            known |= on_path.union(*(members(reason["node"]) for reason in denied))
        # Longer names first: "seizure" inside "focal seizure" is no name of its own.
        for node in sorted(known | set(nodes), key=lambda node: (-len(name(node)), node not in known)):
            said = f" {name(node)} "
            if said.strip() and said in text:
                while said in text:  # A name right after itself shares a blank with it.
                    text = text.replace(said, " | ")
                if said not in spans and not (graph.up(node) | graph.down(node)) & known:
                    return f"a step names “{said.strip()}”, which is no end of an edge that it cites"
    return None
