"""The benchmark for inspect-ai: `inspect eval eval/inspect_task.py --model MODEL`."""
import os

from inspect_ai import Task, task
from inspect_ai.dataset import Sample, hf_dataset
from inspect_ai.scorer import choice
from inspect_ai.solver import multiple_choice

BENCH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bench")


def sample(row):
    kept = {key: row[key] for key in ("category", "hops", "difficulty")}
    return Sample(id=row["id"], input=row["question"], choices=row["choices"], target=row["target_letter"], metadata=kept)


@task
def thinkpath_bench():
    rows = hf_dataset("parquet", split="test", sample_fields=sample, data_files={"test": os.path.join(BENCH, "test-*.parquet")})
    return Task(dataset=rows, solver=multiple_choice(), scorer=choice())
