using System.Runtime.CompilerServices;

namespace SlmEdge.Interop;

/// <summary>
/// Structures that begin with their size and only ever grow at their end. The rules are those of Linux's <c>copy_struct_from_user</c>: members that an older program does
/// not have are zero, members that this library does not know have to be zero.
/// </summary>
internal static unsafe class GrowingStructure
{
    // A size that no version will reach is memory that was not set.
    private const nuint Largest = 4096;

    /// <summary>Reads a structure of the caller's into the newest one.</summary>
    /// <param name="given">The caller's; of its own size.</param>
    /// <param name="sizes">The sizes that the structure has had, the oldest first.</param>
    /// <param name="name">The parameter, for messages.</param>
    public static T Read<T>(T* given, ReadOnlySpan<int> sizes, string name)
        where T : unmanaged
    {
        var size = SizeOf(given, sizes, name);
        for (var i = (nuint)sizeof(T); i < size; i++)
        {
            if (((byte*)given)[i] != 0)
            {
                throw new AbiException(
                    SlmStatus.InvalidArgument, $"'{name}' sets a member that this library (version {LibraryExports.Version}) does not know. Use a newer library, or leave it zero.");
            }
        }

        T value = default;
        Unsafe.CopyBlockUnaligned(&value, given, (uint)Math.Min(size, (nuint)sizeof(T)));
        return value;
    }

    /// <summary>Writes as much of a structure as the caller's has; its size stays as the caller set it.</summary>
    /// <param name="value">What to write.</param>
    /// <param name="given">The caller's, whose size was checked by <see cref="SizeOf"/>.</param>
    /// <param name="size">That size.</param>
    public static void Write<T>(T value, void* given, nuint size)
        where T : unmanaged =>
        Unsafe.CopyBlockUnaligned((byte*)given + sizeof(nuint), (byte*)&value + sizeof(nuint), (uint)(Math.Min(size, (nuint)sizeof(T)) - (nuint)sizeof(nuint)));

    /// <summary>The size of the caller's structure, which has to be one that a version has had, or a larger one.</summary>
    public static nuint SizeOf(void* given, ReadOnlySpan<int> sizes, string name)
    {
        var size = Unsafe.ReadUnaligned<nuint>(given);
        if (size <= Largest && (size > (nuint)sizes[^1] || sizes.Contains((int)size)))
        {
            return size;
        }

        throw new AbiException(
            SlmStatus.InvalidArgument, $"{name}.size is {size}, which no version of the structure has; the newest that this library knows has {sizes[^1]}. Set it to sizeof.");
    }
}
