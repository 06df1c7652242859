# A toy scheduler. A flow's state is a line in work/queue/FLOW.BATCH: how often it was started, and since when it runs, or
# "wait", or "passed". It runs for a second and succeeds. When DwdStationM is done, DwaStationM starts by itself, and
# DwaBulletinM then waits for an event that never comes, until somebody passes it.
set -eu
mkdir -p work/queue
now=$(date +%s)

runs() { cut -d ' ' -f 1 "work/queue/$1" 2> /dev/null || echo 0; }             # FLOW.BATCH
since() { cut -d ' ' -f 2 "work/queue/$1"; }
put() { echo "$2 $3" > "work/queue/.$1.$$" && mv "work/queue/.$1.$$" "work/queue/$1"; }
start() { put "$1" $(($(runs "$1") + 1)) "$now"; }
answer() { echo "$1.$(runs "$1") $(state "$1")"; }

state() {
  case $(since "$1") in
    wait) echo WAIT ;;
    passed) echo "SUCCESS passed" ;;
    killed) echo "FAILED reason=killed" ;;
    *) if [ $((now - $(since "$1"))) -ge 1 ]; then echo SUCCESS; else echo RUNNING; fi ;;
  esac
}

# What depends on what: BATCH.
follow_on() {
  for pair in DwdStationM:DwaStationM DwaStationM:DwaBulletinM; do
    first=${pair%:*}.$1 then=${pair#*:}.$1
    if [ -e "work/queue/$first" ] && [ "$(state "$first")" = SUCCESS ] && [ "$(runs "$then")" -lt "$(runs "$first")" ]; then
      case $then in
        DwaBulletinM*) put "$then" "$(runs "$first")" wait ;;
        *) start "$then" ;;
      esac
    fi
  done
}

command=$1
case $command in
  find | submit | pass) flow=$2.$3 batch=$3 ;;                                  # FLOW BATCH
  *) flow=${2%.*} batch=${2#*.} batch=${batch%.*} ;;                            # ID, which is FLOW.BATCH.TIMES
esac
follow_on "$batch"
case $command in
  find) if [ -e "work/queue/$flow" ]; then answer "$flow"; else exit 1; fi ;;   # nothing and 1: it is not there
  submit | redo) start "$flow" && answer "$flow" ;;
  state) state "$flow" ;;
  pass) put "$flow" "$(runs "$flow")" passed && answer "$flow" ;;
  kill) put "$flow" "$(runs "$flow")" killed ;;
  log) echo "$flow was started $(runs "$flow") times" ;;
esac
