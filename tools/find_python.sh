#!/bin/sh
# Prints the path of a real CPython 3.13, or says how to get one. SAM asks the interpreter for its version and cannot
# use a pyenv shim, so shims are passed over and pyenv's and uv's own folders are searched.
set -u

is_313() {
  [ -x "$1" ] && "$1" -c 'import sys, ensurepip, venv
sys.exit(sys.version_info[:2] != (3, 13) or sys.implementation.name != "cpython")' >/dev/null 2>&1
}

candidates() {
  [ -z "${PYTHON:-}" ] || command -v "$PYTHON"
  old_ifs=$IFS; IFS=:
  for folder in $PATH; do
    case $folder in */shims) ;; *) printf '%s\n' "$folder/python3.13" "$folder/python3" ;; esac
  done
  IFS=$old_ifs
  for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin \
    "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/uv/python}"/cpython-3.13*/bin \
    /opt/homebrew/bin /usr/local/bin; do
    printf '%s\n' "$folder/python3.13"
  done
}

candidates | {
  while IFS= read -r python; do
    if is_313 "$python"; then
      printf '%s\n' "$python"
      exit 0
    fi
  done
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
