# step.sh KIND NAME: says that it began, works for a moment, says that it is done, prints its name.
# `once` must not be started twice under one key; `verify` finishes what a `once` step may have left; `flaky` fails the first
# time; `first` fails in the first attempt of what is around it.
log="${CRASH_LOG:?}"
echo "start $1 $2 $WFC_IDEMPOTENCY_KEY" >>"$log"
case "$1" in
flaky)
  if [ ! -e "$log.$2" ]; then
    : >"$log.$2"
    exit 3
  fi
  ;;
first) case "$WFC_IDEMPOTENCY_KEY" in *attempt-1*) exit 3 ;; esac ;;
esac
echo "done $2" >>"$log"
echo "$2"
