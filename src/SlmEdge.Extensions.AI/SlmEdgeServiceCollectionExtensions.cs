using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlmEdge.Runtime;

namespace SlmEdge.Extensions.AI;

/// <summary>Adds a bundle to an application.</summary>
public static class SlmEdgeServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="SlmRuntime"/>, opened when it is first asked for and disposed with the application, and an <see cref="IChatClient"/> over it for
    /// bundles that write text. The options are validated when the host starts.
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
        return services;
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
