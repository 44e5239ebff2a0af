using Microsoft.Playwright;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Tests.Http;

namespace SlmEdge.Worker.Tests.Page;

/// <summary>The page in a real browser, Debian's Chromium.</summary>
public sealed class DashboardTests : IDisposable
{
    private static readonly string? Chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableFact]
    public async Task A_text_is_tried_a_decision_corrected_and_a_job_followed_and_nothing_fails()
    {
        Skip.If(Chromium is null, "There is no Chromium; on Debian: apt-get install chromium");
        await using var service = await RunningService.StartAsync(worker: new WorkerOptions { DataDirectory = folder.File("data"), Journal = new JournalOptions { Text = JournalText.Full } });
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Add(message.Text);
            }
        };
        await page.GotoAsync(service.Service.Addresses[0] + "/");
        await page.Locator("#text").FillAsync("the dog barked at the cat");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.Locator("#bars dt").First.WaitForAsync();
        (await page.Locator("#bars dt").CountAsync()).ShouldBe(TinyBundle.Labels.Length);
        var label = await page.Locator("#label").TextContentAsync();
        TinyBundle.Labels.ShouldContain(label);

        // By keyboard from tab to tab.
        await page.Locator("#tab-try").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Locator("#figures dd").First.WaitForAsync();
        (await page.Locator("#label-bars dt").First.TextContentAsync()).ShouldBe(label);

        await page.Keyboard.PressAsync("ArrowRight");
        await page.Locator("#drift-note:not(:empty)").WaitForAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Locator("#decision-rows button").First.ClickAsync();
        var right = TinyBundle.Labels.First(other => other != label);
        await page.Locator("#decision-rows select").SelectOptionAsync(right);
        await page.Locator("#decision-rows button").First.ClickAsync();
        await page.Locator($"#decision-rows td:last-child:text-is('{right}')").WaitForAsync();

        using var body = new StringContent("\"one text\"\n\"another text\"");
        body.Headers.ContentType = new("application/jsonl");
        (await service.Client.PostAsync(new Uri("/v1/jobs?name=from%20the%20test", UriKind.Relative), body)).EnsureSuccessStatusCode();
        await page.Locator("#tab-jobs").ClickAsync();
        await page.Locator("#job-rows td:text-is('done')").WaitForAsync();
        await page.Locator("#tab-bundle").ClickAsync();
        (await page.Locator("#engine").TextContentAsync())!.ShouldContain("llama.cpp");

        // On a phone nothing is wider than the screen.
        await page.SetViewportSizeAsync(360, 740);
        foreach (var view in new[] { "try", "live", "drift", "decisions", "jobs", "bundle" })
        {
            await page.Locator("#tab-" + view).ClickAsync();
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360, view);
        }

        errors.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task The_page_shows_how_the_texts_have_changed()
    {
        Skip.If(Chromium is null, "There is no Chromium; on Debian: apt-get install chromium");
        await using var service = await RunningService.StartAsync(Drift.WatchedBundle.Create());
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync();
        await page.GotoAsync(service.Service.Addresses[0] + "/#drift");
        await page.Locator("#drift-note:has-text('0 of 60 texts')").WaitForAsync();
        await Drift.WatchedBundle.AskAsync(service.Client, Drift.WatchedBundle.Strange(60));
        await page.Locator("#drift-bars dd:text-is('alarm')").First.WaitForAsync();
        (await page.Locator("#drift-bars dt").CountAsync()).ShouldBe(6);
        await page.Locator("#accuracy dd").First.WaitForAsync();
        (await page.Locator("#alarm-rows tr").CountAsync()).ShouldBeGreaterThan(0);
        await page.SetViewportSizeAsync(360, 740);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360);
    }

    [SkippableFact]
    public async Task A_service_with_keys_lets_the_page_in_with_one()
    {
        Skip.If(Chromium is null, "There is no Chromium; on Debian: apt-get install chromium");
        var keys = folder.File("keys.json");
        var (code, output, errors) = await CommandLine.EdgeProcess.RunAsync(null, "key", "add", "page", "--file", keys, "--role", "ask");
        code.ShouldBe(0, errors);
        var secret = output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).First(word => word.StartsWith("slme_", StringComparison.Ordinal));
        await using var service = await RunningService.StartAsync(worker: new WorkerOptions { Access = new SlmEdge.Worker.Access.AccessOptions { KeyFile = keys } });
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync();
        await page.GotoAsync(service.Service.Addresses[0] + "/");
        await page.Locator("#key").FillAsync(secret);
        await page.Locator("#door button").ClickAsync();
        await page.Locator("#instruction:not(:empty)").WaitForAsync();
        (await page.Locator("#door").IsHiddenAsync()).ShouldBeTrue();
    }
}
