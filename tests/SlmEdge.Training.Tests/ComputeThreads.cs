using System.Runtime.CompilerServices;
using TorchSharp;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace SlmEdge.Training.Tests;

/// <summary>One compute thread: tiny matrices gain nothing from more, and a busy test machine loses much by waiting for the slowest.</summary>
internal static class ComputeThreads
{
    [ModuleInitializer]
    internal static void UseOne() => torch.set_num_threads(1);
}
