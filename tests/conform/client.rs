//! What does a client see? One that speaks the raw protocols: NATS, leafnode and MQTT, over TCP or a websocket.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use jwtfix::server::via::Via;
use serde_json::{Map, Value, json};

use super::server::Running;
use super::world::Client;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(6);

/// A connection, and what came over it.
pub struct Conn {
    stream: TcpStream,
    websocket: bool,
    mqtt: bool,
    /// Bytes of frames that are not complete.
    raw: Vec<u8>,
    /// What the server said.
    heard: Vec<u8>,
    /// The server has closed it.
    closed: bool,
    /// Our address, which the server's log has.
    pub local: String,
}

/// How far a connection came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// The server let it in.
    Accepted,
    /// The server refused it or went away.
    Closed,
    /// The server did not answer.
    Silent,
}

impl Conn {
    fn open(server: &Running, via: Via, from: &str) -> Option<Self> {
        let listener = match via {
            Via::Standard => "client",
            Via::Leafnode => "leafnode",
            Via::Mqtt => "MQTT",
            Via::Websocket | Via::LeafnodeWs | Via::MqttWs => "websocket",
            Via::InProcess => panic!("no binary is connected to in its process"),
        };
        let port = *server.ports.get(listener).unwrap_or_else(|| panic!("no {listener} listener"));
        let stream = dial(from.parse().expect("an address"), port).ok()?;
        stream.set_nodelay(true).ok()?;
        let local = stream.local_addr().ok()?.to_string();
        let (websocket, mqtt) = (via.is_websocket(), via.is_mqtt());
        Some(Self { stream, websocket, mqtt, raw: Vec::new(), heard: Vec::new(), closed: false, local })
    }

    /// The HTTP request that makes a websocket of it.
    fn upgrade(&mut self, via: Via, client: &Client) -> bool {
        let path = match via {
            Via::LeafnodeWs => "/leafnode",
            Via::MqttWs => "/mqtt",
            _ => "/",
        };
        let mut request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        );
        if via == Via::MqttWs {
            request += "Sec-WebSocket-Protocol: mqtt\r\n";
        }
        if !client.cookies.is_empty() {
            let cookies: Vec<String> = client.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            request += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        request += "\r\n";
        if self.stream.write_all(request.as_bytes()).is_err() {
            return false;
        }
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until && !self.closed {
            if let Some(end) = self.raw.windows(4).position(|w| w == b"\r\n\r\n") {
                let switched = self.raw.starts_with(b"HTTP/1.1 101");
                self.raw.drain(..end + 4);
                self.unframe();
                return switched;
            }
            self.read(Duration::from_millis(100));
        }
        false
    }

    fn send(&mut self, bytes: &[u8]) {
        let framed = if self.websocket { frame(bytes) } else { bytes.to_vec() };
        // A server that has refused closes at once; what it said is still to be read.
        let _ = self.stream.write_all(&framed);
    }

    /// Reads once.
    fn read(&mut self, patience: Duration) {
        let _ = self.stream.set_read_timeout(Some(patience.max(Duration::from_millis(1))));
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => self.closed = true,
            Ok(n) => {
                let bytes = buffer.get(..n).unwrap_or_default();
                self.raw.extend_from_slice(bytes);
                // Before the upgrade these are HTTP.
                if !self.raw.starts_with(b"HTTP/") {
                    self.unframe();
                }
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => self.closed = true,
        }
    }

    /// Takes whole frames of a websocket out of what was read.
    fn unframe(&mut self) {
        if !self.websocket {
            self.heard.append(&mut self.raw);
            return;
        }
        while let [first, second, ..] = *self.raw {
            let (size, head): (usize, usize) = match second & 0x7f {
                126 => match self.raw.get(2..4) {
                    Some(b) => (usize::from(u16::from_be_bytes([b[0], b[1]])), 4),
                    None => return,
                },
                127 => match self.raw.get(2..10).and_then(|b| <[u8; 8]>::try_from(b).ok()) {
                    Some(b) => (usize::try_from(u64::from_be_bytes(b)).unwrap_or(usize::MAX), 10),
                    None => return,
                },
                n => (usize::from(n), 2),
            };
            let Some(payload) = head.checked_add(size).and_then(|end| self.raw.get(head..end)) else {
                return;
            };
            match first & 0x0f {
                0..=2 => self.heard.extend_from_slice(payload),
                8 => self.closed = true,
                _ => {}
            }
            self.raw.drain(..head + size);
        }
    }

