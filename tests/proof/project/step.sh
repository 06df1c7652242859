# One attempt of a step, as the independent ledger has it: step, attempt, token, process, and how it ended.
line="$MONTHSTART_STEP $MONTHSTART_ATTEMPT $MONTHSTART_TOKEN $$"
echo "begin $line" >> ledger
[ -z "${LD_PRELOAD-}" ] || echo "preloaded $line" >> ledger
echo "{\"attempt\": $MONTHSTART_ATTEMPT}"
echo "end $line ${1:-0}" >> ledger
exit "${1:-0}"
