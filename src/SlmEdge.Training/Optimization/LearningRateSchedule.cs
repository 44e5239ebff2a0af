namespace SlmEdge.Training.Optimization;

/// <summary>Linear warm-up, then a half cosine or a line down to a share of the peak, or the peak itself.</summary>
/// <param name="Peak">Highest learning rate.</param>
/// <param name="WarmupSteps">Steps of the linear rise.</param>
/// <param name="TotalSteps">Step at which the floor is reached.</param>
/// <param name="FloorShare">Final rate as a share of the peak; without meaning for <see cref="ScheduleShape.Constant"/>.</param>
/// <param name="Shape">Course after the warm-up.</param>
public sealed record LearningRateSchedule(double Peak, long WarmupSteps, long TotalSteps, double FloorShare, ScheduleShape Shape = ScheduleShape.Cosine)
{
    /// <summary>Learning rate of a step.</summary>
    /// <param name="step">Step number, from 0.</param>
    public double At(long step)
    {
        if (step < WarmupSteps)
        {
            return Peak * (step + 1) / WarmupSteps;
        }

        var progress = Math.Clamp((double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps), 0, 1);
        var height = Shape switch
        {
            ScheduleShape.Linear => 1 - progress,
            ScheduleShape.Constant => 1,
            _ => 0.5 * (1 + Math.Cos(Math.PI * progress)),
        };
        return Peak * (FloorShare + ((1 - FloorShare) * height));
    }
}
