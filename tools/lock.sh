#!/bin/sh
# Writes requirements.txt and requirements-dev.txt from pyproject.toml: exact versions with hashes,
# for every Python from 3.11 and every system. With --upgrade the newest; without, as few changes
# as pyproject.toml asks for. No index is named: a practice may have one of its own.
set -eu
cd "$(dirname "$0")/.."

compile() {  # file to write, then more options
    lock=$1
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
        --output-file "$lock" --group build "$@" pyproject.toml
}

compile requirements.txt "$@"
# The same versions in both, so that one may be installed over the other.
compile requirements-dev.txt --extra dev --constraint requirements.txt "$@"
