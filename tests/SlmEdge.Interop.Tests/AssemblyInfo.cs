// The library counts the handles of the whole process, and tests that run beside would change the number.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
