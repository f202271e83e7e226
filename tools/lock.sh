#!/bin/sh
# Compiles the pins: `make lock`. What ships is pinned in one file alone, and the development packages follow it.
set -eu
uv=$1
runtime=layers/requirements.txt

compile() {
  "$uv" pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --python-version 3.13 \
    --custom-compile-command 'make lock' "$@"
}

compile --python-platform linux layers/base.in layers/documents.in layers/imaging.in layers/reports.in --output-file "$runtime"
shipped=$(sed -nE 's/^([a-z0-9-]+)==.*/--no-emit-package \1/p' "$runtime")
# shellcheck disable=SC2086  # one word each
compile --universal --group dev --constraint "$runtime" $shipped \
  --output-file requirements/dev.txt
# shellcheck disable=SC2086  # one word each
compile --universal --group tools --constraint "$runtime" --constraint requirements/dev.txt $shipped \
  --output-file requirements/tools.txt
compile --universal --group uv --output-file requirements/uv.txt
compile --universal --group sam --output-file requirements/sam.txt
compile --universal --group emulator --output-file requirements/emulator.txt
compile --universal --group lambda-image --output-file requirements/lambda-image.txt
compile --universal --group fuzz --output-file requirements/fuzz.txt
compile --universal --group gates --output-file requirements/gates.txt
for alternative in powertools fastapi multipart pdf-fax; do
  compile --python-platform linux --group "bench-$alternative" --constraint "$runtime" \
    --output-file "requirements/bench-$alternative.txt"
done

for page in requirements/api-page.txt requirements/axe.txt; do
  if command -v npm >/dev/null; then
    package=$(sed -nE 's/^(@?[^# @]+)@.*/\1/p' "$page")
    pinned="$package@$(npm view "$package" version)"
    heading=$(head -n 1 "$page")
    printf '%s\n%s %s\n' "$heading" "$pinned" "$(npm view "$pinned" dist.integrity)" >"$page"
  else
    echo "SKIP: npm is not installed; the pin in $page stays as it is"
  fi
done
