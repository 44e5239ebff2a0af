using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Optimization;

/// <summary>A state tensor at the device where it is computed with; what was changed there is copied back to where it lies.</summary>
internal readonly struct OffloadedState : IDisposable
{
    private readonly Tensor _home;

    private OffloadedState(Tensor home, Tensor value) => (_home, Value) = (home, value);

    /// <summary>The state to compute with.</summary>
    public Tensor Value { get; }

    /// <summary>State of a parameter's shape, on another device when one is given.</summary>
    public static Tensor Zeros(Tensor parameter, Device? device) => zeros(parameter.shape, device: device ?? parameter.device).DetachFromDisposeScope();

    /// <summary>Brings a state tensor to a device; nothing is copied where it lies there.</summary>
    public static OffloadedState Fetch(Tensor home, Device device) => new(home, home.device.type == device.type ? home : home.to(device));

    public void Dispose()
    {
        if (!ReferenceEquals(Value, _home))
        {
            _home.copy_(Value);
            Value.Dispose();
        }
    }
}
