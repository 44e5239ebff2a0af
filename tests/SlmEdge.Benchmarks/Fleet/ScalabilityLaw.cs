namespace SlmEdge.Benchmarks.Fleet;

/// <summary>
/// The universal scalability law (N. J. Gunther, "Guerrilla Capacity Planning", Springer 2007, chapter 4): throughput of N workers
/// X(N) = X(1)·N / (1 + σ(N−1) + κN(N−1)), with the share σ that only one can do at a time and κ, what they cost each other. With κ = 0 it is Amdahl's law.
/// </summary>
/// <param name="One">X(1).</param>
/// <param name="Contention">σ.</param>
/// <param name="Coherency">κ.</param>
internal sealed record ScalabilityLaw(double One, double Contention, double Coherency)
{
    /// <summary>Least squares through the measured throughputs in the form N·X(1)/X(N) − 1 = σ(N−1) + κN(N−1); neither share is below 0.</summary>
    public static ScalabilityLaw Fit(IReadOnlyList<(int Workers, double Throughput)> measured)
    {
        var one = measured.First(point => point.Workers == 1).Throughput;
        (double A, double B, double Y)[] points = [.. measured.Where(point => point.Workers > 1).Select(point =>
            ((double)(point.Workers - 1), (double)point.Workers * (point.Workers - 1), (point.Workers * one / point.Throughput) - 1))];
        var (aa, ab, bb) = (points.Sum(p => p.A * p.A), points.Sum(p => p.A * p.B), points.Sum(p => p.B * p.B));
        var (ay, by) = (points.Sum(p => p.A * p.Y), points.Sum(p => p.B * p.Y));
        var determinant = (aa * bb) - (ab * ab);
        var (contention, coherency) = Math.Abs(determinant) < 1e-9 ? (ay / aa, 0) : (((ay * bb) - (by * ab)) / determinant, ((by * aa) - (ay * ab)) / determinant);
        return coherency < 0 ? new ScalabilityLaw(one, Math.Max(0, ay / aa), 0)
            : contention < 0 ? new ScalabilityLaw(one, 0, Math.Max(0, by / bb))
            : new ScalabilityLaw(one, contention, coherency);
    }

    public double Throughput(int workers) => One * workers / (1 + (Contention * (workers - 1)) + (Coherency * workers * (workers - 1)));
}
