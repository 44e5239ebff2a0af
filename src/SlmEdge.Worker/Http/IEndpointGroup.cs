using Microsoft.AspNetCore.Routing;

namespace SlmEdge.Worker.Http;

/// <summary>The endpoints of one capability.</summary>
internal interface IEndpointGroup
{
    /// <summary>Adds them to the service, each with who may call it (<see cref="Access.EndpointAccess"/>).</summary>
    void Map(IEndpointRouteBuilder routes);
}
