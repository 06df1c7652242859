#!/bin/sh
# 沙箱的分发进程: dsExpCtl.sh stop|start|state 服务器
exec "$MONTHSTART_BIN" sandbox server dsExpCtl "$@"
