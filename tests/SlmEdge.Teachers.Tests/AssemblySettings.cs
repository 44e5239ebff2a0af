// Native engines use every core they are given: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
