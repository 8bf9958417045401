"""Which rows of `bench` belong to which task of the group, and how a question is put."""
import functools

CATEGORIES = []  # CATEGORIES


def doc_to_text(doc):
    options = "\n".join(f"{letter}. {text}" for letter, text in zip("ABCDE", doc["choices"]))
    return f"{doc['question']}\n\n{options}\nAnswer:"


def doc_to_choice(doc):
    return list("ABCDE")[: len(doc["choices"])]


def of_category(docs, category):
    return docs.filter(lambda doc: doc["category"] == category)


def __getattr__(name):
    """`category_3`: the rows of the fourth category."""
    start, _, number = name.partition("_")
    if start != "category" or not number.isdigit() or int(number) >= len(CATEGORIES):
        raise AttributeError(name)
    return functools.partial(of_category, category=CATEGORIES[int(number)])
