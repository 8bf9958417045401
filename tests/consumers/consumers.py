"""Loads a data set with the programs that it is for, and prints what they are.

    python tests/consumers/consumers.py DATASET

Each is tried if it is installed, and said to be missing if not: `datasets` (every configuration, streaming too), pandas,
lm-evaluation-harness (the whole bench with its dummy model), inspect-ai (the task's samples), and `reward.py` as verl and
TRL call it. LLaMA-Factory, TRL, verl and lighteval need torch; for them the columns are held against what they document.
"""
import importlib.metadata
import importlib.util
import json
import os
import sys
import tempfile

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HOME=tempfile.mkdtemp(), HF_HUB_DISABLE_TELEMETRY="1")

ROOT = os.path.abspath(sys.argv[1])
VIEWS = {
    "sft": {"id", "messages"},
    "sft_prompt_completion": {"id", "prompt", "completion"},
    "dpo": {"id", "prompt", "chosen", "rejected"},
    "grpo": {"id", "prompt", "solution", "answer_letter", "path_nodes"},
    "verl": {"data_source", "prompt", "ability", "reward_model", "extra_info"},
    "prm": {"id", "prompt", "completions", "labels"},
    "sharegpt": {"conversations", "system"},
    "bench": {"id", "question", "choices", "answer", "target_letter", "category", "hops", "difficulty"},
    "medreason": {"dataset_name", "id_in_dataset", "question", "answer", "reasoning", "options"},
}


def module(path):
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    loaded = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(loaded)
    return loaded


def with_datasets():
    import datasets

    for name, columns in VIEWS.items():
        loaded = datasets.load_dataset(ROOT, name)
        assert columns <= set(loaded["train"].column_names), (name, loaded["train"].column_names)
        first = next(iter(datasets.load_dataset(ROOT, name, split="train", streaming=True)))
        assert first == loaded["train"][0], name
    return f"{len(VIEWS)} views, streaming too"


def with_pandas():
    import pandas

    with open(os.path.join(ROOT, "manifest.json"), encoding="utf-8") as file:
        paths = [entry["path"] for entry in json.load(file)["files"] if entry["path"].endswith(".parquet")]
    return f"{sum(len(pandas.read_parquet(os.path.join(ROOT, path))) for path in paths)} rows of {len(paths)} files"


def with_llama_factory():
    """By its documented form: the reader itself needs torch."""
    import pandas

    with open(os.path.join(ROOT, "dataset_info.json"), encoding="utf-8") as file:
        listed = json.load(file)
    for name, entry in listed.items():
        rows = pandas.read_parquet(os.path.join(ROOT, entry["file_name"]))
        tags = entry["tags"]
        for turns in rows[entry["columns"]["messages"]]:
            roles = [turn[tags["role_tag"]] for turn in turns]
            assert roles == [tags["user_tag"], tags["assistant_tag"]], (name, roles)
            assert all(turn[tags["content_tag"]] for turn in turns), name
    return f"{len(listed)} entries by their form"


def with_rewards():
    """verl and TRL call plain functions: called as they do, the right answer earns everything and a wrong one little."""
    import pandas

    reward = module(os.path.join(ROOT, "reward.py"))
    rows = pandas.read_parquet(os.path.join(ROOT, "verl", "train-00000-of-00001.parquet")).head(300)
    right = pandas.read_parquet(os.path.join(ROOT, "sft_prompt_completion", "train-00000-of-00001.parquet")).head(300)
    wrong = "<think>\nI do not know.\n</think>\n\nAnswer: nothing of the kind"
    for row, own in zip(rows.to_dict("records"), right.to_dict("records")):
        score = lambda said: reward.compute_score(  # noqa: E731
            row["data_source"], said, row["reward_model"]["ground_truth"], extra_info=row["extra_info"]
        )
        assert row["extra_info"]["id"] == own["id"]
        good = score(own["completion"][0]["content"])
        assert good["score"] >= 1 and score(wrong)["score"] == 0, (row["extra_info"]["id"], good)
        letter = json.loads(row["reward_model"]["ground_truth"])["letter"]
        if len(letter) == 1:
            assert score(f"<think></think>Answer: {letter}")["score"] == 1
            other = "B" if letter == "A" else "A"
            assert score(f"<think></think>Answer: {other}. {json.loads(row['reward_model']['ground_truth'])['text']}")["score"] == 0
    grpo = pandas.read_parquet(os.path.join(ROOT, "grpo", "train-00000-of-00001.parquet")).head(300)
    said = [list(turns) for turns in right["completion"]]
    columns = {name: list(grpo[name]) for name in ("solution", "answer_letter", "path_nodes")}
    scores = reward.reward(prompts=list(grpo["prompt"]), completions=said, **columns)
    assert len(scores) == len(said) and min(scores) >= 1
    return f"{len(said)} replies, right ones at least {min(scores):.2f}, mean {sum(scores) / len(scores):.2f}"


def with_lm_eval():
    import lm_eval
    from lm_eval.tasks import TaskManager

    here = os.getcwd()
    os.chdir(ROOT)
    try:
        tasks = TaskManager(include_path=os.path.join(ROOT, "eval"), include_defaults=False)
        found = lm_eval.simple_evaluate(model="dummy", tasks=["thinkpath_bench"], task_manager=tasks, bootstrap_iters=0)
    finally:
        os.chdir(here)
    names = [name for name in found["results"] if name != "thinkpath_bench"]
    n_docs = sum(of["effective"] for of in found["n-samples"].values())
    return f"{n_docs} questions in {len(names)} tasks of the group, a dummy model right in {found['results']['thinkpath_bench']['acc,none']:.2f}"


def with_inspect_ai():
    task = module(os.path.join(ROOT, "eval", "inspect_task.py")).thinkpath_bench()
    samples = list(task.dataset)
    assert all(sample.choices and sample.target in "ABCDE" for sample in samples)
    return f"{len(samples)} samples"


CONSUMERS = [
    ("datasets", "datasets", with_datasets),
    ("pandas", "pandas", with_pandas),
    ("LLaMA-Factory (form)", "pandas", with_llama_factory),
    ("reward.py (verl, TRL)", "pyarrow", with_rewards),
    ("lm-evaluation-harness", "lm_eval", with_lm_eval),
    ("inspect-ai", "inspect_ai", with_inspect_ai),
]


def main():
    for name, package, look in CONSUMERS:
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            print(f"{name}: not installed", flush=True)
            continue
        print(f"{name} ({package} {version}): {look()}", flush=True)


if __name__ == "__main__":
    main()
