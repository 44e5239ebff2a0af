using FsCheck.Xunit;
using SlmEdge.Runtime.Adapters;

namespace SlmEdge.Runtime.Tests.Adapters;

public sealed class AdapterSplitTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 20_000).Select(i => $"customer-{i}")];

    [Fact]
    public void Shares_are_those_of_the_weights()
    {
        var split = Split(("a", 1), ("b", 3), (AdapterSplit.Model, 6));
        var counts = Keys.CountBy(key => split.Choose(key) ?? "model").ToDictionary();
        counts["a"].ShouldBeInRange(1800, 2200);
        counts["b"].ShouldBeInRange(5700, 6300);
        counts["model"].ShouldBeInRange(11700, 12300);
    }

    [Fact]
    public void A_changed_weight_moves_only_keys_that_go_to_the_adapter_that_gained()
    {
        var before = Split(("a", 1), ("b", 1), ("c", 1));
        var after = Split(("a", 1), ("b", 1), ("c", 2));
        var moved = Keys.Where(key => before.Choose(key) != after.Choose(key)).ToArray();
        moved.ShouldAllBe(key => after.Choose(key) == "c");

        // From a third to a half.
        moved.Length.ShouldBeInRange((Keys.Length / 6) - 400, (Keys.Length / 6) + 400);
    }

    [Fact]
    public void A_removed_adapter_moves_only_its_own_keys()
    {
        var before = Split(("a", 2), ("b", 1), ("c", 1));
        var after = Split(("a", 2), ("b", 1), ("c", 0));
        Keys.Where(key => before.Choose(key) != after.Choose(key)).ShouldAllBe(key => before.Choose(key) == "c");
        Keys.ShouldAllBe(key => after.Choose(key) != "c");
    }

    [Fact]
    public void Another_salt_shares_the_keys_out_anew()
    {
        var first = new AdapterSplit(new Dictionary<string, double> { ["a"] = 1, ["b"] = 1 }, "first");
        var second = new AdapterSplit(new Dictionary<string, double> { ["a"] = 1, ["b"] = 1 }, "second");
        Keys.Count(key => first.Choose(key) == second.Choose(key)).ShouldBeInRange((Keys.Length / 2) - 400, (Keys.Length / 2) + 400);
    }

    [Fact]
    public void A_key_has_the_same_adapter_in_every_process_and_version()
    {
        // Stored once and for all: whoever changes the hash moves every customer.
        var split = Split(("a", 1), ("b", 1), (AdapterSplit.Model, 2));
        string.Concat(Enumerable.Range(0, 24).Select(i => split.Choose($"key-{i}") ?? "-")).ShouldBe("-abaababb--a-bb-ba--b-b-");
    }

    [Property]
    public bool Only_the_ratio_of_weights_counts_and_every_key_has_an_adapter(string? key, byte a, byte b)
    {
        var split = Split(("a", a + 1), ("b", b + 1));
        var scaled = Split(("b", (b + 1) * 8), ("a", (a + 1) * 8));
        return split.Choose(key ?? "") is "a" or "b" && split.Choose(key ?? "") == scaled.Choose(key ?? "");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    public void Weights_that_are_no_shares_are_refused(double a, double b) => Should.Throw<ArgumentException>(() => Split(("a", a), ("b", b)));

    private static AdapterSplit Split(params (string Name, double Weight)[] weights) => new(weights.ToDictionary(weight => weight.Name, weight => weight.Weight));
}
