namespace SlmEdge.Training.Losses;

/// <summary>Sums over supervised rows, in nats.</summary>
/// <param name="CrossEntropy">Negative log-likelihood of the targets under the student, at temperature 1.</param>
/// <param name="Divergence">KL(teacher ‖ student), both at the distillation's temperature.</param>
internal readonly record struct DistillationLoss(double CrossEntropy, double Divergence)
{
    public static DistillationLoss operator +(DistillationLoss a, DistillationLoss b) => new(a.CrossEntropy + b.CrossEntropy, a.Divergence + b.Divergence);

    /// <summary>The figure that training minimises.</summary>
    public double Combined(DistillationSettings settings) =>
        ((1 - settings.Weight) * CrossEntropy) + (settings.Weight * settings.Temperature * settings.Temperature * Divergence);
}
