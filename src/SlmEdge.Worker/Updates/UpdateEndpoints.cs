using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Limits;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Updates;

/// <summary><c>PUT /v1/bundle</c>: a newer version takes over; <c>GET /v1/updates</c>: how that went, and how it does.</summary>
internal sealed class UpdateEndpoints(Updater? updater, WorkerOptions options) : IEndpointGroup
{
    private const int MostShadowRequests = 1_000_000;

    private int receiving;

    public void Map(IEndpointRouteBuilder routes)
    {
        // The size is looked at here, where the answer can say what it is about.
        routes.MapPut("/v1/bundle", ReplaceAsync).RequireRole(Role.Administer).MaxRequestBytes(null).WithoutTimeLimit();
        routes.MapGet("/v1/updates", ShowAsync).RequireRole(Role.Ask);
    }

    private async Task ReplaceAsync(HttpContext context)
    {
        if (updater is null)
        {
            throw new HttpProblem(
                StatusCodes.Status409Conflict,
                "no-store",
                "No store",
                "The bundle is served by its path, so there is no second slot to install into and no version to go back to. Install it with 'slm-edge bundle install' and start the service with --bundle store:NAME.");
        }

        var shadow = context.Request.Query["shadow"].ToString() switch
        {
            "" => 0,
            var text when int.TryParse(text, out var number) && number is >= 0 and <= MostShadowRequests => number,
            var text => throw HttpProblem.Bad("wrong-parameter", "Wrong parameter", $"'shadow' has to be a whole number from 0 to {MostShadowRequests}, not '{text}'.", "shadow"),
        };
        if (Interlocked.Exchange(ref receiving, 1) == 1)
        {
            throw Describe(new UpdateException(UpdateRefusal.Busy, "Another bundle is being received. Try again when it is over."));
        }

        string? file = null;
        try
        {
            updater.RequireReady(shadow);
            file = await ReceiveAsync(context, updater).ConfigureAwait(false);
            if (shadow > 0)
            {
                // Its requests may take hours to come.
                _ = InstallInBackgroundAsync(updater, file, shadow);
                file = null;
                context.Response.Headers.Location = "/v1/updates";
                await JsonResponse.WriteAsync(context, StatusCodes.Status202Accepted, json => UpdateJson.Write(json, updater.Status, options.Updates!)).ConfigureAwait(false);
                return;
            }

            await updater.InstallAsync(file, "http", 0).ConfigureAwait(false);
            await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json => UpdateJson.Write(json, updater.Status, options.Updates!)).ConfigureAwait(false);
        }
        catch (UpdateException refused)
        {
            throw Describe(refused);
        }
        finally
        {
            Volatile.Write(ref receiving, 0);
            Delete(file);
        }
    }

    private static async Task InstallInBackgroundAsync(Updater updater, string file, int shadow)
    {
        try
        {
            await updater.InstallAsync(file, "http", shadow).ConfigureAwait(false);
        }
        catch (UpdateException)
        {
            // It stands in the history and in the log.
        }
        finally
        {
            Delete(file);
        }
    }

    private static async Task<string> ReceiveAsync(HttpContext context, Updater updater)
    {
        if (context.Request.ContentLength > updater.MaxBundleBytes)
        {
            throw TooLarge(updater);
        }

        var path = Path.Combine(updater.StagingFolder, Guid.CreateVersion7().ToString("N") + ".slmb");
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: true);
            var buffer = new byte[1 << 18];
            for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0;)
            {
                if (file.Length + read > updater.MaxBundleBytes)
                {
                    throw TooLarge(updater);
                }

                await WriteAsync(file, buffer.AsMemory(0, read), context.RequestAborted).ConfigureAwait(false);
            }

            return path;
        }
        catch
        {
            Delete(path);
            throw;
        }
    }

    // Only what the disk says is the disk's; a client that goes away is an IOException too.
    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        try
        {
            await file.WriteAsync(bytes, ct).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new StorageException($"The bundle cannot be stored: {error.Message}", error);
        }
    }

    private static void Delete(string? file)
    {
        try
        {
            if (file is not null)
            {
                File.Delete(file);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start clears the folder.
        }
    }

    private Task ShowAsync(HttpContext context) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        if (updater is null)
        {
            json.WriteStartObject();
            json.WriteString("state", "off");
            json.WriteStartArray("history");
            json.WriteEndArray();
            json.WriteEndObject();
            return;
        }

        UpdateJson.Write(json, updater.Status, options.Updates!);
    });

    private static HttpProblem TooLarge(Updater updater) => new(
        StatusCodes.Status413PayloadTooLarge, "request-too-large", "Request too large", $"The bundle is larger than {updater.MaxBundleBytes} bytes.");

    private static HttpProblem Describe(UpdateException refused) => refused.Reason switch
    {
        UpdateRefusal.Busy => new HttpProblem(StatusCodes.Status409Conflict, "update-running", "Update running", refused.Message, TimeSpan.FromSeconds(10)),
        UpdateRefusal.Stopping => new HttpProblem(StatusCodes.Status503ServiceUnavailable, "stopping", "Stopping", refused.Message, TimeSpan.FromSeconds(5)),
        UpdateRefusal.NoTrustedKeys => new HttpProblem(StatusCodes.Status403Forbidden, "no-trusted-keys", "No trusted keys", refused.Message),
        UpdateRefusal.OtherBundle => new HttpProblem(StatusCodes.Status409Conflict, "other-bundle", "Another bundle", refused.Message),
        _ => new HttpProblem(StatusCodes.Status422UnprocessableEntity, "bundle-refused", "Bundle refused", refused.Message),
    };
}
