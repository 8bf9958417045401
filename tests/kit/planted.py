"""Plants defects in a finished data set, one at a time, and sees each caught by `verify/verify.py`.

    python tests/kit/planted.py DATASET [--each-has-a-place] [--only-kinds] [--only-proofs]

The data set is copied; each defect is written into the copy with duckdb, the kit runs without looking at hashes (so
that it has to understand what is wrong), and the named check must fail. Last come defects that only bytes tell. A
defect that needs what a data set does not have, as clues in a set of codes, has no place there and is left out; unless
each must have one. `--only-kinds` plants what is wrong with one kind of item only, `--only-proofs` what is wrong with answers,
options and steps: the rest reads every data set alike.
"""
import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

import duckdb

TRAIN = "items/train-00000-of-00001.parquet"
TEST = "items/test-00000-of-00001.parquet"
REJECTED = "rejected/rejected-00000-of-00001.parquet"
SFT = "sft/train-00000-of-00001.parquet"
BENCH = "bench/train-00000-of-00001.parquet"
VERL, SHAREGPT, MEDREASON, COMPLETION = (
    f"{name}/train-00000-of-00001.parquet" for name in ("verl", "sharegpt", "medreason", "sft_prompt_completion")
)
WRONG, DPO, PRM = (f"{name}/train-00000-of-00001.parquet" for name in ("corruptions", "dpo", "prm"))
EDGES, NODES, RELATIONS = (f"graph/{name}.parquet" for name in ("edges", "nodes", "relations"))

# The checks whose work depends on what is asked.
PROOFS = {"Q1", "Q2", "Q3", "Q4", "Q7", "Q8", "Q9", "Q16", "Q18", "QUERY", "HOPS", "REASONS", "RISKS", "TRUST"}

# Most defects are planted in a case; where there is none, in a diagnosis to be coded.
VIGNETTE = "stratum = 'case/Disease'"
CONTRAST = "kind = 'discriminating_finding'"
PATH = "kind = 'path_explanation' and len(path) = 3"
TRUE, FALSE = (f"kind = 'true_false' and answer_text = '{verdict}'" for verdict in ("True", "False"))
OF_FINDING = "stratum = 'statement/has_phenotype'"
RANKED = "kind = 'ranked_list'"
CHAINS = "len(options) > 0 and kind = 'single_best_answer' and not contains(pattern, '?answer')"
OPEN, SEVERAL = "kind = 'open'", "kind = 'multiple_answer'"
ONE_OF, NONE_OF = (f"kind = 'unanswerable' and answer_node {sign} ''" for sign in ("<>", "="))
UNION = "pattern like '1|%'"
NEXT = "(answer + 1) % 4"
# What the risks leave of confidence before thin evidence lowers it.
UNLOWERED = "(1 - list_sum(list_transform(distractor_reasons, lambda r: r.risk)))"


BENCHMARK = {"name": "quiz", "column": "question", "questions": 1, "rejected": {}, "shares_13_words": 0, "most_covered_thousandths": 0}


class NoPlace(Exception):
    """The data set has nothing that a defect could be planted in."""


def ask(root, query):
    """The first row of a query over the copy; `items` is all items, `{nodes}` and `{edges}` the graph."""
    db = duckdb.connect()
    # The question itself is its last sentence; names of nodes stand mainly before it.
    db.execute("create macro lead_in_of(question) as regexp_extract(question, '[^.]*$')")
    db.execute(f"create view items as select * from read_parquet('{root}/items/*.parquet')")
    files = {name: f"read_parquet('{root}/graph/{name}.parquet')" for name in ("nodes", "edges")}
    found = db.execute(query.format(**files)).fetchone()
    if found is None or None in found:
        raise NoPlace
    return found


def rewrite(root, path, select):
    """Replaces a Parquet file by what a query makes of it; `t` is the file."""
    file = os.path.join(root, path)
    db = duckdb.connect()
    db.execute(f"create table t as select * from read_parquet('{file}')")
    db.execute(f"create table new as {select}")
    changed = "(select count(*) from {0}) - (select count(*) from (select * from {0} intersect all select * from {1}))"
    if db.execute(f"select {changed.format('t', 'new')}, {changed.format('new', 't')}").fetchone() == (0, 0):
        raise NoPlace
    db.execute(f"copy new to '{file}.new' (format parquet)")
    os.replace(file + ".new", file)


SOURCE = sys.argv[1]
try:
    CASE = ask(SOURCE, f"select $${VIGNETTE}$$ from items where {VIGNETTE} limit 1")[0]
except NoPlace:
    CASE = "stratum = 'coding/code'"


def on_one(column, value, where=CASE):
    """Changes a column of the first item that fits."""
    first = f"(select min(id) from t where {where})"
    return f"select * replace (case when id = {first} then {value} else {column} end as {column}) from t"


def each(column, fields, **changed):
    """Every struct of a list with some fields changed; `x` is the struct."""
    filled = ", ".join(f'"{name}": ' + changed.get(name, f'x."{name}"') for name in fields.split())
    return f"list_transform({column}, lambda x, n: {{{filled}}})"


def hop(**changed):
    """The first hop of a path with some fields changed."""
    fields = "subject subject_label relation object object_label forward source evidence edge"
    first = {name: f'case when n = 1 then {value} else x."{name}" end' for name, value in changed.items()}
    return each("path", fields, **first)


def step(**changed):
    return each("steps", "text kind edges spans", **changed)


def reason(**changed):
    return each("distractor_reasons", "node class failed risk edges", **changed)


SCORES = "path_weight null_weight specificity n_sources trust n_agree n_contradict least_rarity".split()


