using SlmEdge.Runtime.Classification;

namespace SlmEdge.Worker.Serving;

/// <summary>Hears what an engine answers. Called on the thread of the request: it must neither wait nor throw.</summary>
internal interface IAnswerObserver
{
    /// <summary>Texts were classified.</summary>
    void Decided(IServingEngine engine, IReadOnlyList<Decision> decisions, ClassificationOptions? options, TimeSpan took);

    /// <summary>A document or a text was written to its end.</summary>
    void Written(IServingEngine engine, TimeSpan took);

    /// <summary>A request has no answer.</summary>
    void Failed(IServingEngine engine, Exception error);
}
