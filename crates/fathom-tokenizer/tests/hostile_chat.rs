//! Chat templates as an attack: each way past the engine's own meter ends, soon and in bounded memory.

mod common;

use common::Parts;
use fathom_tokenizer::TokenizerError;
use fathom_tokenizer::chat::{ChatOptions, Message};

fn said(template: &str) -> Result<String, TokenizerError> {
    let parts = Parts { chat_template: Some(template.into()), ..Parts::small(Some("qwen2")) };
    parts.tokenizer().unwrap().chat(&[Message::user("hi")], &ChatOptions::default()).map(|chat| chat.text)
}

fn fails(template: &str) -> String {
    let error = said(template).expect_err(template);
    assert!(
        matches!(error, TokenizerError::ChatTemplate { .. }) && error.is_models_fault(),
        "{template}: {error}"
    );
    error.to_string()
}

/// `ns.s` grown forty times by `step`, then used.
fn grown(first: &str, step: &str, last: &str) -> String {
    format!(
        "{{% set ns=namespace(s={first}) %}}{{% for i in range(40) %}}{{% set ns.s = {step} %}}{{% endfor %}}{{{{ {last} }}}}"
    )
}

#[test]
fn lists_that_are_made_when_they_are_looked_at() {
    let steps = ["ns.s + ns.s", "ns.s * 2", "(ns.s|chain(ns.s))", "ns.s + ns.s[:]"];
    for (index, last) in [
        "ns.s|length",
        "ns.s|sum",
        "ns.s|list|length",
        "1 in ns.s",
        "2 in ns.s",
        "ns.s == ns.s + []",
        "ns.s|join",
        "ns.s.count(1)",
        "''.join(ns.s)",
        "ns.s|map('string')|list",
        "ns.s|reject('odd')|list",
        "ns.s|sort|first",
        "ns.s|unique|list",
        "ns.s[5:]|length",
        "ns.s|tojson",
        "ns.s ~ ''",
        "ns.s|batch(3)|list|length",
        "ns.s|min",
        "ns.s|reverse|list|length",
        "'a'.startswith(ns.s)",
        "ns.s",
        "ns.s|zip(ns.s)|list|length",
        "dict(a=ns.s)",
        "ns.s|groupby('a')",
        "ns.s|chain(ns.s)|list|length",
    ]
    .into_iter()
    .enumerate()
    {
        let step = steps[index % steps.len()];
        let problem = fails(&grown("[1]", step, last));
        assert!(problem.contains("more time or memory"), "{step} {last}: {problem}");
    }
}

#[test]
fn values_that_unfold() {
    let grow = [
        ("[1]", "[ns.s, ns.s]"),
        ("[1]", "(ns.s, ns.s)"),
        ("{'a': 1}", "{'a': ns.s, 'b': ns.s}"),
        ("[1]", "[[ns.s] * 2]"),
    ];
    for (index, last) in [
        "ns.s == ns.s",
        "ns.s != 1",
        "ns.s < ns.s",
        "ns.s|tojson",
        "ns.s ~ ''",
        "ns.s",
        "ns.s|string|length",
        "1 in ns.s",
        "[ns.s, ns.s]|sort|length",
        "[ns.s, ns.s]|unique|list|length",
        "ns.s|pprint",
        "{'a': ns.s}|dictsort",
        "ns.s|length",
        "'%s'|format(ns.s)",
        "'{}'.format(ns.s)",
        "[1].count(ns.s)",
        "ns.s is eq(ns.s)",
        "{ns.s: 1}",
    ]
    .into_iter()
    .enumerate()
    {
        let (first, step) = grow[index % grow.len()];
        fails(&grown(first, step, last));
    }
}

#[test]
fn products() {
    for template in [
        "{{ ([1] * 1000000000)|length }}",
        "{{ ([1] * 90000000).count(1) }}",
        "{% for x in ([0] * 1000000000) %}{% endfor %}",
        "{{ ([1] * 90000000) == ([1] * 90000000) }}",
        "{{ ([[1] * 9000000] * 9000000)|tojson }}",
        "{{ (1,) * 1000000000 }}",
        "{{ 'x' * 1000000000 }}",
        "{{ 'x'.replace('', 'y' * 9000000).replace('', 'z' * 9000) }}",
        "{{ ('a' * 900000).split('') | join('b' * 90000) }}",
        "{{ ('b' * 90000).join(['a'] * 90000) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 'x' | indent(1000000000, true) }}",
        "{{ range(1000000000) | list | length }}",
        "{{ range(100000) | batch(1) | map('list') | list | tojson }}{{ range(100000) | map('string') | list | tojson }}{% for i in range(99) %}{{ range(100000) | list | length }}{% endfor %}",
        "{% for i in range(100000) %}{{ range(100000) | sort | first }}{% endfor %}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
    ] {
        fails(template);
    }
    // Nothing, many times, is nothing.
    assert_eq!(
        said("{% for x in [] * 1000000000000000000 %}x{% endfor %}{{ ([] * 1000000000000000000)|length }}")
            .unwrap(),
        "0"
    );
}

