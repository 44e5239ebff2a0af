using SlmEdge.EndToEnd.Tests.Programs;

namespace SlmEdge.EndToEnd.Tests.CommandLine;

public sealed class UsageTests
{
    public static TheoryData<string> Programs => ["slm-train", "slm-export", "slm-edge"];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Help_is_printed_and_is_no_error(string program) => ToolNamed(program).Run("--help").ShouldSucceed().Output.ShouldContain("Usage:");

    [Theory]
    [MemberData(nameof(Programs))]
    public void An_unknown_command_is_wrong_usage(string program) => ToolNamed(program).Run("frobnicate").ShouldFail(2, "frobnicate");

    [Theory]
    [InlineData("slm-train", "sft", "--base")]
    [InlineData("slm-train", "eval", "--data")]
    [InlineData("slm-export", "bundle", "--run")]
    [InlineData("slm-export", "gguf", "--base")]
    [InlineData("slm-edge", "classify", "--bundle")]
    [InlineData("slm-edge", "serve", "--bundle")]
    public void A_missing_option_is_wrong_usage_and_is_named(string program, string command, string option) => ToolNamed(program).Run(command).ShouldFail(2, option);

    [Fact]
    public void An_unknown_method_is_wrong_usage() =>
        Tool.Train.Run("sft", "--base", "x", "--task", "x", "--train", "x", "--out", "x", "--method", "magic").ShouldFail(2, "magic");

    [Fact]
    public void An_unknown_type_is_wrong_usage() => Tool.Export.Run("gguf", "--base", "x", "--out", "x", "--type", "q1_magic").ShouldFail(2, "q1_magic");

    [Theory]
    [InlineData("slm-train", "sft --base x --task x --train x --out x --threads -1", "--threads")]
    [InlineData("slm-train", "sft --base x --task x --train x --out x --learning-rate NaN", "--learning-rate")]
    [InlineData("slm-train", "sft --base x --task x --train x --out x --dropout 2", "--dropout")]
    [InlineData("slm-train", "sft --base x --task x --train x --out x --optimizer 1", "--optimizer")]
    [InlineData("slm-train", "eval --base x --task x --data x --threads -1", "--threads")]
    [InlineData("slm-train", "tokenizer --files x --out x --vocabulary 5", "--vocabulary")]
    [InlineData("slm-train", "pretrain --tokenizer x --files x --valid x --out x --heads 0", "--heads")]
    [InlineData("slm-train", "pretrain --tokenizer x --files x --valid x --out x --hidden-size 100 --heads 3", "--hidden-size")]
    [InlineData("slm-export", "gguf --base x --out x --threads -1", "--threads")]
    [InlineData("slm-export", "bundle --run x --data x --out x --max-loss NaN", "--max-loss")]
    [InlineData("slm-edge", "classify --bundle x --text x --threads 100000000", "--threads")]
    [InlineData("slm-edge", "classify --bundle x --text x --batch-tokens 2000000000", "--batch-tokens")]
    [InlineData("slm-edge", "classify --bundle x --text x --abstain-below NaN", "--abstain-below")]
    [InlineData("slm-edge", "classify --bundle x --text x --abstain-below much", "--abstain-below")]
    [InlineData("slm-edge", "serve --bundle x --threads many", "--threads")]
    public void A_value_out_of_range_is_wrong_usage_and_names_its_option(string program, string arguments, string option) =>
        ToolNamed(program).Run(arguments.Split(' ')).ShouldFail(2, option);

    [Fact]
    public void The_doctor_finds_every_engine()
    {
        var output = Tool.Edge.Run("doctor").ShouldSucceed().Output;
        output.ShouldContain("llama.cpp: found");
        output.ShouldContain("ONNX Runtime: found");
        output.ShouldContain("1.30.0");
    }

    private static Tool ToolNamed(string name) => name switch { "slm-train" => Tool.Train, "slm-export" => Tool.Export, _ => Tool.Edge };
}
