#!/bin/sh
# Makes the secrets that docker-compose.yml names, in ./secrets. What is there already stays: a new password here would
# not be PostgreSQL's.
set -eu
umask 077
# Closed to others by the directory. The files themselves can be read by whoever a service runs as inside its container.
mkdir -p secrets
chmod 700 secrets
cd secrets

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() {
    if [ -e "$1" ]; then cat > /dev/null; else cat > "$1.new" && chmod 644 "$1.new" && mv "$1.new" "$1"; fi
}

random | keep postgres_password
[ -e redis.conf ] || printf 'requirepass %s\n' "$(random)" | keep redis.conf
printf 'postgres://handsel:%s@postgres:5432/handsel\n' "$(cat postgres_password)" | keep database_url
printf 'redis://:%s@redis:6379\n' "$(sed -n 's/^requirepass //p' redis.conf)" | keep redis_url