def score(name, value):
    """The scores with one of them changed."""
    return "{" + ", ".join(f'"{each}": {value if each == name else f"scores.{each}"}' for each in SCORES) + "}"


def benchmark_of(part, **told):
    """A benchmark that asks this part of an item's words, and what a manifest tells of it if it tells anything."""

    def plant(root):
        words = ask(root, f"select question from items where {CASE} order by id limit 1")[0].split()
        path = os.path.join(os.path.dirname(root), "benchmark.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps({"question": " ".join(words[: max(int(len(words) * part), 8)] + ["and so on"] * (part < 1))}))
        with open(path, "rb") as file:
            files = [{"path": "benchmark.jsonl", "sha256": hashlib.sha256(file.read()).hexdigest()}]
        if told:
            in_json(root, lambda manifest: manifest.update(decontamination=[{**BENCHMARK, "files": files, **told}]))
        return "--against", path

    return plant


def near_of(n_words):
    """Another item of the splits asks the same as one of train, with so many words more."""

    def plant(root):
        question, anchors, node = ask(
            root, f"select question, anchors, answer_node from items where split = 'train' and {CASE} order by id limit 1"
        )
        listed = ", ".join(f"'{anchor}'" for anchor in anchors)
        words = "".join(f"word{n} " for n in range(n_words))
        # Each is a run of five words that the other question does not have.
        rewrite(root, TEST, "select * replace ({}) from t".format(", ".join(
            f"case when id = (select min(id) from t) then {value} else {column} end as {column}" for column, value in [
                ("question", f"$${words}{question}$$"), ("anchors", f"[{listed}]"), ("answer_node", f"'{node}'")
            ]
        )))

    return plant


def needs(condition, plant):
    """A defect that shows only if some item of train fits."""

    def plant_if(root):
        ask(root, f"select id from items where split = 'train' and {condition} limit 1")
        plant(root)

    return plant_if


def cited_fact_deleted(root):
    edge = ask(root, "select min(p.edge) from (select unnest(path) as p from items)")[0]
    rewrite(root, EDGES, f"select * from t where edge <> {edge}")


def distractor_made_true(root):
    """The graph gets a fact for every clue that a distractor failed: now it fits."""
    node, anchors = ask(root, f"select option_nodes[{NEXT} + 1], anchors from items where {CASE} order by id limit 1")
    like = "(select * from t where relation = 'has_phenotype' order by edge limit 1)"
    rows = [
        f"select * replace (1000000000 + {n} as edge, '{node}' as subject, '{anchor}' as \"object\") from {like}"
        for n, anchor in enumerate(anchors)
    ]
    rewrite(root, EDGES, " union all ".join(["select * from t", *rows]))


def node_made_obsolete(root):
    node = ask(root, f"select min(answer_node) from items where {CASE}")[0]
    rewrite(root, NODES, f"select * replace (obsolete or curie = '{node}' as obsolete) from t")


def option_made_kin(root):
    """A gene of the key becomes one of a disease that is offered beside it."""
    gene, option = ask(
        root,
        f"select e.subject, i.option_nodes[{NEXT} + 1] from items i join {{edges}} e on e.\"object\" = i.answer_node"
        f" and e.relation = 'associated_with' where i.{CASE} and i.split = 'train' order by i.id limit 1",
    )
    like = "(select * from t where relation = 'associated_with' order by edge limit 1)"
    fact = f"select * replace (1000000000 as edge, '{gene}' as subject, '{option}' as \"object\") from {like}"
    rewrite(root, EDGES, f"select * from t union all {fact}")


def clue_made_rare(root):
    """What was told of most patients now holds for few."""
    edge = ask(root, f"select path[1].edge from items where {VIGNETTE} and split = 'train' order by id limit 1")[0]
    said = f"""case when edge = {edge} then '{{"frequency":[0.01,0.04]}}' else qualifiers end"""
    rewrite(root, EDGES, f"select * replace ({said} as qualifiers) from t")


def rival_made(root):
    """A disease that is not offered, and no kin, gets all clues of a case but one."""
    anchors, rival = ask(
        root,
        f"select i.anchors, n.curie from items i, {{nodes}} n where i.{VIGNETTE} and i.split = 'train'"
        " and n.category = 'Disease' and not n.obsolete and starts_with(n.label, 'Q fever') order by i.id limit 1",
    )
    like = "(select * from t where relation = 'has_phenotype' order by edge limit 1)"
    facts = [
        f"select * replace (1000000000 + {n} as edge, '{rival}' as subject, '{anchor}' as \"object\") from {like}"
        for n, anchor in enumerate(anchors[1:])
    ]
    rewrite(root, EDGES, " union all ".join(["select * from t", *facts]))


def option_made_a_twin(root):
    """A distractor gets the name of the key: the loose reading takes the two for one."""
    node, label = ask(
        root,
        f"select option_nodes[{NEXT} + 1], (select n.label from {{nodes}} n where n.curie = answer_node)"
        f" from items where {CASE} order by id limit 1",
    )
    label = label.replace("'", "''").upper()
    rewrite(root, NODES, f"select * replace (case when curie = '{node}' then '{label}' else label end as label) from t")


def option_above_the_key(root):
    above, key = ask(
        root,
        "select e.\"object\", i.answer_node from items i join {edges} e on e.subject = i.answer_node"
        f" and e.relation = 'is_a' where i.{CONTRAST} and i.split = 'train' order by i.id limit 1",
    )
    where = f"{CONTRAST} and answer_node = '{key}'"
    swapped = f"list_transform(option_nodes, lambda o, n: case when n = {NEXT} + 1 then '{above}' else o end)"
    rewrite(root, TRAIN, on_one("option_nodes", swapped, where))


def synonym_leaked(root):
    item, synonym = ask(
        root,
        "select i.id, n.synonyms[1] from items i join {nodes} n on n.curie = i.answer_node"
        f" where {CONTRAST} and split = 'train' and len(n.synonyms) > 0 order by i.id limit 1",
    )
    synonym = synonym.replace("'", "''")
    rewrite(root, TRAIN, on_one("question", f"question || ' (Compare {synonym}.)'", f"id = '{item}'"))


def item_moved_to_test(root):
    """An item of a component of several goes to test alone, with everything that says so."""
    files = f"read_parquet('{root}/components.parquet')"
    item = ask(
        root,
        f"select min(c.id) from {files} c join {files} d on d.component = c.component and d.id <> c.id"
        f" join items i on i.id = c.id where c.split = 'train' and i.{CASE}",
    )[0]
    old = f"read_parquet('{root}/{TRAIN}')"
    rewrite(root, TEST, f"select * from t union all select * replace ('test' as split) from {old} where id = '{item}'")
    rewrite(root, TRAIN, f"select * from t where id <> '{item}'")
    moved = f"case when id = '{item}' then 'test' else split end as split"
    rewrite(root, "components.parquet", f"select * replace ({moved}) from t")


def answer_in_a_path(root):
    """An item of train is bound through an edge that a test item's answer follows from."""
    answer = f"(select path[1] from read_parquet('{root}/{TEST}') where {CASE} order by id limit 1)"
    rewrite(root, TRAIN, on_one("path", f"list_append(path, {answer})"))


def answer_in_a_step(root):
    """An item of train tells of one of its distractors what a test item asks."""
    answer = ask(root, f"select path[1].edge from items where split = 'test' and {CASE} order by id limit 1")[0]
    rewrite(root, TRAIN, on_one("steps", step(edges=f"list_append(x.edges, {answer})")))


def in_manifest(change):
    """A manifest that says something else."""

    def plant(root):
        in_json(root, change)

    return plant


def in_listed(change):
    """A list for LLaMA-Factory that says something else."""

    def plant(root):
        in_json(root, change, "dataset_info.json")

    return plant


def in_json(root, change, name="manifest.json"):
    path = os.path.join(root, name)
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    change(manifest)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(manifest, file)


def rare_node_that_nothing_speaks_of(manifest):
    """More nodes of the fourth rung of rarity are used than there can be, in whichever category is told first."""
    next(iter(manifest["diversity"]["coverage"].values()))["used"][3] = 10**6


def stranger(root, where="true"):
    """An item with a source that it does not use: (id, source, licence)."""
    with open(os.path.join(root, "manifest.json"), encoding="utf-8") as file:
        sources = [f"('{s['name']}', '{s['licence']}')" for s in json.load(file)["sources"]]
    listed = f"(values {', '.join(sources)}) s(name, licence)"
    return ask(
        root,
        f"select i.id, s.name, s.licence from items i, {listed} where not list_contains(i.sources, s.name)"
        f" and split = 'train' and {where} order by i.id, s.name limit 1",
    )


def name_of_another_source(root):
    """The key of an item is called so by a source that the item does not name."""
    item, source, licence = stranger(root)
    key = ask(root, f"select string_split(answer_node, '|')[1] from items where id = '{item}'")[0]
    changed = ", ".join(
        f"case when curie = '{key}' then '{value}' else {column} end as {column}"
        for column, value in (("source", source), ("licence", licence))
    )
    rewrite(root, NODES, f"select * replace ({changed}) from t")


def synonym_of_another_source(root):
    """An item words a synonym that only a source which it does not name has."""
    item, source, _ = stranger(root, "len(anchors) > 0 and regexp_matches(lead_in_of(question), ' [a-z][a-z][a-z][a-z]')")
    node, word = ask(
        root, f"select anchors[1], regexp_extract(lead_in_of(question), ' ([a-z][a-z][a-z][a-z]+)', 1) from items where id = '{item}'"
    )
    added = ", ".join(
        f"case when curie = '{node}' then list_append({column}, '{value}') else {column} end as {column}"
        for column, value in (("synonyms", word), ("synonym_sources", source))
    )
    rewrite(root, NODES, f"select * replace ({added}) from t")


def credit_taken_out(root):
    path = os.path.join(root, "NOTICE")
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    source = next(at for at, line in enumerate(lines) if line.startswith("  ") and not line.startswith("   "))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines[: source + 1] + lines[source + 2 :]) + "\n")


