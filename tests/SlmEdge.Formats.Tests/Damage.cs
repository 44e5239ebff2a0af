namespace SlmEdge.Formats.Tests;

/// <summary>
/// Damages a small valid file in every way that matters: cut off after each byte, and with seeded random bytes changed.
/// A reader must either accept the result or throw <see cref="ModelFormatException"/>: nothing else.
/// </summary>
internal static class Damage
{
    public static void EveryTruncationIsRefused(byte[] valid, Action<byte[]> read)
    {
        for (int length = 0; length < valid.Length; length++)
        {
            byte[] cut = valid[..length];
            try
            {
                Should.Throw<ModelFormatException>(() => read(cut));
            }
            catch (ShouldAssertException exception)
            {
                throw new ShouldAssertException($"Cut to {length} of {valid.Length} bytes: {exception.Message}", exception);
            }
        }
    }

    /// <returns>How many of the damaged files were refused.</returns>
    public static int RandomChangesAreRefusedOrRead(byte[] valid, Action<byte[]> read, int rounds = 4000, int firstByte = 0)
    {
        int refused = 0;
        for (int seed = 0; seed < rounds; seed++)
        {
            var random = new Random(seed);
            byte[] changed = [.. valid];
            int changes = random.Next(1, 5);
            for (int i = 0; i < changes; i++)
            {
                int at = random.Next(firstByte, changed.Length);
                changed[at] = random.Next(4) switch
                {
                    0 => 0xFF,
                    1 => 0,
                    2 => (byte)(changed[at] ^ (1 << random.Next(8))),
                    _ => (byte)random.Next(256),
                };
            }

            try
            {
                read(changed);
            }
            catch (ModelFormatException)
            {
                refused++;
            }
            catch (Exception exception)
            {
                throw new ShouldAssertException($"Seed {seed}: {exception}", exception);
            }
        }

        return refused;
    }
}
