using SlmEdge.Formats.Safetensors;

namespace SlmEdge.Formats.Tests.Safetensors;

public sealed class SafetensorsCollectionTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_are_read_as_one()
    {
        Shard("model-1.safetensors", "a", 1);
        Shard("model-2.safetensors", "b", 2);
        _folder.Write("model.safetensors.index.json", """{"metadata":{},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}""");
        using var weights = SafetensorsCollection.Open(_folder.Path);
        weights.Tensors.Keys.Order().ShouldBe(["a", "b"]);
        weights.ReadFloat32("a").ShouldBe([1]);
        weights.ReadFloat32("b").ShouldBe([2]);
        weights.Paths.Count.ShouldBe(2);
    }

    [Fact]
    public void A_single_file_needs_no_index()
    {
        Shard("model.safetensors", "a", 1);
        using var weights = SafetensorsCollection.Open(_folder.Path);
        weights.ReadFloat32("a").ShouldBe([1]);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../model-1.safetensors"}}""", "plain name")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "plain name")]
    [InlineData("""{"weight_map":{"a":"model-9.safetensors"}}""", "is missing")]
    [InlineData("""{"weight_map":{"a":"model-1.safetensors","z":"model-1.safetensors"}}""", "where it is not")]
    [InlineData("""{"weight_map":[]}""", "weight_map")]
    public void An_index_that_lies_is_refused(string index, string because)
    {
        Shard("model-1.safetensors", "a", 1);
        _folder.Write("model.safetensors.index.json", index);
        Should.Throw<ModelFormatException>(() => SafetensorsCollection.Open(_folder.Path)).Message.ShouldContain(because);
    }

    [Fact]
    public void A_folder_without_weights_says_what_is_missing() =>
        Should.Throw<ModelFormatException>(() => SafetensorsCollection.Open(_folder.Path)).Message.ShouldContain("model.safetensors");

    private void Shard(string name, string tensor, float value) =>
        SafetensorsWriter.Write(_folder.File(name), [SafetensorsEntry.FromFloat32(tensor, [1], SafetensorsType.F32, new[] { value })]);
}