def with_facts(root, rows):
    """The graph with more facts, as (subject, relation, object); each is made like one of its relation."""
    facts = [
        f"select * replace ({1000000000 + n} as edge, '{s}' as subject, '{o}' as \"object\")"
        f" from (select * from t where relation = '{r}' order by edge limit 1)"
        for n, (s, r, o) in enumerate(rows)
    ]
    rewrite(root, EDGES, " union all ".join(["select * from t", *facts]))


def denied_statement(root):
    """Subject, object and edge of the first false statement about a finding."""
    return ask(
        root,
        f"select path[2].subject, path[2].\"object\", path[2].edge from items where {FALSE} and {OF_FINDING}"
        " and split = 'train' order by id limit 1",
    )


def denial_taken_out(root):
    rewrite(root, EDGES, f"select * from t where edge <> {denied_statement(root)[2]}")


def denial_made_weak(root):
    said = f"""case when edge = {denied_statement(root)[2]} then '{{"frequency_counts":[0,2]}}' else qualifiers end"""
    rewrite(root, EDGES, f"select * replace ({said} as qualifiers) from t")


def false_made_true(root):
    subject, object, _ = denied_statement(root)
    with_facts(root, [(subject, "has_phenotype", object)])


def true_denied(root):
    subject, object = ask(
        root,
        f"select path[1].subject, path[1].\"object\" from items where {TRUE} and {OF_FINDING} and split = 'train'"
        " order by id limit 1",
    )
    with_facts(root, [(subject, "phenotype_absent", object)])


