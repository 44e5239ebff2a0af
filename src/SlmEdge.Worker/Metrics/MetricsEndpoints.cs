using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Metrics;

/// <summary><c>GET /metrics</c>: what the service has done since it started, for Prometheus and for the page.</summary>
internal sealed class MetricsEndpoints(ServiceMetrics metrics, IServingEngine engine, DriftWatch drift, DurableState? state) : IEndpointGroup
{
    private readonly DateTimeOffset started = DateTimeOffset.UtcNow;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", WriteAsync).RequireRole(Role.Ask);

    private Task WriteAsync(HttpContext context)
    {
        var text = new PrometheusText();
        var bundle = engine.Bundle;
        text.Gauge(
            "slm_edge_info",
            "What is served.",
            1,
            ("task", bundle.Manifest.Task.Name),
            ("bundle", bundle.Manifest.Name),
            ("version", bundle.Manifest.Version),
            ("engine", bundle.Engine),
            ("file", bundle.File));
        text.Gauge("slm_edge_ready", "Whether the engine can answer.", engine.Health == EngineHealth.Ready ? 1 : 0);
        text.Gauge("slm_edge_start_time_seconds", "When the service started, in seconds since 1970.", started.ToUnixTimeMilliseconds() / 1000.0);
        text.Gauge("slm_edge_waiting_requests", "Requests in front of the engine.", engine.Waiting);
        text.Gauge("slm_edge_resident_memory_bytes", "Resident memory of the service's own process.", Environment.WorkingSet);
        text.Counter("slm_edge_cpu_seconds_total", "Processor time of the service's own process.", Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds);
        text.Counters("slm_edge_requests_total", "Requests by what they ask for.", "operation", metrics.Requests);
        text.Counters("slm_edge_failures_total", "Requests that failed, by reason.", "reason", metrics.Failures);
        text.Counters("slm_edge_decisions_total", "Decisions by their best label.", "label", metrics.Labels);
        text.Counter("slm_edge_abstentions_total", "Decisions without a label.", metrics.Abstentions);
        text.Counter("slm_edge_truncated_total", "Texts whose end was cut off.", metrics.Truncated);
        text.Counter("slm_edge_text_tokens_total", "Tokens of classified texts, without the shared prefix.", metrics.TextTokens);
        text.Counter("slm_edge_prompt_tokens_total", "Tokens of prompts that were answered.", metrics.PromptTokens);
        text.Counter("slm_edge_cached_tokens_total", "Those of them that were in the memory already.", metrics.CachedTokens);
        text.Counter("slm_edge_answer_tokens_total", "Tokens that were written.", metrics.AnswerTokens);
        text.Histogram("slm_edge_queue_seconds", "From the call to the start of the evaluation.", metrics.Queue);
        text.Histogram("slm_edge_prefill_seconds", "From there to the decision, or to the first token.", metrics.Prefill);
        text.Histogram("slm_edge_decode_seconds", "From the first token to the last.", metrics.Decode);
        text.Histogram("slm_edge_batch_requests", "Requests evaluated together.", metrics.Batch);
        text.Histogram("slm_edge_confidence", "Calibrated probability of the best label.", metrics.Confidence);
        WriteDrift(text, bundle);
        if (state is not null)
        {
            text.Gauge("slm_edge_storage_ready", "Whether the disk takes jobs and the journal.", state.Trouble is null ? 1 : 0);
            text.Counter("slm_edge_journal_missed_total", "Entries that the disk did not take.", state.Journal.Missed);
        }

        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private void WriteDrift(PrometheusText text, ServedBundle bundle)
    {
        if (drift.Monitor(bundle) is { } monitor)
        {
            var now = monitor.Read();
            text.Gauge("slm_edge_drift_window_texts", "Recent texts that are compared with the bundle's validation rows.", now.InWindow);
            text.Gauges("slm_edge_drift", "How far they lie apart, by statistic.", "statistic", now.Readings.Select(reading => (DriftAlarm.Name(reading.Statistic), reading.Value)));
            text.Gauges("slm_edge_drift_threshold", "The value above which it is an alarm.", "statistic", now.Readings.Select(reading => (DriftAlarm.Name(reading.Statistic), reading.Threshold)));
            text.Gauges("slm_edge_drift_alarm", "Whether it is one.", "statistic", now.Readings.Select(reading => (DriftAlarm.Name(reading.Statistic), reading.IsAlarm ? 1.0 : 0)));
            text.Counter("slm_edge_drift_alarms_total", "Alarms that began.", drift.Raised);
            if (now.Accuracy is { } accuracy)
            {
                text.Gauge("slm_edge_accuracy_estimate", "Share of right decisions among them, estimated from calibrated confidences.", accuracy.Estimate);
                text.Gauge("slm_edge_accuracy_estimate_low", "Lower end of its 95 % interval.", accuracy.Low);
                text.Gauge("slm_edge_accuracy_estimate_high", "Upper end of its 95 % interval.", accuracy.High);
            }
        }

        if (drift.Webhook is { } webhook)
        {
            text.Counter("slm_edge_webhook_sent_total", "Alarms that the webhook took.", webhook.Sent);
            text.Counter("slm_edge_webhook_lost_total", "Alarms that were given up.", webhook.Lost);
        }
    }
}
