"""The benchmark for lighteval: `lighteval accelerate "model_name=MODEL" "thinkpath_bench|0" --custom-tasks eval/lighteval_task.py`."""
import os

from lighteval.metrics.metrics import Metrics
from lighteval.tasks.lighteval_task import LightevalTaskConfig
from lighteval.tasks.requests import Doc

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def prompt(line, task_name=None):
    letters = list("ABCDE")[: len(line["choices"])]
    options = "\n".join(f"{letter}. {text}" for letter, text in zip(letters, line["choices"]))
    query = f"{line['question']}\n\n{options}\nAnswer:"
    return Doc(task_name=task_name, query=query, choices=[f" {letter}" for letter in letters], gold_index=int(line["answer"]))


TASKS_TABLE = [
    LightevalTaskConfig(
        name="thinkpath_bench",
        prompt_function=prompt,
        hf_repo=ROOT,
        hf_subset="bench",
        hf_avail_splits=["test"],
        evaluation_splits=["test"],
        few_shots_split=None,
        few_shots_select=None,
        generation_size=1,
        metrics=[Metrics.loglikelihood_acc],
        stop_sequence=["\n"],
        version=1,
    )
]
