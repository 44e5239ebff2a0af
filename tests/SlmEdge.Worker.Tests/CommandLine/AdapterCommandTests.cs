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

    [Fact]
    public async Task Serve_loads_the_folders_adapters_and_shares_keys_out()
    {
        using var model = new AdaptedModel();
        var folder = Directory.CreateDirectory(Path.Combine(model.Folder, "adapters")).FullName;
        File.Move(model.AdapterBundle(1, "billing", "3"), Path.Combine(folder, "billing.slmb"));
        using var edge = EdgeProcess.Start(
            "serve", "--bundle", model.BundlePath, "--cache", Path.Combine(model.Folder, "cache"), "--urls", "http://127.0.0.1:0", "--adapters", folder, "--split", "billing=1");
        var line = (await edge.Process.StandardOutput.ReadLineAsync()).ShouldNotBeNull();
        using var client = new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..]) };
        using var body = new StringContent("{\"text\":\"oil\",\"key\":\"customer\"}", System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/v1/classify", body);
        JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("adapterVersion").GetString().ShouldBe("3");
        var (code, errors) = await edge.InterruptAsync();
        code.ShouldBe(0, errors);
    }

    [Theory]
    [InlineData("--split", "billing", 2, "shares such as")]
    [InlineData("--split", "billing=0", 2, "one of them above 0")]
    [InlineData("--split", "billing=1", 1, "No adapter 'billing' is loaded")]
    [InlineData("--adapters", "absent", 2, "does not exist")]
    public async Task Serve_tells_what_is_wrong_with_its_adapters(string option, string value, int expected, string said)
    {
        using var model = new AdaptedModel();
        var (code, _, errors) = await RunAsync(model, "serve", "--bundle", model.BundlePath, "--urls", "http://127.0.0.1:0", option, value);
        code.ShouldBe(expected);
        errors.ShouldContain(said);
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(AdaptedModel model, params string[] arguments) =>
        EdgeProcess.RunAsync(null, [.. arguments, "--cache", Path.Combine(model.Folder, "cache")]);
}
