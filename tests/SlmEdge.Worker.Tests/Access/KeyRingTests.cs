using SlmEdge.Worker.Access;

namespace SlmEdge.Worker.Tests.Access;

public sealed class KeyRingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;
    private readonly AdvancingTime time = new();
    private readonly List<string> log = [];

    private string FilePath => Path.Combine(folder, "keys.json");

    [Fact]
    public void A_key_is_found_by_its_characters_and_nothing_else_is()
    {
        var ring = Ring(new ApiKeyFile([]).Add("a", [Role.Ask], out var first).Add("b", [Role.Administer], out var second));
        ring.Find(first).ShouldNotBeNull().Name.ShouldBe("a");
        ring.Find(second).ShouldNotBeNull().Name.ShouldBe("b");
        ring.Find(first[..^1]).ShouldBeNull();
        ring.Find(first + "x").ShouldBeNull();
        ring.Find("").ShouldBeNull();
    }

    [Fact]
    public void A_removed_key_stops_working_and_a_new_one_works_without_a_restart()
    {
        var keys = new ApiKeyFile([]).Add("a", [Role.Ask], out var old);
        var ring = Ring(keys);
        ring.Find(old).ShouldNotBeNull();
        new ApiKeyFile([]).Add("longer-name", [Role.Ask], out var fresh).Save(FilePath);
        time.Advance(TimeSpan.FromSeconds(1));
        ring.Find(fresh).ShouldNotBeNull().Name.ShouldBe("longer-name");
        ring.Find(old).ShouldBeNull();
        log.ShouldHaveSingleItem().ShouldContain("keys-read");
    }

    [Fact]
    public void A_file_that_is_broken_for_a_moment_locks_nobody_out()
    {
        var ring = Ring(new ApiKeyFile([]).Add("a", [Role.Ask], out var secret));
        File.WriteAllText(FilePath, "{");
        time.Advance(TimeSpan.FromSeconds(1));
        ring.Find(secret).ShouldNotBeNull();
        log.ShouldHaveSingleItem().ShouldContain("keys-unreadable");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private KeyRing Ring(ApiKeyFile keys)
    {
        keys.Save(FilePath);
        return new KeyRing(FilePath, new WorkerLog(log.Add), time);
    }
}
