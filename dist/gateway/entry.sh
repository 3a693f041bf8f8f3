#!/bin/sh
# Entry of the gateway's image: the control stream is a named pipe, which Node can open but not make.
set -eu
if [ "$1" = serve ]; then
  mkfifo -m 600 /run/airlock/control
fi
exec node --max-old-space-size=48 --max-semi-space-size=1 /airlock/gateway.cjs "$@"