def last_made_level(root):
    """The last of a ranking gets all findings."""
    node, anchors = ask(
        root, f"select option_nodes[answers[4] + 1], anchors from items where {RANKED} and split = 'train' order by id limit 1"
    )
    with_facts(root, [(node, "has_phenotype", anchor) for anchor in anchors])


def hop_of_a_chain_made(relation):
    """The graph gets what the first wrong chain of an item says of a hop that it fails, or something else about it."""

    def plant(root):
        clauses, path, node, failed = ask(
            root,
            "select clauses, path, distractor_reasons[1].node, distractor_reasons[1].failed from items"
            f" where {CHAINS} and split = 'train' order by id limit 1",
        )

        def category(curie):
            return ask(root, f"select category from {{nodes}} where curie = '{curie}'")[0]

        wanted = [category(p["object"] if p["forward"] else p["subject"]) for p in path[:-1]]
        if len(set(wanted)) < len(wanted):  # Which order the nodes are told in is not known.
            raise NoPlace
        value = {f"?x{wanted.index(category(one)) + 1}": one for one in node.split("|")}
        c = clauses[failed[0]]
        s, o = (value.get(c[end], c[end]) for end in ("subject", "object"))
        with_facts(root, [(s, relation or c["relation"], o)])

    return plant


def option_made_right(where):
    """The graph gets every fact by which the first wrong option of an item would answer a query of single hops."""

    def plant(root):
        clauses, node = ask(
            root,
            "select clauses, list_filter(option_nodes, lambda o: o <> '' and not list_contains("
            f"string_split(answer_node, '|'), o))[1] from items where {where} and hops = 1 and not ({UNION})"
            " and split = 'train' and not list_bool_or(list_transform(clauses, lambda c: c.absent)) order by id limit 1",
        )
        with_facts(
            root,
            [tuple(node if t == "?answer" else t for t in (c["subject"], c["relation"], c["object"])) for c in clauses],
        )

    return plant


def in_file(path, select):
    return lambda root: rewrite(root, path, select)


def on_train(column, value, where=CASE):
    return in_file(TRAIN, on_one(column, value, where))


def on_first(path, where="true", **changed):
    """Changes columns of the first row that fits."""
    first = f"(select min(id) from t where {where})"
    filled = ", ".join(f"case when id = {first} then {value} else {name} end as {name}" for name, value in changed.items())
    return in_file(path, f"select * replace ({filled}) from t")


def on_row(path, **changed):
    """Changes columns of the first row of a table that has no ids of its own."""
    filled = ", ".join(f"case when n = 1 then {value} else {name} end as {name}" for name, value in changed.items())
    return in_file(path, f"select * exclude (n) replace ({filled}) from (select *, row_number() over () as n from t)")


def wrong_path_made_true(root):
    """The steps of a wrong path are those of its item."""
    item = ask(root, f"select min(item_id) from read_parquet('{os.path.join(root, WRONG)}')")[0]
    own = f"(select first(steps) from read_parquet('{root}/items/*.parquet') where id = '{item}')"
    rewrite(root, WRONG, f"select * replace (case when item_id = '{item}' then {own} else steps end as steps) from t")


def wrong_claim_made_true(root):
    """The graph gets what wrong steps claim of it."""
    where, edges = os.path.join(root, WRONG), os.path.join(root, EDGES)
    said = f"select claims[refuted_claim + 1] as c from read_parquet('{where}') where ground = 'not_recorded'"
    each_subject = f"select unnest(c.subjects) as s, c.relation as r, c.objects as all_o from ({said})"
    facts = f"select distinct s, r, unnest(all_o) as o from ({each_subject})"
    like = f"(select * exclude (edge, subject, relation, \"object\") from read_parquet('{edges}') limit 1)"
    rows = f"select 1000000000 + row_number() over (order by s, r, o) as edge, s as subject, r as relation, o as \"object\" from ({facts})"
    rewrite(root, EDGES, f"select * from t union all by name (select * from ({rows}), {like})")


def wrong_path_moved_to_test(root):
    """A wrong path stands in test, its item in train."""
    file = os.path.join(root, WRONG)
    row = f"select * replace ('test' as split) from read_parquet('{file}') order by id limit 1"
    rewrite(root, WRONG.replace("train", "test"), f"select * from t union all ({row})")
    rewrite(root, WRONG, "select * from t order by id offset 1")


