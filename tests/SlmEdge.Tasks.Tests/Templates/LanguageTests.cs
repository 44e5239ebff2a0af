using System.Text.Json;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Tasks.Tests.Templates;

/// <summary>The language, construct by construct, against Python's Jinja in the sandbox and settings of transformers.</summary>
public sealed class LanguageTests
{
    private const string Data = """{"xs":[3,1,2],"words":["b","A","c","a"],"d":{"k":"v","n":1,"items":"shadowed"},"t":"Hello World","f":1.5,"big":1e20,"e":[],"nested":[{"a":{"b":1},"n":"x"},{"a":{"b":2},"n":"y"},{"n":"X"}],"s":"  a b  c ","u":"a🔧b","q":"it's \"q\"\n","none_":null,"yes":true}""";

    private static readonly string[] Snippets =
    [
        // White space control, trim_blocks and lstrip_blocks.
        "a\n  {% if yes %}\nb\n  {% endif %}\nc\n", "a  {%- if yes -%}  b  {%- endif -%}  c", "x {{- 1 -}} y", "  {# c #}\nz", "a {#- c -#} b", "{%+ if yes %}\nq{% endif %}", "  {%+ if yes +%}\nq{% endif %}",
        "line\n\t {% set a = 1 %}\n{{ a }}", "a {% if yes %} b {% endif %}\n\nc", "{{ 'x' }}\ny", "  {{ 1 }}", "{% raw %}{{ no }}{% endraw %}", "a\n {%- raw -%} {% x %} {%- endraw -%} b", "{% if yes %}{% endif %}\n\n\n", "\r\na\rb", "{{ '%}\n' }}",
        // Literals and printing.
        "{{ 1 }} {{ -1 }} {{ 1.0 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 1_000 }} {{ big }} {{ 0.1 + 0.2 }} {{ 123456789012345680.0 }}", "{{ true }} {{ False }} {{ none }} {{ None }}", "{{ 'a' \"b\" }}", "{{ '\\n\\t\\x41\\u00e9\\101\\q\\'' }}",
        "{{ [1, 'a', none, 2.5, true, {'k': q}] }}", "{{ (1,) }} {{ (1, 'x') }} {{ () }} {{ 1, 2 }}", "{{ {'a': 1, 2: 'b', 'a': 3} }}", "{{ q }}|{{ [q] }}|{{ [\"'\"] }}|{{ ['\\x07\\u200b\\u00e9🔧\\\\'] }}", "{{ {} }}{{ [] }}", "{{ missing }}|{{ missing is defined }}", "{{ [missing] }}",
        // Operators.
        "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % -3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 6 / 3 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }} {{ -2 ** 2 }}", "{{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 1 + true }} {{ 2 * 'ab' }} {{ 'ab' * 2 }} {{ [1] * 2 }} {{ [1] + [2] }} {{ (1,) + (2,) }}",
        "{{ 1 ~ 'a' ~ none ~ missing ~ [1] ~ 1.0 }}", "{{ 1 + 2 ~ 3 * 2 }}", "{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' != 'b' }} {{ [1, 2] == [1, 2] }} {{ [1] == (1,) }} {{ {'a': 1} == {'a': 1.0} }}",
        "{{ 'a' in 'abc' }} {{ 1 in [1, 2] }} {{ 'k' in d }} {{ 'z' not in d }} {{ 1 in missing }} {{ 1 not in missing }}", "{{ not yes }} {{ not not yes }} {{ yes and 'x' }} {{ '' or 'y' }} {{ e and 1 }} {{ none_ or e }}", "{{ 'a' if yes }}|{{ 'a' if not yes }}|{{ 'a' if not yes else 'b' if not yes else 'c' }}",
        "{{ 'a' < 'b' }} {{ 'Z' < 'a' }} {{ [1, 2] < [1, 3] }} {{ missing == missing }} {{ none == none_ }}", "{{ 1 + 'a' }}", "{{ 'a' + 1 }}", "{{ 1 / 0 }}", "{{ none_ + 1 }}", "{{ missing + 'a' }}", "{{ 1 < 'a' }}", "{{ missing.attribute }}", "{{ missing() }}", "{{ -'a' }}",
        "{{ '%s-%d-%05.2f-%x-%r-%%' % ('a', 7, 3.14159, 255, 'q') }}", "{{ '%-5s|%5s|%+d' % ('a', 'b', 3) }}", "{{ '%(a)s' % {'a': 1} }}", "{{ '%s' % t }}", "{{ '%s %s' % t }}",
        // Access.
        "{{ d.k }} {{ d['k'] }} {{ d.get('z', 9) }} {{ d.get('z') }} {{ d['items'] }} {{ d.missing }}|{{ xs[0] }} {{ xs[-1] }} {{ xs[9] }}|{{ xs.0 }}", "{{ t[0] }}{{ t[-1] }} {{ u[1] }} {{ u|length }} {{ u[::-1] }} {{ u[1:2] }}", "{{ xs[::-1] }} {{ xs[1:] }} {{ xs[:-1] }} {{ xs[-2:] }} {{ xs[::2] }} {{ xs[5:] }} {{ xs[2:0:-1] }} {{ t[::3] }} {{ (1,2,3)[1:] }}",
        "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }};{% endfor %}{{ d.keys()|list }} {{ d.values()|list }}", "{{ d._hidden }}{{ t.__class__ }}", "{{ e[0] is defined }}", "{{ xs[none] }}",
        // Statements.
        "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, %}{{ a }}", "{% set x %}a{{ 1 }}b{% endset %}{{ x }}|{{ x|length }}", "{% set x | upper | replace('A', 'zz') %}abc{% endset %}{{ x }}", "{% set n = namespace(a=1) %}{% set n.a = n.a + 1 %}{% set n.b = 2 %}{{ n.a }}{{ n.b }}", "{% set d.k = 1 %}",
        "{% if e %}1{% elif missing %}2{% elif xs %}3{% else %}4{% endif %}", "{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.depth }};{% endfor %}",
        "{% for x in e %}a{% else %}none{% endfor %}", "{% for x in xs if x > 1 %}{{ loop.index }}:{{ x }} {% else %}none{% endfor %}", "{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in xs %}{% break %}{% else %}else{% endfor %}", "{% for x in xs %}{% continue %}{% else %}else{% endfor %}",
        "{% set x = 1 %}{% for i in xs %}{% set x = 2 %}{% endfor %}{{ x }}", "{% for i in xs %}{{ y }}{% set y = i %}{% endfor %}|{{ y }}", "{% for i in xs %}{% for j in [1] %}{{ loop.index }}{{ loop.depth }}{% endfor %}{{ loop.index }}{% endfor %}", "{% for x in xs %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x > 1) }}{% endfor %}",
        "{% for (a, b) in [(1, 2), (3, 4)] %}{{ a }}{{ b }};{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{% for c in 'ab🔧' %}[{{ c }}]{% endfor %}", "{% for x in missing %}a{% endfor %}ok", "{% for x in 5 %}{% endfor %}", "{% for x in none_ %}{% endfor %}", "{% for i in range(3) %}{{ i }}{% endfor %}{{ range(1, 7, 2)|list }}{{ range(3, 0, -1)|list }}",
        "{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}", "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}", "{% filter upper %}abc{{ 'd' }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}aac{% endfilter %}",
        "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, 3) }}|{{ m(a='x', c='z') }}|{{ m() }}", "{% macro m(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, k='v') }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=1) }}",
        "{% macro m(x) %}<{{ caller(x) }}>{% endmacro %}{% call(y) m(1) %}y{{ y }}{% endcall %}", "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ t }}{% endcall %}", "{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}", "{% macro m() %}{% set x = 5 %}{% endmacro %}{{ m() }}{{ x }}", "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
        "{% generation %}a{% set z = 1 %}{% endgeneration %}{{ z }}", "a {%- generation -%} b {%- endgeneration -%} c", "{% generation %}\nx\n{% endgeneration %}\ny", "{{ raise_exception('no') }}", "{{ strftime_now('%d %b %Y %B %H:%M:%S %j %y %A %p') }}", "{{ dict(a=1, b='x') }}", "{{ namespace({'a': 3}).a }}",
        // Filters.
        "{{ t|upper }}{{ t|lower }}{{ 'hELLO wORLD'|capitalize }}{{ 'hELLO wORLD-x (y'|title }}{{ s|trim }}|{{ 'xxaxx'|trim('x') }}|", "{{ xs|sort }}{{ xs|sort(reverse=true) }}{{ words|sort }}{{ words|sort(case_sensitive=true) }}{{ nested|map(attribute='n')|join(',') }}", "{{ nested|sort(attribute='n')|map(attribute='n')|list }}",
        "{{ xs|join('-') }}{{ xs|join }}{{ 'abc'|join(',') }}{{ nested|join(',', attribute='n') }}", "{{ xs|first }}{{ xs|last }}{{ e|first }}{{ t|first }}{{ xs|length }}{{ d|count }}{{ xs|sum }}{{ xs|max }}{{ xs|min }}{{ e|max }}{{ words|max }}", "{{ xs|reverse|list }}{{ t|reverse }}{{ 'abc'|list }}{{ d|list }}{{ xs|string }}{{ 1|string ~ 2 }}",
        "{{ nested|map(attribute='a.b', default=0)|list }}{{ nested|map(attribute='a.b')|list|length }}", "{{ words|map('upper')|list }}{{ xs|map('string')|join }}", "{{ xs|select('odd')|list }}{{ xs|reject('equalto', 1)|list }}{{ [0, 1, '']|select|list }}{{ xs|select('gt', 1)|list }}", "{{ nested|selectattr('n', 'equalto', 'x')|list }}{{ nested|selectattr('a')|list|length }}{{ nested|rejectattr('n', 'in', ['x', 'y'])|list }}{{ nested|selectattr('a', 'defined')|list|length }}",
        "{{ missing|default('x') }}{{ none_|default('x') }}{{ none_|default('x', true) }}{{ ''|d('y', boolean=true) }}{{ missing|default }}", "{{ '3'|int }}{{ 'x'|int }}{{ 'x'|int(7) }}{{ 3.9|int }}{{ -3.9|int }}{{ '3.7'|int }}{{ 'ff'|int(0, 16) }}{{ '0x1f'|int(base=16) }}{{ '1.5'|float }}{{ 'x'|float }}{{ 2|float }}{{ none_|int }}", "{{ 2.5|round }}{{ 3.5|round }}{{ 2.675|round(2) }}{{ 2.1|round(0, 'ceil') }}{{ 1234|round(-2) }}{{ -2|abs }}{{ -2.5|abs }}",
        "{{ d|items|list }}{{ {'b': 1, 'A': 2}|dictsort }}{{ {'b': 1, 'A': 2}|dictsort(by='value', reverse=true) }}", "{{ 'a\nb\n\nc'|indent }}|{{ 'a\nb'|indent(2, true) }}|{{ 'a\n\nb'|indent(2, blank=true) }}|{{ 'a\nb\n'|indent('>') }}|", "{{ 'aXbX'|replace('X', 'y') }}{{ 'aaa'|replace('a', 'b', 2) }}{{ 'ab'|replace('', '-') }}", "{{ 'a b c d e f g h i j'|truncate(9) }}|{{ 'abcdefghijkl'|truncate(5, true, '…') }}|{{ 'ab'|center(7) }}|{{ 'abc'|center(6) }}|",
        "{{ words|unique|list }}{{ words|unique(true)|list }}{{ nested|groupby('n')|list|length }}{{ [1, 2, 3, 4, 5]|batch(2)|list }}{{ [1, 2, 3]|batch(2, 0)|list }}{{ [1, 2, 3, 4, 5]|slice(3)|list }}{{ [1, 2, 3, 4]|slice(3, 'x')|list }}", "{{ '<a href=\"x\">&\\''|e }}{{ 'a b/ü?'|urlencode }}{{ 'one, two-three'|wordcount }}{{ '%s!'|format('a') }}", "{{ t|safe }}", "{{ xs|nofilter }}", "{{ xs is notest }}", "{{ missing|upper }}|{{ none_|trim }}|{{ 5|trim }}",
        "{{ d|tojson }}{{ [1, 1.0, true, none, 'é🔧\\n\\t\"\\\\\\x01/']|tojson }}{{ 1e20|tojson }}{{ 1.5e-7|tojson }}", "{{ nested|tojson(indent=2) }}", "{{ {'b': [], 'a': {}}|tojson(indent=4, sort_keys=true) }}{{ 'é\\x7f'|tojson(ensure_ascii=true) }}{{ [1, {'a': 2}]|tojson(separators=(',', ':')) }}", "{{ missing|tojson }}", "{{ {1: 2, true: 3, none: 4}|tojson }}", "{{ -t|length }}", "{{ 'a'|upper ~ 'b'|upper }}", "{{ 'abc'|upper|lower|length * 2 }}",
        // Tests.
        "{{ 1 is odd }}{{ 2 is even }}{{ 4 is divisibleby 2 }}{{ 4 is divisibleby(3) }}{{ 1 is number }}{{ 1.0 is float }}{{ 1 is integer }}{{ true is integer }}{{ true is boolean }}{{ 'a' is string }}{{ d is mapping }}{{ xs is sequence }}{{ t is iterable }}{{ 1 is iterable }}{{ none_ is none }}{{ missing is undefined }}{{ d.k is defined }}{{ d.z is not defined }}",
        "{{ 1 is eq 1 }}{{ 1 is equalto(2) }}{{ 1 is ne 2 }}{{ 1 is lt 2 }}{{ 2 is ge 2 }}{{ 'k' is in d }}{{ 1 is sameas 1 }}{{ true is true }}{{ 1 is true }}{{ 'AB' is upper }}{{ 'ab' is lower }}{{ range is callable }}{{ 'upper' is filter }}{{ 'odd' is test }}", "{{ not 1 is odd }} {{ 1 is not odd }} {{ 1 is odd and 2 is even }} {{ 'x' if 1 is odd else 'y' }}", "{{ 2 * 3 is odd }}",
        // Methods.
        "{{ 'a,b,,c'.split(',') }}{{ s.split() }}{{ 'a b c'.split(none, 1) }}{{ 'a,b,c'.split(',', 1) }}{{ 'a,b,c'.rsplit(',', 1) }}{{ ' a b '.rsplit(maxsplit=1) }}{{ ''.split(',') }}{{ ''.split() }}", "{{ s.strip() }}|{{ s.lstrip() }}|{{ s.rstrip() }}|{{ 'xyaxy'.strip('yx') }}|", "{{ t.startswith('He') }}{{ t.endswith(('x', 'ld')) }}{{ t.find('o') }}{{ t.rfind('o') }}{{ t.find('z') }}{{ u.find('b') }}{{ t.count('l') }}{{ t.index('W') }}", "{{ t.upper() }}{{ t.lower() }}{{ 'ab cd'.title() }}{{ \"they're x2y\".title() }}{{ 'aBC'.capitalize() }}{{ 'aB'.swapcase() }}{{ 'straße ﬁ'.upper() }}{{ 'İ'.lower()|length }}",
        "{{ t.replace('l', 'L') }}{{ t.replace('l', 'L', 1) }}{{ '-'.join(['a', 'b']) }}{{ 'a-b-c'.partition('-') }}{{ 'a-b-c'.rpartition('-') }}{{ 'ab'.partition('z') }}{{ 'a\nb\r\nc'.splitlines() }}", "{{ 'ab'.ljust(4) }}|{{ 'ab'.rjust(4, '.') }}|{{ 'ab'.center(5) }}|{{ '-7'.zfill(4) }}|{{ 'prefix'.removeprefix('pre') }}{{ 'suffix'.removesuffix('fix') }}", "{{ '12'.isdigit() }}{{ 'ab'.isalpha() }}{{ 'a1'.isalnum() }}{{ ' '.isspace() }}{{ 'AB'.isupper() }}{{ 'ab'.islower() }}{{ ''.isdigit() }}", "{{ '{} {} {{}}'.format(1, 'a') }}{{ '{1}{0}{x}'.format('a', 'b', x=2) }}", "{{ xs.append(4) }}", "{{ d.update({'a': 1}) }}", "{{ xs.index(1) }}{{ xs.count(3) }}", "{{ t.nomethod() }}",
        // What is wrong where it stands.
        "{{ 1", "{% if yes %}", "{% endif %}", "{% foo %}", "{{ }}", "{{ 1 + }}", "{% for x %}{% endfor %}", "{% set = 1 %}", "{{ 'a }}", "{# open", "{% break %}", "{% include 'x' %}", "{{ a b }}", "{{ [1, 2 }}", "{{ (1 }}", "{% else %}", "{% for x in xs %}{% endif %}", "{% macro m(a=1, b) %}{% endmacro %}", "{% raw %}a", "{{ x | }}", "{{ 1 is }}", "{% set true = 1 %}", "{{ f(a=1, 2) }}", "{{ ?}}", "{{ a.b.c d }}", "{% if %}{% endif %}",
    ];

