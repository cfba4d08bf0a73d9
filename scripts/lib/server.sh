# shellcheck shell=bash
# Throwaway servers: each in a new folder below /tmp, reached by a Unix socket in it, and run by $server_user.
#
# The folder is below /tmp whatever TMPDIR says: a socket's path may have 107 bytes, and the server's user must be able
# to enter it. The superuser is postgres, who needs no password: only $server_user and root can enter the folder.

# shellcheck source=scripts/lib/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# new_server VERSION [SETTING...]: creates a cluster with lines for postgresql.conf, starts it, and sets $server to its
# folder, which is also the host to connect to. Says why and fails when that server does not start. $server_program may
# name another program to start.
new_server() {
    local bin settings=("${@:2}")
    bin=$(pg_bin "$1")
    server=$(mktemp -d /tmp/mathesar_ext.XXXXXX)
    if ((EUID == 0)); then chown "$server_user:" "$server"; fi
    (
        # The server's user may not be able to enter the caller's folder.
        cd "$server"
        "${as_server[@]}" "$bin/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 \
            --locale=C.UTF-8 --no-sync >initdb.log 2>&1 || { cat initdb.log >&2; exit 1; }
        printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$server'" "${settings[@]}" \
            >>data/postgresql.conf
        "${as_server[@]}" "$bin/pg_ctl" start --silent --wait ${server_program:+-p "$server_program"} --timeout=300 \
            --pgdata=data --log="$server/log" ||
            { cat log >&2; exit 1; }
    ) || {
        echo "error: PostgreSQL $1 did not start" >&2
        remove_server "$1" "$server"
        server=
        return 1
    }
}

# remove_server VERSION FOLDER: stops the server of that folder, by the pid that it wrote there, and removes the folder.
remove_server() {
    local bin
    bin=$(pg_bin "$1")
    if [[ -f $2/data/postmaster.pid ]]; then
        (cd "$2" && "${as_server[@]}" "$bin/pg_ctl" stop --silent --wait --mode=immediate --pgdata=data) || true
    fi
    rm -rf "$2"
}

# on_exit COMMAND...: runs the command when the script ends, after a failure and after Ctrl-C too.
on_exit() {
    # shellcheck disable=SC2064  # the arguments as they are now
    trap "$(printf '%q ' "$@")" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}
