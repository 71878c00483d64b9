#!/bin/sh
# Builds Weft, installs it for you and shows that a notebook runs.
#
#   ./install.sh           needs Go 1.26 or newer and a C compiler
#   ./install.sh --deps    first installs what apt has: gcc and a Jupyter client
#
#   PREFIX=DIR             programs go to DIR/bin, pages to DIR/share/weft
#                          (default ~/.local)
#
# A second run does only what has changed. "weft uninstall" removes it all.
set -eu

go_minor=26 # the oldest Go that builds Weft is 1.26
prefix=${PREFIX:-${HOME:?set HOME or PREFIX}/.local}
deps=no

for arg in "$@"; do
	case $arg in
	--deps) deps=yes ;;
	-h | --help)
		sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
		exit 0
		;;
	*)
		echo "install.sh: unknown argument $arg; ./install.sh --help tells what there is" >&2
		exit 2
		;;
	esac
done

# step NAME TEXT... tells what a step found or did, in one line.
step() {
	name=$1
	shift
	printf '%-12s %s\n' "$name" "$*"
}

die() {
	echo "install.sh: $*" >&2
	exit 1
}

case $prefix in
/*) ;;
*) prefix=$PWD/$prefix ;;
esac
cd "$(dirname "$0")"
source_dir=$PWD
bin=$prefix/bin
share=$prefix/share/weft

# --- what apt has -----------------------------------------------------------

compiler="gcc libc6-dev"
jupyter="jupyter-notebook jupyter-nbconvert python3-nbclient python3-jupyter-client python3-jupyter-kernel-test"

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "--deps needs root, and there is no sudo: run ./install.sh --deps as root once"
	fi
}

# absent prints those of the named packages that are not installed.
absent() {
	for p in "$@"; do
		case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null || true) in
		"install ok installed") ;;
		*) printf ' %s' "$p" ;;
		esac
	done
}

install_deps() {
	command -v apt-get >/dev/null ||
		die "--deps works where there is apt; elsewhere install a C compiler (gcc or clang) and Jupyter (pip install jupyterlab) yourself"
	# shellcheck disable=SC2086 # lists of words
	wanted=$(absent $compiler $jupyter)
	if [ -z "$wanted" ]; then
		step packages "gcc and Jupyter are there: nothing to do"
		return
	fi
	as_root apt-get update -qq ||
		echo "install.sh: apt-get update has problems; going on with the lists that are there" >&2
	# Not every release has every Jupyter package; the compiler is in all.
	known=
	for p in $wanted; do
		if apt-cache show "$p" >/dev/null 2>&1; then
			known="$known $p"
		else
			step packages "this system's apt has no $p: left out"
		fi
	done
	[ -n "$known" ] || return 0
	step packages "installing$known"
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $known >/dev/null ||
		die "apt-get could not install:$known"
}

[ $deps = no ] || install_deps

# --- what must be there -----------------------------------------------------

get_go="get it from https://go.dev/dl, unpack it with: sudo tar -C /usr/local -xzf go1.*.tar.gz, and then: export PATH=/usr/local/go/bin:\$PATH"
command -v go >/dev/null || die "Go is missing (1.$go_minor or newer): $get_go"

# No flags of yours that would make plugins and programs disagree, no other
# toolchain than the one that is installed.
export GOTOOLCHAIN=local GOWORK=off GOFLAGS=-mod=readonly CGO_ENABLED=1

version=$(cd / && go env GOVERSION)
minor=$(echo "$version" | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
[ -z "$minor" ] || [ "$minor" -ge $go_minor ] ||
	die "$(command -v go) is $version, too old (1.$go_minor or newer is needed): $get_go"

cc=$(go env CC)
if ! command -v "${cc%% *}" >/dev/null; then
	if command -v apt-get >/dev/null; then
		die "the C compiler ($cc) is missing: ./install.sh --deps installs it, or: sudo apt-get install gcc libc6-dev"
	fi
	die "the C compiler ($cc) is missing: install gcc or clang with your system's package manager (macOS: xcode-select --install)"
fi
step go "$version, C compiler $(command -v "${cc%% *}")"

mkdir -p "$bin" "$share" 2>/dev/null ||
	die "can't write to $prefix: run PREFIX=DIR ./install.sh with a folder of yours"

# --- programs ---------------------------------------------------------------

# The programs are built beside where they go and moved there when they differ.
# go build does not link again what is up to date, so it gets the old ones.
new=$(mktemp -d "$bin/.weft-XXXXXX") || die "can't write to $bin: run PREFIX=DIR ./install.sh with a folder of yours"
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM

# The version is stamped from git where this is a checkout that git can read.
vcs=false
if git rev-parse --verify -q HEAD >/dev/null 2>&1; then vcs=true; fi

for p in weft weft-session; do
	if [ -f "$bin/$p" ]; then cp -p "$bin/$p" "$new/$p"; fi
done
[ -f "$bin/weft" ] || step build "the first time takes a minute or two"
go build -trimpath -buildvcs=$vcs -o "$new/" ./kernel/cmd/weft ./kernel/cmd/weft-session ||
	die "the build has failed: see above"

changed=
for p in weft weft-session; do
	cmp -s "$new/$p" "$bin/$p" || changed="$changed $p"
done
if [ -z "$changed" ]; then
	step build "$bin/weft and weft-session are up to date: nothing to do"
else
	for p in weft weft-session; do mv -f "$new/$p" "$bin/$p"; done
	step build "installed $bin/weft and weft-session"
fi
rm -rf "$new"

# What "weft uninstall" removes.
list="bin/weft
bin/weft-session
share/weft/tour.ipynb
share/weft/tour.html
share/weft/warmed
share/weft/installed"
if [ "$(cat "$share/installed" 2>/dev/null || true)" != "$list" ]; then
	echo "$list" >"$share/installed"
fi

# --- kernelspec -------------------------------------------------------------

said=$("$bin/weft" install --user) || die "Jupyter does not know Weft yet: see above"
step kernelspec "$said"

# --- what compiled cells need ------------------------------------------------

# For compiled cells Go needs the standard library once more, built for
# plugins. It goes into Go's own cache; when it is there, this costs 0.3 s.
standard() { go list std | grep -v -E '(^|/)(internal|vendor)(/|$)'; }
warmed="$version $(go env GOCACHE)"
if [ "$(cat "$share/warmed" 2>/dev/null || true)" = "$warmed" ]; then
	said="is ready for compiled cells: nothing to do"
else
	step library "compiling the standard library for compiled cells, 10 s to a minute ..."
	said="is ready for compiled cells"
fi
# shellcheck disable=SC2046 # a list of words
if (cd / && go list -export -deps -buildmode=plugin -trimpath -f '' $(standard)) >/dev/null; then
	[ "$(cat "$share/warmed" 2>/dev/null || true)" = "$warmed" ] || echo "$warmed" >"$share/warmed"
	step library "$said"
else
	echo "install.sh: compiled cells will not work: see above; interpreted ones do" >&2
fi

# --- is all well? -----------------------------------------------------------

echo
"$bin/weft" doctor || die "something is missing: see above"
echo

# --- a notebook -------------------------------------------------------------

tour=$source_dir/notebooks/00-tour.ipynb
page=$share/tour.html
if [ -f "$page" ] && [ -z "$(find "$tour" "$bin/weft" "$bin/weft-session" -newer "$page")" ]; then
	step tour "has run with this Weft: nothing to do"
else
	"$bin/weft" run "$tour" -o "$share/tour.ipynb" --html "$page" ||
		die "the tour notebook has failed: see above"
	touch "$page"
	step tour "ran all of notebooks/00-tour.ipynb"
fi

echo
echo "The tour with its results:  file://$page"
lab=
for client in jupyter-lab:lab jupyter-notebook:notebook; do
	if command -v "${client%:*}" >/dev/null; then lab="jupyter ${client#*:}" && break; fi
done
if [ -n "$lab" ]; then
	echo "To work with it:            $lab notebooks/00-tour.ipynb"
else
	echo "To work with it you need a Jupyter client, such as JupyterLab:"
	echo "    python3 -m venv ~/jupyter && ~/jupyter/bin/pip install jupyterlab"
	echo "    ~/jupyter/bin/jupyter lab notebooks/00-tour.ipynb"
fi
echo "In any client the kernel is called \"Go (Weft)\"."
case :$PATH: in
*":$bin:"*) ;;
*) echo "For the command weft in your shell:  export PATH=\"$bin:\$PATH\"" ;;
esac
