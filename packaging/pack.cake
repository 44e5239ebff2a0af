// What is carried to a device and what an integrator links, in artifacts/packages.
// The same commit gives the same bytes: files in order, owner 0, the commit's time.

var packages = $"{root}/artifacts/packages";
var version = XDocument.Load($"{root}/Directory.Build.props").Descendants("Version").First().Value;
var maintainer = "The SlmEdge authors <slm-edge@users.noreply.github.com>";

string DebianArchitecture(string system) => system == "linux-arm64" ? "arm64" : "amd64";

string DebianPackageConfig(string system) => $"usr/lib/{(system == "linux-arm64" ? "aarch64" : "x86_64")}-linux-gnu/pkgconfig";

string ArchiveName(string system) => $"slm-edge-{version}-{system}";

string DebianFile(string system) => $"{packages}/slm-edge_{version}_{DebianArchitecture(system)}.deb";

// The time that is written into archives (reproducible-builds.org): the caller's, else the commit's, else that of the first release.
void SetSourceDate()
{
    if (!string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH"))) return;
    var commit = System.IO.Path.Exists($"{root}/.git") && OnPath("git") ? Capture("git", "log", "-1", "--format=%ct").Trim() : "";
    System.Environment.SetEnvironmentVariable("SOURCE_DATE_EPOCH", commit.Length > 0 ? commit : "1767225600");
}

DateTimeOffset SourceDate() => DateTimeOffset.FromUnixTimeSeconds(long.Parse(System.Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH"), CultureInfo.InvariantCulture));

void NewFolder(string path)
{
    if (System.IO.Directory.Exists(path)) System.IO.Directory.Delete(path, true);
    System.IO.Directory.CreateDirectory(path);
}

void WriteFile(string path, string text, bool program = false)
{
    System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path));
    System.IO.File.WriteAllText(path, text.ReplaceLineEndings("\n"));
    SetMode(path, program);
}

void CopyFile(string source, string destination, bool program = false)
{
    System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(destination));
    System.IO.File.Copy(source, destination, true);
    SetMode(destination, program);
}

void SetMode(string path, bool program) =>
    System.IO.File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(program ? "755" : "644", 8));

IEnumerable<string> FilesBelow(string folder) => System.IO.Directory.GetFiles(folder, "*", System.IO.SearchOption.AllDirectories)
    .Select(file => System.IO.Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal);

// ---- the engines' files -----------------------------------------------------------------------------------------------

// Without the symbol tables that only a debugger reads.
void CopyLibrary(string system, string source, string destination)
{
    CopyFile(source, destination);
    Run(system == rid ? "strip" : "aarch64-linux-gnu-strip", ["--strip-unneeded", "--enable-deterministic-archives", destination]);
    SetMode(destination, false);
}

// libllama-common serves llama.cpp's own programs; no engine loads it.
void CopyEngines(string system)
{
    var destination = $"{root}/artifacts/obj/engines/{system}";
    NewFolder(destination);
    foreach (var engine in new[] { "llama.cpp", "onnxruntime" })
        foreach (var file in System.IO.Directory.GetFiles($"{root}/artifacts/native/{system}/{engine}").Where(file => System.IO.Path.GetFileName(file) != "libllama-common.so"))
            CopyLibrary(system, file, $"{destination}/{engine}/{System.IO.Path.GetFileName(file)}");
}

// ---- NuGet packages ---------------------------------------------------------------------------------------------------

void PackLibraries()
{
    Information("NuGet packages of the libraries …");
    const string project = "packaging/nuget/libraries.proj";
    string[] options = ["-nologo", "-v:minimal", "-nodeReuse:false", $"-p:Configuration={configuration}", "-p:UseSharedCompilation=false"];
    Run("dotnet", ["msbuild", project, "-t:Restore", .. options]);
    Run("dotnet", ["msbuild", project, "-t:Pack", $"-p:PackageOutputPath={packages}/", .. options]);
}

void PackNatives(string system)
{
    Information($"NuGet packages of the engines for {system} …");
    const string project = "packaging/nuget/SlmEdge.Native.csproj";
    var files = $"{root}/artifacts/obj/engines/{system}";
    Run("dotnet", ["restore", project, "--nologo", "-v", "quiet", "-nodeReuse:false"]);
    foreach (var (engine, folder) in new[] { ("LlamaCpp", "llama.cpp"), ("OnnxRuntime", "onnxruntime") })
        Run("dotnet", ["pack", project, "--no-restore", "-o", packages, $"-p:Engine={engine}", $"-p:Rid={system}", $"-p:NativeFolder={files}/{folder}", .. MsBuildOptions()]);
}

// ---- the program with its engines -------------------------------------------------------------------------------------

