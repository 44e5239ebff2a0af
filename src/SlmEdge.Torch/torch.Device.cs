using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The main memory.</summary>
    public static readonly Device CPU = new(DeviceType.CPU);

    private static Device? _cuda;

    /// <summary>The current CUDA device.</summary>
    public static Device CUDA => _cuda ??= new Device(DeviceType.CUDA);

    /// <summary>The device of a description such as <c>"cpu"</c> or <c>"cuda:0"</c>.</summary>
    public static Device device(string description) => new(description);

    /// <summary>The device of a type and an ordinal.</summary>
    public static Device device(string deviceType, int index = -1) => new(deviceType, index);

    /// <summary>The device of a type and an ordinal.</summary>
    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    /// <summary>The CUDA device of an ordinal.</summary>
    public static Device device(int index) => new(index);

    /// <summary>A device on which tensors are or will be: a type and, for GPUs, an ordinal.</summary>
    public class Device
    {
        /// <summary>Reads a description such as <c>"cpu"</c> or <c>"cuda:0"</c>.</summary>
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            var colon = description.IndexOf(':', StringComparison.Ordinal);
            type = ParseType(colon < 0 ? description : description[..colon]);
            index = colon < 0 ? -1 : int.Parse(description.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        }

        /// <summary>A device of a type named by a string.</summary>
        public Device(string deviceType, int index = -1)
            : this(ParseType(deviceType), index)
        {
        }

        /// <summary>A device of a type.</summary>
        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        /// <summary>The CUDA device of an ordinal.</summary>
        public Device(int index)
            : this(DeviceType.CUDA, index)
        {
        }

        /// <summary>The kind of device.</summary>
        public DeviceType type { get; }

        /// <summary>The ordinal, or -1 for the current device.</summary>
        public int index { get; }

        /// <summary>The device of a description such as <c>"cpu"</c> or <c>"cuda:0"</c>.</summary>
        public static implicit operator Device(string description) => new(description);

        /// <summary><c>"cpu"</c>, <c>"cuda"</c>, <c>"cuda:0"</c>.</summary>
        public override string ToString()
        {
            var name = Enum.GetName(type)!.ToLowerInvariant();
            return type == DeviceType.CPU || index < 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{index}");
        }

        internal long ToBits() => ((long)index << 32) | (uint)type;

        internal static Device FromBits(long bits) => new((DeviceType)(int)bits, (int)(bits >> 32));

        private static DeviceType ParseType(string name) =>
            Enum.TryParse<DeviceType>(name, ignoreCase: true, out var parsed) && !char.IsDigit(name[0])
                ? parsed
                : throw new ArgumentException($"'{name}' is not a kind of device; known are {string.Join(", ", Enum.GetNames<DeviceType>())}.", nameof(name));
    }
}
