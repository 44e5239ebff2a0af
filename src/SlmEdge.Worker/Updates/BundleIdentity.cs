using SlmEdge.Bundles;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Updates;

/// <summary>Whether a bundle is another version of what is served: those who ask must not notice more than better answers.</summary>
internal static class BundleIdentity
{
    /// <exception cref="UpdateException">It is not.</exception>
    public static void Require(BundleManifest served, BundleManifest offered)
    {
        if (offered.IsAdapter)
        {
            throw Other("it holds an adapter and no model; load it with PUT /v1/adapters");
        }

        if (offered.Name != served.Name)
        {
            throw Other($"its name is '{offered.Name}', and '{served.Name}' is served");
        }

        if (offered.Task.Kind != served.Task.Kind || offered.Task.Name != served.Task.Name)
        {
            throw Other($"its task is '{offered.Task.Name}' of kind '{KindOfTask.Name(offered.Task.Kind)}', and '{served.Task.Name}' of kind '{KindOfTask.Name(served.Task.Kind)}' is served");
        }

        var labels = served.Task.Labels.Select(label => label.Name).ToHashSet(StringComparer.Ordinal);
        if (!labels.SetEquals(offered.Task.Labels.Select(label => label.Name)))
        {
            labels.SymmetricExceptWith(offered.Task.Labels.Select(label => label.Name));
            throw Other($"it has other labels ({string.Join(", ", labels.Order(StringComparer.Ordinal).Take(5).Select(label => $"'{label}'"))} in one of them only)");
        }

        if (offered.Version == served.Version)
        {
            throw Other($"its version {offered.Version} runs already");
        }
    }

    private static UpdateException Other(string reason) =>
        new(UpdateRefusal.OtherBundle, $"The bundle cannot take over from the one that runs: {reason}. Install such a bundle with 'slm-edge bundle install' and start the service with it.");
}
