// Proves what Pack made, each in the surroundings that it is meant for. Needs root (chroot, network namespaces); not part of the tests.

using System.IO.Compression;

var checks = $"{root}/artifacts/obj/check";
var fiveTexts = $"{root}/samples/work-orders/five-texts.jsonl";
string[] engineNames = ["llama", "onnx"];

void Proved(string what) => Information($"proved: {what}");

// The bundle to classify with: the caller's, else the newest of the quickstart's, else one made now.
string CheckBundle()
{
    string Newest() => System.IO.Directory.Exists($"{root}/runs")
        ? System.IO.Directory.GetFiles($"{root}/runs", "work-orders.slmb", System.IO.SearchOption.AllDirectories).OrderByDescending(System.IO.File.GetLastWriteTimeUtc).FirstOrDefault()
        : null;
    var given = Argument("bundle", "");
    if (given.Length > 0) return System.IO.Path.GetFullPath(given);
    if (Newest() is null) Run($"{root}/build.sh", ["--target", "Quickstart"]);
    return Newest() ?? throw new CakeException("The quickstart left no bundle; give one with --bundle FILE.");
}

// The engine that a program gets which does not ask for one.
string RecommendedEngine(string bundle)
{
    using var archive = ZipFile.OpenRead(bundle);
    using var manifest = JsonDocument.Parse(archive.GetEntry("bundle.json").Open());
    return manifest.RootElement.GetProperty("recommended").GetProperty("engine").GetString();
}

// ---- decisions --------------------------------------------------------------------------------------------------------

List<(string Label, double Confidence)> Decisions(IEnumerable<string> lines) => lines.Where(line => line.StartsWith('{')).Select(line =>
{
    using var row = JsonDocument.Parse(line);
    return (row.RootElement.GetProperty("label").GetString(), row.RootElement.GetProperty("confidence").GetDouble());
}).ToList();

// On the same processor the same numbers; on another one the last digits of quantised arithmetic differ.
void SameDecisions(string what, List<(string Label, double Confidence)> expected, List<(string Label, double Confidence)> found, double tolerance)
{
    if (expected.Count == 0 || found.Count != expected.Count) throw new CakeException($"{what}: {found.Count} decisions instead of {expected.Count}.");
    var far = expected.Zip(found).Max(pair => Math.Abs(pair.First.Confidence - pair.Second.Confidence));
    if (!expected.Select(one => one.Label).SequenceEqual(found.Select(one => one.Label)) || !(far <= tolerance))
        throw new CakeException($"{what}: {string.Join(", ", found)} instead of {string.Join(", ", expected)}.");
    Proved(string.Create(CultureInfo.InvariantCulture, $"{what}: {found.Count} texts decided as by the program that was packed (largest difference of a confidence {far:0.######})"));
}

// ---- programs in C and C++ --------------------------------------------------------------------------------------------

// Builds a sample with what is installed, as the pkg-config file in the folder 'settings' says; 'installedIn' is the root that its paths are in, empty for this machine's.
string BuildSample(string source, string compiler, string settings, string installedIn, string output)
{
    var cpp = source.EndsWith(".cpp");
    Run("/usr/bin/env", [$"PKG_CONFIG_LIBDIR={settings}", $"PKG_CONFIG_SYSROOT_DIR={installedIn}", "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1", "/bin/sh", "-c",
        $"set -eu; flags=$(pkg-config --cflags --libs slmedge); {compiler} {(cpp ? "-std=c++17" : "-std=c11")} -O1 -Wall -Wextra -Werror '{root}/samples/interop/{source}' $flags -o '{output}'"]);
    return output;
}

string Quoted(string text) => $"'{text.Replace("'", "'\\''")}'";

// The five texts as arguments.
string TextArguments() => string.Join(' ', System.IO.File.ReadLines(fiveTexts).Where(line => line.StartsWith('{')).Select(line =>
{
    using var row = JsonDocument.Parse(line);
    return Quoted(row.RootElement.GetProperty("text").GetString());
}));

