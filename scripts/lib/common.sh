# shellcheck shell=bash
# What every script shares: where the project is, how it speaks to the reader, and as whom servers run.

set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly project

say() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
    printf 'error: %s\n' "$1" >&2
    shift
    if (($#)); then printf '       %s\n' "$@" >&2; fi
    exit 1
}

# Prints the comment at the top of a script: its manual.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$1"; }

# The caller's settings for connections must not lead a script to another server, nor those for pgrx (which begin with
# PG as well) to another PostgreSQL than the project's own.
for name in "${!PG@}"; do unset "$name"; done
unset CARGO_PGRX_TEST_RUNAS CARGO_PGRX_TEST_PGDATA
# A server that has it puts a backtrace into the DETAIL of errors.
unset RUST_BACKTRACE
# Without a login (in a container) nothing sets USER, which pgrx's tests ask for.
USER=$(id -un)
export USER

# PostgreSQL refuses to run as root: then this user runs it, and as_server is the prefix of what he is to run.
# setpriv replaces itself by the command, so there is no process between it and us.
server_user=$USER
as_server=()
if ((EUID == 0)); then
    server_user=postgres
    as_server=(setpriv "--reuid=$server_user" "--regid=$server_user" --init-groups
        env HOME=/nonexistent "USER=$server_user")
fi

# Creates the user that runs servers, where root works on a machine without one.
need_server_user() {
    if ! id "$server_user" >/dev/null 2>&1; then
        say "Creating the system user $server_user: PostgreSQL refuses to run as root"
        useradd --system --user-group --no-create-home --shell /usr/sbin/nologin "$server_user"
    fi
}
