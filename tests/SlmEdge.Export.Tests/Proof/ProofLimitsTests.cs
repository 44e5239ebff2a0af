using SlmEdge.Export.Proof;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Export.Tests.Proof;

public sealed class ProofLimitsTests
{
    [Fact]
    public void A_merged_model_that_clearly_changes_a_decision_breaks_the_limits()
    {
        StageResult reference = Stage("adapter", 90, 10);
        ProofLimits limits = new();
        limits.Violations([reference, Stage("merged", 90, 10, clearlyChanged: 0)], reference).ShouldBeEmpty();
        limits.Violations([reference, Stage("merged", 90, 10, clearlyChanged: 1)], reference).ShouldHaveSingleItem().ShouldContain("merged");
        limits.Violations([reference, Stage("gguf q8_0", 90, 10, clearlyChanged: 1, file: "a")], reference).ShouldBeEmpty();
    }

    [Fact]
    public void A_shipped_file_may_lose_as_many_points_as_allowed_and_no_more()
    {
        StageResult reference = Stage("adapter", 90, 10);
        var limits = new ProofLimits(MaxLossPoints: 3);
        limits.Violations([Stage("gguf q4_0", 87, 10, file: "a")], reference).ShouldBeEmpty();
        limits.Violations([Stage("gguf q4_0", 86, 10, file: "a")], reference).ShouldHaveSingleItem().ShouldContain("gguf q4_0");
        limits.Violations([Stage("base", 10, 10)], reference).ShouldBeEmpty("the base does not ship");
    }

    [Fact]
    public void The_fastest_of_the_nearly_best_shipped_files_is_recommended()
    {
        StageResult[] stages =
        [
            Stage("adapter", 995, 900, of: 1000), Stage("a", 990, 100, file: "a", of: 1000), Stage("b", 985, 200, file: "b", of: 1000), Stage("c", 984, 900, file: "c", of: 1000),
        ];
        new ProofLimits().Recommend(stages)!.Definition.Stage.ShouldBe("b");
        new ProofLimits().Recommend([stages[0]]).ShouldBeNull();
    }

    private static StageResult Stage(string name, int correct, double rate, int? clearlyChanged = null, string? file = null, int of = 100)
    {
        int[] truth = new int[of];
        int[] predicted = [.. Enumerable.Range(0, of).Select(i => i < correct ? 0 : 1)];
        var definition = new StageDefinition(name, "engine", "type", 1, file, () => throw new InvalidOperationException());
        return new StageResult(definition, [], predicted, ClassificationReport.Compute(truth, predicted, ["x", "y"]), 0, clearlyChanged, clearlyChanged, 0, rate, "");
    }
}
