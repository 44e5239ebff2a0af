// The targets of build.sh. Each says what it does, does only what is missing, and ends with a clear error when it cannot.

using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml.Linq;

var target = Argument("target", "Build");
var configuration = Argument("configuration", "Release");
var fast = HasArgument("fast");
var soak = HasArgument("soak");
var testFilter = Argument("filter", "");

var root = Context.Environment.WorkingDirectory.FullPath;
var rid = "linux-x64";
string[] systems = ["linux-x64", "linux-arm64"];
var natives = $"{root}/artifacts/native/{rid}";
var apps = $"{root}/artifacts/app";
string[] programs = ["slm-train", "slm-export", "slm-edge"];

// ---- running other programs -------------------------------------------------------------------------------------------

// Runs a program with its output on ours; false when it exits with another code than 0.
bool TryRun(string program, string[] arguments, string directory = null)
{
    var start = new ProcessStartInfo(program) { WorkingDirectory = directory ?? root };
    foreach (var argument in arguments) start.ArgumentList.Add(argument);
    using var process = System.Diagnostics.Process.Start(start);
    process.WaitForExit();
    return process.ExitCode == 0;
}

void Run(string program, string[] arguments, string directory = null)
{
    if (!TryRun(program, arguments, directory)) throw new CakeException($"'{program} {string.Join(' ', arguments)}' failed; its message is above.");
}

string Capture(string program, params string[] arguments)
{
    var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = root };
    foreach (var argument in arguments) start.ArgumentList.Add(argument);
    using var process = System.Diagnostics.Process.Start(start);
    var errors = process.StandardError.ReadToEndAsync();
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return output;
}

bool OnPath(string program) => (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && System.IO.File.Exists($"{folder}/{program}"));

string Sha256(string path)
{
    using var stream = System.IO.File.OpenRead(path);
    return Convert.ToHexStringLower(SHA256.HashData(stream));
}

// ---- Engines ----------------------------------------------------------------------------------------------------------

void InstallDebianPackages(params string[] packages)
{
    if (!OnPath("dpkg-query"))
    {
        Information($"No dpkg here: taking for granted that {string.Join(", ", packages)} are installed.");
        return;
    }

    var installed = Capture("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n").Split('\n')
        .Where(line => line.EndsWith(" installed")).Select(line => line.Split(' ')[0]).ToHashSet();
    var missing = packages.Where(package => !installed.Contains(package)).ToArray();
    if (missing.Length == 0)
    {
        Information("Debian packages: all installed.");
        return;
    }

    Information($"Debian packages: installing {string.Join(", ", missing)} …");
    var prefix = System.Environment.UserName == "root" ? Array.Empty<string>() : ["sudo"];
    if (prefix.Length > 0 && !OnPath("sudo"))
        throw new CakeException($"Packages are missing and this user may not install them. As root, run: apt-get update && apt-get install -y {string.Join(' ', missing)}");

    System.Environment.SetEnvironmentVariable("DEBIAN_FRONTEND", "noninteractive");
    string[] update = [.. prefix, "apt-get", "-qq", "update"];
    string[] install = [.. prefix, "apt-get", "-qq", "install", "-y", "--no-install-recommends", .. missing];
    if (!TryRun(update[0], update[1..])) Warning("'apt-get update' failed; trying with the package lists that are there.");
    Run(install[0], install[1..]);
}

// Replaces a file only when it differs, and in one step: a program that has the old one mapped keeps it.
bool CopyIfDifferent(string source, string destination)
{
    var from = new System.IO.FileInfo(source);
    var to = new System.IO.FileInfo(destination);
    if (to.Exists && to.Length == from.Length && Sha256(source) == Sha256(destination)) return false;
    var temporary = destination + ".new";
    System.IO.File.Copy(source, temporary, true);
    System.IO.File.Move(temporary, destination, true);
    return true;
}

// llama.cpp's files come with the search path '$ORIGIN:', and its empty second part means the current folder: a libstdc++.so.6 that lies there would be loaded.
// The colon becomes the end of the string, which is all that changes in a file.
void CloseSearchPaths(string folder)
{
    ReadOnlySpan<byte> path = "\0$ORIGIN:\0"u8;
    foreach (var file in System.IO.Directory.GetFiles(folder))
    {
        var bytes = System.IO.File.ReadAllBytes(file);
        if (bytes.AsSpan().IndexOf(path) < 0) continue;
        for (int at; (at = bytes.AsSpan().IndexOf(path)) >= 0;) bytes[at + path.Length - 2] = 0;
        System.IO.File.WriteAllBytes(file + ".new", bytes);
        System.IO.File.Move(file + ".new", file, true);
    }
}

