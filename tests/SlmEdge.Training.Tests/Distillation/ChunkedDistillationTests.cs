using System.Text.Json;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Models;
using SlmEdge.Training.Tests.Peers;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Distillation;

public sealed class ChunkedDistillationTests
{
    // More rows than a chunk holds, so that sums over chunks are seen.
    private const int Rows = 300;

    private static readonly (DistillationSettings Settings, int Vocabulary, int TeacherVocabulary, double? Softcap)[] Cases =
    [
        (new(2, 0.5), 40, 40, null),
        (new(1, 1), 40, 40, null),
        (new(4, 0.9, 5), 40, 40, null),
        (new(2, 0.3), 40, 48, null),
        (new(2, 0.3, 7), 48, 40, null),
        (new(2, 0.4), 40, 40, 1.5),
    ];

    [SkippableFact]
    public void Loss_and_gradients_are_those_of_PyTorch()
    {
        using var place = new TemporaryDirectory();
        using var scope = NewDisposeScope();
        manual_seed(3);
        var targets = Enumerable.Range(0, Rows).Select(i => (long)(i * 7 % 40)).ToArray();
        var jobs = Cases.Select(c => (
            c.Settings, c.Softcap, Hidden: randn(Rows, 12).requires_grad_(), Head: randn(c.Vocabulary, 12).requires_grad_(), Teacher: randn(Rows, 20), TeacherHead: randn(c.TeacherVocabulary, 20))).ToArray();
        File.WriteAllText(place.At("job.json"), JsonSerializer.Serialize(jobs.Select(job => new
        {
            student = Matrix(job.Hidden), head = Matrix(job.Head), teacher = Matrix(job.Teacher), teacherHead = Matrix(job.TeacherHead), targets,
            temperature = job.Settings.Temperature, weight = job.Settings.Weight, topK = job.Settings.TopK, softcap = job.Softcap,
        })));

        var results = PyTorchPeer.Run("distillation_peer.py", place.At(".")).EnumerateArray().ToArray();

        var positions = Enumerable.Range(0, Rows).Select(i => (long)i).ToArray();
        foreach (var (job, expected) in jobs.Zip(results))
        {
            var taught = new LogitHead(job.TeacherHead, job.Softcap);
            var student = new LogitHead(job.Head, job.Softcap);
            var evaluated = ChunkedDistillation.Evaluate(job.Hidden, positions, targets, student, job.Teacher, taught, job.Settings);
            var loss = ChunkedDistillation.Backward(job.Hidden, positions, targets, student, job.Teacher, taught, job.Settings, 1.0 / Rows);

            evaluated.ShouldBe(loss);
            Relative(loss.CrossEntropy, expected.GetProperty("crossEntropy").GetDouble()).ShouldBeLessThan(1e-5);
            Relative(loss.Divergence, expected.GetProperty("divergence").GetDouble()).ShouldBeLessThan(1e-5);
            Relative(loss.Combined(job.Settings) / Rows, expected.GetProperty("loss").GetDouble()).ShouldBeLessThan(1e-5);
            Distance(job.Hidden.grad!, expected.GetProperty("student")).ShouldBeLessThan(1e-5);
            Distance(job.Head.grad!, expected.GetProperty("head")).ShouldBeLessThan(1e-5);
        }
    }

    private static float[][] Matrix(Tensor tensor) => [.. ModelDirectory.ReadValues(tensor).Chunk((int)tensor.shape[1])];

    private static double Relative(double value, double expected) => Math.Abs(value - expected) / Math.Abs(expected);

    // Largest difference over the largest value.
    private static double Distance(Tensor tensor, JsonElement expected)
    {
        var values = ModelDirectory.ReadValues(tensor);
        var wanted = expected.EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => value.GetDouble()).ToArray();
        values.Length.ShouldBe(wanted.Length);
        return values.Zip(wanted, (a, b) => Math.Abs(a - b)).Max() / wanted.Max(Math.Abs);
    }
}