# What is planted, the check that must fail, and how.
DEFECTS = [
    ("an edge swapped for another", "Q1", on_train("path", hop(edge="x.edge + 1"))),
    ("an edge turned round", "Q1", on_train("path", hop(subject='x."object"', object="x.subject"))),
    ("a relation replaced", "Q1", on_train("path", hop(relation="'phenotype_absent'"))),
    ("a fact deleted from the graph", "Q1", cited_fact_deleted),
    ("an edge taken out of the binding", "Q2", on_train("path", "path[2:]")),
    ("a hop told the wrong way", "Q2", on_train("path", hop(forward="not x.forward"), PATH)),
    ("the hops of a path in another order", "Q2", on_train("path", "[path[2], path[1], path[3]]", PATH)),
    ("the key moved to another option", "Q3", on_train("answer", NEXT)),
    ("another node called the key", "Q3", on_train("answer_node", f"option_nodes[{NEXT} + 1]")),
    ("a clue dropped, so that a distractor fits", "Q3", on_train("clauses", "clauses[1:1]")),
    ("a distractor made true in the graph", "Q3", distractor_made_true),
    ("a distractor called like the key", "Q3", option_made_a_twin),
    ("an answer beside the key withheld", "Q3", on_train("other_answers", "[]::varchar[]", "len(other_answers) > 0")),
    ("what is vague taken for telling", "Q3", needs(
        VIGNETTE, in_file(RELATIONS, "select * replace (null::double as vague_below) from t")
    )),
    ("an option printed twice", "Q4", on_train("options", "[options[1], options[1], options[3], options[4]]")),
    ("an option of another category", "Q4", on_train(
        "option_nodes",
        f"list_transform(option_nodes, lambda o, n: case when n = {NEXT} + 1 then anchors[1] else o end)",
    )),
    ("an option that the key is a kind of", "Q4", option_above_the_key),
    ("a node made obsolete", "Q7", node_made_obsolete),
    ("the answer leaked into the question", "Q8", on_train("question", "question || ' It is ' || answer_text || '.'")),
    ("a synonym leaked into the question", "Q8", synonym_leaked),
    ("letters no longer balanced", "Q9", in_file(
        TRAIN, "select * replace (case when answer is null then null else 0 end as answer) from t"
    )),
    ("an item twice", "Q15", in_file(TRAIN, "select * from t union all (select * from t order by id limit 1)")),
    ("an item in two splits", "Q16", in_file(
        TRAIN,
        "select * from t union all (select * replace ('test' as split, 'x' || id as id) from t order by id limit 1)",
    )),
    ("an item moved across splits", "Q16", item_moved_to_test),
    ("a test item's answer in a path of train", "Q16", answer_in_a_path),
    ("a test item's answer in a step of train", "Q16", answer_in_a_step),
    ("a step that cites an edge that is none", "Q18", on_train("steps", step(edges="[99999999]::bigint[]"))),
    ("a step that cites words nobody said", "Q18", on_train("steps", step(spans="['purple hair']"))),
    ("a step that rests on nothing", "Q18", on_train(
        "steps", step(edges="[]::bigint[]", spans="[]::varchar[]")
    )),
    ("a step about an option that it does not cite", "Q18", on_train(
        "steps", step(text=f"case when x.kind = 'recall' then 'It is ' || options[{NEXT} + 1] || '.' else x.text end")
    )),
    ("a rejected row taken out", "Q24", in_file(REJECTED, "select * from t order by id offset 1")),
    ("a candidate that nobody accounts for", "Q24", in_manifest(
        lambda manifest: manifest["funnel"].update(mined=manifest["funnel"]["mined"] + 1)
    )),
    ("a calibration that nobody counted", "RISKS", in_manifest(
        lambda manifest: manifest["calibration"]["held"][2].__setitem__(2, 0)
    )),
    ("more templates than there are", "DIVERSITY", in_manifest(
        lambda manifest: manifest["diversity"].update(templates=manifest["diversity"]["templates"] + 1)
    )),
    ("a rare node that nothing speaks of", "DIVERSITY", in_manifest(rare_node_that_nothing_speaks_of)),
    ("a chapter evener than it is", "DIVERSITY", in_manifest(
        lambda manifest: manifest["diversity"].update(category_evenness=1.0)
    )),
    ("a path that weighs more", "SCORES", on_train("scores", score("path_weight", "scores.path_weight * 2"), PATH)),
    ("a path of one source said to have two", "SCORES", on_train("scores", score("n_sources", "2"), PATH)),
    ("a path rarer than it is", "SCORES", on_train("scores", score("least_rarity", "scores.least_rarity + 0.5"), PATH)),
    ("a source that is not named", "Q28", on_train("sources", "[]::varchar[]")),
    ("a licence that is not told", "Q28", on_train("licences", "['open']")),
    ("a name of a source that is not told", "Q28", name_of_another_source),
    ("a synonym of a source that is not told", "Q28", synonym_of_another_source),
    ("a heading of a source that is not told", "Q28", on_train("category", "'Nobody calls a thing so'")),
    ("an edge that may not be published", "Q28", in_file(
        EDGES, "select * replace (case when edge = (select max(edge) from t) then 'restricted' else licence end as licence) from t"
    )),
    ("a name that may not be published", "Q28", in_file(
        NODES, "select * replace (case when node = (select max(node) from t) then 'restricted' else licence end as licence) from t"
    )),
    ("a synonym that may not be published", "Q28", in_file(
        NODES,
        "select * replace (case when node = (select max(node) from t where len(synonyms) > 0)"
        " then list_transform(synonym_sources, lambda s: 'umls') else synonym_sources end as synonym_sources) from t",
    )),
    ("a rejected item that may not be published", "Q28", in_file(
        REJECTED, "select * replace (list_transform(licences, lambda l: 'restricted') as licences) from t"
    )),
    ("a credit line taken out", "CREDIT", credit_taken_out),
    ("more from a source than is told", "CREDIT", in_file(
        NODES, "select * replace (list_append(xrefs, 'UMLS:C0') as xrefs, list_append(xref_sources, source) as xref_sources) from t"
    )),
    ("another seed", "Q28", on_train("seed", "seed + 1")),
    ("an id that is none", "IDS", on_train("id", "reverse(id)")),
    ("anchors of another item", "IDS", on_train("anchors", "anchors[2:]")),
    ("a clue said to be failed that is not", "REASONS", on_train(
        "distractor_reasons", reason(failed="[0, 1, 2, 3]::integer[]")
    )),
    ("a clue that is failed twice over", "REASONS", on_train(
        "distractor_reasons", reason(failed="list_concat(x.failed, x.failed)")
    )),
    ("a gap called a denial", "REASONS", on_train("distractor_reasons", reason(**{"class": "'denied'"}))),
    ("a denial by an edge that says nothing of it", "REASONS", on_train(
        "distractor_reasons", reason(edges="list_transform(x.edges, lambda e: 0::bigint)"), CONTRAST
    )),
    ("more confidence than the risks leave", "TRUST", on_train("confidence", "1.0")),
    ("an option made kin of the key by a gene", "KIN", option_made_kin),
    ("a clue made rare", "CLUES", clue_made_rare),
    ("a clue that tells more than it does", "CLUES", on_train(
        "difficulty_features",
        "{" + ", ".join(
            f'"{name}": difficulty_features.{name}' + (" + 0.1" if name == "mean_information" else "")
            for name in "n_clues mean_information least_information distractor_similarity key_degree".split()
        ) + "}",
        VIGNETTE,
    )),
    ("a disease that nearly fits", "RIVAL", rival_made),
    ("a risk that is smaller than measured", "TRUST", on_train(
        "distractor_reasons", reason(risk="x.risk / 2"), VIGNETTE
    )),
    ("thin evidence taken for good", "TRUST", on_train("confidence", UNLOWERED, f"confidence < {UNLOWERED} - 1e-6")),
    ("a key called well known", "TRUST", on_train("tier", "'board'")),
    ("a hop more than there are", "HOPS", on_train("hops", "hops + 1")),
    ("a query that asks without the closure", "QUERY", on_train(
        "query", "replace(query, '^rdfs:subClassOf*/', '')", VIGNETTE
    )),
    ("a query about another node", "QUERY", on_train("query", r"regexp_replace(query, '([0-9])> ', '\1\1> ')")),
    ("another key in the benchmark", "VIEWS", in_file(
        BENCH,
        f"select * replace (case when id = (select min(id) from t) then {NEXT} else answer end as answer) from t",
    )),
    ("a wrong path replaced by the right one", "WRONG", wrong_path_made_true),
    ("a wrong step that the graph holds", "WRONG", wrong_claim_made_true),
    ("a first wrong step moved on", "WRONG", on_first(
        WRONG, "first_wrong_step + 1 < len(steps)", first_wrong_step="first_wrong_step + 1"
    )),
    ("a first wrong step moved back", "WRONG", on_first(WRONG, "first_wrong_step > 0", first_wrong_step="first_wrong_step - 1")),
    ("a wrong step that is refuted by an edge that says nothing of it", "WRONG", on_first(
        WRONG, "ground = 'held'", refuting_edges="[0]::bigint[]"
    )),
    ("a wrong step without the edges that refute it", "WRONG", on_first(
        WRONG, "ground = 'held'", refuting_edges="[]::bigint[]"
    )),
    ("a refutation on another ground", "WRONG", on_first(WRONG, "ground = 'held'", ground="'not_recorded'")),
    ("a wrong answer called right", "WRONG", on_first(WRONG, "answer_letter <> ''", answer_letter="'E'")),
    ("a wrong path of no item", "WRONG", on_first(WRONG, item_id="reverse(item_id)")),
    ("a wrong path in another split", "WRONG", wrong_path_moved_to_test),
    ("a step before the wrong one re-worded", "WRONG", on_first(
        WRONG, "first_wrong_step > 0", steps=step(text="case when n = 1 then 'So it is.' else x.text end")
    )),
    ("a wrong path taken out", "TRIED", in_file(WRONG, "select * from t order by id offset 1")),
    ("wrong paths that nobody accounts for", "TRIED", in_manifest(
        lambda manifest: manifest["corruptions"].update(tried=manifest["corruptions"]["tried"] + 1)
    )),
    ("a preference turned round", "PAIRS", on_first(DPO, chosen="rejected", rejected="chosen")),
    ("labels turned round", "PAIRS", on_first(PRM, "len(labels) > 1", labels="list_transform(labels, lambda l: not l)")),
    ("a label that calls the wrong step right", "PAIRS", on_first(
        PRM, "id like '%-1'", labels="list_transform(labels, lambda l: true)"
    )),
    ("a pair taken out", "PAIRS", in_file(DPO, "select * from t order by id offset 1")),
    ("a pair of no item", "PAIRS", on_first(DPO, id="'x' || id")),
    ("a wrong path twice", "PAIRS", in_file(WRONG, "select * from t union all (select * from t order by id limit 1)")),
    ("an item that a benchmark asks", "Q17", benchmark_of(1)),
    ("an item of which a benchmark asks a good half", "Q17", benchmark_of(0.7)),
    ("an item that a benchmark of the manifest asks", "Q17", benchmark_of(1, questions=1)),
    ("a benchmark that is said to have more questions", "Q17", benchmark_of(0.1, questions=2)),
    ("a benchmark that is said to be nearer than it is", "Q17", benchmark_of(0.1, most_covered_thousandths=499)),
    ("items said to share what they do not", "Q17", benchmark_of(0.1, shares_13_words=10**9)),
    ("an item rejected for a benchmark that nobody named", "Q17", in_file(
        REJECTED, "select * replace (case when id = (select min(id) from t) then 'V404' else rejected_by end as rejected_by) from t"
    )),
    ("rejected items that are not there", "Q17", in_manifest(
        lambda manifest: manifest.update(decontamination=[{**BENCHMARK, "files": [], "rejected": {"exact": 1}}])
    )),
    ("an item that is asked again with a word before it", "NEAR", near_of(1)),
    ("an item that is asked in another split with more words before it", "NEAR", near_of(9)),
    ("another answer for verl", "VIEWS", on_row(
        VERL, reward_model="{'style': 'rule', 'ground_truth': '{\"letter\":\"E\",\"text\":\"\"}'}"
    )),
    ("a path of another item for verl", "VIEWS", on_row(
        VERL, extra_info="{'split': extra_info.split, 'index': extra_info.index, 'id': extra_info.id, 'path_nodes': ['X:1']}"
    )),
    ("another reply for LLaMA-Factory", "VIEWS", on_row(SHAREGPT, conversations="conversations[2:]")),
    ("another reasoning for MedReason", "VIEWS", on_row(MEDREASON, reasoning="'It is so.'")),
    ("a completion without its thinking", "VIEWS", on_first(COMPLETION, completion="prompt")),
    ("a view that is not listed", "LISTED", in_listed(lambda listed: listed.popitem())),
    ("a view that is listed and not there", "LISTED", in_listed(
        lambda listed: listed.update(more={"file_name": "sft/more.parquet"})
    )),
    ("a chat taken out", "VIEWS", in_file(SFT, "select * from t order by id offset 1")),
]

