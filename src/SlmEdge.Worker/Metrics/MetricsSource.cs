using SlmEdge.Bundles.Drift;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Metrics;

/// <summary>All metrics of the service at one moment, for whoever writes them.</summary>
internal sealed class MetricsSource(ServiceMetrics metrics, IServingEngine engine, DriftWatch drift, DurableState? state)
{
    /// <summary>When counting began.</summary>
    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    public IEnumerable<MetricFamily> Read()
    {
        var bundle = engine.Bundle;
        yield return new MetricFamily("slm_edge_info", "What is served.", MetricKind.Gauge,
        [
            new MetricPoint(
                [
                    ("task", bundle.Manifest.Task.Name),
                    ("bundle", bundle.Manifest.Name),
                    ("version", bundle.Manifest.Version),
                    ("engine", bundle.Engine),
                    ("file", bundle.File),
                ],
                1),
        ]);
        yield return MetricFamily.Gauge("slm_edge_ready", "Whether the engine can answer.", engine.Health == EngineHealth.Ready ? 1 : 0);
        yield return MetricFamily.Gauge("slm_edge_start_time_seconds", "When the service started, in seconds since 1970.", Started.ToUnixTimeMilliseconds() / 1000.0);
        yield return MetricFamily.Gauge("slm_edge_waiting_requests", "Requests in front of the engine.", engine.Waiting);
        yield return MetricFamily.Gauge("slm_edge_resident_memory_bytes", "Resident memory of the service's own process.", Environment.WorkingSet);
        yield return MetricFamily.Counter("slm_edge_cpu_seconds_total", "Processor time of the service's own process.", Environment.CpuUsage.TotalTime.TotalSeconds);
        foreach (var family in Operations(metrics.All).Concat(Drift(bundle)))
        {
            yield return family;
        }

        if (state is not null)
        {
            yield return MetricFamily.Gauge("slm_edge_storage_ready", "Whether the disk takes jobs and the journal.", state.Trouble is null ? 1 : 0);
            yield return MetricFamily.Counter("slm_edge_journal_missed_total", "Entries that the disk did not take.", state.Journal.Missed);
        }
    }

    private static IEnumerable<MetricFamily> Operations(IReadOnlyList<OperationFigures> all)
    {
        yield return Counter("slm_edge_requests_total", "Requests by what they ask for.", of => of.Requests);
        yield return Counters("slm_edge_failures_total", "Requests that failed, by reason.", "reason", of => of.Failures);
        yield return Counters("slm_edge_decisions_total", "Decisions by their best label.", "label", of => of.Decisions);
        yield return Counter("slm_edge_abstentions_total", "Decisions without a label.", of => of.Abstentions);
        yield return Counter("slm_edge_truncated_total", "Texts whose end was cut off.", of => of.Truncated);
        yield return Counter("slm_edge_text_tokens_total", "Tokens of texts that were classified or embedded, without the shared prefix.", of => of.TextTokens);
        yield return Counter("slm_edge_prompt_tokens_total", "Tokens of prompts that were answered.", of => of.PromptTokens);
        yield return Counter("slm_edge_cached_tokens_total", "Those of them that were in the memory already.", of => of.CachedTokens);
        yield return Counter("slm_edge_answer_tokens_total", "Tokens that were written.", of => of.AnswerTokens);
        yield return Distribution("slm_edge_queue_seconds", "From the call to the start of the evaluation.", of => of.Queue);
        yield return Distribution("slm_edge_prefill_seconds", "From there to the decision, to the first token, or to the vectors.", of => of.Prefill);
        yield return Distribution("slm_edge_decode_seconds", "From the first token to the last.", of => of.Decode);
        yield return Distribution("slm_edge_batch_requests", "Requests evaluated together.", of => of.Batch);
        yield return Distribution("slm_edge_confidence", "Calibrated probability of the best label.", of => of.Confidence);

        MetricFamily Counter(string name, string help, Func<OperationFigures, long> value) =>
            new(name, help, MetricKind.Counter, [.. all.Select(of => new MetricPoint(of.Labels, value(of)))]);

        MetricFamily Counters(string name, string help, string label, Func<OperationFigures, IEnumerable<KeyValuePair<string, long>>> values) => new(
            name,
            help,
            MetricKind.Counter,
            [.. all.SelectMany(of => values(of).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new MetricPoint([.. of.Labels, (label, pair.Key)], pair.Value)))]);

