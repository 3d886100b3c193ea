//! Walking the options: errors with their places, Go's type assertions, unknown fields.

use super::Problem;
use crate::file::config::{Config, Entry, Map, Node, Position, Sources, Value};
use crate::file::version::Version;
use crate::server::options::ServerOptions;
use crate::token::quote;

/// What ends the reading of a block: an error that Go returns, or a failed type assertion.
pub(super) type Read<T> = Result<T, Problem>;

/// Options that decide about start-up alone.
#[derive(Debug, Default, Clone)]
pub(super) struct Settings {
    pub(super) server_name: String,
    pub(super) max_pending: Option<i64>,
    pub(super) lame_duck: Option<i64>,
    pub(super) lame_duck_grace: Option<i64>,
    pub(super) no_system_account: bool,
    pub(super) cluster_port: i64,
    pub(super) cluster_name: String,
    pub(super) gateway_port: i64,
    pub(super) gateway_name: String,
    pub(super) leaf_port: i64,
    pub(super) remotes: usize,
    pub(super) websocket_tls: bool,
    pub(super) websocket_no_tls: bool,
    pub(super) origins: Vec<String>,
    pub(super) jetstream_domain: String,
    pub(super) explicit_resolver: bool,
    /// Keys of the preloads that decode and are not valid.
    pub(super) blocked_preloads: Vec<String>,
    pub(super) auth_timeout: Option<f64>,
    pub(super) tls_timeout: Option<f64>,
    pub(super) tls: bool,
}

pub(super) struct Walk<'a> {
    pub(super) config: &'a Config,
    pub(super) version: Version,
    pub(super) now: i64,
    pub(super) sources: &'a dyn Sources,
    /// Where the walk through each map begins: the server's order is random.
    pub(super) turn: usize,
    /// That order decides about what was read.
    pub(super) chance: bool,
    pub(super) errors: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    pub(super) unknown: Vec<String>,
    pub(super) options: ServerOptions,
    pub(super) settings: Settings,
}

/// The text of a failed type assertion (CFG-1).
pub(super) fn conversion(value: &Value, want: &str) -> String {
    format!("interface conversion: interface {{}} is {}, not {want}", value.go_type())
}

/// What stands for an address in the server's memory.
const ADDRESS: &str = "0x…";

/// `%v` of a value whose members are tokens.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Bytes(b) => String::from_utf8_lossy(b).into_owned(),
        Value::Integer(n) => n.to_string(),
        Value::Float(n) => go_float(*n),
        Value::Bool(b) => b.to_string(),
        Value::Datetime(t) => t.replace('T', " ").replace('Z', " +0000 UTC"),
        Value::Array(a) if a.is_empty() => "[]".into(),
        Value::Map(m) if m.is_empty() => "map[]".into(),
        // Go prints the address of each member here, which differs from run to run.
        Value::Array(nodes) => format!("[{}]", vec![ADDRESS; nodes.len()].join(" ")),
        Value::Map(map) => {
            let mut members: Vec<_> = map.entries().map(|e| format!("{}:{ADDRESS}", e.key)).collect();
            members.sort_unstable();
            format!("map[{}]", members.join(" "))
        }
    }
}

/// `%v` of a float64: `%g` with the shortest digits, an exponent from 1e21 on.
pub(super) fn go_float(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e21).contains(&size) {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(e) => ('-', e),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{number}")
}

