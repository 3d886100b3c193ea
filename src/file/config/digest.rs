//! Which digest does the server show for this configuration?
//!
//! `nats-server -t` and `/varz` (`config_digest`) show the SHA-256 of the parsed configuration written as JSON with
//! sorted keys and a newline, so that comments, order and layout do not change it (`conf/parse.go: configDigest`).

use sha2::{Digest, Sha256};

use super::tree::{Map, Value};
use crate::token::json::write;

/// The most bytes of JSON that are hashed: variables that repeat each other can make a small file enormous.
const LIMIT: usize = 256 << 20;

struct Hashing {
    sha: Sha256,
    buffer: Vec<u8>,
    written: usize,
}

impl Hashing {
    fn flush(&mut self) -> Option<()> {
        self.written += self.buffer.len();
        self.sha.update(&self.buffer);
        self.buffer.clear();
        (self.written <= LIMIT).then_some(())
    }

    fn value(&mut self, value: &Value) -> Option<()> {
        match value {
            Value::String(text) => write::string(text, &mut self.buffer),
            Value::Bytes(bytes) => broken(bytes, &mut self.buffer),
            Value::Integer(number) => write::integer(*number, &mut self.buffer),
            Value::Float(number) => write::float(*number, &mut self.buffer),
            Value::Bool(yes) => self.buffer.extend(if *yes { &b"true"[..] } else { b"false" }),
            Value::Datetime(text) => write::string(text, &mut self.buffer),
            Value::Array(nodes) => {
                self.buffer.push(b'[');
                for (i, node) in nodes.iter().enumerate() {
                    if i > 0 {
                        self.buffer.push(b',');
                    }
                    self.value(&node.value)?;
                }
                self.buffer.push(b']');
            }
            Value::Map(map) => self.map(map)?,
        }
        if self.buffer.len() > 1 << 16 { self.flush() } else { Some(()) }
    }

    fn map(&mut self, map: &Map) -> Option<()> {
        self.buffer.push(b'{');
        for (i, entry) in map.sorted().enumerate() {
            if i > 0 {
                self.buffer.push(b',');
            }
            write::string(&entry.key, &mut self.buffer);
            self.buffer.push(b':');
            self.value(&entry.node.value)?;
        }
        self.buffer.push(b'}');
        Some(())
    }
}

/// Go writes each byte that is no UTF-8 as `\ufffd`, but a replacement character that stands there as itself.
fn broken(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for chunk in bytes.utf8_chunks() {
        let mut text = Vec::new();
        write::string(chunk.valid(), &mut text);
        out.extend_from_slice(text.get(1..text.len().saturating_sub(1)).unwrap_or_default());
        for _ in chunk.invalid() {
            out.extend_from_slice(b"\\ufffd");
        }
    }
    out.push(b'"');
}

/// `sha256:…`, or nothing where the JSON would be absurdly large.
pub(super) fn digest(root: &Map) -> Option<String> {
    let mut hashing = Hashing { sha: Sha256::new(), buffer: Vec::new(), written: 0 };
    hashing.map(root)?;
    hashing.buffer.push(b'\n');
    hashing.flush()?;
    let hex: String = hashing.sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("sha256:{hex}"))
}