// What the samples print for a text: its label, its confidence and the probability of every label.
List<(string Label, double[] Numbers)> SampleRows(string path) => System.IO.File.ReadLines(path).Where(line => line.Length > 0).Select(line => line.Split('\t'))
    .Select(cells => (cells[0] == "-" ? null : cells[0], cells[1..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())).ToList();

List<(string, double)> SampleDecisions(string path) => SampleRows(path).Select(row => (row.Label, row.Numbers[0])).ToList();

void SameRows(string what, List<(string Label, double[] Numbers)> expected, List<(string Label, double[] Numbers)> found, double tolerance)
{
    if (expected.Count == 0 || !expected.Select(row => (row.Label, row.Numbers.Length)).SequenceEqual(found.Select(row => (row.Label, row.Numbers.Length))))
        throw new CakeException($"{what}: {string.Join(", ", found.Select(row => row.Label))} instead of {string.Join(", ", expected.Select(row => row.Label))}.");
    var far = expected.Zip(found).Max(pair => pair.First.Numbers.Zip(pair.Second.Numbers).Max(numbers => Math.Abs(numbers.First - numbers.Second)));
    if (!(far <= tolerance)) throw new CakeException(string.Create(CultureInfo.InvariantCulture, $"{what}: a probability is {far} from that of the C program on {rid}; {tolerance} was allowed."));
    Proved(string.Create(CultureInfo.InvariantCulture, $"{what}: {found.Count} texts, every label's probability as by the C program on {rid} (largest difference {far:0.######})"));
}

// ---- an empty Debian --------------------------------------------------------------------------------------------------

// Debian 12 with what a minimal installation has and OpenSSL's library, made once.
string DebianRoot()
{
    var folder = $"{checks}/debian-12";
    if (System.IO.File.Exists($"{folder}/.complete")) return folder;
    if (System.IO.Directory.Exists(folder)) Run("rm", ["-rf", "--one-file-system", folder]);
    Information("debootstrap: an empty Debian 12 …");
    System.IO.Directory.CreateDirectory(checks);
    Run("unshare", ["--mount", "debootstrap", "--variant=minbase", "--include=libssl3", "bookworm", folder]); // what it mounts in the root goes with it
    System.IO.File.WriteAllText($"{folder}/.complete", "");
    return folder;
}

// The libraries that the program's package depends on, of another processor: fetched and unpacked by apt, which leaves this machine's own packages alone.
string ForeignLibraries(string architecture)
{
    var folder = $"{checks}/libraries-{architecture}";
    if (System.IO.File.Exists($"{folder}/.complete")) return folder;
    if (System.IO.Directory.Exists(folder)) Run("rm", ["-rf", "--one-file-system", folder]);
    var apt = $"{folder}/apt";
    foreach (var needed in new[] { "state/lists/partial", "cache/archives/partial" }) System.IO.Directory.CreateDirectory($"{apt}/{needed}");
    System.IO.File.WriteAllText($"{apt}/status", "");
    string[] options = ["-qq", "-o", $"APT::Architecture={architecture}", "-o", $"APT::Architectures={architecture}", "-o", $"Dir::State={apt}/state", "-o", $"Dir::State::status={apt}/status", "-o", $"Dir::Cache={apt}/cache", "-o", "APT::Sandbox::User=root"];
    Run("apt-get", [.. options, "update"], folder);
    Run("apt-get", [.. options, "download", "libc6", "libgcc-s1", "libstdc++6", "libssl3"], folder);
    foreach (var package in System.IO.Directory.GetFiles(folder, "*.deb")) Run("dpkg-deb", ["-x", package, folder]);
    System.IO.File.WriteAllText($"{folder}/.complete", "");
    return folder;
}

string CopyOfRoot(string name)
{
    var folder = $"{checks}/{name}";
    if (System.IO.Directory.Exists(folder)) Run("rm", ["-rf", "--one-file-system", folder]);
    Run("cp", ["-ax", "--reflink=auto", DebianRoot(), folder]);
    return folder;
}

// Runs a script in the root: no interface is up, there is no other process, and nothing of this machine's environment.
void InRoot(string folder, string script)
{
    WriteFile($"{folder}/check.sh", $"""
        set -eu
        cd /carried
        for program in dotnet node npm; do
            if command -v $program >/dev/null; then echo "$program is here: the root is not empty" >&2; exit 1; fi
        done
        if [ "$(wc -l < /proc/net/route)" -gt 1 ]; then echo "there is a network" >&2; exit 1; fi
        {script}
        """ + "\n", program: true);
    Run("unshare", ["--net", "--mount", "--pid", "--fork", $"--mount-proc={folder}/proc", "chroot", folder, "/usr/bin/env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "/bin/sh", "/check.sh"]);
}

void Carry(string folder, string bundle, params string[] files)
{
    System.IO.Directory.CreateDirectory($"{folder}/carried");
    foreach (var (source, name) in files.Select(file => (file, System.IO.Path.GetFileName(file))).Append((bundle, "bundle.slmb")).Append((fiveTexts, "texts.jsonl")))
        System.IO.File.Copy(source, $"{folder}/carried/{name}", true);

    // A file of this name in the current folder is no library, and nobody may try to load it.
    System.IO.File.WriteAllText($"{folder}/carried/libstdc++.so.6", "not a library");
}

string Classify(string program) =>
    string.Join('\n', engineNames.Select(engine => $"{program} classify --bundle bundle.slmb --engine {engine} --threads 1 --input texts.jsonl --output - > {engine}.jsonl"));

// The C program with each engine.
string RunSample(string program) => string.Join('\n', engineNames.Select(engine => $"{program} --engine {engine} bundle.slmb {TextArguments()} > c-{engine}.tsv"));

void SampleAsPacked(string what, string folder, Dictionary<string, List<(string, double)>> expected)
{
    foreach (var engine in engineNames) SameDecisions($"{what}, {engine}", expected[engine], SampleDecisions($"{folder}/carried/c-{engine}.tsv"), 1e-5);
}

void SameAsPacked(string what, string folder, Dictionary<string, List<(string, double)>> expected, double tolerance)
{
    foreach (var engine in engineNames) SameDecisions($"{what}, {engine}", expected[engine], Decisions(System.IO.File.ReadLines($"{folder}/carried/{engine}.jsonl")), tolerance);
}

// ---- the checks -------------------------------------------------------------------------------------------------------

void CheckArchive(string bundle, Dictionary<string, List<(string, double)>> expected)
{
    var name = ArchiveName(rid);
    var folder = CopyOfRoot("archive");
    Carry(folder, bundle, $"{packages}/{name}.tar.gz");
    InRoot(folder, $"""
        tar -xzf {name}.tar.gz
        ./{name}/install.sh
        {Classify("slm-edge")}
        """);
    SameAsPacked("archive in an empty root without network", folder, expected, 1e-5);
    BuildSample("c/classify.c", "gcc", $"{folder}/usr/local/lib/pkgconfig", folder, $"{folder}/carried/classify");
    InRoot(folder, $"""
        {RunSample("./classify")}
        ./{name}/install.sh --remove
        if [ -e /usr/local/bin/slm-edge ] || [ -e /usr/local/lib/slm-edge ] || [ -e /usr/local/lib/pkgconfig/slmedge.pc ]; then echo "not all was removed" >&2; exit 1; fi
        """);
    SampleAsPacked("archive in an empty root without network, C program", folder, expected);
}

void CheckDebian(string bundle, Dictionary<string, List<(string, double)>> expected)
{
    var file = DebianFile(rid);
    var name = System.IO.Path.GetFileName(file);
    var folder = CopyOfRoot("debian");
    Carry(folder, bundle, file);
    InRoot(folder, $"""
        dpkg -i {name}
        dpkg --verify slm-edge
        {Classify("slm-edge")}
        """);
    SameAsPacked("Debian package in an empty root without network", folder, expected, 1e-5);
    BuildSample("c/classify.c", "gcc", $"{folder}/{DebianPackageConfig(rid)}", folder, $"{folder}/carried/classify");
    BuildSample("cpp/decide.cpp", "g++", $"{folder}/{DebianPackageConfig(rid)}", folder, $"{folder}/carried/decide");
    InRoot(folder, $"""
        {RunSample("./classify")}
        ./decide classify bundle.slmb {TextArguments()} > cpp.tsv
        cp /lib/systemd/system/slm-edge.service unit
        echo '# mine' >> /etc/default/slm-edge
        dpkg -i {name}
        grep -q '# mine' /etc/default/slm-edge
        dpkg -r slm-edge
        if [ -e /usr/lib/slm-edge ] || [ -e /usr/bin/slm-edge ] || [ -e /usr/include/slmedge.h ]; then echo "not all was removed" >&2; exit 1; fi
        [ -e /etc/default/slm-edge ]
        dpkg -P slm-edge
        if [ -e /etc/default/slm-edge ]; then echo "not all was purged" >&2; exit 1; fi
        """);
    SampleAsPacked("Debian package in an empty root without network, C program", folder, expected);
    SameRows("Debian package in an empty root without network, C++ program", SampleRows($"{folder}/carried/c-{RecommendedEngine(bundle)}.tsv"), SampleRows($"{folder}/carried/cpp.tsv"), 0);
    Proved("Debian package: a changed /etc/default/slm-edge outlives an installation over it, and is gone after a purge");
    if (System.IO.File.ReadAllText($"{folder}/carried/unit") != DebianUnit()) throw new CakeException("The unit in the package is not the one that the program writes.");
    if (OnPath("lintian"))
    {
        foreach (var system in systems) Run("lintian", ["--fail-on", "error", "--allow-root", "--tag-display-limit", "0", DebianFile(system)]);
        Proved("Debian packages: lintian finds no error");
    }
    else Warning("lintian is not installed: the Debian packages were not looked at by it.");
}

void CheckOtherProcessor(string bundle, Dictionary<string, List<(string, double)>> expected)
{
    const string system = "linux-arm64";
    var name = ArchiveName(system);
    var libraries = ForeignLibraries("arm64");
    var folder = $"{checks}/arm64";
    NewFolder(folder);
    Carry(folder, bundle);
    Run("tar", ["-xzf", $"{packages}/{name}.tar.gz", "-C", $"{folder}/carried"]);
    Run("dpkg-deb", ["-x", DebianFile(system), folder]);

    // No root: its own programs would need the kernel's help to run here. qemu gives the program the other processor's libraries.
    var qemu = $"qemu-aarch64-static -L {libraries}";
    void Emulate(string script)
    {
        WriteFile($"{checks}/arm64.sh", $"""
            set -eu
            cd {folder}/carried
            {script}
            """ + "\n");
        Run("unshare", ["--net", "/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "HOME=/nonexistent", "/bin/sh", $"{checks}/arm64.sh"]);
    }

    string[] installations = [$"{folder}/carried/{name}", $"{folder}/usr/lib/slm-edge"];
    foreach (var (what, installed) in new[] { ("archive", installations[0]), ("Debian package", installations[1]) })
    {
        foreach (var engine in engineNames) System.IO.File.Delete($"{folder}/carried/{engine}.jsonl");
        Emulate(Classify($"{qemu} {installed}/slm-edge"));
        SameAsPacked($"linux-arm64, {what}, under qemu-aarch64 without network", folder, expected, 0.02);
    }

    // The C library of each, with programs that Debian's cross compiler makes. What is compiled for the package looks in /usr/lib, which is not that of this machine.
    var rows = engineNames.ToDictionary(engine => engine, engine => SampleRows($"{checks}/debian/carried/c-{engine}.tsv"));
    BuildSample("c/classify.c", "aarch64-linux-gnu-gcc", installations[0], "", $"{folder}/carried/classify");
    BuildSample("cpp/decide.cpp", "aarch64-linux-gnu-g++", $"{folder}/{DebianPackageConfig(system)}", folder, $"{folder}/carried/decide");
    Emulate(RunSample($"{qemu} ./classify"));
    foreach (var engine in engineNames) SameRows($"linux-arm64, C program with the archive, under qemu-aarch64 without network, {engine}", rows[engine], SampleRows($"{folder}/carried/c-{engine}.tsv"), 0.02);
    Emulate($"{qemu} -E LD_LIBRARY_PATH={installations[1]} ./decide classify bundle.slmb {TextArguments()} > cpp.tsv");
    SameRows("linux-arm64, C++ program with the Debian package, under qemu-aarch64 without network", rows[RecommendedEngine(bundle)], SampleRows($"{folder}/carried/cpp.tsv"), 0.02);
}

void CheckLibraries(string bundle, Dictionary<string, List<(string, double)>> expected)
{
    CheckPackageContents();
    var folder = System.IO.Directory.CreateTempSubdirectory("slm-edge-packages-").FullName;
    try
    {
        foreach (var file in new[] { "check.csproj", "Program.cs" }) System.IO.File.Copy($"{root}/packaging/check/{file}", $"{folder}/{file}");
        System.IO.File.WriteAllText($"{folder}/nuget.config", $"""<configuration><packageSources><add key="packed" value="{packages}" /></packageSources></configuration>""");
        var known = Capture("dotnet", "nuget", "locals", "global-packages", "--list").Split(": ", 2)[1].Trim();
        string[] options = ["-c", "Release", "--nologo", "-v", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false", $"-p:SlmEdgeVersion={version}", $"-p:RestoreFallbackFolders={known}"];
        string[] single = ["-r", rid, "--self-contained", "false", "-p:PublishSingleFile=true"];
        void Build(string output, params string[] arguments) => Run("dotnet", [.. arguments, "-o", $"{folder}/{output}", .. options], folder);
        void Check(string what, string library, params string[] command)
        {
            Run("unshare", ["--net", "/usr/bin/env", "-u", "SLMEDGE_NATIVE_DIR", "-C", folder, $"DOTNET_BUNDLE_EXTRACT_BASE_DIR={folder}/extracted", "/bin/sh", "-c", "\"$@\" > answers.jsonl", "sh", .. command, bundle, fiveTexts]);
            var lines = System.IO.File.ReadAllLines($"{folder}/answers.jsonl");
            foreach (var engine in engineNames.Append("service"))
                SameDecisions($"NuGet packages, {what}, {engine}", expected[engine == "service" ? "llama" : engine], Decisions(lines.Where(line => line.Contains($"\"from\":\"{engine}\""))), 1e-5);
            foreach (var line in lines.Where(line => line.StartsWith("{\"library\"")))
                if (!line.Contains($"{folder}/{library}")) throw new CakeException($"NuGet packages, {what}: the engine was to be loaded from {folder}/{library}: {line}");
            Proved($"NuGet packages, {what}: the engines were loaded from {library}");
        }

        Build("portable", "build");
        if (!System.IO.Directory.Exists($"{folder}/packages/slmedge.runtime/{version}")) throw new CakeException("The test program was not built with the packages that were packed.");
        Check("program for the installed .NET", $"portable/runtimes/{rid}/native/", "dotnet", $"{folder}/portable/check.dll");
        Build("single", ["publish", .. single]);
        Check("single file", "single/", $"{folder}/single/check");
        Build("whole", ["publish", .. single, "-p:IncludeNativeLibrariesForSelfExtract=true"]);
        if (System.IO.Directory.GetFiles($"{folder}/whole", "*.so*").Length > 0) throw new CakeException("The single file was to hold the native files.");
        Check("single file that holds the native files", "extracted/", $"{folder}/whole/check");
    }
    finally
    {
        System.IO.Directory.Delete(folder, true);
    }
}

// What a package has to say of itself, and that its symbols hold the sources and no folder of this machine.
void CheckPackageContents()
{
    var files = System.IO.Directory.GetFiles(packages, "*.nupkg");
    foreach (var file in files)
    {
        using var package = ZipFile.OpenRead(file);
        var names = package.Entries.Select(entry => entry.FullName).ToHashSet();
        using var nuspec = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec")).Open();
        var metadata = XDocument.Load(nuspec).Root.Elements().Single();
        string Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        var native = Value("id").StartsWith("SlmEdge.Native.");
        var bad = Value("license") != "MIT" ? "no licence" : Value("readme") != "README.md" || !names.Contains("README.md") ? "no README" : Value("version") != version ? "another version"
            : native && !(names.Contains("NOTICES.md") && names.Contains("LICENSE")) ? "no notices"
            : native && !names.Any(name => name.StartsWith($"runtimes/{(Value("id").EndsWith("arm64") ? "linux-arm64" : "linux-x64")}/native/")) ? "no native files"
            : !native && !names.Contains($"lib/net10.0/{Value("id")}.dll") ? "no library" : !native && !names.Contains($"lib/net10.0/{Value("id")}.xml") ? "no documentation"
            : null;
        if (bad is not null) throw new CakeException($"{System.IO.Path.GetFileName(file)} has {bad}.");
        if (native) continue;
        using var symbols = ZipFile.OpenRead(System.IO.Path.ChangeExtension(file, ".snupkg"));
        using var stream = symbols.GetEntry($"lib/net10.0/{Value("id")}.pdb").Open();
        using var copy = new System.IO.MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        using var provider = System.Reflection.Metadata.MetadataReaderProvider.FromPortablePdbStream(copy);
        var reader = provider.GetMetadataReader();
        var embedded = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
        foreach (var handle in reader.Documents)
        {
            var document = reader.GetString(reader.GetDocument(handle).Name);
            if (!document.StartsWith("/_")) throw new CakeException($"{System.IO.Path.GetFileName(file)}: the symbols name the folder '{document}'.");
            if (!reader.GetCustomDebugInformation(handle).Any(information => reader.GetGuid(reader.GetCustomDebugInformation(information).Kind) == embedded))
                throw new CakeException($"{System.IO.Path.GetFileName(file)}: the symbols do not hold '{document}'.");
        }
    }

    Proved($"{files.Length} NuGet packages: licence, README and documentation or notices are in them; the symbols hold their sources and name no folder of this machine");
}

// The same files packed again, later, are the same bytes.
void CheckRepeatable()
{
    var unit = DebianUnit();
    string[] files = [$"{packages}/{ArchiveName(rid)}.tar.gz", DebianFile(rid)];
    var before = files.Select(Sha256).ToArray();
    PackArchive(rid);
    PackDebian(rid, unit);
    foreach (var (file, hash) in files.Zip(before))
        if (Sha256(file) != hash) throw new CakeException($"{System.IO.Path.GetFileName(file)} came out differently when packed again.");

    Proved("archive and Debian package: the same bytes when packed again");
}

Task("PackCheck")
    .Description("Proves what Pack made: in an empty Debian without network, under qemu, from a C program that links the library, and from a program that references the NuGet packages; --bundle FILE takes another bundle than the quickstart's.")
    .IsDependentOn("Pack")
    .Does(() =>
{
    if (System.Environment.UserName != "root") throw new CakeException("PackCheck makes roots and network namespaces: run it as root.");
    InstallDebianPackages("debootstrap", "qemu-user-static", "lintian", "g++", "g++-aarch64-linux-gnu", "pkgconf");
    SetSourceDate();
    var bundle = CheckBundle();
    Information($"Classifying with {bundle}");
    var expected = engineNames.ToDictionary(engine => engine, engine => Decisions(Capture($"{NativeEdge(rid)}/slm-edge", "classify", "--bundle", bundle, "--engine", engine, "--threads", "1", "--input", fiveTexts, "--output", "-").Split('\n')));
    CheckRepeatable();
    CheckArchive(bundle, expected);
    CheckDebian(bundle, expected);
    CheckLibraries(bundle, expected);
    CheckOtherProcessor(bundle, expected);
    Information("PackCheck: all proved.");
});