        // A histogram in which nothing ever was would be a dozen lines that say nothing: an operation that writes has no confidence.
        MetricFamily Distribution(string name, string help, Func<OperationFigures, Histogram> histogram) =>
            new(name, help, MetricKind.Histogram, [.. all.Where(of => !histogram(of).IsEmpty).Select(of => new MetricPoint(of.Labels, 0, histogram(of)))]);
    }

    private IEnumerable<MetricFamily> Drift(ServedBundle bundle)
    {
        var watched = drift.AdaptersOf(engine.Adapters).Prepend(drift.Own(bundle)).OfType<WatchedModel>().Select(model => (Model: model, Now: model.Monitor.Read())).ToList();
        if (drift.LeftOut > 0 || watched.Count > 0)
        {
            yield return MetricFamily.Counter("slm_edge_drift_left_out_total", "Texts that adapters without a reference answered, which are compared with nothing.", drift.LeftOut);
        }

        if (watched.Count > 0)
        {
            yield return Gauges("slm_edge_drift_window_texts", "Recent texts that are compared with held-out rows.", of => [(null, of.InWindow)]);
            yield return Gauges("slm_edge_drift", "How far they lie apart, by statistic.", of => of.Readings.Select(reading => ((DriftStatistic?)reading.Statistic, reading.Value)));
            yield return Gauges("slm_edge_drift_threshold", "The value above which it is an alarm.", of => of.Readings.Select(reading => ((DriftStatistic?)reading.Statistic, reading.Threshold)));
            yield return Gauges("slm_edge_drift_alarm", "Whether it is one.", of => of.Readings.Select(reading => ((DriftStatistic?)reading.Statistic, reading.IsAlarm ? 1.0 : 0)));
            yield return MetricFamily.Counter("slm_edge_drift_alarms_total", "Alarms that began.", drift.Raised);
        }

        if (watched.Any(of => of.Now.Accuracy is not null))
        {
            yield return Gauges("slm_edge_accuracy_estimate", "Share of right decisions among them, estimated from calibrated confidences.", of => of.Accuracy is { } accuracy ? [(null, accuracy.Estimate)] : []);
            yield return Gauges("slm_edge_accuracy_estimate_low", "Lower end of its 95 % interval.", of => of.Accuracy is { } accuracy ? [(null, accuracy.Low)] : []);
            yield return Gauges("slm_edge_accuracy_estimate_high", "Upper end of its 95 % interval.", of => of.Accuracy is { } accuracy ? [(null, accuracy.High)] : []);
        }

        MetricFamily Gauges(string name, string help, Func<DriftSummary, IEnumerable<(DriftStatistic? Statistic, double Value)>> values) => new(
            name,
            help,
            MetricKind.Gauge,
            [.. watched.SelectMany(of => values(of.Now).Select(value => new MetricPoint(LabelsOf(value.Statistic, of.Model.Adapter), value.Value)))]);

        static (string, string)[] LabelsOf(DriftStatistic? statistic, string? adapter) =>
        [
            .. statistic is { } named ? new[] { ("statistic", DriftAlarm.Name(named)) } : [],
            .. adapter is null ? [] : new[] { ("adapter", adapter) },
        ];

        if (drift.Webhook is { } webhook)
        {
            yield return MetricFamily.Counter("slm_edge_webhook_sent_total", "Alarms that the webhook took.", webhook.Sent);
            yield return MetricFamily.Counter("slm_edge_webhook_lost_total", "Alarms that were given up.", webhook.Lost);
        }
    }
}