# Of data sets that have statements and rankings.
OF_KINDS = [
    ("a true statement called false", "KINDS", on_train("answer", "1 - answer", TRUE)),
    ("a false statement called true", "KINDS", on_train("answer", "1 - answer", FALSE)),
    ("a denial taken out of the graph", "KINDS", denial_taken_out),
    ("a denial that two patients are the reason for", "KINDS", denial_made_weak),
    ("a false statement made true in the graph", "KINDS", false_made_true),
    ("a true statement denied in the graph", "KINDS", true_denied),
    ("a statement that the clauses do not make", "KINDS", on_train(
        "clauses", each("clauses", "subject relation object absent branch", object="case when x.absent then answer_node else x.\"object\" end"), FALSE
    )),
    ("a question about something else", "KINDS", on_train(
        "question", "'Gout is known to present with tophi. Is this statement true or false?'", TRUE
    )),
    ("a verdict that is a node", "KINDS", on_train("option_nodes", "[answer_node, anchors[1]]", TRUE)),
    ("two of a ranking exchanged", "KINDS", on_train("answers", "[answers[2], answers[1], answers[3], answers[4]]", RANKED)),
    ("letters of another order", "KINDS", on_train(
        "answer_letter", "array_to_string(list_reverse(string_split(answer_letter, ', ')), ', ')", RANKED
    )),
    ("a ranking whose last is made level", "KINDS", last_made_level),
    ("a lead that is called safer than it is", "KINDS", on_train("distractor_reasons", reason(risk="x.risk / 2"), RANKED)),
    ("a true statement taken out", "BALANCE", in_file(
        TRAIN, f"select * from t where id <> (select min(id) from t where {TRUE})"
    )),
    ("true statements that are longer", "BALANCE", in_file(
        TRAIN, f"select * replace (case when {TRUE} then question || ' Take your time.' else question end as question) from t"
    )),
    ("a verdict under the letter of the other", "WRONG", on_first(
        WRONG, "answer_text in ('True', 'False')", answer_letter="case answer_letter when 'A' then 'B' else 'A' end"
    )),
    ("a wrong order whose letters are turned round", "WRONG", on_first(
        WRONG, "len(string_split(answer_letter, ', ')) = 4",
        answer_letter="array_to_string(list_reverse(string_split(answer_letter, ', ')), ', ')",
    )),
    ("a wrong order in which nothing stands before what has more", "WRONG", on_first(
        WRONG,
        "ground = 'not_the_answer' and claims[1].sense = 'order'",
        claims=each("claims", "sense word named subjects relation objects", subjects="[x.subjects[1], x.subjects[1], x.subjects[1]]"),
    )),
    ("rankings of one order taken out", "BALANCE", in_file(
        TRAIN, f"select * from t where not ({RANKED}) or answers[1] <> 0"
    )),
]


