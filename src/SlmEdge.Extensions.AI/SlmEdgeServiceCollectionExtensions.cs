using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Embeddings;

namespace SlmEdge.Extensions.AI;

/// <summary>Adds a bundle to an application.</summary>
public static class SlmEdgeServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="SlmRuntime"/>, opened when it is first asked for and disposed with the application, and an <see cref="IChatClient"/> over it for
    /// bundles that write text. An <see cref="Embedder"/> and an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> over it are opened the same way, apart from the
    /// runtime. The options are validated when the host starts.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options; <see langword="null"/> where they are configured elsewhere.</param>
    public static IServiceCollection AddSlmEdge(this IServiceCollection services, Action<SlmEdgeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<SlmEdgeOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddLogging();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SlmEdgeOptions>, SlmEdgeOptionsValidator>());
        services.TryAddSingleton(Open);
        services.TryAddSingleton<IChatClient>(provider => new SlmChatClient(
            provider.GetRequiredService<SlmRuntime>(),
            provider.GetRequiredService<ILogger<SlmChatClient>>(),
            provider.GetRequiredService<IOptions<SlmEdgeOptions>>().Value.Overflow));
        services.TryAddSingleton(OpenEmbedder);
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(provider => new SlmEmbeddingGenerator(provider.GetRequiredService<Embedder>()));
        return services;
    }

    private static Embedder OpenEmbedder(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<SlmEdgeOptions>>().Value;
        return Embedder.Open(options.EmbeddingPath ?? options.BundlePath!, options.ToEmbedderOptions());
    }

    private static SlmRuntime Open(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<SlmEdgeOptions>>().Value;
        var runtime = SlmRuntime.Open(options.BundlePath!, options.ToRuntimeOptions());
        Log.Opened(
            provider.GetRequiredService<ILogger<SlmRuntime>>(), runtime.Manifest.Name, runtime.Manifest.Version, runtime.File, runtime.EngineInfo.Name, runtime.ContextLength);
        return runtime;
    }
}
