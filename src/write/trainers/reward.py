"""Rewards for thinkpath's `verl` and `grpo` views: for the answer, and for the path that leads to it.

    verl   custom_reward_function.path=reward.py custom_reward_function.name=compute_score
    TRL    from reward import reward; GRPOTrainer(reward_funcs=reward, …)

1 for the right answer, by its letter or, where no letter is given, by its name; half of it for a right answer to a choice
that is only named. A wrong letter earns nothing, whatever is named beside it. On top comes at most PATH_WEIGHT for the
part of the path's nodes that the thinking names, so a wrong answer never earns more than that. Names and synonyms of nodes are read from
`graph/nodes.parquet` beside this file, once, with pyarrow. Letters that are in order are taken for a set, unless they
are four or more: then they are a ranking.

Nothing is learnt here that is not in the row: no model, no network.
"""
import json
import os
import re
import unicodedata

PATH_WEIGHT = 0.2
NAMED_ONLY = 0.5

LETTERS = re.compile(r"\(?([A-E](?:\s*(?:,|and|>|then)\s*[A-E])*)\)?(?:[.):]|\s*$)")
_names = {}


def normal(text):
    """Lower case, without accents and punctuation."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c.lower() if c.isalnum() else " " for c in text).split())


def names_of(curie):
    """The names of a node in normal form; none of a node that the graph does not have."""
    if not _names:
        import pyarrow.parquet

        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "graph", "nodes.parquet")
        table = pyarrow.parquet.read_table(path, columns=["curie", "label", "synonyms"])
        for row in table.to_pylist():
            found = {normal(name) for name in [row["label"], *(row["synonyms"] or [])] if name}
            _names[row["curie"]] = found - {""}
    return _names.get(curie, set())


def text_of(completion):
    """What was said, be it a text or a list of messages."""
    if isinstance(completion, str):
        return completion
    return "\n".join(message["content"] for message in completion)


def parts_of(text):
    """Thinking and answer: what stands before the last `</think>`, and the line after the last `Answer:` behind it."""
    thinking, mark, rest = text.rpartition("</think>")
    if not mark:
        thinking, rest = text, text
    answers = re.findall(r"(?im)^[\s*]*answer\s*:[\s*]*(.*)$", rest)
    return thinking.rpartition("<think>")[2], answers[-1].strip().strip("*") if answers else ""


def letters_of(answer):
    """The letters that an answer gives, in its order."""
    found = LETTERS.match(answer.strip())
    return re.findall("[A-E]", re.sub("and|then", " ", found.group(1))) if found else []


def is_named(text, name):
    return bool(name) and f" {name} " in f" {text} "


def letter_score(answer, truth):
    """1 if the letters are right; None if none is given, or none is asked for."""
    due, given = re.findall("[A-E]", truth or ""), letters_of(answer)
    if not due or not given:
        return None
    is_set = len(due) < 4 and due == sorted(due)
    return float(given == due or (is_set and sorted(given) == due))


def node_score(answer, solution):
    """1 if the answer is the name of what is right and nothing else: whoever names all that is offered has not chosen."""
    said, due = (re.sub("^(the|an?) ", "", normal(text)) for text in (answer, solution))
    return float(bool(due) and said == due)


def path_score(thinking, path_nodes):
    """The part of the path's nodes that the thinking names; 0 for no path."""
    nodes = list(path_nodes if path_nodes is not None else ())
    said = normal(thinking)
    named = sum(any(is_named(said, name) for name in names_of(node)) for node in nodes)
    return named / len(nodes) if nodes else 0.0


def scores(text, answer_letter, solution, path_nodes):
    """The parts of a reward, and the whole as `score`."""
    thinking, answer = parts_of(text)
    letter = letter_score(answer, answer_letter)
    node = node_score(answer, solution)
    right = letter if letter is not None else node * (NAMED_ONLY if answer_letter else 1.0)
    path = path_score(thinking, path_nodes)
    return {"score": right + PATH_WEIGHT * path, "letter": letter or 0.0, "node": node, "path": path}


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **_):
    """What verl calls for one reply."""
    if data_source != "thinkpath":
        raise ValueError(f"reward.py scores rows of thinkpath, not of {data_source!r}")
    truth = json.loads(ground_truth)
    return scores(solution_str, truth["letter"], truth["text"], (extra_info or {}).get("path_nodes"))


def reward(completions, solution, answer_letter, path_nodes, **_):
    """What TRL calls for a batch of the `grpo` view: one number for each reply."""
    rows = zip(completions, solution, answer_letter, path_nodes)
    return [scores(text_of(said), letter, text, nodes)["score"] for said, text, letter, nodes in rows]