    fn line(&mut self, start: &str) -> Option<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let text = String::from_utf8_lossy(&self.heard);
            if let Some((line, _)) = text.split_once("\r\n")
                && line.starts_with(start)
            {
                return Some(line.to_owned());
            }
            if self.closed || Instant::now() > until {
                return None;
            }
            self.read(Duration::from_millis(200));
        }
    }

    /// Reads until the server let it in, closed it, or fell silent.
    fn met(&mut self, patience: Duration) -> Met {
        let until = Instant::now() + patience;
        loop {
            let accepted = match self.mqtt {
                true => self.heard.get(..4).is_some_and(|b| b[0] == 0x20 && b[3] == 0),
                false => self.heard.windows(6).any(|w| w == b"PONG\r\n"),
            };
            if accepted {
                return Met::Accepted;
            }
            if self.closed {
                return Met::Closed;
            }
            if Instant::now() > until {
                return Met::Silent;
            }
            self.read(Duration::from_millis(200));
        }
    }

    /// Sends lines of the protocol.
    pub fn say(&mut self, text: &str) {
        self.send(text.as_bytes());
    }

    /// What came since the last question, once the server has answered all that was said before.
    pub fn hear(&mut self, wait: Duration) -> String {
        self.heard.clear();
        self.say("PING\r\n");
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until && !self.closed && !self.heard.windows(6).any(|w| w == b"PONG\r\n") {
            self.read(Duration::from_millis(200));
        }
        let until = Instant::now() + wait;
        while Instant::now() < until && !self.closed {
            self.read(Duration::from_millis(5));
        }
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    /// Whether this comes, however long the server takes.
    pub fn hears(&mut self, text: &str) -> bool {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until && !self.closed {
            if String::from_utf8_lossy(&self.heard).contains(text) {
                return true;
            }
            self.read(Duration::from_millis(50));
        }
        String::from_utf8_lossy(&self.heard).contains(text)
    }

    /// Reads what came in the meantime. Whether it is still open, and nothing was said against it.
    pub fn still_open(&mut self) -> bool {
        self.read(Duration::from_millis(1));
        if !self.closed && !self.errors().is_empty() {
            self.read(Duration::from_millis(50));
        }
        !self.closed && self.errors().is_empty()
    }

    /// The errors that the server said, or the return code of MQTT.
    pub fn errors(&self) -> Vec<String> {
        if self.mqtt {
            let code = self.heard.get(..4).filter(|b| b[0] == 0x20).map(|b| b[3]);
            let refused = code.filter(|&c| c != 0);
            return refused
                .map(|c| match c {
                    5 => "CONNACK 5 (not authorized)".to_owned(),
                    c => format!("CONNACK {c}"),
                })
                .into_iter()
                .collect();
        }
        let text = String::from_utf8_lossy(&self.heard);
        let errors = text.lines().filter_map(|l| l.strip_prefix("-ERR '"));
        let mut errors: Vec<String> =
            errors.map(|e| e.trim_end().trim_end_matches('\'').to_owned()).collect();
        errors.dedup();
        errors
    }
}

/// A connection to a port of this machine, from an address of its loopback.
fn dial(from: Ipv4Addr, port: u16) -> std::io::Result<TcpStream> {
    use rustix::net::{AddressFamily, SocketAddrV4, SocketType, bind, connect, socket};
    if from == Ipv4Addr::LOCALHOST {
        return TcpStream::connect((from, port));
    }
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&socket, &SocketAddrV4::new(from, 0))?;
    connect(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
    Ok(socket.into())
}

