#!/bin/sh
# Starts Postgres; an empty data volume is set up first, with the same settings as Docker's official image takes:
# POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, and every *.sql in /docker-entrypoint-initdb.d.
set -eu

: "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"

create_cluster() {
  : "${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD: the database would be open to everybody without it}"
  secret=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$secret"
  initdb --username="$POSTGRES_USER" --pwfile="$secret" --no-sync --encoding=UTF8 \
    --auth-local=trust --auth-host=scram-sha-256
  rm "$secret"
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
}

sql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username="$POSTGRES_USER" "$@"
}

run_init_files() {
  # Reachable by its socket alone, so that nobody takes a half-filled database for a ready one.
  pg_ctl -w start -o "-c listen_addresses=''"
  if [ "$POSTGRES_DB" != postgres ]; then
    echo 'CREATE DATABASE :"name"' | sql --dbname=postgres --set "name=$POSTGRES_DB"
  fi
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [ -e "$file" ] || continue
    echo "running $file"
    sql --dbname="$POSTGRES_DB" --file="$file"
  done
  pg_ctl -w -m fast stop
}

if [ "${1:-}" = postgres ]; then
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    create_cluster
    run_init_files
  fi
  set -- "$@" -c listen_addresses='*'
fi
exec "$@"
