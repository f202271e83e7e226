#!/bin/sh
# One step of `make check`: says what is done, and the seconds that it took; notes them in the file that STEPS names.
#   tools/step.sh NAME 'shell command'
printf '==> %s\n' "$1"
started=$(date +%s)
sh -c "$2"
status=$?
seconds=$(($(date +%s) - started))
printf '    %s: %s s\n' "$1" "$seconds"
if [ -n "$STEPS" ]; then printf '%s\t%s\n' "$seconds" "$1" >>"$STEPS"; fi
exit $status