// What .NET says of the sources that it contains, from the very compiler that was used.
string DotnetNotices()
{
    using var assets = JsonDocument.Parse(System.IO.File.ReadAllText($"{root}/tools/slm-edge-native/obj/project.assets.json"));
    var compiler = assets.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject().First().Value.GetProperty("downloadDependencies").EnumerateArray()
        .First(package => package.GetProperty("name").GetString().Contains("ILCompiler", StringComparison.OrdinalIgnoreCase));
    var path = $"{compiler.GetProperty("name").GetString().ToLowerInvariant()}/{compiler.GetProperty("version").GetString().Trim('[', ']').Split(',')[0]}/THIRD-PARTY-NOTICES.TXT";
    return assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => System.IO.Path.Combine(folder.Name, path)).FirstOrDefault(System.IO.File.Exists)
        ?? throw new CakeException($"The package of .NET's compiler holds no {path}; its notices have to be shipped.");
}

// The texts of the licences that NOTICES.md names, for systems that do not have them: Debian's own, and what stands in the Debian package's 'copyright'.
void WriteLicences(string destination)
{
    const string apache = "/usr/share/common-licenses/Apache-2.0";
    if (!System.IO.File.Exists(apache)) throw new CakeException($"{apache} is missing: its text has to be shipped. On Debian: apt-get install base-files");
    CopyFile(apache, $"{destination}/apache-2.0.txt");
    var bsd = System.IO.File.ReadLines($"{root}/packaging/debian/copyright").SkipWhile(line => line != "License: BSD-3-Clause").Skip(1).TakeWhile(line => line.StartsWith(' ')).Select(line => line == " ." ? "" : line[1..]);
    WriteFile($"{destination}/bsd-3-clause.txt", string.Join('\n', bsd) + "\n");
    CopyFile($"{root}/LICENSE", $"{destination}/LICENSE");
    CopyFile($"{root}/packaging/NOTICES.md", $"{destination}/NOTICES.md");
    CopyFile(DotnetNotices(), $"{destination}/dotnet-notices.txt");
}

void CopyProgram(string system, string destination)
{
    CopyFile($"{NativeEdge(system)}/slm-edge", $"{destination}/slm-edge", program: true);
    CopyLibrary(system, $"{NativeEdge(system)}/libe_sqlite3.so", $"{destination}/libe_sqlite3.so");
    System.IO.Directory.CreateDirectory($"{destination}/native");
    Run("cp", ["-R", $"{root}/artifacts/obj/engines/{system}", $"{destination}/native/"]);
    CopyFile($"{InteropFolder(system)}/slmedge.so", $"{destination}/slmedge.so"); // beside the engines, where it looks for them
    CopyFile($"{root}/samples/interop/python/slmedge.py", $"{destination}/python/slmedge.py");
}

// What a C or C++ program is compiled with.
void CopyHeaders(string destination)
{
    CopyFile($"{root}/src/SlmEdge.Interop/include/slmedge.h", $"{destination}/slmedge.h");
    CopyFile($"{root}/samples/interop/cpp/slmedge.hpp", $"{destination}/slmedge.hpp");
}

// pkg-config puts the root of another system before every path that is in a variable, and what a program searches when it runs is not to have it.
void WritePackageConfig(string path, string prefix, string include) => WriteFile(path, System.IO.File.ReadAllText($"{root}/packaging/slmedge.pc")
    .Replace("@PREFIX@", prefix).Replace("@INCLUDE@", include).Replace("@VERSION@", version));

void PackArchive(string system)
{
    var staging = $"{root}/artifacts/obj/{ArchiveName(system)}";
    NewFolder(staging);
    CopyProgram(system, staging);
    CopyHeaders($"{staging}/include");
    WritePackageConfig($"{staging}/slmedge.pc", "${pcfiledir}", "${prefix}/include"); // install.sh writes the folder that it installs to into its copy
    WriteLicences(staging);
    CopyFile($"{root}/packaging/install.sh", $"{staging}/install.sh", program: true);
    WriteFile($"{staging}/SHA256SUMS", string.Concat(FilesBelow(staging).Select(file => $"{Sha256($"{staging}/{file}")}  {file}\n")));
    Run("chmod", ["-R", "u=rwX,go=rX", staging]);
    Run("tar", ["--sort=name", "--format=gnu", $"--mtime=@{SourceDate().ToUnixTimeSeconds()}", "--owner=0", "--group=0", "--numeric-owner", "-I", "gzip -9n", "-cf", $"{packages}/{ArchiveName(system)}.tar.gz", "-C", $"{root}/artifacts/obj", ArchiveName(system)]);
}

// ---- Debian package ---------------------------------------------------------------------------------------------------