// For this machine's system from engines/, for another one, which is packed only, from engines/<rid>/: each has its own lock file.
void FetchEngines(string system)
{
    var source = system == rid ? $"{root}/engines" : $"{root}/engines/{system}";
    var destination = $"{root}/artifacts/native/{system}";
    var modules = $"{source}/node_modules";
    var stamp = $"{destination}/engines.lock.sha256";
    var wanted = Sha256($"{source}/package-lock.json");
    string[] proofs = [$"{destination}/llama.cpp/libllama.v0.5.0.so", $"{destination}/llama.cpp/libggml.v0.5.0.so", $"{destination}/onnxruntime/libonnxruntime.so.1"];
    if (proofs.All(System.IO.File.Exists) && System.IO.File.Exists(stamp) && System.IO.File.ReadAllText(stamp) == wanted)
    {
        CloseSearchPaths($"{destination}/llama.cpp");
        Information($"llama.cpp and ONNX Runtime for {system}: up to date.");
        return;
    }

    if (!OnPath("npm")) throw new CakeException("'npm' is not on the PATH: it fetches the native engines. On Debian: apt-get install npm");
    Information($"llama.cpp 0.5.0 and ONNX Runtime 1.30.0 for {system}: fetching with npm by lock file, no script is run …");
    Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], source);

    System.IO.Directory.CreateDirectory($"{destination}/llama.cpp");
    System.IO.Directory.CreateDirectory($"{destination}/onnxruntime");
    var files = System.IO.Directory.GetFiles($"{modules}/@node-llama-cpp/{system}/bins/{system}", "*.so*").Select(file => (file, "llama.cpp"))
        .Concat(System.IO.Directory.GetFiles($"{modules}/onnxruntime-node/bin/napi-v6/linux/{system["linux-".Length..]}", "*.so*").Select(file => (file, "onnxruntime")));
    var copied = files.Count(item => CopyIfDifferent(item.file, $"{destination}/{item.Item2}/{System.IO.Path.GetFileName(item.file)}"));
    foreach (var proof in proofs.Where(file => !System.IO.File.Exists(file))) throw new CakeException($"The npm packages hold no {System.IO.Path.GetFileName(proof)}.");
    CloseSearchPaths($"{destination}/llama.cpp");
    System.IO.File.WriteAllText(stamp, wanted);
    Information($"  {copied} new files under artifacts/native/{system}");
}

void BuildTorchShim()
{
    var build = $"{root}/artifacts/obj/torch-shim";
    var cache = $"{build}/CMakeCache.txt";
    if (System.IO.File.Exists(cache) && !System.IO.File.ReadAllText(cache).Contains($"={natives}/torch\n")) System.IO.Directory.Delete(build, true); // the checkout has moved
    if (!System.IO.File.Exists($"{build}/build.ninja"))
    {
        Information("libtorch binding: configuring with CMake …");
        Run("cmake", ["-S", "src/SlmEdge.Torch/native", "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", $"-DSLM_TORCH_OUTPUT={natives}/torch"]);
    }

    Information("libtorch binding: building what changed …");
    Run("cmake", ["--build", build]);
}

Task("Engines")
    .Description("Installs the native engines: llama.cpp, ONNX Runtime, libtorch.")
    .Does(() =>
{
    if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture.ToString() != "X64")
        throw new CakeException($"The build knows the engines of Linux x64 only; this is {RuntimeInformation.RuntimeIdentifier}.");
    InstallDebianPackages("libtorch-dev", "libopenblas0-pthread", "cmake", "ninja-build", "g++");
    FetchEngines(rid);
    BuildTorchShim();
});

// ---- Build ------------------------------------------------------------------------------------------------------------

string[] MsBuildOptions() => ["-c", configuration, "--nologo", "-v", "minimal", "-nodeReuse:false", "-p:UseSharedCompilation=false"];

string NativeEdge(string system) => system == rid ? $"{apps}/slm-edge-native" : $"{apps}/slm-edge-native-{system}";

