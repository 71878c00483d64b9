#!/bin/sh
# Builds JupyterLab's front end into site/ beside this file, for the browser
# tests: npm fetches 560 MB, of which 20 MB stay. A second run does nothing.
# The server comes from apt (see the test's message when it is missing).
set -eu
cd "$(dirname "$0")"
want=$(cat package-lock.json build.mjs boot.js | cksum)
if [ "$(cat site/.built 2>/dev/null || true)" = "$want" ]; then
	exit 0
fi
command -v npm >/dev/null || {
	echo "browser/lab/install.sh: JupyterLab's front end is built with npm (Node 20.11 or newer), which is not here" >&2
	exit 1
}
echo "building JupyterLab's front end for the browser tests (once, one to two minutes)"
npm ci --no-audit --no-fund --loglevel=error --ignore-scripts
node build.mjs
rm -rf node_modules generated
printf '%s\n' "$want" >site/.built
