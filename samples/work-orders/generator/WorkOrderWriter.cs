using System.Globalization;

namespace SlmEdge.Samples.WorkOrders;

/// <summary>Composes work orders for a machine system.</summary>
/// <remarks>
/// The label of a line is its main fault. Two conventions decide it when several systems are named:
/// the first fault named is the main one ("pads worn, also aircon dead" is a brake job), and what was being done when the
/// fault was found is only background ("while doing pads found aircon dead" is an air-conditioning job).
/// </remarks>
public sealed class WorkOrderWriter(Vocabulary vocabulary, Dice dice)
{
    private readonly TechnicianHand hand = new(vocabulary, dice);

    /// <summary>Writes one work order whose main fault is in <paramref name="system"/>.</summary>
    public WorkOrder Write(MachineSystem system)
    {
        var line = Fault(system);
        var shape = dice.Below(100);
        if (shape < 8)
        {
            line += string.Format(CultureInfo.InvariantCulture, dice.Pick(vocabulary.Also), ShortFault(Other(system)));
        }
        else if (shape < 13)
        {
            line = string.Format(CultureInfo.InvariantCulture, dice.Pick(vocabulary.WhileDoing), Name(Other(system)), line);
        }
        else if (shape < 27)
        {
            line += string.Format(CultureInfo.InvariantCulture, dice.Pick(vocabulary.Also), ShortFault(system));
        }

        if (dice.Chance(12))
        {
            line = dice.Phrase(vocabulary.FirstWords) + " " + line;
        }

        if (dice.Chance(18))
        {
            line += (dice.Chance(50) ? " " : ", ") + dice.Phrase(vocabulary.LastWords);
        }

        line = hand.Write(line);
        if (dice.Chance(20))
        {
            var asset = dice.Phrase(vocabulary.Assets);
            line = dice.Below(3) switch { 0 => $"{asset} {line}", 1 => $"{asset}: {line}", _ => $"{line} {asset}" };
        }

        return new WorkOrder(line, system.Label);
    }

    private string Fault(MachineSystem system)
    {
        if (dice.Chance(30))
        {
            return dice.Phrase(system.Symptoms);
        }

        var component = dice.Pick(system.Components);
        var kind = dice.Pick(component.Kinds);
        var name = dice.Phrase(component.Names);
        var fault = dice.Phrase(vocabulary.Faults[kind]);
        var action = dice.Phrase(vocabulary.Actions[kind]);
        return dice.Below(6) switch
        {
            0 => $"{action} {name}",
            1 => $"{name} {fault}, {WithoutPreposition(action)}",
            2 => $"{fault} {name}",
            3 => $"{action} {name}, {fault}",
            _ => $"{name} {fault}",
        };
    }

    private string ShortFault(MachineSystem system)
    {
        var component = dice.Pick(system.Components);
        var kind = dice.Pick(component.Kinds);
        return dice.Chance(70)
            ? $"{dice.Phrase(component.Names)} {dice.Phrase(vocabulary.Faults[kind])}"
            : $"{dice.Phrase(vocabulary.Actions[kind])} {dice.Phrase(component.Names)}";
    }

    // "repl o-ring" may end a line; "fix leak on" needs its part behind it.
    private static string WithoutPreposition(string action)
    {
        var last = action.LastIndexOf(' ') + 1;
        return action[last..] is "on" or "of" or "to" or "from" or "in" or "for" or "hot:" ? action[..last].TrimEnd() : action;
    }

    private string Name(MachineSystem system) => dice.Phrase(dice.Pick(system.Components).Names);

    private MachineSystem Other(MachineSystem system)
    {
        var other = dice.Pick(vocabulary.Systems);
        return other == system ? Other(system) : other;
    }
}