// The device's program compiled ahead of time; false when the compiler cannot be fetched or fails.
bool TryBuildNativeEdge(string system)
{
    const string project = "tools/slm-edge-native/slm-edge-native.csproj";
    Information($"Compiling slm-edge ahead of time for {system} …");
    return TryRun("dotnet", ["restore", project, "--nologo", "-v", "quiet", "-nodeReuse:false", $"-p:EdgeRuntime={system}"])
        && TryRun("dotnet", ["publish", project, "--no-restore", $"-p:EdgeRuntime={system}", $"-p:PublishDir={NativeEdge(system)}/", .. MsBuildOptions()]);
}

// Where it cannot be compiled, the program that runs on the installed .NET does the same, only slower to start.
void BuildNativeEdge()
{
    if (TryBuildNativeEdge(rid)) return;
    Warning("slm-edge could not be compiled ahead of time (see above): artifacts/bin/slm-edge runs on the installed .NET instead and starts more slowly.");
    if (System.IO.Directory.Exists(NativeEdge(rid))) System.IO.Directory.Delete(NativeEdge(rid), true);
}

Task("Build")
    .Description("Builds slm-train, slm-export and slm-edge into artifacts/bin.")
    .IsDependentOn("Engines")
    .Does(() =>
{
    Information($"Building {string.Join(", ", programs)} …");
    Run("dotnet", ["restore", "tools/tools.proj", "--nologo", "-v", "quiet", "-nodeReuse:false"]);
    Run("dotnet", ["publish", "tools/tools.proj", "--no-restore", .. MsBuildOptions()]);
    BuildNativeEdge();
    System.IO.Directory.CreateDirectory($"{root}/artifacts/bin");
    foreach (var program in programs)
    {
        if (!System.IO.File.Exists($"{apps}/{program}/{program}")) throw new CakeException($"The build left no artifacts/app/{program}/{program}.");
        var link = new System.IO.FileInfo($"{root}/artifacts/bin/{program}");
        if (link.LinkTarget is null && link.Exists) link.Delete();
        var folder = program == "slm-edge" && System.IO.File.Exists($"{NativeEdge(rid)}/slm-edge") ? "slm-edge-native" : program;
        if (link.LinkTarget != $"../app/{folder}/{program}")
        {
            link.Delete();
            System.IO.File.CreateSymbolicLink(link.FullName, $"../app/{folder}/{program}");
        }
    }

    Information("Programs: artifacts/bin/" + string.Join(", artifacts/bin/", programs));
});

// ---- Interop ----------------------------------------------------------------------------------------------------------

string[] compilers = ["gcc", "binutils", "libc6-dev"];
string[] crossCompilers = ["gcc-aarch64-linux-gnu", "binutils-aarch64-linux-gnu", "libc6-dev-arm64-cross"];

string InteropFolder(string system) => $"{root}/artifacts/interop/{system}";

// The C interface compiled ahead of time; false when the compiler cannot be fetched or fails.
bool TryBuildInterop(string system)
{
    const string project = "src/SlmEdge.Interop/SlmEdge.Interop.csproj";
    Information($"Compiling the C interface ahead of time for {system} …");
    if (TryRun("dotnet", ["restore", project, "-r", system, "--nologo", "-v", "quiet", "-nodeReuse:false"])
        && TryRun("dotnet", ["publish", project, "--no-restore", "-r", system, $"-p:PublishDir={InteropFolder(system)}/", .. MsBuildOptions()]))
    {
        Information($"Library: artifacts/interop/{system}/slmedge.so ({new System.IO.FileInfo($"{InteropFolder(system)}/slmedge.so").Length:N0} bytes); its header: src/SlmEdge.Interop/include/slmedge.h");
        return true;
    }

    // An older library must not pass for this one in the tests and packages.
    if (System.IO.Directory.Exists(InteropFolder(system))) System.IO.Directory.Delete(InteropFolder(system), true);
    return false;
}

// The C interface as a shared library. Where the ahead-of-time compiler cannot be fetched, everything else is built, and its tests are skipped with the reason.
Task("Interop")
    .Description("Compiles the C interface ahead of time into artifacts/interop; --rid linux-arm64 compiles it for that system, and fetches its engines.")
    .IsDependentOn("Engines")
    .Does(() =>
{
    var system = target == "Interop" ? Argument("rid", rid) : rid;
    if (!systems.Contains(system)) throw new CakeException($"--rid {system}: there are {string.Join(" and ", systems)}.");
    if (system != rid)
    {
        InstallDebianPackages(crossCompilers);
        FetchEngines(system);
    }

    if (TryBuildInterop(system)) return;
    if (target == "Interop") throw new CakeException("The C interface could not be compiled ahead of time; the reason is above.");
    Warning("The C interface could not be compiled ahead of time (see above): there is no artifacts/interop, and its tests will be skipped.");
});

