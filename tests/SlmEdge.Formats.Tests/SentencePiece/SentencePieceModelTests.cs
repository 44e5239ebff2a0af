using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Google.Protobuf;
using SlmEdge.Formats.SentencePiece;

namespace SlmEdge.Formats.Tests.SentencePiece;

public sealed class SentencePieceModelTests
{
    [Fact]
    public void Pieces_and_settings_are_read()
    {
        SentencePieceModel model = SentencePieceModel.Parse(Model(
            [("<unk>", 0, 2), ("<s>", 0, 3), ("<0x41>", 0, 6), ("\u2581a", -1.5f, 1), ("[X]", 0, 4), ("old", 0, 5)], [(3, 2), (35, 1)], [(3, 0), (4, 0)]));
        model.Pieces.ShouldBe([
            new("<unk>", 0, SentencePieceType.Unknown), new("<s>", 0, SentencePieceType.Control), new("<0x41>", 0, SentencePieceType.Byte),
            new("\u2581a", -1.5f, SentencePieceType.Normal), new("[X]", 0, SentencePieceType.UserDefined), new("old", 0, SentencePieceType.Unused)]);
        model.Algorithm.ShouldBe(SentencePieceAlgorithm.BytePair);
        model.ByteFallback.ShouldBeTrue();
        model.AddDummyPrefix.ShouldBeFalse();
        model.RemoveExtraWhitespaces.ShouldBeFalse();
        model.ReplacesCharacters.ShouldBeFalse();
    }

    /// <summary>The defaults of <c>sentencepiece_model.proto</c>.</summary>
    [Fact]
    public void What_a_model_does_not_say_has_the_formats_default()
    {
        SentencePieceModel model = SentencePieceModel.Parse(Model([("a", 0, null)], [], []));
        model.Algorithm.ShouldBe(SentencePieceAlgorithm.Unigram);
        model.Pieces[0].Type.ShouldBe(SentencePieceType.Normal);
        model.ByteFallback.ShouldBeFalse();
        model.AddDummyPrefix.ShouldBeTrue();
        model.RemoveExtraWhitespaces.ShouldBeTrue();
    }

    [Fact]
    public void Errors_name_the_file_and_the_offset()
    {
        byte[] valid = Model([("a", 0, 1), ("bc", 0, 9)], [], []);
        var unknownType = Should.Throw<ModelFormatException>(() => SentencePieceModel.Parse(valid, "x.model"));
        unknownType.File.ShouldBe("x.model");
        unknownType.Message.ShouldContain("9 is no SentencePieceType");
        unknownType.Offset.ShouldBe(valid.Length - 4, "the last piece, before two empty messages");
        Should.Throw<ModelFormatException>(() => SentencePieceModel.Parse([])).Message.ShouldContain("no pieces");
        Should.Throw<ModelFormatException>(() => SentencePieceModel.Parse(Encoding.UTF8.GetBytes("IQ== 0\nIg== 1\n"))).Message.ShouldContain("not a SentencePiece model", Case.Sensitive, "the text of another kind of vocabulary");
        Should.Throw<ModelFormatException>(() => SentencePieceModel.Parse(Model([("", 0, 1)], [], []))).Message.ShouldContain("piece 0 is empty");
        Should.Throw<ModelFormatException>(() => SentencePieceModel.Parse(Model([("a", float.NaN, 1)], [], []))).Message.ShouldContain("score");
        Should.Throw<ModelFormatException>(() => SentencePieceModel.Parse([0x0A, 0x7F, 0x0A])).Message.ShouldContain("truncated");
    }

    [Fact]
    public void Damage_is_refused_or_read_but_nothing_else()
    {
        byte[] valid = Model([("<unk>", 0, 2), ("\u2581the", -3, 1), ("ğ", -4, 1)], [(3, 2), (35, 1)], [(3, 1), (4, 0)]);
        Damage.RandomChangesAreRefusedOrRead(valid, bytes => SentencePieceModel.Parse(bytes)).ShouldBeGreaterThan(500);
    }

    [Property(MaxTest = 200)]
    public Property Any_pieces_come_back() => Prop.ForAll(
        ArbMap.Default.ArbFor<(NonEmptyString Text, short Score, byte Type)[]>().Filter(pieces => pieces.Length > 0),
        pieces =>
        {
            (string, float, int?)[] written = [.. pieces.Select(p => (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(p.Text.Get)), (float)p.Score, (int?)(1 + (p.Type % 6))))];
            return SentencePieceModel.Parse(Model(written, [], [])).Pieces.Select(p => (p.Text, p.Score, (int?)p.Type)).SequenceEqual(written);
        });

    [SkippableFact]
    public void The_real_model_of_Mistral_is_read()
    {
        SentencePieceModel model = SentencePieceModel.Load(SharedData.Require("data/tokenizers/mistral"));
        model.Pieces.Count.ShouldBe(32768);
        model.Pieces.Count(piece => piece.Type == SentencePieceType.Byte).ShouldBe(256);
        model.Pieces.Count(piece => piece.Type == SentencePieceType.Control).ShouldBe(750);
        model.Pieces.Count(piece => piece.Type == SentencePieceType.UserDefined).ShouldBe(20);
        model.Pieces[3].ShouldBe(new SentencePieceEntry("[INST]", 0, SentencePieceType.Control));
        model.NormalizerName.ShouldBe("identity");
        model.Algorithm.ShouldBe(SentencePieceAlgorithm.BytePair);
    }

    /// <summary>Written by Google's library, field by field.</summary>
    internal static byte[] Model((string Text, float Score, int? Type)[] pieces, (int Field, int Value)[] trainer, (int Field, int Value)[] normalizer)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            foreach (var (text, score, type) in pieces)
            {
                Message(output, 1, piece =>
                {
                    piece.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    piece.WriteString(text);
                    piece.WriteTag(2, WireFormat.WireType.Fixed32);
                    piece.WriteFloat(score);
                    if (type is int value)
                    {
                        piece.WriteTag(3, WireFormat.WireType.Varint);
                        piece.WriteInt32(value);
                    }
                });
            }

            Message(output, 2, spec => Integers(spec, trainer));
            Message(output, 3, spec => Integers(spec, normalizer));
        }

        return stream.ToArray();
    }

    private static void Integers(CodedOutputStream output, (int Field, int Value)[] fields)
    {
        foreach (var (field, value) in fields)
        {
            output.WriteTag(field, WireFormat.WireType.Varint);
            output.WriteInt32(value);
        }
    }

    private static void Message(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var inner = new CodedOutputStream(stream, leaveOpen: true))
        {
            write(inner);
        }

        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(stream.ToArray()));
    }
}
