using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Seeds the sources of all devices and returns the one of main memory.</summary>
    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    /// <summary>The seed that the source of main memory started from.</summary>
    public static long initial_seed() => random.initial_seed();

    /// <summary>The state of the source of main memory.</summary>
    public static Tensor get_rng_state() => random.get_rng_state();

    /// <summary>Makes the source of main memory go on from a state.</summary>
    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    /// <summary>The default sources of random numbers.</summary>
    public static partial class random
    {
        /// <summary>Seeds the sources of all devices and returns the one of main memory.</summary>
        public static Generator manual_seed(long seed)
        {
            SlmTorch.Check(SlmTorch.ManualSeed(unchecked((ulong)seed)));
            return Generator.Default;
        }

        /// <summary>The seed that the source of main memory started from.</summary>
        public static long initial_seed()
        {
            using var generator = Generator.Default;
            return generator.initial_seed();
        }

        /// <summary>The state of the source of main memory.</summary>
        public static Tensor get_rng_state()
        {
            using var generator = Generator.Default;
            return generator.get_state();
        }

        /// <summary>Makes the source of main memory go on from a state.</summary>
        public static void set_rng_state(Tensor new_state)
        {
            using var generator = Generator.Default;
            generator.set_state(new_state);
        }
    }
}
