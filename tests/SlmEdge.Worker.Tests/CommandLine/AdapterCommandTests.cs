using System.Text.Json;
using SlmEdge.Runtime.Tests.Adapters;

namespace SlmEdge.Worker.Tests.CommandLine;

public sealed class AdapterCommandTests
{
    [Fact]
    public async Task An_adapter_decides_and_every_line_says_so()
    {
        using var model = new AdaptedModel();
        var expected = await model.ScoresWithOwnAsync(1);
        var (code, output, errors) = await RunAsync(
            model, "classify", "--bundle", model.BundlePath, "--adapter", model.AdapterBundle(1, "billing", "3"), "--text", AdaptedModel.Texts[0], "--threads", "1");
        errors.ShouldBe("");
        code.ShouldBe(0);
        var line = JsonElement.Parse(output);
        line.GetProperty("adapter").GetString().ShouldBe("billing");
        line.GetProperty("adapterVersion").GetString().ShouldBe("3");
        line.GetProperty("scores").GetProperty(expected[0][0].Label).GetDouble().ShouldBe(expected[0][0].Probability, 1e-6);
    }

    [Fact]
    public async Task An_adapter_of_another_base_and_an_adapter_without_its_base_end_the_command_with_the_reason()
    {
        using var model = new AdaptedModel();
        var other = model.AdapterBundle(1, "billing", change: manifest => manifest with { Base = new SlmEdge.Bundles.BundleBase("other", new string('c', 64)) });
        var (code, _, errors) = await RunAsync(model, "classify", "--bundle", model.BundlePath, "--adapter", other, "--text", "oil");
        code.ShouldBe(1);
        errors.ShouldContain("was trained with the base cccccccccccc…");
        (code, _, errors) = await RunAsync(model, "classify", "--bundle", other, "--text", "oil");
        code.ShouldBe(1);
        errors.ShouldContain("holds an adapter and no model");
    }

    [Fact]
    public async Task An_adapter_is_installed_like_any_bundle_and_found_by_its_name()
    {
        using var model = new AdaptedModel();
        var store = Path.Combine(model.Folder, "store");
        (await EdgeProcess.RunWithStoreAsync(store, "bundle", "install", model.AdapterBundle(1, "billing", "3"))).Code.ShouldBe(0);
        var (code, output, errors) = await EdgeProcess.RunWithStoreAsync(
            store, "classify", "--bundle", model.BundlePath, "--adapter", "store:billing", "--text", "oil", "--cache", Path.Combine(model.Folder, "cache"));
        code.ShouldBe(0, errors);
        JsonElement.Parse(output).GetProperty("adapterVersion").GetString().ShouldBe("3");
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(AdaptedModel model, params string[] arguments) =>
        EdgeProcess.RunAsync(null, [.. arguments, "--cache", Path.Combine(model.Folder, "cache")]);
}