// ---- Test -------------------------------------------------------------------------------------------------------------

void FetchPeers()
{
    var stamp = $"{root}/tests/peers/node_modules/.lock.sha256";
    var wanted = Sha256($"{root}/tests/peers/package-lock.json");
    if (System.IO.File.Exists(stamp) && System.IO.File.ReadAllText(stamp) == wanted) return;
    if (!OnPath("npm") || !OnPath("node"))
    {
        Warning("No npm or node here: the tests against other makers' programs will be skipped.");
        return;
    }

    // Not 'npm ci': it wants every optional GPU build of node-llama-cpp in the lock file, also those that no source has.
    // 'npm install' checks the same hashes of the lock file and leaves it as it is.
    Information("Programs of other makers to compare with (test time only): fetching with npm …");
    if (TryRun("npm", ["install", "--no-save", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"], $"{root}/tests/peers"))
        System.IO.File.WriteAllText(stamp, wanted);
    else
        Warning("npm could not fetch them: the tests against them will be skipped.");
}

// Debian's Python, and what the tests compare and look with: SentencePiece, and the modules that llama.cpp's conversion scripts import.
void InstallPythonPeers()
{
    try
    {
        InstallDebianPackages("python3-jinja2", "python3-jsonschema", "python3-sentencepiece", "python3-sklearn", "python3-torch", "python3-numpy", "python3-yaml", "python3-tqdm", "python3-requests", "git", "chromium", "rabbitmq-server", "mosquitto-clients", "valgrind");
    }
    catch (CakeException exception)
    {
        Warning($"{exception.Message} The tests against Python programs will be skipped.");
    }
}

Task("Test")
    .Description("Runs every test; --fast leaves out the slow ones, --soak adds three minutes of mixed load on a service, --filter takes a test filter expression.")
    .IsDependentOn("Build")
    .IsDependentOn("Interop")
    .Does(() =>
{
    FetchPeers();
    InstallPythonPeers();
    Information("Building the tests …");
    Run("dotnet", ["build", "SlmEdge.sln", .. MsBuildOptions()]);

    var results = $"{root}/artifacts/test-results";
    if (System.IO.Directory.Exists(results)) System.IO.Directory.Delete(results, true);
    var filter = testFilter.Length > 0 ? testFilter : fast ? "Category!=Slow&Category!=Soak" : "Category!=Soak";
    long passed = 0, failed = 0, skipped = 0;
    var broken = new List<string>();
    var failures = new List<string>();
    var projects = System.IO.Directory.GetFiles($"{root}/tests", "*.Tests.csproj", SearchOption.AllDirectories).Order().Select(System.IO.Path.GetFileNameWithoutExtension).ToList();
    var rounds = projects.Select(name => (Name: name, Results: name, Filter: filter)).ToList();

    // By itself: it compares memory over time, and would take both cores from the tests beside it.
    if (soak && testFilter.Length == 0) rounds.Add(("SlmEdge.Worker.Tests", "SlmEdge.Worker.Tests.Soak", "Category=Soak"));
    foreach (var (name, label, chosen) in rounds)
    {
        var trx = $"{results}/{label}.trx";
        List<string> arguments = ["test", $"{root}/tests/{name}/bin/{configuration}/net10.0/{name}.dll", "--filter", chosen, "--logger", $"trx;LogFileName={label}.trx", "--results-directory", results, "--nologo"];
        Information($"Testing {label} …");
        var watch = Stopwatch.StartNew();
        var fine = TryRun("dotnet", [.. arguments]);
        if (!System.IO.File.Exists(trx))
        {
            // A filter may leave a project without tests; anything else without a result file is a crash.
            if (!fine) broken.Add(label);
            continue;
        }

        XNamespace ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        var report = XDocument.Load(trx).Root;
        var outcomes = report.Descendants(ns + "UnitTestResult").Select(result => ((string)result.Attribute("outcome"), (string)result.Attribute("testName"))).ToList();
        passed += outcomes.Count(outcome => outcome.Item1 == "Passed");
        skipped += outcomes.Count(outcome => outcome.Item1 == "NotExecuted");
        var bad = outcomes.Where(outcome => outcome.Item1 is not ("Passed" or "NotExecuted")).Select(outcome => outcome.Item2).ToList();
        failed += bad.Count;
        failures.AddRange(bad);
        if (!fine && bad.Count == 0) broken.Add(label);
        Information($"  {label}: {outcomes.Count} tests, {watch.Elapsed.TotalSeconds:F0} s");
    }

    foreach (var failure in failures) Error($"failed: {failure}");
    foreach (var name in broken) Error($"{name}: the test run itself broke off; see its output above.");
    failed += broken.Count;
    // Cake prints its own report of the tasks after this, so build.sh prints the summary from this file as the last line.
    System.IO.File.WriteAllText($"{root}/artifacts/test-summary.txt", $"{passed} passed, {failed} failed, {skipped} skipped\n");
    if (failed > 0) throw new CakeException("Tests failed.");
});

// ---- Quickstart -------------------------------------------------------------------------------------------------------

Task("Quickstart")
    .Description("Trains on the sample data, exports, proves, builds a bundle and classifies with both engines.")
    .IsDependentOn("Build")
    .IsDependentOn("Interop")
    .Does(() =>
{
    var sample = "samples/work-orders";
    if (!System.IO.File.Exists($"{root}/models/edge-nano/model.safetensors")) throw new CakeException("models/edge-nano/model.safetensors is missing: this checkout is not complete.");
    var number = 1;
    string Name() => number == 1 ? "runs/quickstart" : $"runs/quickstart-{number}";
    while (System.IO.Directory.Exists($"{root}/{Name()}")) number++;
    var run = Name();
    var bundle = $"{run}/work-orders.slmb";
    var watch = Stopwatch.StartNew();

    void Step(string what, string program, params string[] arguments)
    {
        Console.WriteLine();
        Console.WriteLine($"── {what}");
        Console.WriteLine($"$ artifacts/bin/{program} {string.Join(' ', arguments)}");
        Console.Out.Flush();
        Run($"{root}/artifacts/bin/{program}", arguments);
    }

    Step("1. Train: QLoRA on the sample's training rows", "slm-train",
        "sft", "--base", "models/edge-nano", "--task", $"{sample}/task.json", "--train", $"{sample}/train.jsonl", "--valid", $"{sample}/valid.jsonl", "--method", "qlora", "--epochs", "8", "--threads", "1", "--out", run); // on a busy machine two threads wait for each other: 150 tokens/s were seen, and 1,400 with one
    Step("2. Export to GGUF and ONNX, score every stage on the test rows, build the bundle", "slm-export",
        "bundle", "--run", run, "--gguf", "q8_0,q4_k_m", "--onnx", "int4", "--data", $"{sample}/test.jsonl", "--threads", "1", "--out", bundle);
    foreach (var engine in new[] { "llama", "onnx" })
    {
        Step($"{(engine == "llama" ? 3 : 4)}. Classify five new texts with {(engine == "llama" ? "llama.cpp" : "ONNX Runtime")}, offline", "slm-edge",
            "classify", "--bundle", bundle, "--engine", engine, "--input", $"{sample}/five-texts.jsonl", "--output", "-");
    }

    Console.WriteLine();
    Console.WriteLine($"Done in {watch.Elapsed.TotalMinutes:F1} minutes. The bundle is {bundle}; the reports of the training and of the proof lie in {run}:");
    foreach (var report in System.IO.Directory.GetFiles($"{root}/{run}", "*.html").Order()) Console.WriteLine($"  {System.IO.Path.GetRelativePath(root, report)}");
    Console.WriteLine($"""

        Your own data: a CSV or JSON Lines file with the columns 'text' and 'label'.
          artifacts/bin/slm-train task --from train.csv --out task.json     # then write the instruction in task.json
          artifacts/bin/slm-train sft --base models/edge-nano --task task.json --train train.csv --method qlora --out runs/mine
          artifacts/bin/slm-export bundle --run runs/mine --gguf q8_0 --onnx int4 --data test.csv --out mine.slmb
          artifacts/bin/slm-edge classify --bundle mine.slmb --input texts.jsonl --output -
          artifacts/bin/slm-edge serve --bundle mine.slmb --urls http://127.0.0.1:8088
        """);
});

#load "packaging/pack.cake"
#load "packaging/check.cake"

RunTarget(target);
