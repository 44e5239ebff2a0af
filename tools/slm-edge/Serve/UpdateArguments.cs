using System.CommandLine;
using SlmEdge.Bundles.Store;
using SlmEdge.Tools.Edge.CommandLine;
using SlmEdge.Worker.Updates;

namespace SlmEdge.Tools.Edge.Serve;

/// <summary>How newer versions of an installed bundle take over while the service runs.</summary>
internal sealed class UpdateArguments
{
    private static readonly TrialOptions Defaults = new();

    private readonly Option<string?> folder = new("--updates") { Description = "Folder, such as a USB stick's, whose signed .slmb are taken once each; with --bundle store:NAME.", HelpName = "DIR" };

    private readonly Option<int> shadow = new("--update-shadow") { Description = "Requests that a bundle from that folder answers in the shadow of the running version first." };

    private readonly Option<double> agreement = new("--update-agreement") { Description = "Share of the texts that a shadow run has to decide as the running version does.", DefaultValueFactory = _ => 0.9 };

    private readonly Option<int> trial = new("--trial") { Description = "Decisions for which a new version is watched, and sent back if it does worse; 0 is without trial.", DefaultValueFactory = _ => Defaults.Decisions };

    private readonly Option<double> minutes = new("--trial-minutes") { Description = "Minutes after which a trial ends, however few decisions there were.", DefaultValueFactory = _ => Defaults.Time.TotalMinutes };

    private readonly Option<double> errors = new("--trial-errors") { Description = "Rise of the share of failed requests that is allowed.", DefaultValueFactory = _ => Defaults.MaxErrorRise };

    private readonly Option<double> latency = new("--trial-latency") { Description = "Times as long that the slowest 5% of the answers may take.", DefaultValueFactory = _ => Defaults.MaxLatencyFactor };

    private readonly Option<double> abstentions = new("--trial-abstentions") { Description = "Rise of the share of abstentions that is allowed.", DefaultValueFactory = _ => Defaults.MaxAbstentionRise };

    public UpdateArguments(Command command)
    {
        shadow.Between(0, 1_000_000);
        agreement.Between(0, 1);
        trial.Between(0, 10_000_000);
        minutes.Between(0.1, 1e5);
        errors.Between(0, 1);
        latency.Between(1, 1000);
        abstentions.Between(0, 1);
        foreach (var option in new Option[] { folder, shadow, agreement, trial, minutes, errors, latency, abstentions })
        {
            command.Options.Add(option);
        }
    }

    /// <returns>Null where the bundle is no installed one.</returns>
    /// <exception cref="UsageException">A folder is given for a bundle that is served by its path.</exception>
    public UpdateOptions? Read(ParseResult parsed, string bundle)
    {
        if (StoreArguments.NameInStore(bundle) is not { } name)
        {
            return parsed.GetValue(folder) is null
                ? null
                : throw new UsageException("--updates needs a bundle of the store, which has a second slot: 'slm-edge bundle install' it and give --bundle store:NAME.");
        }

        return new UpdateOptions
        {
            StorePath = BundleStore.DefaultPath,
            BundleName = name,
            Folder = parsed.GetValue(folder),
            FolderShadow = parsed.GetValue(shadow),
            MinAgreement = parsed.GetValue(agreement),
            Trial = new TrialOptions
            {
                Decisions = parsed.GetValue(trial),
                Time = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                MaxErrorRise = parsed.GetValue(errors),
                MaxLatencyFactor = parsed.GetValue(latency),
                MaxAbstentionRise = parsed.GetValue(abstentions),
            },
        };
    }
}
