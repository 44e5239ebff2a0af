using System.Runtime.CompilerServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>What Python's <c>t[i, j:k, …]</c> gives; assignment writes in place.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>The places in tensors of integers or booleans, one for each dimension; assignment writes in place.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>The view at a place in the first dimension; assignment writes in place.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => At([i1]);
            set => SetAt(value, [i1]);
        }

        /// <summary>The view at a place in the first dimensions; assignment writes in place.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => At([i1, i2]);
            set => SetAt(value, [i1, i2]);
        }

        /// <summary>The view at a place in the first dimensions; assignment writes in place.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => At([i1, i2, i3]);
            set => SetAt(value, [i1, i2, i3]);
        }

        /// <summary>The view at a place in the first dimensions; assignment writes in place.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => At([i1, i2, i3, i4]);
            set => SetAt(value, [i1, i2, i3, i4]);
        }

        /// <summary>The view at a place in the first dimensions; assignment writes in place.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => At(indices);
            set => SetAt(value, indices);
        }

        /// <summary>What Python's <c>t[i, j:k, …]</c> gives.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var places = new List<Tensor?>();
            var made = new List<Tensor>();
            var view = Basic(indices, places, made);
            try
            {
                return places.Count == 0 ? Kept(view, made) : Aten.IndexTensor.Call(view, Argument.Optional([.. places]));
            }
            finally
            {
                Release(made);
            }
        }

        /// <summary>The places in tensors of integers or booleans, one for each dimension.</summary>
        public Tensor index(params Tensor[] indices) => Aten.IndexTensor.Call(this, Argument.Optional(indices));

        /// <summary>What Python's <c>t[i, j:k, …] = value</c> does.</summary>
        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, accumulate: false);

        /// <summary>What Python's <c>t[i, j:k, …] = value</c> does; accumulating adds instead.</summary>
        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            var places = new List<Tensor?>();
            var made = new List<Tensor>();
            var view = Basic(indices, places, made);
            try
            {
                if (places.Count > 0)
                {
                    Aten.IndexPutInPlace.CallInPlace(view, Argument.Optional([.. places]), value, accumulate);
                }
                else if (accumulate)
                {
                    view.add_(value);
                }
                else
                {
                    view.copy_(value);
                }

                return this;
            }
            finally
            {
                Release(made);
            }
        }

        /// <summary>Writes at the places in tensors, one for each dimension.</summary>
        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, accumulate: false);

        /// <summary>Writes, or adds, at the places in tensors, one for each dimension.</summary>
        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            Aten.IndexPutInPlace.CallInPlace(this, Argument.Optional(indices), value, accumulate);

        /// <summary>Writes a number at what the indices name.</summary>
        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = full(Array.Empty<long>(), value, dtype, device);
            return index_put_(number, indices);
        }

        /// <summary>Writes a number at the places in tensors, one for each dimension.</summary>
        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var number = full(Array.Empty<long>(), value, dtype, device);
            return index_put_(number, indices);
        }

        private static void Release(List<Tensor> made)
        {
            foreach (var tensor in made)
            {
                tensor.Dispose();
            }
        }

        private static Tensor Kept(Tensor view, List<Tensor> made)
        {
            // An index that names nothing (an ellipsis only) leaves the tensor itself.
            return made.Remove(view) ? view : view.alias();
        }

        /// <summary>
        /// Applies numbers, ranges, new dimensions and booleans as views, and gathers the tensors among the indices with
        /// the dimensions of the view that they belong to (absent ones are null). Views made on the way go into
        /// <paramref name="made"/>.
        /// </summary>
        private Tensor Basic(TensorIndex[] indices, List<Tensor?> places, List<Tensor> made)
        {
            var named = indices.Sum(Consumed);
            if (named > Dimensions)
            {
                throw new ArgumentException($"{named} indices were given for a tensor of {Dimensions} dimensions.", nameof(indices));
            }

            var view = this;
            long dim = 0;
            foreach (var entry in indices)
            {
                switch (entry.Kind)
                {
                    case IndexKind.NewDimension:
                        view = Keep(Aten.Unsqueeze.Call(view, dim));
                        dim++;
                        break;
                    case IndexKind.Single:
                        view = Keep(Aten.SelectInt.Call(view, dim, entry.Start ?? 0));
                        break;
                    case IndexKind.Ellipsis:
                        dim += Dimensions - named;
                        named = Dimensions;
                        break;
                    case IndexKind.Slice:
                        if (entry.Start is not null || entry.Stop is not null || entry.Step is not null)
                        {
                            view = Keep(Aten.SliceTensor.Call(view, dim, entry.Start, entry.Stop, entry.Step ?? 1));
                        }

                        dim++;
                        break;
                    case IndexKind.Boolean:
                        view = Keep(Aten.Unsqueeze.Call(view, dim));
                        Place(Keep(full(new long[] { 1 }, entry.Start != 0, ScalarType.Bool, device)), dim);
                        dim++;
                        break;
                    case IndexKind.Tensor:
                        Place(entry.Indices!, dim);
                        dim += Consumed(entry);
                        break;
                    default:
                        throw new ArgumentException($"An index of kind {entry.Kind} is not known.", nameof(indices));
                }
            }

            return view;

            Tensor Keep(Tensor tensor)
            {
                made.Add(tensor);
                return tensor;
            }

            void Place(Tensor tensor, long at)
            {
                // A mask over several dimensions stands in the first of them; the operator spreads it over the others.
                var missing = at - places.Sum(place => place is { dtype: ScalarType.Bool } mask ? mask.Dimensions : 1);
                for (; missing > 0; missing--)
                {
                    places.Add(null);
                }

                places.Add(tensor);
            }
        }

        private static long Consumed(TensorIndex entry) => entry.Kind switch
        {
            IndexKind.Single or IndexKind.Slice => 1,
            IndexKind.Tensor => entry.Indices!.dtype == ScalarType.Bool ? entry.Indices.Dimensions : 1,
            _ => 0,
        };

        private Tensor At(ReadOnlySpan<long> indices)
        {
            var view = Aten.SelectInt.Call(this, 0L, indices[0]);
            foreach (var index in indices[1..])
            {
                using var outer = view;
                view = Aten.SelectInt.Call(outer, 0L, index);
            }

            return view;
        }

        private void SetAt(Tensor value, ReadOnlySpan<long> indices)
        {
            using var view = At(indices);
            view.copy_(value);
        }
    }
}