    private static string Render(string template)
    {
        using var data = JsonDocument.Parse(Data);
        return ChatTemplate.Parse(template, "snippet").Render(new ChatTemplateInput
        {
            Messages = JsonSerializer.SerializeToElement(Array.Empty<int>()),
            Variables = data.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone()),
            Now = new DateTime(2026, 3, 7, 15, 4, 5),
        }).Value;
    }

    [SkippableFact]
    public void Every_construct_gives_what_Pythons_Jinja_gives()
    {
        using var data = JsonDocument.Parse(Data);
        JinjaResult[] theirs = PeerScript.Python(Snippets.Select(template => new { template, variables = data.RootElement }));
        var failures = new List<string>();
        for (int i = 0; i < Snippets.Length; i++)
        {
            string? ours = null;
            string error = "";
            try
            {
                ours = Render(Snippets[i]);
            }
            catch (ChatTemplateException e)
            {
                error = e.Message;
            }

            if (ours != theirs[i].Text)
            {
                failures.Add($"{Snippets[i]}\nours   {ours ?? error}\ntheirs {theirs[i].Text ?? theirs[i].Error}");
            }
        }

        failures.ShouldBeEmpty($"{failures.Count} of {Snippets.Length} differ\n" + string.Join("\n", failures));
    }

    [Theory]
    [InlineData("ab\n{{ x.y.z }}", 2, 6, "'x' is undefined")]
    [InlineData("ab\n\n  {% if %}", 3, 9, "expected an expression")]
    [InlineData("{% for m in [1] %}\n{{ m + 'a' }}{% endfor %}", 2, 6, "'+' does not go between int and str")]
    [InlineData("{{ 1 | nothing }}", 1, 8, "no filter 'nothing'")]
    [InlineData("a\n{{ raise_exception('roles must alternate') }}", 2, 19, "roles must alternate")]
    [InlineData("{% if true %}", 1, 4, "not closed by 'endif'")]
    public void Errors_name_line_and_column(string template, int line, int column, string message)
    {
        ChatTemplateException error = Should.Throw<ChatTemplateException>(() => Render(template));
        error.Message.ShouldContain(message);
        (error.Line, error.Column).ShouldBe((line, column));
        error.RaisedByTemplate.ShouldBe(template.Contains("raise_exception"));
    }

    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "limit of work")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "deeper")]
    [InlineData("{% set n = namespace(s='aaaaaaaaaaaaaaaa') %}{% for i in range(40) %}{% set n.s = n.s + n.s %}{% endfor %}", "")]
    [InlineData("{{ 'a' * 1000000000 }}", "too long")]
    [InlineData("{{ [1] * 1000000000 }}", "too long")]
    [InlineData("{{ range(1000000000) }}", "too long")]
    [InlineData("{{ '%999999999d' % 1 }}", "more than 10000")]
    [InlineData("{{ 'a'.center(2000000000) }}", "padding")]
    [InlineData("{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s == n.s|list }}{{ n.s }}", "")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "64 bits")]
    [InlineData("{{ 'ab'|replace('', 'c' * 10000000) }}", "")]
    public void A_template_that_costs_too_much_is_an_error(string template, string message) =>
        Should.Throw<ChatTemplateException>(() => Render(template)).Message.ShouldContain(message);

    [Fact]
    public void Nesting_without_end_is_an_error_and_not_the_end_of_the_process()
    {
        foreach ((string open, string close) in (ReadOnlySpan<(string, string)>)[("(", ")"), ("[", "]"), ("{'a':", "}"), ("not ", ""), ("-", ""), ("x if y else ", ""), ("f(", ")"), ("a[", "]")])
        {
            Should.Throw<ChatTemplateException>(() => Render("{{ " + string.Concat(Enumerable.Repeat(open, 5000)) + "1" + string.Concat(Enumerable.Repeat(close, 5000)) + " }}"));
        }

        Should.Throw<ChatTemplateException>(() => Render(string.Concat(Enumerable.Repeat("{% if true %}", 5000))));
        Should.Throw<ChatTemplateException>(() => Render("{{ " + string.Join(" + ", Enumerable.Repeat("1", 5000)) + " }}"));
        Should.Throw<ChatTemplateException>(() => Render("{{ 'a'" + string.Concat(Enumerable.Repeat("|upper", 5000)) + " }}"));
    }
}
