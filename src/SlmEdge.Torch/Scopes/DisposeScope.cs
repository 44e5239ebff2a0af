namespace TorchSharp;

/// <summary>
/// Owns the tensors that are made on this thread while it is the innermost scope, and disposes of them when it is
/// disposed of, except those moved to an outer scope or detached.
/// </summary>
/// <remarks>A scope belongs to the thread that made it.</remarks>
public sealed class DisposeScope : IDisposable
{
    private DisposeScopeManager? _manager;

    /// <summary>A scope inside the innermost one of a manager; use <see cref="torch.NewDisposeScope"/>.</summary>
    internal DisposeScope(DisposeScopeManager disposeScopeManager)
    {
        _manager = disposeScopeManager ?? throw new ArgumentNullException(nameof(disposeScopeManager));
        OuterScope = disposeScopeManager.CurrentDisposeScope;
    }

    /// <summary>The scope around this one, or null.</summary>
    internal DisposeScope? OuterScope { get; set; }

    /// <summary>How many tensors the scope owns.</summary>
    public int DisposablesCount => Disposables.Count;

    internal HashSet<IDisposable> Disposables { get; private set; } = new(ReferenceEqualityComparer.Instance);

    private DisposeScopeManager Manager => _manager ?? throw new ObjectDisposedException(nameof(DisposeScope));

    /// <summary>Hands a tensor to the outer scope, or to nobody when there is none.</summary>
    public T MoveToOuter<T>(T disposable)
        where T : IDisposable => MoveToOther(OuterScope, disposable);

    /// <summary>Hands tensors to the outer scope.</summary>
    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable
    {
        MoveToOther(OuterScope, [first, second]);
        return (first, second);
    }

    /// <summary>Hands tensors to the outer scope.</summary>
    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(OuterScope, disposables);

    /// <summary>Hands tensors to the outer scope.</summary>
    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

    /// <summary>Hands a tensor to another scope, or to nobody when it is null.</summary>
    public T MoveToOther<T>(DisposeScope? scope, T disposable)
        where T : IDisposable
    {
        MoveToOther(scope, new IDisposable[] { disposable });
        return disposable;
    }

    /// <summary>Hands tensors to another scope, or to nobody when it is null.</summary>
    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) =>
        MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    /// <summary>Hands tensors to another scope, or to nobody when it is null.</summary>
    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        _ = Manager;
        if (scope is null)
        {
            Detach(disposables);
            return;
        }

        foreach (var disposable in disposables)
        {
            if (Disposables.Contains(disposable))
            {
                scope.Take(disposable);
            }
        }
    }

    /// <summary>Takes a tensor out of all scopes: its holder must dispose of it.</summary>
    public T Detach<T>(T disposable)
        where T : IDisposable
    {
        Detach(new IDisposable[] { disposable });
        return disposable;
    }

    /// <summary>Takes tensors out of all scopes.</summary>
    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    /// <summary>Takes tensors out of all scopes.</summary>
    public void Detach(IEnumerable<IDisposable> disposables)
    {
        var counts = Manager.Counts.TensorStatistics;
        foreach (var disposable in disposables)
        {
            if (Disposables.Remove(disposable))
            {
                counts.DetachedFromScopeCount++;
                ((torch.Tensor)disposable).OwningDisposeScope = null;
            }
        }
    }

    /// <summary>Makes this scope the owner of a tensor.</summary>
    public void Attach(IDisposable disposable) => Attach([disposable]);

    /// <summary>Makes this scope the owner of tensors.</summary>
    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    /// <summary>Makes this scope the owner of tensors, and returns them.</summary>
    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var counts = Manager.Counts.TensorStatistics;
        var attached = new List<IDisposable>();
        foreach (var disposable in disposables)
        {
            if (Take(disposable))
            {
                counts.AttachedToScopeCount++;
            }

            attached.Add(disposable);
        }

        return attached;
    }

    /// <summary>Disposes of everything that the scope owns now; the scope goes on.</summary>
    public void DisposeEverything() => DisposeEverythingBut(Enumerable.Empty<IDisposable>());

    /// <summary>Disposes of everything that the scope owns now but some.</summary>
    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        _ = Manager;
        var owned = Disposables;
        Disposables = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        foreach (var disposable in owned)
        {
            if (!Disposables.Contains(disposable))
            {
                disposable.Dispose();
            }
        }
    }

    /// <summary>Disposes of everything that the scope owns now but some.</summary>
    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    /// <summary>Disposes of everything that the scope owns now but one.</summary>
    public T DisposeEverythingBut<T>(T keep)
        where T : IDisposable
    {
        DisposeEverythingBut(new IDisposable[] { keep });
        return keep;
    }

    /// <summary>Disposes of everything that the scope owns, and makes the outer scope the innermost one.</summary>
    public void Dispose()
    {
        if (_manager is not { } manager)
        {
            return;
        }

        DisposeEverything();
        manager.Remove(this);
        _manager = null;
    }

    /// <summary>Tells the scope that a tensor was disposed of by other means.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        _ = Manager;
        Disposables.Remove(disposable);
        if (disposable is torch.Tensor tensor)
        {
            tensor.OwningDisposeScope = null;
        }
    }

    /// <summary>Whether the scope owns a tensor.</summary>
    public bool Contains(IDisposable disposable) => Disposables.Contains(disposable);

    internal void Replace(torch.Tensor tensor, torch.Tensor replacement)
    {
        Disposables.Remove(tensor);
        tensor.OwningDisposeScope = null;
        Disposables.Add(replacement);
        replacement.OwningDisposeScope = this;
    }

    private bool Take(IDisposable disposable)
    {
        if (disposable is not torch.Tensor tensor)
        {
            throw new InvalidOperationException("A dispose scope can own tensors only.");
        }

        if (ReferenceEquals(tensor.OwningDisposeScope, this))
        {
            return false;
        }

        tensor.OwningDisposeScope?.Disposables.Remove(tensor);
        tensor.OwningDisposeScope = this;
        Disposables.Add(tensor);
        return true;
    }
}
