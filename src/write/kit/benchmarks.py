"""Benchmarks: no item is a question of one, as far as whoever runs this has its files."""
import collections
import gzip
import hashlib
import json
import re

from readings import normal

# Words of a run that covers, of one that is enough by itself, and of one that is told of an item that stays.
GRAM, RUN, TOLD = 8, 30, 13

REASON = re.compile(
    r"a question of benchmark `(?P<name>[^`]*)` (has the same words|covers \d+ of its \d+ words|"
    r"has \d+ words in a row of it); its SHA-256 is (?P<sha>[0-9a-f]{64})"
)


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def questions(db, path, column):
    """The questions of a file: JSON lines or Parquet, packed with gzip or not."""
    with open(path, "rb") as file:
        content = file.read()
    if content.startswith(b"PAR1"):
        return [text for text, in db.execute(f'select "{column}" from read_parquet(?)', [path]).fetchall()]
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    return [json.loads(line)[column] for line in content.decode("utf-8-sig").splitlines() if line.strip()]


class Benchmark:
    """Looks up texts among questions."""

    def __init__(self, texts):
        self.texts = [normal(text) for text in texts]
        self.hashes = {hashlib.sha256(text.encode()).hexdigest() for text in self.texts}
        self.same = set(filter(None, self.texts))
        self.places = collections.defaultdict(list)
        for number, text in enumerate(self.texts):
            words = text.split()
            for at in range(len(words) - GRAM + 1):
                self.places[tuple(words[at : at + GRAM])].append((number, at))

    def look(self, text):
        """The rule by which a text is a question, or None; the part of it that is covered, in thousandths; and whether
        it shares a run of thirteen words with one question only."""
        text = normal(text)
        words = text.split()
        shared = collections.defaultdict(set)
        for at in range(len(words) - GRAM + 1):
            for number, there in self.places.get(tuple(words[at : at + GRAM]), ()):
                shared[number].add((there - at, at))
        rule, most, askers = None, 0, collections.defaultdict(set)
        for number, places in shared.items():
            covered = {at + n for _, at in places for n in range(GRAM)}
            run = 0
            for apart, at in places:
                if (apart, at - 1) not in places:
                    length = 1
                    while (apart, at + length) in places:
                        length += 1
                    run = max(run, length + GRAM - 1)
                    for start in range(at, at + length + GRAM - TOLD):
                        askers[start].add(number)
            is_one = "cover" if 2 * len(covered) >= len(words) else "run" if run >= RUN else None
            if (is_one is not None, len(covered)) >= (rule is not None, most):
                rule, most = is_one, len(covered)
        if text in self.same:
            rule, most = "exact", len(words)
        return rule, 1000 * most // max(len(words), 1), any(len(numbers) == 1 for numbers in askers.values())


def contaminated(db, manifest, items, against):
    """Q17: what the manifest says of benchmarks holds, and no item is a question of those whose files are given."""
    entries = manifest["decontamination"]
    named = {entry["name"]: entry for entry in entries}
    rows = db.execute("select id, question, thinking, rationale, rejected_because from rejected where rejected_by = 'V404'")
    hashes, of_rows = collections.defaultdict(set), collections.Counter()
    for item, question, thinking, rationale, because in rows.fetchall():
        reason = REASON.fullmatch(because or "")
        if question is not None or thinking is not None or rationale is not None:
            yield item, "was rejected for a benchmark, and its words are shown"
        if not reason or reason["name"] not in named:
            yield item, "was rejected for a benchmark that the manifest does not name"
        else:
            hashes[reason["name"]].add(reason["sha"])
            of_rows[reason["name"]] += 1
    for name, entry in named.items():
        # A row names the first benchmark that has it; others may have it too.
        if not of_rows[name] <= sum(entry["rejected"].values()) <= sum(of_rows.values()):
            yield "manifest.json", f"benchmark {name} is said to have had {entry['rejected']} rejected"
        if entry["most_covered_thousandths"] >= 500:
            yield "manifest.json", f"half of an item is said to be covered by benchmark {name}"
    given, used = {sha256_of(path): path for path in against}, set()
    for entry in entries:
        files = [file["sha256"] for file in entry["files"]]
        there = [given.get(sha256) for sha256 in files]
        if None not in there:
            used.update(files)
            yield from held_against(db, items, entry, there, hashes[entry["name"]])
    # A file may be two benchmarks, by two of its columns.
    for path in (path for sha256, path in given.items() if sha256 not in used):
        benchmark = Benchmark(questions(db, path, "question"))
        for item in items:
            rule = benchmark.look(item["question"])[0]
            if rule:
                yield item["id"], f"is a question of {path} ({rule})"


def held_against(db, items, entry, paths, hashes):
    """A benchmark of the manifest whose files are all here: everything that is said of it is counted again."""
    benchmark = Benchmark([text for path in paths for text in questions(db, path, entry["column"])])
    name = entry["name"]
    if len(benchmark.texts) != entry["questions"]:
        yield "manifest.json", f"benchmark {name} has {len(benchmark.texts)} questions"
    if not hashes <= benchmark.hashes:
        yield "rejected", f"names a question that benchmark {name} does not have"
    looked = [(item["id"], *benchmark.look(item["question"])) for item in items]
    for item, rule, _, _ in looked:
        if rule:
            yield item, f"is a question of benchmark {name} ({rule})"
    counted = (sum(is_shared for *_, is_shared in looked), max((most for _, _, most, _ in looked), default=0))
    if counted != (entry["shares_13_words"], entry["most_covered_thousandths"]):
        yield "manifest.json", f"of benchmark {name} {counted[0]} items share 13 words, and {counted[1]} ‰ are covered at most"
