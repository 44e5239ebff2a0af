#!/bin/sh
# Installs slm-edge from this folder. It needs glibc, libstdc++ and OpenSSL's library (for hashes and signatures), nothing else: no network, no .NET, no npm.
#   ./install.sh [PREFIX]       default /usr/local; program and C library go to PREFIX/lib/slm-edge, a link to PREFIX/bin, slmedge.pc to PREFIX/lib/pkgconfig
#   ./install.sh --remove [PREFIX]
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
remove=no
if [ "${1:-}" = --remove ]; then remove=yes; shift; fi
prefix=${1:-/usr/local}
case $prefix in /*) ;; *) prefix=$(pwd)/$prefix ;; esac
target=$prefix/lib/slm-edge

if [ $remove = yes ]; then
    rm -rf "$target"
    rm -f "$prefix/bin/slm-edge" "$prefix/lib/pkgconfig/slmedge.pc"
    echo "slm-edge is removed from $prefix. Bundles, keys and state of services stay where they are."
    exit 0
fi

# .NET's hashes and signatures are OpenSSL's: better told now than at the first bundle.
found=no
for library in /lib/*/libssl.so.3 /usr/lib/*/libssl.so.3 /lib64/libssl.so.3 /usr/lib64/libssl.so.3 /usr/lib/libssl.so.3 /usr/local/lib/libssl.so.3; do
    [ -e "$library" ] && found=yes
done
if [ $found = no ]; then
    echo "install.sh: libssl.so.3 is missing; install OpenSSL 3's library first (Debian and Ubuntu: the package libssl3)" >&2
    exit 1
fi

# What is installed is what was packed.
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || { echo "install.sh: the files are not those that were packed; copy the archive again" >&2; exit 1; }
mkdir -p "$prefix/bin" "$prefix/lib/pkgconfig"
rm -rf "$target.new"
mkdir "$target.new"
(cd "$here" && cp -R . "$target.new/")
rm -rf "$target"
mv "$target.new" "$target"
ln -sf ../lib/slm-edge/slm-edge "$prefix/bin/slm-edge"
escaped=$(printf '%s' "$target" | sed 's/[&|\\]/\\&/g')
sed "s|\${pcfiledir}|$escaped|g" "$target/slmedge.pc" > "$prefix/lib/pkgconfig/slmedge.pc"
echo "slm-edge is installed: $prefix/bin/slm-edge"
"$prefix/bin/slm-edge" doctor || echo "install.sh: slm-edge does not find its engines; see above" >&2
