using System.Security.Cryptography;
using System.Text;
using SlmEdge.Worker.Access;

namespace SlmEdge.Worker.Tests.Access;

public sealed class ApiKeyFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    private string FilePath => Path.Combine(folder, "keys.json");

    [Fact]
    public void A_key_is_kept_as_its_hash_and_read_again_as_it_was()
    {
        var made = new ApiKeyFile([]).Add("line-3", [Role.Ask, Role.Feedback], out var secret);
        made.Save(FilePath);
        secret.ShouldStartWith(ApiKeyFile.Prefix);
        File.ReadAllText(FilePath).ShouldNotContain(secret);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(FilePath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var key = ApiKeyFile.Load(FilePath).Keys.ShouldHaveSingleItem();
        key.Name.ShouldBe("line-3");
        key.Roles.ShouldBe([Role.Ask, Role.Feedback]);
        key.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret))));
        key.Allows(Role.Administer).ShouldBeFalse();
        key.Allows(Role.Ask).ShouldBeTrue();
    }

    [Fact]
    public void Who_administers_may_do_everything()
    {
        var key = new ApiKeyFile([]).Add("owner", [Role.Administer], out _).Keys[0];
        Enum.GetValues<Role>().ShouldAllBe(role => key.Allows(role));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a\nb")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public void A_name_that_would_not_read_well_in_a_log_is_refused(string name) =>
        Should.Throw<WorkerException>(() => new ApiKeyFile([]).Add(name, [Role.Ask], out _));

    [Fact]
    public void A_name_stands_once_and_a_key_has_a_role()
    {
        var one = new ApiKeyFile([]).Add("a", [Role.Ask], out _);
        Should.Throw<WorkerException>(() => one.Add("a", [Role.Ask], out _)).Message.ShouldContain("twice");
        Should.Throw<WorkerException>(() => one.Add("b", [], out _)).Message.ShouldContain("role");
        Should.Throw<WorkerException>(() => one.Remove("c")).Message.ShouldContain("'c'");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"version\":2,\"keys\":[]}")]
    [InlineData("{\"version\":1,\"keys\":[null]}")]
    [InlineData("{\"version\":1,\"keys\":[{\"name\":\"a\",\"roles\":[\"ask\"],\"sha256\":\"00\"}]}")]
    [InlineData("{\"version\":1,\"keys\":[{\"name\":\"a\",\"roles\":[\"king\"],\"sha256\":\"00\"}]}")]
    [InlineData("{\"version\":1,\"keys\":[],\"more\":1}")]
    public void What_is_no_key_file_is_refused_with_its_name(string content)
    {
        File.WriteAllText(FilePath, content);
        Should.Throw<WorkerException>(() => ApiKeyFile.Load(FilePath)).Message.ShouldContain(FilePath);
    }

    [Fact]
    public void A_missing_file_is_an_error_that_says_how_to_make_one() =>
        Should.Throw<WorkerException>(() => ApiKeyFile.Load(FilePath)).Message.ShouldContain("slm-edge key add");

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
