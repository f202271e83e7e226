#!/bin/sh
# Prints the path of a real CPython 3.13, or says how to get one. SAM asks the interpreter for its version and cannot
# use a pyenv shim, so shims are passed over and pyenv's and uv's own folders are searched.
set -u

# Prints where an interpreter really is, if it is one that fits; else says nothing.
fitting() {
  [ -x "$1" ] && "$1" -c 'import sys, ensurepip, venv
if sys.version_info[:2] != (3, 13) or sys.implementation.name != "cpython":
    sys.exit(1)
print(sys.executable)' 2>/dev/null
}

# Says why an interpreter that a person named does not fit.
unfit() {
  path=$(command -v "$1") || { echo "there is no such command"; return; }
  version=$("$path" -c 'import platform
print(platform.python_implementation(), platform.python_version())' 2>/dev/null)
  case $version in
    '') echo "it does not start as a Python" ;;
    'CPython 3.13.'*) echo "it is $version without ensurepip or venv" ;;
    *) echo "it is $version" ;;
  esac
}

candidates() {
  old_ifs=$IFS; IFS=:
  for folder in $PATH; do
    case $folder in */shims) ;; *) printf '%s\n' "$folder/python3.13" "$folder/python3" ;; esac
  done
  IFS=$old_ifs
  home=${HOME:-}
  for folder in "${PYENV_ROOT:-$home/.pyenv}"/versions/3.13*/bin \
    "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-$home/.local/share}/uv/python}"/cpython-3.13*/bin \
    /opt/homebrew/bin /usr/local/bin; do
    printf '%s\n' "$folder/python3.13"
  done
}

why=
if [ -n "${PYTHON:-}" ]; then
  path=$(command -v "$PYTHON") && python=$(fitting "$path") && [ -n "$python" ] && echo "$python" && exit 0
  why=$(unfit "$PYTHON")
fi
candidates | {
  while IFS= read -r python; do
    if found=$(fitting "$python") && [ -n "$found" ]; then
      [ -z "$why" ] || echo "PYTHON=$PYTHON does not fit: $why; using $found" >&2
      printf '%s\n' "$found"
      exit 0
    fi
  done
  [ -z "$why" ] || echo "PYTHON=$PYTHON does not fit: $why." >&2
  cat >&2 <<'MESSAGE'
CPython 3.13 was not found; the functions run on it, so everything here does. Any one of these gets it:

  pyenv install 3.13
  uv python install 3.13
  brew install python@3.13              (macOS)
  sudo apt-get install python3.13-venv  (Debian 13 and later, Ubuntu 25.04 and later)

If it is in an unusual place: make PYTHON=/path/to/python3.13 ...
MESSAGE
  exit 1
}
