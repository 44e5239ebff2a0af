namespace SlmEdge.Training.Preference;

/// <summary>Sums over pairs, for their means.</summary>
internal sealed class PreferenceTotals
{
    private double _loss;
    private double _chosen;
    private double _rejected;
    private double _rowLoss;
    private int _pairs;
    private int _right;
    private long _rowTokens;

    /// <summary>Mean loss of the pairs, and of ORPO also the mean loss of the chosen rows' tokens.</summary>
    public double Loss => (_loss / _pairs) + (_rowTokens == 0 ? 0 : _rowLoss / _rowTokens);

    public PreferenceRewards Rewards => new(_chosen / _pairs, _rejected / _pairs, (_chosen - _rejected) / _pairs, (double)_right / _pairs);

    public void Add(PairLoss pair)
    {
        _loss += pair.Loss;
        _chosen += pair.ChosenReward;
        _rejected += pair.RejectedReward;
        _right += pair.ChosenReward > pair.RejectedReward ? 1 : 0;
        _pairs++;
    }

    /// <summary>Adds the negative log-likelihood of a chosen row, prompt and answer.</summary>
    public void AddRow(double loss, int tokens)
    {
        _rowLoss += loss;
        _rowTokens += tokens;
    }
}
