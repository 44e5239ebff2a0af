using System.Diagnostics;
using System.Text.Json;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.FineTuning;

namespace SlmEdge.Export.Tests;

/// <summary>The program itself, as a user starts it.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("gguf")]
    [InlineData("gguf --base x --out y --type q9")]
    [InlineData("bundle --run x --data y --out z --gguf q8_0,zzz")]
    [InlineData("onnx --base x --out y --precision fp64")]
    [InlineData("gguf --base x --out y --adapter z --as-trained --keep-layers 1")]
    [InlineData("merge --base x --out y")]
    [InlineData("fit --run x --out y --formats q9")]
    [InlineData("fit --run x --out y --min-accuracy 101")]
    [InlineData("frobnicate")]
    public void Wrong_usage_is_exit_code_2_with_a_message(string arguments)
    {
        (int code, string output, string error) = Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        code.ShouldBe(2);
        output.ShouldBeEmpty();
        error.ShouldContain("error: ");
        error.ShouldContain("--help");
    }

    [Fact]
    public void Work_that_fails_is_exit_code_1_with_one_line()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder.At("model"), TinyModel.Config(layers: 1), seed: 1);
        File.WriteAllText(folder.At("model", "model.safetensors"), "not weights");
        foreach (string[] arguments in new string[][]
        {
            ["gguf", "--base", folder.At("absent"), "--out", folder.At("a.gguf")],
            ["gguf", "--base", folder.At("model"), "--out", folder.At("a.gguf"), "--type", "f16"],
            ["adapter", "--base", folder.At("model"), "--adapter", folder.At("absent"), "--out", folder.At("a.gguf")],
            ["bundle", "--run", folder.At("absent"), "--data", folder.At("absent.jsonl"), "--out", folder.At("x.slmb")],
            ["verify", "--bundle", folder.At("absent.slmb"), "--data", folder.At("absent.jsonl")],
        })
        {
            (int code, _, string error) = Run(arguments);
            code.ShouldBe(1, string.Join(' ', arguments) + "\n" + error);
            error.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith("error: ");
            error.ShouldNotContain("   at ");
        }

        Directory.EnumerateFileSystemEntries(folder.Root).Select(Path.GetFileName).ShouldBe(["model"]);
    }

    [SkippableFact]
    public void Conversions_say_what_they_wrote_as_text_and_as_JSON()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(layers: 2);
        string model = TinyModel.Write(folder.At("model"), config, seed: 1);
        string corpus = folder.At("corpus.txt");
        File.WriteAllText(corpus, "replace worn bucket teeth\nengine will not start\n");
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 2);
        foreach (var (arguments, path) in new (string[], string)[]
        {
            (["gguf", "--base", model, "--adapter", adapter, "--type", "Q8_0", "--out", folder.At("m.gguf")], folder.At("m.gguf")),
            (["onnx", "--base", model, "--adapter", adapter, "--out", folder.At("onnx")], folder.At("onnx")),
            (["adapter", "--base", model, "--adapter", adapter, "--out", folder.At("lora.gguf")], folder.At("lora.gguf")),
            (["merge", "--base", model, "--adapter", adapter, "--dtype", "bf16", "--out", folder.At("merged")], folder.At("merged")),
            (["merge", "--base", model, "--trim-vocab", corpus, "--out", folder.At("trimmed")], folder.At("trimmed")),
            (["gguf", "--base", model, "--adapter", adapter, "--keep-layers", "1", "--trim-vocab", corpus, "--out", folder.At("small.gguf")], folder.At("small.gguf")),
            (["onnx", "--base", folder.At("trimmed"), "--keep-layers", "1", "--out", folder.At("small-onnx")], folder.At("small-onnx")),
        })
        {
            (int code, string output, string error) = Run([.. arguments, "--json"]);
            code.ShouldBe(0, error);
            using JsonDocument json = JsonDocument.Parse(output);
            json.RootElement.GetProperty("path").GetString().ShouldBe(path);
            json.RootElement.GetProperty("bytes").GetInt64().ShouldBeGreaterThan(0);
        }

        Run("gguf", "--base", model, "--type", "f16", "--out", folder.At("b.gguf")).Output.ShouldContain("MiB, f16");
    }

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void Bundle_prints_the_proof_table_and_verify_agrees()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        TrainedTinyRun run = TrainedTinyRun.Create(folder, FineTuningMethod.Lora);
        string bundle = folder.At("x.slmb");
        (int code, string output, string error) = Run("bundle", "--run", run.Directory, "--data", run.TestFile, "--gguf", "f16", "--out", bundle, "--max-loss", "20", "--threads", "1");
        code.ShouldBe(0, error);
        foreach (string word in new[] { "majority class", "TF-IDF + logistic regression", "adapter", "merged", "gguf f16", "gguf base + adapter", "recommended", bundle })
        {
            output.ShouldContain(word);
        }

        (code, output, error) = Run("verify", "--bundle", bundle, "--data", run.TestFile, "--threads", "1", "--json");
        code.ShouldBe(0, error);
        using JsonDocument json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("passed").GetBoolean().ShouldBeTrue();

        byte[] bytes = File.ReadAllBytes(bundle);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(bundle, bytes);
        (code, _, error) = Run("verify", "--bundle", bundle, "--data", run.TestFile);
        code.ShouldBe(1);
        error.ShouldStartWith("error: ");
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "slm-export.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
