# A toy scheduler: a flow is a file in work/queue, runs for two seconds and succeeds.
set -eu
mkdir -p work/queue
case $1 in
  find) # FLOW BATCH: its id; nothing and exit code 1 where it is not there
    cat "work/queue/$2-$3" 2> /dev/null || exit 1
    ;;
  submit) # FLOW BATCH: its new id
    date +%s > "work/queue/$$.started"
    echo $$ | tee "work/queue/$2-$3"
    ;;
  state) # ID
    age=$(($(date +%s) - $(cat "work/queue/$2.started")))
    if [ "$age" -ge 2 ]; then echo "SUCCESS after ${age}s"; else echo "RUNNING since ${age}s"; fi
    ;;
  kill) # ID
    rm -f "work/queue/$2.started"
    ;;
esac