# Of data sets that offer chains.
OF_CHAINS = [
    ("a hop that a wrong chain fails made true", "KINDS", hop_of_a_chain_made(None)),
    ("something else recorded between the nodes of a failed hop", "KINDS", hop_of_a_chain_made("is_a")),
    ("a failed hop of a chain left out", "KINDS", on_train("distractor_reasons", reason(failed="x.failed[2:]"), CHAINS)),
    ("a chain that is no combination of halves", "KINDS", on_train(
        "option_nodes", f"list_transform(option_nodes, lambda o, n: case when n = {NEXT} + 1 then anchors[1] else o end)", CHAINS
    )),
    ("the key moved to another chain", "Q3", on_train("answer", NEXT, CHAINS)),
    ("a chain whose risk is halved", "TRUST", on_train("distractor_reasons", reason(risk="x.risk / 2"), CHAINS)),
]

UNKEYED = "list_filter([0, 1, 2, 3, 4]::bigint[], lambda n: not list_contains(answers, n))"

# Of data sets that ask queries.
OF_QUERIES = [
    ("another answer to an open question", "KINDS", on_train("answer_node", "anchors[1]", OPEN)),
    ("an answer in words that is another", "KINDS", on_train("answer_text", "'Something else'", OPEN)),
    ("an open question with a letter", "KINDS", on_train("answer_letter", "'A'", OPEN)),
    ("one of several keys taken out", "KINDS", on_train("answers", "answers[2:]", SEVERAL)),
    ("a wrong option keyed with the right ones", "KINDS", on_train(
        "answers", f"list_sort(list_append(answers, {UNKEYED}[1]))", SEVERAL
    )),
    ("letters of other keys", "KINDS", on_train("answer_letter", "'A, E'", f"{SEVERAL} and answers <> [0, 4]")),
    ("a wrong option made right in the graph", "KINDS", option_made_right(SEVERAL)),
    ("a question without an answer that has one in the graph", "KINDS", option_made_right(NONE_OF)),
    ("none said to be right where one is", "KINDS", on_train(
        "answer", "list_position(options, 'None of these') - 1", ONE_OF
    )),
    ("one said to be right where none is", "KINDS", on_train("answer", "(answer + 1) % 4", NONE_OF)),
    ("a risk of a wrong option halved", "KINDS", on_train(
        "distractor_reasons", reason(risk="x.risk / 2"), f"{SEVERAL} and distractor_reasons[1].risk > 0"
    )),
    ("a condition said not to be failed", "KINDS", on_train("distractor_reasons", reason(failed="x.failed[2:]"), SEVERAL)),
    ("an option that is called like another", "KIN", on_train(
        "option_nodes", "list_transform(option_nodes, lambda o, n: case when n = 2 then option_nodes[1] else o end)", SEVERAL
    )),
    ("alternatives made conditions", "QUERY", on_train(
        "clauses", each("clauses", "subject relation object absent branch", branch="0::integer"), UNION
    )),
    ("an alternative left out of the shape", "IDS", on_train("pattern", "replace(pattern, '2| ', '')", UNION)),
    ("the proof that a condition can be met taken out", "Q2", on_train("path", "path[2:]", NONE_OF)),
    ("all answers called too few", "WRONG", on_first(
        WRONG,
        "ground = 'not_the_answer' and claims[1].sense = 'answer' and answer_node like '%|%'",
        claims=each("claims", "sense word named subjects relation objects", objects="list_slice(x.objects, 1, 1)"),
    )),
    ("an answer where none was found called none", "WRONG", on_first(
        WRONG, "ground = 'not_the_answer' and claims[1].sense = 'no_answer'", ground="'held'"
    )),
    ("several keys that stand in one place", "BALANCE", in_file(
        TRAIN, f"select * from t where not ({SEVERAL}) or answers[1] <> 0"
    )),
    ("a question with an answer taken out", "BALANCE", in_file(
        TRAIN, f"select * from t where id <> (select min(id) from t where {ONE_OF})"
    )),
]


