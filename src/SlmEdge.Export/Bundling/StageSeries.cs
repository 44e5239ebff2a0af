using SlmEdge.Export.Proof;

namespace SlmEdge.Export.Bundling;

/// <summary>Scores the stages of an export one after the other, each against the trained model.</summary>
internal static class StageSeries
{
    /// <summary>Scores every stage.</summary>
    /// <typeparam name="TResult">What a stage gives.</typeparam>
    /// <param name="stages">The stages in the order of the pipeline: the base first, then the trained model.</param>
    /// <param name="score">Scores a stage against the reference, which is null for the reference itself.</param>
    /// <returns>The results in the order of the pipeline, and that of the trained model.</returns>
    public static (List<TResult> Results, TResult Reference) Score<TResult>(IEnumerable<StageDefinition> stages, Func<StageDefinition, TResult?, TResult> score)
        where TResult : class
    {
        // The base is scored first in the pipeline but compared with what came of it, so it waits for the reference.
        var results = new List<TResult>();
        StageDefinition? waiting = null;
        TResult? reference = null;
        foreach (StageDefinition stage in stages)
        {
            if (stage.Stage == StageNames.Base)
            {
                waiting = stage;
                continue;
            }

            TResult result = score(stage, reference);
            results.Add(result);
            if (reference is null)
            {
                reference = result;
                results.Insert(0, score(waiting!, reference));
            }
        }

        return (results, reference!);
    }
}
