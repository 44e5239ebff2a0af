using System.Net;
using System.Text.Json;
using SlmEdge.Bundles;

namespace SlmEdge.Worker.Tests.CommandLine;

public sealed class OtherCommandTests
{
    [SkippableFact]
    public async Task Serve_says_where_it_listens_answers_and_ends_with_0_on_ctrl_c()
    {
        using var bundle = TinyBundle.Create();
        using var edge = EdgeProcess.Start("serve", "--bundle", bundle.Path, "--cache", bundle.Cache, "--urls", "http://127.0.0.1:0");
        var line = await edge.Process.StandardOutput.ReadLineAsync();
        line.ShouldNotBeNull().ShouldContain("stories 1.2.3");
        using var client = new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..]) };
        (await client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var body = new StringContent("{\"text\":\"A dog ran.\"}", System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/v1/classify", body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var (code, errors) = await edge.InterruptAsync();
        code.ShouldBe(0, errors);
        errors.ShouldNotContain("warning");
    }

    [Fact]
    public async Task Serve_refuses_to_be_open_to_other_machines_unless_told_so()
    {
        var (code, output, errors) = await EdgeProcess.RunAsync(null, "serve", "--bundle", "absent.slmb", "--urls", "http://0.0.0.0:0");
        code.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldContain("--allow-anonymous");
        errors.ShouldContain("--keys");
    }

    [SkippableFact]
    public async Task Serve_warns_when_texts_travel_in_the_clear()
    {
        using var bundle = TinyBundle.Create();
        using var edge = EdgeProcess.Start("serve", "--bundle", bundle.Path, "--cache", bundle.Cache, "--urls", "http://0.0.0.0:0", "--allow-anonymous");
        await edge.Process.StandardOutput.ReadLineAsync();
        var (code, errors) = await edge.InterruptAsync();
        code.ShouldBe(0, errors);
        errors.ShouldContain("warning");
    }

    [Fact]
    public async Task Keys_are_made_listed_and_removed()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("slm-edge-").FullName, "keys.json");
        try
        {
            var made = await EdgeProcess.RunAsync(null, "key", "add", "line-3", "--file", file, "--role", "ask", "feedback");
            made.Code.ShouldBe(0, made.Errors);
            var secret = made.Output.Trim();
            (await File.ReadAllTextAsync(file)).ShouldNotContain(secret);
            var listed = await EdgeProcess.RunAsync(null, "key", "list", "--file", file);
            listed.Output.ShouldContain("line-3");
            listed.Output.ShouldContain("ask, feedback");
            (await EdgeProcess.RunAsync(null, "key", "add", "line-3", "--file", file)).Code.ShouldBe(1);
            (await EdgeProcess.RunAsync(null, "key", "remove", "line-3", "--file", file)).Code.ShouldBe(0);
            (await EdgeProcess.RunAsync(null, "key", "remove", "line-3", "--file", file)).Errors.ShouldContain("no key named");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [SkippableFact]
    public async Task Doctor_names_the_engines_for_people_and_for_programs()
    {
        var (code, output, errors) = await EdgeProcess.RunAsync(null, "doctor");
        code.ShouldBe(0, errors);
        output.ShouldContain("llama.cpp: found");
        output.ShouldContain("ONNX Runtime: found");
        var asJson = await EdgeProcess.RunAsync(null, "doctor", "--json");
        using var json = JsonDocument.Parse(asJson.Output);
        var engines = json.RootElement.GetProperty("engines").EnumerateArray().ToList();
        json.RootElement.GetProperty("memoryAvailableBytes").GetInt64().ShouldBeGreaterThan(0);
        output.ShouldContain("MiB free for models");
        engines.Count.ShouldBeGreaterThanOrEqualTo(2);
        foreach (var engine in engines.Where(engine => engine.GetProperty("required").GetBoolean()))
        {
            engine.GetProperty("version").GetString().ShouldNotBeNullOrEmpty();
            File.Exists(engine.GetProperty("path").GetString()).ShouldBeTrue();
            if (!engine.GetProperty("gpu").GetBoolean())
            {
                var why = engine.GetProperty("gpuProblem").GetString();
                why.ShouldNotBeNullOrEmpty();
                output.ShouldContain($"gpu       no: {why}");
            }
        }
    }

    [SkippableFact]
    public async Task Bundle_show_prints_the_scores_and_the_manifest_itself()
    {
        using var bundle = TinyBundle.Create(asFolder: true);
        var (code, output, errors) = await EdgeProcess.RunAsync(null, "bundle", "show", bundle.Path);
        code.ShouldBe(0, errors);
        output.ShouldContain("stories 1.2.3");
        output.ShouldContain("0.9100");
        output.ShouldContain("gguf/model.gguf");
        var asJson = await EdgeProcess.RunAsync(null, "bundle", "show", bundle.Path, "--json");
        BundleManifest.Parse(System.Text.Encoding.UTF8.GetBytes(asJson.Output)).Name.ShouldBe("stories");
    }

    [SkippableFact]
    public async Task Bundle_verify_passes_a_whole_bundle_and_names_the_file_that_was_changed()
    {
        using var bundle = TinyBundle.Create(asFolder: true);
        var (code, output, errors) = await EdgeProcess.RunAsync(null, "bundle", "verify", bundle.Path);
        code.ShouldBe(0, errors);
        output.ShouldContain("ok      gguf/model.gguf");
        output.ShouldContain("0 of 0 golden examples");
        await File.AppendAllTextAsync(Path.Combine(bundle.Path, "gguf", "model.gguf"), "x");
        var broken = await EdgeProcess.RunAsync(null, "bundle", "verify", bundle.Path);
        broken.Code.ShouldBe(1);
        (broken.Output + broken.Errors).ShouldContain("gguf/model.gguf");
    }

    [SkippableFact]
    public async Task Bundle_verify_fails_where_the_device_decides_otherwise_than_tested()
    {
        using var bundle = TinyBundle.Create(asFolder: true, change: manifest => manifest with { Golden = [new GoldenExample("A dog ran.", "food", 0.999, 0.0001)] });
        var (code, output, errors) = await EdgeProcess.RunAsync(null, "bundle", "verify", bundle.Path);
        code.ShouldBe(1);
        output.ShouldContain("differs 'A dog ran.'");
        errors.ShouldContain("does not compute what was tested");
        (await EdgeProcess.RunAsync(null, "bundle", "verify", bundle.Path, "--files-only")).Code.ShouldBe(0);
    }

    [SkippableFact]
    public async Task An_installed_bundle_is_shown_and_verified_by_its_name_and_a_damaged_one_fails()
    {
        using var bundle = TinyBundle.Create();
        var store = Path.Combine(bundle.Folder, "store");
        (await EdgeProcess.RunWithStoreAsync(store, "bundle", "install", bundle.Path)).Code.ShouldBe(0);
        var shown = await EdgeProcess.RunWithStoreAsync(store, "bundle", "show", "store:stories");
        shown.Code.ShouldBe(0, shown.Errors);
        shown.Output.ShouldContain("stories 1.2.3");
        var whole = await EdgeProcess.RunWithStoreAsync(store, "bundle", "verify", "store:stories", "--files-only");
        whole.Code.ShouldBe(0, whole.Errors);
        whole.Output.ShouldContain("ok      gguf/model.gguf");
        var manifest = Directory.EnumerateFiles(store, "bundle.json", SearchOption.AllDirectories).Single();
        await File.AppendAllTextAsync(manifest, " ");
        var damaged = await EdgeProcess.RunWithStoreAsync(store, "bundle", "verify", "store:stories", "--files-only");
        damaged.Code.ShouldBe(1);
        damaged.Errors.ShouldContain("stories");
    }

    [SkippableFact]
    public async Task A_bundle_for_a_newer_version_fails_with_what_to_do_at_every_command()
    {
        using var bundle = TinyBundle.Create(change: manifest => manifest with { Requires = new BundleRequirements { Llama = "99.0.0" } });
        var shown = await EdgeProcess.RunAsync(null, "bundle", "show", bundle.Path);
        shown.Output.ShouldContain("Needs llama.cpp 99.0.0 or newer");
        string[][] commands =
        [
            ["bundle", "verify", bundle.Path],
            ["bundle", "install", bundle.Path],
            ["classify", "--bundle", bundle.Path, "--text", "A dog."],
        ];
        foreach (var command in commands)
        {
            var (code, _, errors) = await EdgeProcess.RunWithStoreAsync(Path.Combine(bundle.Folder, "store"), command);
            code.ShouldBe(1, string.Join(' ', command));
            errors.ShouldContain("needs llama.cpp 99.0.0 or newer");
            errors.ShouldContain("Update llama.cpp");
        }
    }

    [SkippableFact]
    public async Task Bench_measures_each_model_of_the_bundle()
    {
        using var bundle = TinyBundle.Create(asFolder: true);
        var texts = Path.Combine(bundle.Folder, "texts.jsonl");
        await File.WriteAllTextAsync(texts, "\"A dog ran.\"\n\"It rained.\"\n");
        var (code, output, errors) = await EdgeProcess.RunAsync(null, "bench", "--bundle", bundle.Path, "--input", texts, "--texts", "8");
        code.ShouldBe(0, errors);
        output.ShouldContain("gguf/model.gguf");
        (await EdgeProcess.RunAsync(null, "bench", "--bundle", bundle.Path)).Code.ShouldBe(2);
    }
}