fn frame(bytes: &[u8]) -> Vec<u8> {
    let mut framed = vec![0x82];
    match bytes.len() {
        n if n < 126 => framed.push(0x80 | n as u8),
        n if n <= 0xffff => {
            framed.push(0x80 | 126);
            framed.extend((n as u16).to_be_bytes());
        }
        n => {
            framed.push(0x80 | 127);
            framed.extend((n as u64).to_be_bytes());
        }
    }
    // A mask of zeros is a mask.
    framed.extend([0; 4]);
    framed.extend(bytes);
    framed
}

/// Connects as a client of a world says.
pub fn connect(server: &Running, client: &Client) -> (Option<Conn>, Met) {
    let via = client.via();
    let Some(mut conn) = Conn::open(server, via, client.from()) else { return (None, Met::Silent) };
    if via.is_websocket() && !conn.upgrade(via, client) {
        return (Some(conn), Met::Closed);
    }
    if via.is_mqtt() {
        let packet = mqtt(client);
        conn.send(&packet);
        let met = conn.met(PATIENCE);
        return (Some(conn), met);
    }
    let Some(info) = conn.line("INFO ") else {
        let met = if conn.closed { Met::Closed } else { Met::Silent };
        return (Some(conn), met);
    };
    let info: Value = serde_json::from_str(info.trim_start_matches("INFO ")).unwrap_or(Value::Null);
    let nonce = info.get("nonce").and_then(Value::as_str).unwrap_or_default();
    let text = Value::Object(members(client, nonce, via));
    conn.send(format!("CONNECT {text}\r\n").as_bytes());
    conn.send(b"PING\r\n");
    let met = conn.met(PATIENCE);
    (Some(conn), met)
}

/// The members of the CONNECT.
fn members(client: &Client, nonce: &str, via: Via) -> Map<String, Value> {
    let mut members = Map::new();
    if via.is_leaf() {
        members.insert("name".into(), json!(format!("leaf {}", client.name)));
        members.insert("version".into(), json!("2.10.0"));
        members.insert("headers".into(), json!(true));
    } else {
        members.insert("verbose".into(), json!(false));
        // As client libraries do; a server takes it for true otherwise.
        members.insert("pedantic".into(), json!(false));
        members.insert("protocol".into(), json!(1));
    }
    let texts = [
        ("jwt", client.jwt.as_ref().map(super::mint::Token::text)),
        ("nkey", client.nkey.clone()),
        ("user", client.user.clone()),
        ("pass", client.pass.clone()),
        ("auth_token", client.auth_token.clone()),
        ("account", client.account.clone()),
        ("sig", client.sign.as_ref().map(|sign| sign.text(nonce))),
        ("proxy_sig", client.proxy.as_ref().map(|sign| sign.text(nonce))),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            members.insert(name.into(), json!(text));
        }
    }
    members
}

/// A CONNECT packet of MQTT 3.1.1 with the user and the password, or the token in the password.
fn mqtt(client: &Client) -> Vec<u8> {
    let field = |text: &str| {
        let mut bytes = (text.len() as u16).to_be_bytes().to_vec();
        bytes.extend(text.as_bytes());
        bytes
    };
    let password = client.pass.clone().or_else(|| client.jwt.as_ref().map(super::mint::Token::text));
    let user = client.user.clone().or_else(|| password.as_ref().map(|_| "jwt".to_owned()));
    let mut body = field("MQTT");
    body.push(4);
    let flags = 2 | if user.is_some() { 0x80 } else { 0 } | if password.is_some() { 0x40 } else { 0 };
    body.extend([flags, 0, 60]);
    body.extend(field(&client.name.chars().filter(char::is_ascii_alphanumeric).collect::<String>()));
    body.extend(user.iter().flat_map(|text| field(text)));
    body.extend(password.iter().flat_map(|text| field(text)));
    let mut packet = vec![0x10];
    let mut size = body.len();
    loop {
        let more = size >= 0x80;
        packet.push((size & 0x7f) as u8 | if more { 0x80 } else { 0 });
        size >>= 7;
        if !more {
            break;
        }
    }
    packet.extend(body);
    packet
}
