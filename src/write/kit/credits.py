"""Whose words an item uses, and whether everybody is credited."""
import collections
import os
import re

from readings import members

OPEN = {"open", "attribution", "attribution-with-notice"}


def spelled(name):
    """A pattern for a name as a whole word, its first letter in either case."""
    spellings = "|".join(map(re.escape, dict.fromkeys([name, name[:1].swapcase() + name[1:]])))
    return re.compile(rf"(?<![^\W_])(?:{spellings})(?![^\W_])")


class Credits:
    """The sources of the names in the graph."""

    def __init__(self, names, edges):
        self.labels, self.synonyms, self.sources = {}, {}, collections.defaultdict(set)
        for curie, label, source, synonyms, of_synonyms in names:
            self.labels[curie] = label or ""
            self.synonyms[curie] = list(zip(synonyms or [], of_synonyms or []))
            self.sources[label].add(source)
        self.ends = {edge: (subject, object) for edge, subject, object in edges}

    def look(self, item):
        """Q28: the sources of the headings that it is filed under, and of every synonym that its texts word."""
        for heading in filter(None, (item["category"], item["organ_system"])):
            if not self.sources[heading] & set(item["sources"]):
                return f"it is filed under “{heading}” and names no source that calls something so"
        cited = {p["edge"] for p in item["path"]}
        cited.update(*(step["edges"] for step in item["steps"]))
        cited.update(*(reason["edges"] for reason in item["distractor_reasons"]))
        nodes = set(members("|".join(item["option_nodes"] + item["anchors"] + [item["answer_node"]])))
        nodes.update(*(self.ends.get(edge, ()) for edge in cited))
        strange = [
            (synonym, source)
            for node in sorted(nodes)
            for synonym, source in self.synonyms.get(node, ())
            if source not in item["sources"] and len(synonym) >= 3
        ]
        text = self.text(item, nodes) if strange else ""
        for synonym, source in strange:
            if spelled(synonym).search(text):
                return f"it says “{synonym}”, a synonym of {source}, and does not name that source"
        return None

    def text(self, item, nodes):
        """All texts, with the names of the nodes cut out, longer ones first."""
        texts = [item["question"], item["answer_text"], item["rationale"], *item["options"]]
        for step in item["steps"]:
            texts += [step["text"], *step["spans"]]
        text = "\n".join(texts)
        names = {self.labels.get(node, "") for node in nodes} | {item["category"] or "", item["organ_system"] or ""}
        for name in sorted(names - {""}, key=lambda name: (-len(name), name)):
            text = spelled(name).sub("\n", text)
        return text


def credited(db, manifest, root):
    """CREDIT: the manifest tells what every source gave, and NOTICE credits each that is used."""

    def counted(query):
        return dict(db.execute(f"select source, count(*) from ({query}) where source is not null group by 1").fetchall())

    tables = {
        "edges": counted("select source from edges"),
        "labels": counted("select source from nodes where label <> ''"),
        "synonyms": counted("select unnest(synonym_sources) as source from nodes"),
        "xrefs": counted("select unnest(xref_sources) as source from nodes"),
    }
    in_items = counted("select unnest(sources) as source from items")
    with open(os.path.join(root, "NOTICE"), encoding="utf-8") as file:
        notice = file.read()
    entries = {entry["source"]: entry for entry in manifest["attribution"]}
    for source in manifest["sources"]:
        name = source["name"]
        entry = entries.pop(name, None)
        published = {table: counts.pop(name, 0) for table, counts in tables.items()}
        n_items = in_items.pop(name, 0)
        if entry is None or (entry["items"], entry["published"]) != (n_items, published):
            yield name, f"is in {n_items} items and gave {published}; the manifest says otherwise"
        elif source["licence"] != entry["licence"]:
            yield name, f"has the licence {source['licence']} here and {entry['licence']} there"
        elif any((entry["withheld"] if source["licence"] in OPEN else published).values()):
            yield name, "is withheld although its licence allows it, or published although it forbids it"
        if name not in notice or (source["credit"].isprintable() and source["credit"] not in notice):
            yield name, "has no credit line in NOTICE"
    for name in [*entries, *in_items, *(name for counts in tables.values() for name in counts)]:
        yield name, "is no source of the manifest"
