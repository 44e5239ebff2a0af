using SlmEdge.Tools.Edge.CommandLine;

return await EdgeProgram.RunAsync(args);
