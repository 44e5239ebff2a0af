using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Storage;

namespace SlmEdge.Datasets.Tests.Storage;

public sealed class KeyTableTests
{
    [Theory]
    [InlineData(40_000, true)]
    [InlineData(8_000, true)]
    [InlineData(10_000_000, false)]
    public void Groups_are_those_of_a_plain_grouping_wherever_the_rows_are(long memoryBytes, bool onDisk)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        var rows = new List<(int Row, ulong[] Keys)>();
        using (var table = new KeyTable(3, new DatasetOptions { MemoryBytes = memoryBytes, TemporaryFolder = folder.Path }))
        {
            for (int row = 0; row < 5000; row++)
            {
                // A row left out, as blank ones are; keys all in one range of those sorted at a time, the lowest or the highest, and keys all over them.
                ulong[] keys = [(ulong)random.Next(3000), ulong.MaxValue - (ulong)random.Next(50), TextHash.Mix((ulong)random.Next(3000))];
                if (row % 7 != 0)
                {
                    rows.Add((row, keys));
                    table.Add(row, keys);
                }
            }

            // Nothing to be left behind by a process that is killed.
            table.OnDisk.ShouldBe(onDisk);
            Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
            for (int column = 0; column < 3; column++)
            {
                Compare(table, rows, column, null, null);
                Compare(table, rows, column, row => row % 3 > 0, null);
                Compare(table, rows, column, null, row => row is > 300 and < 320);
                Compare(table, rows, column, row => row % 3 > 0, row => row is > 300 and < 320);
            }

            table.Groups(0, null, _ => false, CancellationToken.None).ShouldBeEmpty();
        }

    }

    [Fact]
    public void Where_there_is_no_room_the_error_says_what_to_do()
    {
        using var table = new KeyTable(1, new DatasetOptions { MemoryBytes = 100, TemporaryFolder = "/dev/null/nowhere" });
        Should.Throw<DatasetException>(() =>
        {
            for (int row = 0; row < 100; row++)
            {
                table.Add(row, [1]);
            }
        }).Message.ShouldContain("--temp");
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

    private static void Compare(KeyTable table, List<(int Row, ulong[] Keys)> rows, int column, Predicate<int>? wanted, Predicate<int>? required)
    {
        HashSet<ulong> among = [.. rows.Where(row => required is null || required(row.Row)).Select(row => row.Keys[column])];
        int[][] expected = [.. rows.Where(row => wanted is null || wanted(row.Row))
            .GroupBy(row => row.Keys[column])
            .Where(group => group.Count() > 1 && among.Contains(group.Key))
            .OrderBy(group => group.Key)
            .Select(group => group.Select(row => row.Row).ToArray())];
        expected.ShouldNotBeEmpty();
        table.Groups(column, wanted, required, CancellationToken.None).ToArray().ShouldBe(expected);
    }
}
