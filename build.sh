#!/usr/bin/env bash
# Builds, tests and shows SlmEdge. Needs bash and the .NET 10 SDK; the targets install and name what else they need.
#   ./build.sh --target Quickstart      train, export, prove and run offline on the sample data
#   ./build.sh --target Test [--fast]   every test (--fast: without the slow ones; --soak: and three minutes of mixed load)
#   ./build.sh --target Build           the three programs, in artifacts/bin
#   ./build.sh --target Engines         only the native engines
#   ./build.sh --target Interop         the C interface as a shared library, in artifacts/interop (--rid linux-arm64: for that system)
#   ./build.sh --target Pack            packages to carry to a device and to link against
#   ./build.sh --target PackCheck       proves them: empty Debian without network, qemu, a program that references them (root)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

case "${1:-}" in
  -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

command -v dotnet >/dev/null 2>&1 || { echo "error: 'dotnet' is not on the PATH. Install the .NET 10 SDK and try again." >&2; exit 1; }
dotnet --list-sdks | grep -q '^1[0-9]\.' || { echo "error: the .NET 10 SDK is needed; installed are: $(dotnet --list-sdks | tr '\n' ';')" >&2; exit 1; }

# No build server may outlive this script: it would hold the pipe of whoever reads our output.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false UseRazorBuildServer=false

[ -t 1 ] || export NO_COLOR=1

# The tool's cache on a fresh machine is empty; afterwards this takes a fraction of a second.
restored=$(dotnet tool restore 2>&1) || { echo "$restored" >&2; echo "error: the build tool could not be restored (see above): is the NuGet source reachable?" >&2; exit 1; }

# The summary of the tests comes after the build tool's own closing words: it is the last line.
rm -f artifacts/test-summary.txt
status=0
dotnet cake build.cake --verbosity=normal "$@" || status=$?
if [ -f artifacts/test-summary.txt ]; then cat artifacts/test-summary.txt; fi
exit "$status"
