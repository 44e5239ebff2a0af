using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Storage;

namespace SlmEdge.Datasets.Tests.Storage;

public sealed class KeyTableTests
{
    [Fact]
    public void On_the_disk_the_groups_are_those_in_memory()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        var memory = new MemoryKeyTable(2);
        using (var disk = new KeyTable(2, new DatasetOptions { MemoryBytes = 40_000, TemporaryFolder = folder.Path }))
        {
            for (int row = 0; row < 5000; row++)
            {
                // A row left out, as blank ones are; and keys with the highest bit, which a signed number would sort first.
                ulong[] keys = [(ulong)random.Next(3000), ulong.MaxValue - (ulong)random.Next(50)];
                if (row % 7 != 0)
                {
                    memory.Add(row, keys);
                    disk.Add(row, keys);
                }
            }

            disk.OnDisk.ShouldBeTrue();
            for (int column = 0; column < 2; column++)
            {
                int[][] expected = [.. memory.Groups(column, CancellationToken.None)];
                expected.Length.ShouldBeGreaterThan(40);
                disk.Groups(column, CancellationToken.None).ToArray().ShouldBe(expected);
            }
        }

        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void A_spool_gives_back_texts_from_memory_and_from_the_disk()
    {
        using var folder = new TemporaryFolder();
        using (var spool = new TextSpool(folder.Path, memoryBytes: 1000))
        {
            for (int row = 0; row < 500; row += 2)
            {
                spool.Add(row, $"Satır {row}: çıkış valfi");
            }

            spool.Read(0).ShouldBe("Satır 0: çıkış valfi");
            spool.Read(1).ShouldBe("");
            spool.Read(498).ShouldBe("Satır 498: çıkış valfi");
            spool.ByteLength(1).ShouldBe(0);
        }

        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }
}