void PackDebian(string system, string unit)
{
    var staging = $"{root}/artifacts/obj/slm-edge_{version}_{DebianArchitecture(system)}";
    var source = $"{root}/packaging/debian";
    var doc = $"{staging}/usr/share/doc/slm-edge";
    NewFolder(staging);
    CopyProgram(system, $"{staging}/usr/lib/slm-edge");
    CopyHeaders($"{staging}/usr/include");
    WritePackageConfig($"{staging}/{DebianPackageConfig(system)}/slmedge.pc", "/usr/lib/slm-edge", "/usr/include");
    System.IO.Directory.CreateDirectory($"{staging}/usr/bin");
    System.IO.File.CreateSymbolicLink($"{staging}/usr/bin/slm-edge", "../lib/slm-edge/slm-edge");
    WriteFile($"{staging}/lib/systemd/system/slm-edge.service", unit);
    CopyFile($"{source}/default", $"{staging}/etc/default/slm-edge");
    CopyFile($"{source}/copyright", $"{doc}/copyright");
    CopyFile($"{root}/packaging/NOTICES.md", $"{doc}/NOTICES.md");
    CopyFile(DotnetNotices(), $"{doc}/dotnet-notices.txt");
    CopyFile($"{source}/lintian-overrides", $"{staging}/usr/share/lintian/overrides/slm-edge");
    WriteFile($"{doc}/changelog", $"""
        slm-edge ({version}) stable; urgency=medium

          * Version {version}.

         -- {maintainer}  {SourceDate().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000

        """);
    Run("gzip", ["-9n", $"{doc}/changelog", $"{doc}/dotnet-notices.txt"]);

    var size = FilesBelow(staging).Sum(file => (new System.IO.FileInfo($"{staging}/{file}").Length + 1023) / 1024);
    WriteFile($"{staging}/DEBIAN/md5sums", string.Concat(FilesBelow(staging).Where(file => !file.StartsWith("etc/") && new System.IO.FileInfo($"{staging}/{file}").LinkTarget is null)
        .Select(file => $"{Convert.ToHexStringLower(MD5.HashData(System.IO.File.ReadAllBytes($"{staging}/{file}")))}  {file}\n")));
    WriteFile($"{staging}/DEBIAN/control", System.IO.File.ReadAllText($"{source}/control")
        .Replace("@VERSION@", version).Replace("@ARCHITECTURE@", DebianArchitecture(system)).Replace("@SIZE@", size.ToString(CultureInfo.InvariantCulture)).Replace("@MAINTAINER@", maintainer));
    WriteFile($"{staging}/DEBIAN/conffiles", "/etc/default/slm-edge\n");
    foreach (var script in new[] { "postinst", "prerm", "postrm" }) CopyFile($"{source}/{script}", $"{staging}/DEBIAN/{script}", program: true);
    Run("chmod", ["-R", "u=rwX,go=rX", staging]);
    Run("dpkg-deb", ["--root-owner-group", "-Zxz", "-z3", "--build", staging, DebianFile(system)]);
}

// The unit is the one that 'slm-edge service install' writes; only its arguments come from a file.
string DebianUnit() => Capture($"{NativeEdge(rid)}/slm-edge", "service", "install", "--dry-run", "--program", "/usr/bin/slm-edge", "--arguments-file", "/etc/default/slm-edge") is var unit && unit.Contains("[Install]")
    ? unit
    : throw new CakeException("'slm-edge service install --dry-run' wrote no unit.");

Task("Pack")
    .Description("Packs the device's program and the C library with their engines (archives, Debian packages) and the libraries that an integrator links (NuGet).")
    .Does(() =>
{
    InstallDebianPackages([.. compilers, .. crossCompilers, "dpkg-dev"]);
    SetSourceDate();
    foreach (var system in systems)
    {
        FetchEngines(system);
        if (!TryBuildInterop(system)) throw new CakeException($"The C interface was not compiled ahead of time for {system} (see above).");
        if (!TryBuildNativeEdge(system)) throw new CakeException($"slm-edge was not compiled ahead of time for {system} (see above); an archive of the other program would need .NET on the device.");
    }

    // The device needs no libtorch: the program, llama.cpp and ONNX Runtime are all of it.
    NewFolder(packages);
    var unit = DebianUnit();
    foreach (var system in systems)
    {
        Information($"Archive and Debian package for {system} …");
        CopyEngines(system);
        PackArchive(system);
        PackDebian(system, unit);
    }

    PackLibraries();
    foreach (var system in systems) PackNatives(system);
    foreach (var file in System.IO.Directory.GetFiles(packages).Order(StringComparer.Ordinal)) Information($"  artifacts/packages/{System.IO.Path.GetFileName(file)} ({new System.IO.FileInfo(file).Length:N0} bytes)");
});
