using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;

namespace SlmEdge.EndToEnd.Tests.CommandLine;

/// <summary>Models, adapters and bundles that are damaged or do not belong together.</summary>
[Collection(WholePathCollection.Name)]
public sealed class BadModelTests(WholePath path) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_adapter_of_another_base_is_refused()
    {
        var other = CopyOfBase();
        FlipLastByte(Path.Combine(other, "model.safetensors"));
        Tool.Export.Run("gguf", "--base", other, "--adapter", Path.Combine(path.Run, "adapter"), "--type", "q8_0", "--out", folder.Combine("x.gguf")).ShouldFail(1, "base");
        File.Exists(folder.Combine("x.gguf")).ShouldBeFalse();
        Tool.Train.Run("eval", "--base", other, "--adapter", Path.Combine(path.Run, "adapter"), "--task", path.Base.Task, "--data", path.Base.Test).ShouldFail(1, "base");
    }

    [Fact]
    public void A_truncated_model_is_refused_by_trainer_and_exporter()
    {
        var other = CopyOfBase();
        using (var stream = File.OpenWrite(Path.Combine(other, "model.safetensors")))
        {
            stream.SetLength(stream.Length - 1000);
        }

        Tool.Train.Run("sft", "--base", other, "--task", path.Base.Task, "--train", path.Base.Train, "--out", folder.Combine("run")).ShouldFail(1, "model.safetensors");
        Tool.Export.Run("gguf", "--base", other, "--type", "f16", "--out", folder.Combine("x.gguf")).ShouldFail(1, "model.safetensors");
        Tool.Export.Run("onnx", "--base", other, "--precision", "int4", "--out", folder.Combine("onnx")).ShouldFail(1, "model.safetensors");
        Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).ShouldBe(["base"], "nothing half-written is left");
    }

    [Fact]
    public void A_truncated_bundle_is_refused_by_the_device()
    {
        var broken = folder.Combine("broken.slmb");
        File.WriteAllBytes(broken, File.ReadAllBytes(path.Bundle)[..^2000]);
        Tool.Edge.Run("classify", "--bundle", broken, "--cache", folder.Combine("cache"), "--text", "hyd leak").ShouldFail(1, "broken.slmb");
    }

    [Fact]
    public void A_bundle_with_one_changed_byte_is_refused_by_the_device()
    {
        var broken = folder.Combine("broken.slmb");
        var bytes = File.ReadAllBytes(path.Bundle);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(broken, bytes);
        Tool.Edge.Run("bundle", "verify", broken, "--files-only").ShouldFail(1, "broken.slmb");
    }

    [SkippableTheory]
    [InlineData("gguf")]
    [InlineData("onnx")]
    [InlineData("bundle")]
    public void A_full_disk_is_said_and_leaves_nothing_under_the_final_name(string command)
    {
        // A real full disk: a file system of 256 KiB, mounted where only this program sees it.
        var disk = folder.Combine("disk");
        Directory.CreateDirectory(disk);
        const string Mount = "mount -t tmpfs -o size=256k none \"$0\" || exit 77; \"$@\"; code=$?; ls -A \"$0\" | sed 's/^/left: /'; exit $code";
        string[] arguments = command switch
        {
            "gguf" => ["gguf", "--base", path.Base.Model, "--type", "f32", "--out", Path.Combine(disk, "x.gguf")],
            "onnx" => ["onnx", "--base", path.Base.Model, "--precision", "fp32", "--out", Path.Combine(disk, "x")],
            _ => ["bundle", "--run", path.Run, "--gguf", "q8_0", "--data", path.Base.Test, "--out", Path.Combine(disk, "x.slmb"), "--max-loss", "100", "--threads", "1"],
        };
        Skip.IfNot(File.Exists("/usr/bin/unshare"), "unshare is not installed");
        using var program = new RunningProgram("/usr/bin/unshare", ["-m", "sh", "-c", Mount, disk, Tool.Export.File, .. arguments], RepositoryRoot.Path);
        var result = program.Wait();
        Skip.If(result.ExitCode == 77 || result.Error.Contains("unshare failed", StringComparison.Ordinal), "this user may not mount a file system");
        result.ShouldFail(1, "space", disk);
        result.Output.ShouldNotContain("left:", Case.Sensitive, result.ToString());
    }

    private string CopyOfBase()
    {
        var copy = folder.Combine("base");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(path.Base.Model))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private static void FlipLastByte(string file)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.Seek(-1, SeekOrigin.End);
        var value = stream.ReadByte();
        stream.Seek(-1, SeekOrigin.End);
        stream.WriteByte((byte)(value ^ 1));
    }
}
