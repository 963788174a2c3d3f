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

python_packages="h5py pandas xarray h5netcdf statsmodels"

has_packages() { "$1" -c "import ${python_packages// /, }" 2>/dev/null; }

# A Python with the packages: the one that is named, the system's, or an environment of our own (systems
# that manage their Python themselves do not want packages added to it).
need_python() {
    local own="$PWD/target/python"
    for python in "${DYADSIM_PYTHON:-}" python3 "$own/bin/python"; do
        if [ -n "$python" ] && command -v "$python" >/dev/null && has_packages "$python"; then
            export DYADSIM_PYTHON="$python"
            return
        fi
    done
    [ -z "${DYADSIM_PYTHON:-}" ] || say "$DYADSIM_PYTHON lacks one of: $python_packages"
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages python3 python3-venv
    fi
    say "Making a Python environment in target/python"
    mkdir -p target
    python3 -m venv "$own" || fail "python3 cannot make an environment in target/python" "Set DYADSIM_PYTHON, or DYADSIM_SKIP_READERS=1."
    # shellcheck disable=SC2086
    "$own/bin/python" -m pip install --quiet --disable-pip-version-check $python_packages ||
        fail "pip could not install: $python_packages" "Set DYADSIM_PYTHON to a Python that has them, or DYADSIM_SKIP_READERS=1."
    has_packages "$own/bin/python" || fail "the packages in target/python do not load" "Remove that folder and try again."
    export DYADSIM_PYTHON="$own/bin/python"
}

# The program for tests of pages: the one named in DYADSIM, else one that is built now.
need_program() {
    if [ -z "${DYADSIM:-}" ]; then
        need_build_tools
        cargo build --locked --quiet
        DYADSIM="$(realpath "${CARGO_TARGET_DIR:-target}")/debug/dyadsim"
        export DYADSIM
    fi
}
