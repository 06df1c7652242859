# A scheduler: a flow that is there is a folder, what was done stands in a ledger of its own. It takes a token once.
cd sched
case $1 in
submit)
    if mkdir "token-$(echo "$3" | tr / _)" 2>/dev/null; then echo "submit $2" >> ledger; fi
    mkdir -p "flow-$2"
    echo "$2" ;;
find) [ ! -e "flow-$2" ] || echo "$2" ;;
state) if [ -e "waits-$2" ]; then echo WAITING; else echo SUCCESS; fi ;;
pass)
    echo "pass $2" >> ledger
    rm -f "waits-$2" ;;
esac
