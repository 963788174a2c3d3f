# Shared by the scripts in this folder; not a program of its own.

say() { printf '%s\n' "$*"; }

# Says what is wrong and what would help, and ends the script.
fail() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

# Installs Debian packages: as root directly, otherwise through sudo. Package lists are fetched once.
lists_fetched=no
install_packages() {
    local command=()
    if ! command -v apt-get >/dev/null; then
        fail "missing: $*" "This system has no apt-get. Install what corresponds to these Debian packages and try again."
    fi
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "missing: $*" "Ask somebody with the rights to run: apt-get install $*"
        command=(sudo)
    fi
    command+=(env DEBIAN_FRONTEND=noninteractive apt-get)
    say "Installing $*"
    if [ "$lists_fetched" = no ]; then
        "${command[@]}" update -qq || say "The package lists could not be fetched; trying with those that are there."
        lists_fetched=yes
    fi
    "${command[@]}" install -y -qq --no-install-recommends "$@" >/dev/null ||
        fail "apt-get could not install: $*" "Its messages are above. Without network access, install them by hand and try again."
}

# What every build needs: Rust, a C compiler, and HDF5 with its headers.
need_build_tools() {
    if ! command -v cargo >/dev/null && [ -f "$HOME/.cargo/env" ]; then
        # shellcheck disable=SC1091
        . "$HOME/.cargo/env"
    fi
    command -v cargo >/dev/null || fail "there is no cargo" "Install Rust 1.89 or newer (https://rustup.rs), open a new shell, and try again."
    local missing=()
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    command -v pkg-config >/dev/null || missing+=(pkg-config)
    { command -v pkg-config >/dev/null && pkg-config --exists hdf5; } || missing+=(libhdf5-dev)
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# What the pages are tested with: a browser with a font, Node and the locked packages of tests/browser.
need_browser() {
    local missing=()
    { [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null; } || missing+=(chromium)
    [ -d /usr/share/fonts/truetype/dejavu ] || missing+=(fonts-dejavu-core)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
    [ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ] || fail "Node $(node --version) is too old" "Install Node 18 or newer."
    (cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --silent) ||
        fail "npm could not install the packages of tests/browser" "It needs its registry, or a cache that holds them."
}
