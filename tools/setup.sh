#!/bin/sh
# Makes .venv hold what the lock says, and the package itself; does nothing when it already does.
#
#   tools/setup.sh        what AttachDash needs to run   (requirements.txt)
#   tools/setup.sh dev    and what its tests need        (requirements-dev.txt)
#
# PYTHON names the Python to use; else the newest of 3.13, 3.12, 3.11 and python3 that will do.
# What is missing is said in one line, with its cure, and the exit code is 1.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "AttachDash: $*" >&2
    exit 1
}

new_enough() {  # Runs it: a launcher can be on the PATH for a Python that is not there.
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

has_venv() {  # Debian ships venv without ensurepip, and it then fails half-way.
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

find_python() {
    without_venv=""
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        new_enough "$candidate" || continue
        if has_venv "$candidate"; then
            python="$candidate"
            return
        fi
        without_venv="${without_venv:-$candidate}"
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "$without_venv has no venv module. Install it (Debian, Ubuntu: apt-get install python$version-venv) and try again."
    elif [ -n "${PYTHON:-}" ]; then
        fail "PYTHON=$PYTHON is not a Python 3.11 or newer. Name one that is, or leave PYTHON out."
    fi
    fail "needs Python 3.11 or newer. Install it (Debian, Ubuntu: apt-get install python3 python3-venv; else python.org) or name it: make PYTHON=/path/to/python3 ..."
}

# The stamps say for which folder and which files .venv was filled: scripts in it name their folder.
state() {
    echo "$PWD $(cat "$@" pyproject.toml attachdash/__init__.py | cksum)"
}

is_stamped() {  # stamp, expected content
    [ -x .venv/bin/attachdash ] && [ "$(cat ".venv/$1" 2>/dev/null)" = "$2" ]
}

case "${1:-}" in
    "") lock=requirements.txt stamp=.setup ;;
    dev) lock=requirements-dev.txt stamp=.setup-dev ;;
    *) fail "tools/setup.sh knows only 'dev', not '$1'." ;;
esac

[ -L .venv ] && fail ".venv is a link to another folder, which is not emptied from here. Remove the link, or call what is in it without make."

wanted=$(state "$lock")
is_stamped "$stamp" "$wanted" && exit 0

if ! new_enough .venv/bin/python || ! has_venv .venv/bin/python \
    || ! .venv/bin/python -m pip --version >/dev/null 2>&1 \
    || { [ -f .venv/.folder ] && [ "$(cat .venv/.folder)" != "$PWD" ]; }; then
    find_python
    echo "AttachDash: making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv || fail "$python could not make .venv here. Is the disk full, or the folder read-only?"
fi
echo "$PWD" >.venv/.folder
rm -f ".venv/$stamp"

count=$(grep -c '^[a-zA-Z].*==' "$lock")
echo "AttachDash: installing $count packages from $lock (the first time about a minute)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" \
    || fail "the packages of $lock could not be installed (why: above). Is the network there? Then try again."
# Nothing is fetched from here on: setuptools is in the lock.
PYTHONWARNINGS=ignore .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --no-index --no-deps --no-build-isolation --editable . \
    || fail "the package itself could not be installed (why: above)."

echo "$wanted" >".venv/$stamp"
# The dev lock holds all of the other, so both are done.
[ "$lock" = requirements.txt ] || state requirements.txt >.venv/.setup
