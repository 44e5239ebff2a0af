using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Tasks;

namespace SlmEdge.Extensions.AI.Tests;

public sealed class SlmEmbeddingGeneratorTests
{
    private static readonly string[] Texts = ["pump leaks", "engine does not start"];

    [Fact]
    public async Task The_generator_of_a_host_gives_vectors_usage_and_metadata()
    {
        using var bundle = new WritingBundle(TaskKind.Chat);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSlmEdge(options =>
        {
            options.BundlePath = bundle.FilePath;
            options.CacheDirectory = Path.Combine(Path.GetDirectoryName(bundle.FilePath)!, "cache");
            options.Threads = 1;
        });
        using var host = builder.Build();
        await host.StartAsync();
        var generator = host.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        var metadata = generator.GetService(typeof(EmbeddingGeneratorMetadata)).ShouldBeOfType<EmbeddingGeneratorMetadata>();
        var embedder = generator.GetService(typeof(Embedder)).ShouldBeOfType<Embedder>();
        metadata.DefaultModelDimensions.ShouldBe(embedder.Dimensions);
        metadata.DefaultModelId.ShouldBe(embedder.ModelId);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => generator.GenerateAsync(Texts))));
        var expected = await embedder.EmbedAsync(Texts);
        foreach (var answer in answers)
        {
            answer.Count.ShouldBe(2);
            answer.Usage.ShouldNotBeNull().InputTokenCount.ShouldBe(expected.Sum(text => text.Tokens));
            for (var i = 0; i < 2; i++)
            {
                answer[i].Vector.Span.SequenceEqual(expected[i].Vector.Span).ShouldBeTrue();
                answer[i].ModelId.ShouldBe(embedder.ModelId);
            }
        }
    }

    [Fact]
    public async Task Another_model_or_number_of_dimensions_is_refused()
    {
        using var bundle = new WritingBundle(TaskKind.Chat);
        using var embedder = Embedder.Open(bundle.FilePath, new EmbedderOptions { CacheDirectory = Path.Combine(Path.GetDirectoryName(bundle.FilePath)!, "cache"), Threads = 1 });
        using var generator = new SlmEmbeddingGenerator(embedder);
        await Should.ThrowAsync<NotSupportedException>(() => generator.GenerateAsync(Texts, new EmbeddingGenerationOptions { ModelId = "other" }));
        await Should.ThrowAsync<NotSupportedException>(() => generator.GenerateAsync(Texts, new EmbeddingGenerationOptions { Dimensions = embedder.Dimensions - 1 }));
        (await generator.GenerateAsync(Texts, new EmbeddingGenerationOptions { ModelId = embedder.ModelId, Dimensions = embedder.Dimensions })).Count.ShouldBe(2);
        (await generator.GenerateAsync([])).Count.ShouldBe(0);
    }
}
