"""Near-duplicates: nothing is asked twice in nearly the same words, and no split parts what is near."""
import collections

from readings import members, normal

# Words of a run; the parts of runs, in hundredths, from which two questions are the same, or have to share a split.
RUN, SAME, TIED = 5, 80, 70


def runs(question):
    words = normal(question).split()
    return {" ".join(words[at : at + RUN]) for at in range(max(len(words) - RUN + 1, 1))}


def pairs(items):
    """Every pair that shares half of its nodes and is tied by its words: by counting, without hashes or chance."""
    nodes, words, having = [], [], collections.defaultdict(list)
    for number, item in enumerate(items):
        nodes.append(set(item["anchors"]) | set(members(item["answer_node"])))
        words.append(runs(item["question"]))
        shared = collections.Counter(other for node in nodes[number] for other in having[node])
        for other, count in shared.items():
            if 2 * count >= len(nodes[number]) + len(nodes[other]) - count:
                likeness = 100 * len(words[number] & words[other]) // len(words[number] | words[other])
                if likeness >= TIED:
                    yield likeness, items[other], item
        for node in nodes[number]:
            having[node].append(number)


def near(items):
    """NEAR: pairs that should not be, or not where they are."""
    for likeness, one, other in pairs(items):
        if likeness >= SAME:
            yield one["id"], f"asks mostly of the same as {other['id']}, in nearly the same words ({likeness} %)"
        elif one["split"] != other["split"]:
            yield one["id"], f"is near to {other['id']} in another split ({likeness} %)"