pub(super) fn q(text: &str) -> String {
    quote(text.as_bytes())
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        config: &'a Config,
        version: Version,
        now: i64,
        sources: &'a dyn Sources,
        turn: usize,
    ) -> Self {
        Self {
            config,
            version,
            now,
            sources,
            turn,
            chance: false,
            errors: Vec::new(),
            warnings: Vec::new(),
            unknown: Vec::new(),
            options: ServerOptions::default(),
            settings: Settings::default(),
        }
    }

    pub(super) fn problem(&self, node: &Node, text: impl Into<String>) -> Problem {
        Problem {
            place: (!node.bare).then(|| self.config.place(node.position)),
            span: Some((node.file, node.span)),
            text: text.into(),
        }
    }

    fn place(&self, node: &Node, position: Position) -> Problem {
        Problem { place: Some(self.config.place(position)), ..self.problem(node, "") }
    }

    pub(super) fn fail(&mut self, node: &Node, text: impl Into<String>) {
        let problem = self.problem(node, text);
        self.errors.push(problem);
    }

    pub(super) fn warn(&mut self, node: &Node, text: impl Into<String>) {
        let problem = self.problem(node, text);
        self.warnings.push(problem);
    }

    /// The warning of a field that is used in an odd way.
    pub(super) fn misuse(&mut self, node: &Node, field: &str, reason: &str) {
        self.warn(node, format!("invalid use of field {}: {reason}", q(field)));
    }

    /// An error that a function returned: it is kept, the caller goes on.
    pub(super) fn keep<T>(&mut self, result: Read<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(problem) => {
                self.errors.push(problem);
                None
            }
        }
    }

    /// A field that no option has, unless a variable refers to it (LEX-20).
    pub(super) fn unknown_field(&mut self, entry: &Entry) {
        if !entry.node.used {
            self.fail(&entry.node, format!("unknown field {}", q(&entry.key)));
        }
    }

    fn assert<T>(&self, node: &Node, want: &str, value: Option<T>) -> Read<T> {
        value.ok_or_else(|| {
            let text = conversion(&node.value, want);
            Problem { text, ..self.place(node, node.position) }
        })
    }

    pub(super) fn string(&self, node: &Node) -> Read<String> {
        self.assert(node, "string", node.value.as_str().map(|s| s.into_owned()))
    }

    pub(super) fn bool(&self, node: &Node) -> Read<bool> {
        let value = if let Value::Bool(b) = node.value { Some(b) } else { None };
        self.assert(node, "bool", value)
    }

    pub(super) fn integer(&self, node: &Node) -> Read<i64> {
        let value = if let Value::Integer(n) = node.value { Some(n) } else { None };
        self.assert(node, "int64", value)
    }

    pub(super) fn map<'n>(&self, node: &'n Node) -> Read<&'n Map> {
        self.assert(node, "map[string]interface {}", node.value.as_map())
    }

    pub(super) fn array<'n>(&self, node: &'n Node) -> Read<&'n [Node]> {
        self.assert(node, "[]interface {}", node.value.as_array())
    }

    /// A block that has to be a map, with the text that the server has for anything else.
    pub(super) fn block<'n>(&self, node: &'n Node, text: &str) -> Read<&'n Map> {
        node.value.as_map().ok_or_else(|| self.problem(node, format!("{text}, got {}", node.value.go_type())))
    }

    /// `parseDuration`: nanoseconds; a number is seconds and is warned about.
    pub(super) fn duration(&mut self, field: &str, node: &Node) -> Read<i64> {
        if let Some(text) = node.value.as_str() {
            return Ok(match super::duration::parse(&text) {
                Ok(nanos) => nanos,
                Err(e) => {
                    self.fail(node, format!("error parsing {field}: {e}"));
                    0
                }
            });
        }
        self.misuse(node, field, &format!("{field} should be converted to a duration"));
        Ok(self.integer(node)?.wrapping_mul(1_000_000_000))
    }

    /// `parseListen`: the port.
    pub(super) fn listen(&self, node: &Node) -> Read<i64> {
        match &node.value {
            Value::Integer(port) => Ok(*port),
            Value::String(text) => {
                let port = split_host_port(text).ok_or_else(|| {
                    self.problem(node, format!("could not parse address string {}", q(text)))
                })?;
                port.parse::<i64>()
                    .map_err(|_| self.problem(node, format!("could not parse port {}", q(port))))
            }
            other => Err(self.problem(node, format!("expected port or host:port, got {}", other.go_type()))),
        }
    }

    /// `parseStringArray`.
    pub(super) fn strings(&mut self, what: &str, node: &Node) -> Option<Vec<String>> {
        match &node.value {
            Value::Array(nodes) => {
                let mut texts = Vec::new();
                for node in nodes.iter() {
                    match node.value.as_str() {
                        Some(text) => texts.push(text.into_owned()),
                        None => self.fail(
                            node,
                            format!(
                                "error parsing {what}: unsupported type in array {}",
                                node.value.go_type()
                            ),
                        ),
                    }
                }
                Some(texts)
            }
            value => match value.as_str() {
                Some(text) => Some(vec![text.into_owned()]),
                None => {
                    self.fail(node, format!("error parsing {what}: unsupported type {}", value.go_type()));
                    None
                }
            },
        }
    }
}

/// `net.SplitHostPort`: the port.
fn split_host_port(text: &str) -> Option<&str> {
    let colon = text.rfind(':')?;
    let (host, port) = (text.get(..colon)?, text.get(colon + 1..)?);
    let plain = if let Some(rest) = host.strip_prefix('[') {
        rest.strip_suffix(']')?
    } else {
        if host.contains(':') {
            return None;
        }
        host
    };
    (!plain.contains(['[', ']']) && !port.contains(['[', ']'])).then_some(port)
}
