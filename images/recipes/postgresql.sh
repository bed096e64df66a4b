#!/bin/sh
# Makes a database in the folder that PGDATA names, and serves it to everybody who can reach the pod. For tests alone.
set -eu
programs=/usr/lib/postgresql/15/bin
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  "$programs/initdb" --username=postgres --auth=trust --encoding=UTF8 --no-sync >&2
  echo 'host all all all trust' >>"$PGDATA/pg_hba.conf"
fi
exec "$programs/postgres" -c 'listen_addresses=*' -c unix_socket_directories= -c fsync=off -c jit=off "$@"
