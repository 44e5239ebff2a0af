using SlmEdge.Bundles;
using SlmEdge.Runtime.Tuning;

namespace SlmEdge.Runtime.Tests;

public sealed class TunedChoiceTests
{
    [SkippableFact]
    public async Task A_measured_choice_beside_the_bundle_applies_to_this_machine_and_bundle_only()
    {
        using var bundle = TinyBundle.Create();
        var options = new RuntimeOptions { CacheDirectory = bundle.Cache };
        using (var opened = Bundle.Open(bundle.Path, new BundleOptions { CacheDirectory = bundle.Cache }))
        {
            Choice(opened).Save(bundle.Path);
            TunedChoice.PathFor(bundle.Path).ShouldBe(Path.ChangeExtension(bundle.Path, ".tune.json"));
            using (var tuned = SlmRuntime.Open(bundle.Path, options))
            {
                tuned.Tuned!.BatchTokens.ShouldBe(96);
                tuned.EngineInfo.Threads.ShouldBe(1);
                (await tuned.Classifier.ClassifyAsync(TinyBundle.Texts[0])).Label.ShouldNotBeNull();
            }

            using (var ignored = SlmRuntime.Open(bundle.Path, options with { UseTuning = false }))
            {
                ignored.Tuned.ShouldBeNull();
            }

            using (var named = SlmRuntime.Open(bundle.Path, options with { Engine = EngineChoice.Llama }))
            {
                named.Tuned.ShouldBeNull("who names an engine has chosen already");
            }

            foreach (var other in new[] { Choice(opened) with { Machine = "another" }, Choice(opened) with { BundleSha256 = new string('0', 64) }, Choice(opened) with { FormatVersion = 2 } })
            {
                other.Save(bundle.Path);
                using var runtime = SlmRuntime.Open(bundle.Path, options);
                runtime.Tuned.ShouldBeNull();
            }
        }
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{ \"machine\": 3 }")]
    [InlineData("{ \"machine\": \"x\" }")]
    public void A_malformed_choice_is_an_error_that_says_what_to_do(string content)
    {
        using var bundle = TinyBundle.Create();
        File.WriteAllText(TunedChoice.PathFor(bundle.Path), content);
        Should.Throw<RuntimeException>(() => SlmRuntime.Open(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache }).Dispose()).Message.ShouldContain("--no-tune");
    }

    [SkippableFact]
    public void Threads_out_of_range_are_refused()
    {
        using var bundle = TinyBundle.Create();
        using var opened = Bundle.Open(bundle.Path, new BundleOptions { CacheDirectory = bundle.Cache });
        (Choice(opened) with { Threads = 100_000 }).Save(bundle.Path);
        Should.Throw<RuntimeException>(() => SlmRuntime.Open(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache }).Dispose()).Message.ShouldContain("out of range");
    }

    private static TunedChoice Choice(Bundle bundle) => new()
    {
        Machine = MachineFingerprint.Current,
        BundleSha256 = bundle.ManifestSha256,
        Engine = "llama",
        File = bundle.GetFiles(BundleFileRole.Gguf)[0].Path,
        Threads = 1,
        BatchTokens = 96,
    };
}
