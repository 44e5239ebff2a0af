using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;

namespace SlmEdge.EndToEnd.Tests.CommandLine;

[Collection(WholePathCollection.Name)]
public sealed class InterruptionTests(WholePath path) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public void Ctrl_C_during_training_keeps_a_state_from_which_the_run_ends_as_if_undisturbed()
    {
        string[] Tuning(string output, params string[] more) => path.Base.Tuning(output, epochs: 6, ["--patience", "0", .. more]);

        var disturbed = folder.Combine("disturbed");
        using (var program = Tool.Train.Start(null, Tuning(disturbed)))
        {
            var metrics = Path.Combine(disturbed, "metrics.jsonl");
            program.WaitUntil(() => File.Exists(metrics) && new FileInfo(metrics).Length > 0, "the first update");
            program.Interrupt();
            var stopped = program.Wait();
            stopped.ShouldFail(1, "kept", "--resume");
            Directory.Exists(Path.Combine(disturbed, "adapter")).ShouldBeFalse("the run was stopped before its end");
        }

        Tool.Train.Run(Tuning(disturbed, "--resume")).ShouldSucceed();
        var undisturbed = folder.Combine("undisturbed");
        Tool.Train.Run(Tuning(undisturbed)).ShouldSucceed();
        var weights = Path.Combine("adapter", "adapter_model.safetensors");
        File.ReadAllBytes(Path.Combine(disturbed, weights)).ShouldBe(File.ReadAllBytes(Path.Combine(undisturbed, weights)));
    }
}
