namespace SlmEdge.Worker.Storage;

/// <summary>What was to be kept could not be kept: the disk is full, cannot be written, or the database is damaged.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
