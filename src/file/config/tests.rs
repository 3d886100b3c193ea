use super::*;
use crate::file::version::Version;

struct Files(&'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);

impl Sources for Files {
    fn file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or(ReadError::NotFound)
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.1.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }
}

fn read(text: &str) -> Result<Config, ConfigError> {
    parse("s.conf", text.as_bytes(), Version::NEWEST, &Nothing)
}

fn value(text: &str) -> Value {
    let config = read(&format!("a: {text}\n")).expect("parses");
    config.root.get("a").expect("has the key").value.clone()
}

#[test]
fn words_are_what_the_server_takes_them_for() {
    let s = |t: &str| Value::String(t.into());
    for (text, want) in [
        ("1", Value::Integer(1)),
        ("-1k", Value::Integer(-1000)),
        ("1kb", Value::Integer(1024)),
        ("1MiB", Value::Integer(1 << 20)),
        ("8E", Value::Integer(8_000_000_000_000_000_000)),
        ("1.5", Value::Float(1.5)),
        ("1.2.3.4:99", s("1.2.3.4:99")),
        ("12ab", s("12ab")),
        ("5s", s("5s")),
        ("1kb1", s("1kb1")),
        ("YES", Value::Bool(true)),
        ("off", Value::Bool(false)),
        ("x#y", s("x#y")),
        ("x//y", s("x//y")),
        ("x #y", s("x")),
        (r#""a\x41\n""#, s("aA\n")),
        (r#""a\xff""#, Value::Bytes(vec![b'a', 0xff])),
        (r"'a\n'", s("a\\n")),
        ("2020-01-01T00:00:00Z", Value::Datetime("2020-01-01T00:00:00Z".into())),
        ("$2a$11$abc", s("$2a$11$abc")),
        ("(\nx\n)", s("\nx\n")),
    ] {
        assert_eq!(value(text), want, "{text}");
    }
}

#[test]
fn errors_are_the_servers() {
    for (text, want) in [
        (
            "a: [1]\n",
            "Parse error on line 2: 'Expected an array value terminator \",\" or an array terminator \"]\", but got '\0' instead.'",
        ),
        ("a: ./x", "Parse error on line 1: 'Floats must start with a digit'"),
        ("a: -x", "Parse error on line 1: 'Expected a digit but got 'x'.'"),
        ("a: \n b", "Parse error on line 2: 'Expected value but found new line'"),
        ("a: $b", "variable reference for 'b' on line 1 can not be found"),
        ("a {", "Parse error on line 1: 'Unexpected EOF processing map.'"),
        (
            "a: \"\\q\"",
            "Parse error on line 1: 'Invalid escape character 'q'. Only the following escape characters are allowed: \\xXX, \\t, \\n, \\r, \\\", \\\\.'",
        ),
        ("include x.conf", "error parsing include file 'x.conf', open x.conf: no such file or directory"),
        ("foo\n", "config is invalid (s.conf:2:1)"),
        ("a: 99999999999999999999", "integer '99999999999999999999' is out of the range"),
        ("a: 2020-13-01T00:00:00Z", "expected Zulu formatted DateTime, but got '2020-13-01T00:00:00Z'"),
    ] {
        assert_eq!(read(text).expect_err(text).text, want, "{text}");
    }
}

#[test]
fn places_survive() {
    let text = "port: 1\n\"operator\" = \"x y\"\nport: 2\nm { k: [a, 'b'] }\n";
    let config = read(text).expect("parses");
    let cut = |s: Span| &text[s.start..s.end];
    let all: Vec<_> =
        config.root.all().iter().map(|e| (cut(e.key_span), cut(e.node.span), e.shadowed)).collect();
    assert_eq!(
        all,
        [
            ("port", "1", true),
            ("\"operator\"", "\"x y\"", false),
            ("port", "2", false),
            ("m", "{ k: [a, 'b'] }", false),
        ]
    );
    let array = config.root.get("m").and_then(|m| m.value.as_map()).and_then(|m| m.get("k")).expect("k");
    assert_eq!(cut(array.span), "[a, 'b']");
    let members: Vec<_> = array.value.as_array().expect("an array").iter().map(|n| cut(n.span)).collect();
    assert_eq!(members, ["a", "'b'"]);
    assert_eq!(config.place(config.root.get("port").expect("port").position), "s.conf:3:1");
}

#[test]
fn includes_and_variables() {
    let files = Files(
        &[("d/main.conf", "a: 1\ninclude 'in/b.conf'\nx: $a\n y $E\n"), ("d/in/b.conf", "b: 2\na: 3\n")],
        &[("E", "[\"q\"]")],
    );
    let main = files.file("d/main.conf").expect("there");
    let config = parse("d/main.conf", &main, Version::NEWEST, &files).expect("parses");
    assert_eq!(config.root.get("x").map(|n| &n.value), Some(&Value::Integer(3)));
    let y = config.root.get("y").and_then(|n| n.value.as_array()).expect("an array");
    assert!(y[0].bare);
    assert_eq!(config.place(config.root.get("b").expect("b").position), "d/in/b.conf:1:0");
    // The variable is dropped by the releases that hash without variables.
    let old = parse("d/main.conf", &main, Version::new(2, 12, 4), &files).expect("parses");
    assert!(old.root.get("a").is_none());
}

#[test]
fn hostile_files_end() {
    let loops = Files(&[("a", "include a\n")], &[("X", "$Y"), ("Y", "$X")]);
    assert_eq!(parse("a", b"include a\n", Version::NEWEST, &loops).expect_err("a loop").cause, Cause::Crash);
    let e = parse("a", b"x: $X\n", Version::NEWEST, &loops).expect_err("a cycle");
    assert!(e.text.ends_with("variable reference cycle for 'X'"), "{}", e.text);
    let e = parse("a", b"x: $X\n", Version::new(2, 10, 26), &loops).expect_err("a cycle");
    assert_eq!(e.cause, Cause::Crash);
    let deep = format!("a: {}", "[".repeat(100_000));
    assert_eq!(read(&deep).expect_err("too deep").cause, Cause::Limit);
    let mut laughs = "v0: [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        laughs += &format!("v{i}: [{}]\n", format!("$v{}, ", i - 1).repeat(10));
    }
    assert_eq!(read(&laughs).expect_err("too much").cause, Cause::Limit);
}
