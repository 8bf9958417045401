# What is done often. `just` alone lists it.

default:
    @just --list

# Everything that must be green before a change is submitted.
ci:
    .ci/run

# The real ontologies to a data set, in release.
quickstart:
    cargo run --release -- run pipelines/quickstart.toml

# Every test.
test:
    cargo test

# What the compiler and the lints say.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# The guide and the reference, in a browser.
docs:
    cargo doc --no-deps --open

# Re-checks the quickstart's data set with plain Python.
verify dataset="output/quickstart":
    test -d .venv || python -m venv .venv
    .venv/bin/pip install --quiet duckdb
    .venv/bin/python {{dataset}}/verify/verify.py {{dataset}}