#[test]
fn depth() {
    let nested = |step: &str| {
        format!(
            "{{% set ns = namespace(v=[1]) %}}{{% for i in range(99999) %}}{{% set ns.v = {step} %}}{{% endfor %}}x"
        )
    };
    for step in [
        "[ns.v]",
        "(ns.v,)",
        "{'a': ns.v}",
        "[ns.v] + []",
        "[ns.v] * 1",
        "dict(a=ns.v)",
        "ns.v|batch(1)|list",
        "ns",
        "[ns]",
        "namespace(a=ns.v)",
    ] {
        fails(&nested(step));
    }
    fails("{% macro m() %}{% endmacro %}{% set ns = namespace() %}{% set ns.m = m %}");
    fails("{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}");
    fails(
        "{% macro a(n) %}{{ caller() }}{% call a(n) %}{{ n }}{% endcall %}{% endmacro %}{% call a(1) %}x{% endcall %}",
    );
    for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("not ", ""), ("-", ""), ("f(", ")")] {
        fails(&format!("{{{{ {}1{} }}}}", open.repeat(100_000), close.repeat(100_000)));
    }
    for joint in
        [" + 1", " ~ 1", " and 1", "|list", " if 1 else 1", "[0]", ".a", " == 1", " is none", " in [1]", "()"]
    {
        fails(&format!("{{{{ 1{} }}}}", joint.repeat(100_000)));
    }
    fails(&"{% for x in [1] %}".repeat(20_000));
    fails(&format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(20_000)));
}

#[test]
fn what_templates_do_works_as_before() {
    for (template, expected) in [
        ("{{ ([1, 2] + [3]) | join(',') }}{{ ([1, 2] * 2) | length }}{{ (1, 2) + (3,) }}", "1,2,34(1, 2, 3)"),
        (
            "{% set a, b = [1, 2] %}{{ a }}{{ b }}{% for k, v in {'x': 1}.items() %}{{ k }}{{ v }}{% endfor %}",
            "12x1",
        ),
        (
            "{% set ns = namespace(a=1, l=[]) %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% set ns.l = ns.l + [i] %}{% endfor %}{{ ns.a }}{{ ns.l }}",
            "4[0, 1, 2]",
        ),
        (
            "{% macro m(x, y='d') %}{{ x }}{{ y }}{{ caller() if caller }}{% endmacro %}{{ m(1) }}{% call m(2, y=3) %}c{% endcall %}",
            "1d23c",
        ),
        (
            "{% set x %}a b{% endset %}{{ x | upper }}{% filter upper %}q{% endfilter %}{% with z=1 %}{{ z }}{% endwith %}",
            "A BQ1",
        ),
        ("{% for x in [1, [2, [3]]] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}", "123"),
        (
            "{% for x in range(9) if x is odd %}{% if x == 5 %}{% continue %}{% endif %}{{ x }}{{ loop.index }}{% else %}n{% endfor %}",
            "113274",
        ),
        (
            "{{ 'a' in 'abc' and 1 < 2 <= 2 }}{{ not [] }}{{ messages | length }}{{ messages[-1]['content'] ~ messages[0].role }}",
            "TrueTrue1hiuser",
        ),
        (
            "{{ [3, 1] | sort | first }}{{ messages[::-1] | map(attribute='content') | list }}{{ 'a,b'.split(',') | last }}",
            "1['hi']b",
        ),
        (
            "{{ {'a': [1, {'b': none}]} | tojson }}{{ '%s-%d' | format('a', 3) }}{{ (['x'] * 3) | join }}",
            "{\"a\": [1, {\"b\": null}]}a-3xxx",
        ),
    ] {
        assert_eq!(
            said(template).unwrap_or_else(|error| panic!("{template}: {error}")),
            expected,
            "{template}"
        );
    }
}

#[test]
fn a_long_chat_has_enough() {
    let template = "{% for m in messages %}{% set i = messages|length - loop.index0 %}<|im_start|>{{ m.role + '\n' + m.content|trim ~ i }}<|im_end|>{% endfor %}";
    let parts = Parts { chat_template: Some(template.into()), ..Parts::small(Some("qwen2")) };
    let messages: Vec<Message> =
        (0..200).map(|_| Message::user("The keys to the cabinet are here. ".repeat(100))).collect();
    let chat = parts.tokenizer().unwrap().chat(&messages, &ChatOptions::default()).unwrap();
    assert!(chat.text.len() > 600_000 && chat.notes.is_empty());
}
