#!/bin/sh
# month_init.sh mc_new|mc_wlw: 初始化常规接口或物联网接口。放到后台就返回,返回不代表完成: 看控制表 month_init_ctl。
set -eu
case "${1:-}" in
    mc_new | mc_wlw) ;;
    *) echo "month_init.sh mc_new|mc_wlw" >&2; exit 2 ;;
esac
nohup "$MONTHSTART_BIN" sandbox init-interfaces "$1" </dev/null >/dev/null 2>&1 &
echo "month_init $1 $MONTHSTART_BATCH: $!"
