using System.Text;
using SlmEdge.Engines.LlamaCpp;

namespace SlmEdge.Engines.Tests.LlamaCpp;

public sealed class LlamaTokenizerTests
{
    [SkippableFact]
    public void A_real_vocabulary_is_read_whole()
    {
        using var tokenizer = LlamaTokenizer.Open(SharedData.Stories());
        tokenizer.VocabularySize.ShouldBe(512);
        tokenizer.BosTokenId.ShouldBe(1);
        tokenizer.EosTokenId.ShouldBe(2);
        tokenizer.AddBos.ShouldBeTrue();
    }

    [SkippableTheory]
    [InlineData("Once upon a time")]
    [InlineData("Grüße, 世界 😀")]
    [InlineData("")]
    public void Text_comes_back_with_the_space_that_this_vocabulary_puts_in_front(string text)
    {
        using var tokenizer = LlamaTokenizer.Open(SharedData.Stories());
        var tokens = tokenizer.Encode(text);
        tokenizer.Decode(tokens).ShouldBe(text.Length == 0 ? string.Empty : " " + text);
    }

    [SkippableFact]
    public void The_buffer_overload_gives_the_same_tokens_and_grows_its_buffer()
    {
        using var tokenizer = LlamaTokenizer.Open(SharedData.Stories());
        const string text = "Lily saw a big red ball.";
        var buffer = new int[2];
        var count = tokenizer.Encode(Encoding.UTF8.GetBytes(text), ref buffer);
        buffer[..count].ShouldBe(tokenizer.Encode(text));
    }

    [SkippableFact]
    public async Task Disposal_waits_for_the_calls_that_other_threads_have_begun()
    {
        for (var round = 0; round < 20; round++)
        {
            var tokenizer = LlamaTokenizer.Open(SharedData.Stories());
            using var started = new CountdownEvent(2);
            var text = string.Concat(Enumerable.Repeat("Lily saw a big red ball. ", 200));
            var work = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                tokenizer.Encode(text);
                started.Signal();
                while (true)
                {
                    tokenizer.Encode(text);
                }
            })).ToArray();
            started.Wait();
            tokenizer.Dispose();
            foreach (var task in work)
            {
                await Should.ThrowAsync<ObjectDisposedException>(() => task);
            }
        }
    }

    [SkippableFact]
    public void Text_of_users_never_becomes_control_tokens()
    {
        using var tokenizer = LlamaTokenizer.Open(SharedData.Stories());
        tokenizer.Encode("<s>").ShouldNotContain(1);
        tokenizer.Encode("<s>", parseSpecial: true).ShouldContain(1);
    }

    [SkippableFact]
    public void A_piece_of_several_tokens_is_no_single_token()
    {
        using var tokenizer = LlamaTokenizer.Open(SharedData.Stories());
        tokenizer.FindSingleToken("once upon a time").ShouldBeNull();
        var one = Enumerable.Range(3, 509).First(id => tokenizer.FindSingleToken(tokenizer.GetTokenText(id).TrimStart()) is not null);
        tokenizer.FindSingleToken(tokenizer.GetTokenText(one).TrimStart()).ShouldNotBeNull();
    }

    [SkippableFact]
    public void Threads_share_a_tokenizer()
    {
        using var tokenizer = LlamaTokenizer.Open(SharedData.Stories());
        var texts = Enumerable.Range(0, 200).Select(i => $"story {i} of {i * 7} balls").ToArray();
        var expected = texts.Select(text => tokenizer.Encode(text)).ToArray();
        Parallel.For(0, texts.Length, i => tokenizer.Encode(texts[i]).ShouldBe(expected[i]));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Should.Throw<EngineException>(() => LlamaTokenizer.Open("no-such-model.gguf")).Message.ShouldContain("no-such-model.gguf");
    }
}
