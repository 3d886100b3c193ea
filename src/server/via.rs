//! In which way does the client connect?

use super::version::{IN_PROCESS_TYPE, Version};
use std::fmt;

/// A transport and protocol, by the name that `allowed_connection_types` has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Via {
    /// A client over TCP or TLS.
    #[default]
    Standard,
    /// A client over a websocket.
    Websocket,
    /// A leafnode.
    Leafnode,
    /// A leafnode over a websocket.
    LeafnodeWs,
    /// An MQTT client.
    Mqtt,
    /// An MQTT client over a websocket.
    MqttWs,
    /// A client inside of the server's process.
    InProcess,
}

impl Via {
    /// Every way.
    pub const ALL: &[Self] = &[
        Self::Standard,
        Self::Websocket,
        Self::Leafnode,
        Self::LeafnodeWs,
        Self::Mqtt,
        Self::MqttWs,
        Self::InProcess,
    ];

    /// `STANDARD`, `WEBSOCKET`, `LEAFNODE`, `LEAFNODE_WS`, `MQTT`, `MQTT_WS`, `IN_PROCESS`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Websocket => "WEBSOCKET",
            Self::Leafnode => "LEAFNODE",
            Self::LeafnodeWs => "LEAFNODE_WS",
            Self::Mqtt => "MQTT",
            Self::MqttWs => "MQTT_WS",
            Self::InProcess => "IN_PROCESS",
        }
    }

    /// The way of a name, in any letter case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.name().eq_ignore_ascii_case(name))
    }

    /// Whether it is a leafnode.
    pub const fn is_leaf(self) -> bool {
        matches!(self, Self::Leafnode | Self::LeafnodeWs)
    }

    /// Whether it speaks MQTT.
    pub const fn is_mqtt(self) -> bool {
        matches!(self, Self::Mqtt | Self::MqttWs)
    }

    /// Whether it comes through a websocket.
    pub const fn is_websocket(self) -> bool {
        matches!(self, Self::Websocket | Self::LeafnodeWs | Self::MqttWs)
    }

    /// The name that a server of this version looks for in a list of connection types.
    pub fn wanted(self, version: Version) -> &'static str {
        if self == Self::InProcess && !version.has(&IN_PROCESS_TYPE) {
            return Self::Standard.name();
        }
        self.name()
    }

    /// Whether a server of this version knows a connection type.
    pub fn known(upper: &str, version: Version) -> bool {
        Self::ALL
            .iter()
            .any(|v| v.name() == upper && (*v != Self::InProcess || version.has(&IN_PROCESS_TYPE)))
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `convertAllowedConnectionTypes`: the known types upper-cased, and the unknown ones.
pub fn connection_types(types: &[String], version: Version) -> (Vec<String>, Vec<String>) {
    let (known, unknown): (Vec<String>, Vec<String>) =
        types.iter().map(|t| t.to_uppercase()).partition(|t| Via::known(t, version));
    (known, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions() {
        for via in Via::ALL {
            assert_eq!(Via::parse(&via.name().to_lowercase()), Some(*via));
        }
        assert_eq!(Via::parse("TCP"), None);
        let old = Version::new(2, 10, 26);
        assert_eq!(Via::InProcess.wanted(old), "STANDARD");
        assert_eq!(Via::InProcess.wanted(Version::NEWEST), "IN_PROCESS");
        let types = ["mqtt".to_owned(), "IN_PROCESS".to_owned(), "foo".to_owned()];
        assert_eq!(
            connection_types(&types, old),
            (vec!["MQTT".into()], vec!["IN_PROCESS".into(), "FOO".into()])
        );
    }
}
