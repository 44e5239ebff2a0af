using System.Numerics.Tensors;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SlmEdge.Engines.LlamaCpp.Embeddings;
using SlmEdge.Engines.Tests;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Memory;

namespace SlmEdge.Runtime.Tests.Embeddings;

public sealed class EmbedderTests : IDisposable
{
    private static readonly string[] Texts = ["the pump leaks oil", "replaced the filter", "engine does not start, battery flat", "brake worn"];

    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Vectors_have_length_one_and_do_not_depend_on_what_is_asked_with_them()
    {
        using var embedder = Embedder.Open(Decoder(), new EmbedderOptions { Threads = 1 });
        embedder.ModelId.ShouldBe("decoder");
        embedder.Pooling.ShouldBe(EmbeddingPooling.Mean);
        embedder.Dimensions.ShouldBe(RandomLlama.Hidden);
        var together = await embedder.EmbedAsync(Texts);
        var many = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => embedder.EmbedAsync(Texts[i % Texts.Length]))));
        for (var i = 0; i < many.Length; i++)
        {
            var expected = together[i % Texts.Length];
            many[i].Text.ShouldBe(expected.Text);
            many[i].Tokens.ShouldBe(expected.Tokens);
            Same(many[i], expected).ShouldBeTrue();
            TensorPrimitives.Norm(many[i].Vector.Span).ShouldBe(1, 1e-5);
        }
    }

    [Fact]
    public async Task Without_normalisation_the_mean_of_the_hidden_states_is_given()
    {
        using var embedder = Embedder.Open(Decoder(), new EmbedderOptions { Threads = 1, Normalize = false });
        var embedded = await embedder.EmbedAsync(Texts[0]);
        var states = await embedder.GetHiddenStatesAsync(Texts[0]);
        states.Length.ShouldBe(embedded.Tokens * embedder.Dimensions);
        for (var d = 0; d < embedder.Dimensions; d++)
        {
            embedded.Vector.Span[d].ShouldBe((float)Enumerable.Range(0, embedded.Tokens).Average(i => (double)states[(i * embedder.Dimensions) + d]), 1e-4f);
        }
    }

    [Fact]
    public async Task The_pooling_is_the_models_unless_another_is_chosen()
    {
        var path = Bert();
        using var chosen = Embedder.Open(path, new EmbedderOptions { Threads = 1, Pooling = EmbeddingPooling.Mean });
        using var own = Embedder.Open(path, new EmbedderOptions { Threads = 1 });
        own.Pooling.ShouldBe(EmbeddingPooling.Cls);
        chosen.Pooling.ShouldBe(EmbeddingPooling.Mean);
        var text = "the pump leaks";
        Same(await own.EmbedAsync(text), await chosen.EmbedAsync(text)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_text_over_the_context_is_refused_with_its_index_or_cut_before_the_last_control_token()
    {
        var path = Bert();
        var text = string.Join(' ', Enumerable.Repeat("pump", 40));
        using (var strict = Embedder.Open(path, new EmbedderOptions { Threads = 1 }))
        {
            var error = await Should.ThrowAsync<InvalidTextException>(() => strict.EmbedAsync(["pump", text]));
            error.Reason.ShouldBe(InvalidTextReason.TooLong);
            error.Index.ShouldBe(1);
            error.Message.ShouldContain("42 tokens");
        }

        using var embedder = Embedder.Open(path, new EmbedderOptions { Threads = 1, LongTexts = LongTextPolicy.Truncate });
        var cut = await embedder.EmbedAsync(text);
        cut.IsTruncated.ShouldBeTrue();
        cut.Tokens.ShouldBe(RandomBert.Context);
        var fits = await embedder.EmbedAsync(string.Join(' ', Enumerable.Repeat("pump", RandomBert.Context - 2)));
        fits.IsTruncated.ShouldBeFalse();
        Same(cut, fits).ShouldBeTrue();
    }

    [Fact]
    public async Task A_stream_gives_what_came_before_a_bad_text_and_takes_nothing_after_it()
    {
        using var embedder = Embedder.Open(Decoder(), new EmbedderOptions { Threads = 1, BatchTexts = 2 });
        var taken = 0;
        var given = new List<string>();
        var error = await Should.ThrowAsync<InvalidTextException>(async () =>
        {
            await foreach (var embedded in embedder.EmbedAsync(Stream()))
            {
                given.Add(embedded.Text);
            }
        });
        error.Index.ShouldBe(3);
        given.ShouldBe(["one", "two", "three"]);
        taken.ShouldBe(4);

        async IAsyncEnumerable<string> Stream()
        {
            foreach (var text in new[] { "one", "two", "three", " ", "five" })
            {
                await Task.Yield();
                taken++;
                yield return text;
            }
        }
    }

    [Fact]
    public async Task Cancelled_and_disposed_embedders_say_so()
    {
        var embedder = Embedder.Open(Decoder(), new EmbedderOptions { Threads = 1 });
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => embedder.EmbedAsync(Texts, cancelled.Token));
        (await embedder.EmbedAsync(Texts)).Count.ShouldBe(Texts.Length);
        embedder.Dispose();
        embedder.Dispose();
        await Should.ThrowAsync<RuntimeStoppedException>(() => embedder.EmbedAsync(Texts));
    }

    [Fact]
    public void What_cannot_be_embedded_with_is_refused_before_it_is_loaded()
    {
        var path = Decoder();
        Should.Throw<ModelMemoryException>(() => Embedder.Open(path, new EmbedderOptions { MemoryLimitBytes = 1000 }));
        Should.Throw<ArgumentOutOfRangeException>(() => Embedder.Open(path, new EmbedderOptions { Pooling = (EmbeddingPooling)4 }));
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Should.Throw<SlmEdge.Formats.ModelFormatException>(() => Embedder.Open(path));
    }

    [SkippableFact]
    public async Task A_bundles_model_embeds_as_its_file_does()
    {
        using var bundle = TinyBundle.Create();
        using var embedder = Embedder.Open(bundle.Path, new EmbedderOptions { Threads = 1, CacheDirectory = bundle.Cache });
        using var file = Embedder.Open(SharedData.Require("data/models/stories260K.gguf"), new EmbedderOptions { Threads = 1 });
        embedder.ModelId.ShouldBe("stories");
        Same(await embedder.EmbedAsync(Texts[0]), await file.EmbedAsync(Texts[0])).ShouldBeTrue();
    }

    [Property(MaxTest = 30)]
    public Property Any_text_gives_a_vector_or_a_typed_error(NonNull<string> text)
    {
        using var embedder = Embedder.Open(Decoder(), new EmbedderOptions { Threads = 1, LongTexts = LongTextPolicy.Truncate });
        try
        {
            var embedded = embedder.EmbedAsync(text.Get).GetAwaiter().GetResult();
            return embedded.Vector.Span.IndexOfAnyExceptInRange(-1.0001f, 1.0001f).Equals(-1).ToProperty();
        }
        catch (InvalidTextException)
        {
            return (string.IsNullOrWhiteSpace(text.Get) || text.Get.Any(char.IsSurrogate)).ToProperty();
        }
    }

    private static bool Same(EmbeddedText left, EmbeddedText right) => left.Vector.Span.SequenceEqual(right.Vector.Span);

    private string Decoder()
    {
        var path = Path.Combine(folder, "decoder.gguf");
        if (!File.Exists(path))
        {
            new RandomLlama(3).WriteGguf(path);
        }

        return path;
    }

    private string Bert()
    {
        var path = Path.Combine(folder, "bert.gguf");
        RandomBert.Write(path);
        return path;
    }
}
