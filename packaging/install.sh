#!/bin/sh
# Installs slm-edge from this folder. It needs nothing but a Linux with glibc and libstdc++: no network, no .NET, no npm.
#   ./install.sh [PREFIX]       default /usr/local; the program goes to PREFIX/lib/slm-edge, a link to PREFIX/bin
#   ./install.sh --remove [PREFIX]
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
remove=no
if [ "${1:-}" = --remove ]; then remove=yes; shift; fi
prefix=${1:-/usr/local}
target=$prefix/lib/slm-edge

if [ $remove = yes ]; then
    rm -rf "$target"
    rm -f "$prefix/bin/slm-edge"
    echo "slm-edge is removed from $prefix. Bundles, keys and state of services stay where they are."
    exit 0
fi

# What is installed is what was packed.
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || { echo "install.sh: the files are not those that were packed; copy the archive again" >&2; exit 1; }
mkdir -p "$prefix/bin" "$prefix/lib"
rm -rf "$target.new"
mkdir "$target.new"
(cd "$here" && cp -R . "$target.new/")
rm -rf "$target"
mv "$target.new" "$target"
ln -sf ../lib/slm-edge/slm-edge "$prefix/bin/slm-edge"
echo "slm-edge is installed: $prefix/bin/slm-edge"
"$prefix/bin/slm-edge" doctor
