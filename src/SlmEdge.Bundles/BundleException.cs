namespace SlmEdge.Bundles;

/// <summary>A bundle cannot be trusted or used: damaged, incomplete, of another format version, or not signed by a trusted key.</summary>
public class BundleException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="bundle">The bundle's path.</param>
    /// <param name="element">The file or key inside the bundle.</param>
    /// <param name="inner">The cause.</param>
    public BundleException(string message, string? bundle = null, string? element = null, Exception? inner = null)
        : base((bundle is null ? "" : $"{bundle}: ") + (element is null ? "" : $"{element}: ") + message, inner)
    {
        Bundle = bundle;
        Element = element;
    }

    /// <summary>The bundle's path.</summary>
    public string? Bundle { get; }

    /// <summary>The file or key inside the bundle.</summary>
    public string? Element { get; }
}
