namespace TorchSharp;

public static partial class torch
{
    /// <summary>What models are made of.</summary>
    public static partial class nn
    {
        /// <summary>What becomes of the losses of the examples.</summary>
        public enum Reduction : long
        {
            /// <summary>They stay apart.</summary>
            None = 0,

            /// <summary>Their mean, over those that count.</summary>
            Mean = 1,

            /// <summary>Their sum.</summary>
            Sum = 2,
        }
    }
}