def byte_flipped(root):
    path = os.path.join(root, "README.md")
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


def file_slipped_in(root):
    shutil.copy(os.path.join(root, TEST), os.path.join(root, "items/test-00001-of-00002.parquet"))


def sums_changed(root):
    with open(os.path.join(root, "SHA256SUMS"), "a", encoding="utf-8") as file:
        file.write("0" * 64 + "  more.txt\n")


# These must fail the look at the files, and nothing else.
FILE_DEFECTS = [
    ("a flipped byte", byte_flipped),
    ("a file that readers would load and the manifest does not name", file_slipped_in),
    ("hashes of other files", sums_changed),
]


def failed(root, *options):
    """The checks that find something."""
    run = subprocess.run(
        [sys.executable, os.path.join(root, "verify", "verify.py"), root, "--json", *options],
        capture_output=True, text=True, check=False,
    )
    if not run.stdout:
        sys.exit(run.stderr)
    report = json.loads(run.stdout)
    assert (run.returncode == 0) == (report["findings"] == 0), "the exit code does not say what was found"
    return [name for name, check in report["checks"].items() if check["findings"]]


def planted(plant, *options):
    """What is found in a copy of the data set after a defect was planted; None if it has no place there."""
    with tempfile.TemporaryDirectory() as scratch:
        root = os.path.join(scratch, "planted")
        shutil.copytree(SOURCE, root)
        try:
            more = plant(root) or ()
        except NoPlace:
            return None
        return failed(root, *options, *more)


def has(where):
    try:
        return bool(ask(SOURCE, f"select id from items where {where} limit 1"))
    except NoPlace:
        return False


def main():
    n_caught = n_placed = 0
    if failed(SOURCE):
        sys.exit("planted: the data set has findings before anything is planted")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        only_kinds = "--only-kinds" in sys.argv
        only_proofs = "--only-proofs" in sys.argv
        defects = [] if only_kinds else [defect for defect in DEFECTS if not only_proofs or defect[1] in PROOFS]
        defects += OF_KINDS if has(f"{TRUE} or {RANKED}") else []
        defects += OF_CHAINS if has(CHAINS) else []
        defects += OF_QUERIES if has(f"{OPEN} or {SEVERAL} or {ONE_OF}") else []
        # Each against the check that it is there for: all of them together would take an hour.
        semantic = [pool.submit(planted, plant, "--no-hashes", "--only", check) for _, check, plant in defects]
        file_defects = [] if only_kinds or only_proofs else FILE_DEFECTS
        of_files = [pool.submit(planted, plant) for _, plant in file_defects]
        wanted = [(name, lambda found, check=check: check in found, check) for name, check, _ in defects]
        wanted += [(name, lambda found: found == ["SHA"], "SHA") for name, _ in file_defects]
        for (name, is_caught, check), future in zip(wanted, semantic + of_files):
            found = future.result()
            verdict = "no place" if found is None else "caught" if is_caught(found) else "MISSED"
            n_placed += found is not None
            n_caught += verdict == "caught"
            print(f"{verdict:<8}  {check:<8} {name} ({', '.join(found or []) or 'nothing'})", flush=True)
    print(f"{n_caught} of {n_placed} planted defects are caught, {len(wanted) - n_placed} have no place here")
    is_whole = n_placed == len(wanted) or "--each-has-a-place" not in sys.argv
    sys.exit(0 if n_caught == n_placed and is_whole else 1)


if __name__ == "__main__":
    main()
