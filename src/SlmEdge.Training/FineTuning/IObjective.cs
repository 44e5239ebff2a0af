namespace SlmEdge.Training.FineTuning;

/// <summary>What a fine-tuning run learns from its rows: gradients of a batch, and a score on the rows that are held out.</summary>
internal interface IObjective
{
    /// <summary>Number of training rows; a pass visits each once.</summary>
    int RowCount { get; }

    /// <summary>Where a training row came from, as errors name it.</summary>
    string Locate(int row);

    /// <summary>
    /// Computes what depends on the weights that training starts from. Called once before the first update, also of a resumed run, when the
    /// model still has those weights.
    /// </summary>
    /// <param name="fingerprint">Identity of the run's settings and data.</param>
    /// <param name="message">Told what is being done.</param>
    /// <param name="cancellationToken">Stops between packs.</param>
    void Begin(string fingerprint, Action<string>? message, CancellationToken cancellationToken);

    /// <summary>Adds <paramref name="weight"/> times the gradient of the rows' loss to the trainable parameters.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="weight">Factor on the gradient.</param>
    /// <param name="random">Draws of this step.</param>
    StepLoss Accumulate(int[] rows, double weight, Random random);

    /// <summary>Scores the validation rows.</summary>
    ValidationScore Evaluate();
}
