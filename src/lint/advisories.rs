//! Which published advisories of the NATS project concern a server of this release, told to do this?
//!
//! What each says stands at <https://advisories.nats.io>; here is what can be asked of a configuration or a token: the
//! releases, and the feature without which nobody is exposed.

use super::view::Setup;
use crate::server::options::ServerOptions;
use crate::server::version::{Since, Version};
use crate::token::Permissions;

/// One advisory.
pub(super) struct Advisory {
    /// Its name and other names: `NATS-2026-23, GHSA-g33f-6538-grxh`.
    pub(super) names: &'static str,
    /// What can be done to a server, no final stop.
    pub(super) what: &'static str,
    /// The first release that has the fault.
    since: (u32, u32, u32),
    /// The first releases without it, one a series.
    fixed: Since,
    /// Where it stands below `advisories.nats.io/CVE/`.
    file: &'static str,
    /// Who is exposed.
    exposed: Exposed,
}

/// Whom an advisory concerns.
enum Exposed {
    /// Servers that are told so.
    Server(fn(&ServerOptions, &Setup<'_>) -> bool),
    /// Whoever has such permissions.
    Rights(fn(&Permissions) -> bool),
}

use Exposed::{Rights, Server};

impl Advisory {
    fn concerns(&self, version: Version) -> bool {
        let (major, minor, patch) = self.since;
        version.at_least(major, minor, patch) && !version.has(&self.fixed)
    }

    /// Its address.
    pub(super) fn source(&self) -> String {
        format!("https://advisories.nats.io/CVE/{}.txt", self.file)
    }

    /// The releases that are free of it.
    pub(super) fn fixed(&self) -> String {
        let releases: Vec<String> = self.fixed.first.iter().map(|(a, b, c)| format!("{a}.{b}.{c}")).collect();
        releases.join(", ")
    }
}

/// The advisories that concern a server with this configuration.
pub(super) fn of_server<'s>(setup: &'s Setup<'_>) -> impl Iterator<Item = &'static Advisory> + 's {
    ADVISORIES.iter().filter(|advisory| match advisory.exposed {
        Server(exposed) => advisory.concerns(setup.scene.version) && exposed(&setup.startup.options, setup),
        Rights(_) => false,
    })
}

/// The advisories that concern whoever has these permissions.
pub(super) fn of_rights(
    permissions: &Permissions,
    version: Version,
) -> impl Iterator<Item = &'static Advisory> + '_ {
    // Each is about what is denied.
    let all = if permissions.subscribe.denied().is_empty() { &[] } else { ADVISORIES };
    all.iter().filter(move |advisory| match advisory.exposed {
        Rights(exposed) => advisory.concerns(version) && exposed(permissions),
        Server(_) => false,
    })
}

/// Whether somebody outside of the server's machine can ask it for connections.
fn monitored(setup: &Setup<'_>) -> bool {
    setup.options(&["http", "http_port", "monitor_port", "https", "https_port"]).next().is_some()
}

fn denied(permissions: &Permissions) -> impl Iterator<Item = &str> {
    permissions.subscribe.deny.iter().flatten().map(String::as_str)
}

fn is_wild(subject: &str) -> bool {
    subject.split('.').any(|part| part == "*" || part == ">")
}

macro_rules! advisories {
    ($($file:literal $names:literal $since:expr, [$($fixed:expr),+], $exposed:expr, $what:literal;)+) => {
        static ADVISORIES: &[Advisory] = &[$(Advisory {
            names: $names,
            what: $what,
            since: $since,
            fixed: Since { id: $names, change: $what, first: &[$($fixed),+] },
            file: $file,
            exposed: $exposed,
        }),+];
    };
}

// The newest first.
advisories! {
    "secnote-2026-28" "NATS-2026-28, GHSA-q59r-vq66-pxc2" (2, 0, 0), [(2, 12, 12), (2, 14, 3)],
        Server(|_, _| true), "a client that may ask for connections of its account can crash the server";
    "secnote-2026-27" "NATS-2026-27, GHSA-p957-7v2w-g93g" (2, 0, 0), [(2, 12, 12), (2, 14, 3)],
        Server(|o, _| o.websocket.listen && !o.mqtt.listen && o.jetstream),
        "anybody who reaches the websocket port can crash the server";
    "secnote-2026-26" "NATS-2026-26, GHSA-7qmq-8cc4-hxwg" (2, 0, 0), [(2, 12, 12), (2, 14, 3)],
        Server(|o, _| o.mqtt.listen), "MQTT clients get retained messages on subjects that they are denied";
    "secnote-2026-25" "NATS-2026-25, GHSA-r72h-j7qq-v6qg" (2, 0, 0), [(2, 12, 12), (2, 14, 3)],
        Server(|o, _| o.mqtt.listen), "anybody who reaches the MQTT port can use up the server's memory";
    "secnote-2026-24" "NATS-2026-24, GHSA-hmmp-q8cx-v964" (2, 0, 0), [(2, 12, 12), (2, 14, 3)],
        Server(|o, _| {
            let default = |user: &&crate::server::options::ConfigUser| user.user == o.no_auth_user;
            !o.no_auth_user.is_empty()
                && o.users.iter().filter(default).any(|u| !u.connection_types.is_empty() || u.proxy_required)
        }),
        "clients get to be the no_auth_user on connections that it is not allowed on";
    "secnote-2026-23" "NATS-2026-23, GHSA-g33f-6538-grxh" (2, 0, 0), [(2, 12, 10), (2, 14, 2)],
        Server(|o, _| o.operator_mode()),
        "anybody who reaches the client port can hang or crash the server with a made-up token";
    "secnote-2026-22" "NATS-2026-22, GHSA-qrcv-3558-gj4f" (2, 0, 0), [(2, 12, 9), (2, 14, 1)],
        Server(|o, _| o.mqtt.listen && (o.meshed || o.leafnodes.listen)),
        "MQTT clients can write commands of NATS to other servers";
    "secnote-2026-21" "NATS-2026-21, GHSA-4g68-3pwx-5vfj" (2, 0, 0), [(2, 12, 12), (2, 14, 3)],
        Server(|o, _| o.mqtt.listen), "MQTT clients can watch other sessions of their account";
    "secnote-2026-20" "NATS-2026-20, GHSA-p3j5-5hrq-p75h" (2, 11, 0), [(2, 12, 12), (2, 14, 3)],
        Server(|o, _| o.leafnodes.listen), "a leafnode can send traces where it may not publish";
    "secnote-2026-19" "NATS-2026-19, GHSA-3g5q-cfh2-cq67" (2, 0, 0), [(2, 11, 17), (2, 12, 8)],
        Server(|o, _| o.leafnodes.listen), "anybody who reaches the leafnode port can crash the server";
    "secnote-2026-18" "NATS-2026-18, GHSA-jx8g-9g95-6322" (2, 0, 0), [(2, 11, 16), (2, 12, 7), (2, 14, 0)],
        Rights(|p| {
            denied(p).any(|entry| entry.contains(' ')) && denied(p).any(|entry| !entry.contains(' '))
        }),
        "a queue subscription gets past a plain deny where others deny queues";
    "secnote-2026-17" "NATS-2026-17, GHSA-wh7g-5m82-pmhr" (2, 0, 0), [(2, 11, 16), (2, 12, 7), (2, 14, 0)],
        Rights(|p| denied(p).any(is_wild)),
        "a subscription with a wildcard that overlaps the denied one gets denied messages";
    "secnote-2026-16" "NATS-2026-16, GHSA-38x3-76xf-cq45" (2, 0, 0), [(2, 11, 16), (2, 12, 7), (2, 14, 0)],
        Server(|o, setup| {
            !o.no_auth_user.is_empty() && (o.leafnodes.listen || setup.options(&["cluster"]).next().is_some())
        }),
        "anybody who reaches the route or leafnode port passes for a server";
    "secnote-2026-15" "CVE-2026-33249, GHSA-8m2x-3m6q-6w8j" (2, 11, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|_, _| true), "a client can send traces where it may not publish";
    "secnote-2026-13" "CVE-2026-33248, GHSA-3f24-pcvm-5jqc" (2, 0, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|o, _| o.tls_map), "some names in certificates pass for others";
    "secnote-2026-12" "CVE-2026-33222, GHSA-9983-vrx2-fg9c" (2, 2, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|o, _| o.jetstream), "who may restore one stream can restore into others";
    "secnote-2026-11" "CVE-2026-33219, GHSA-8r68-gvr4-jh7j" (2, 2, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|o, _| o.websocket.listen), "anybody who reaches the websocket port can use up the server's memory";
    "secnote-2026-10" "CVE-2026-33218, GHSA-vprv-35vv-q339" (2, 0, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|o, _| o.leafnodes.listen), "anybody who reaches the leafnode port can crash the server";
    "secnote-2026-09" "CVE-2026-33223, GHSA-pwx7-fx9r-hr4h" (2, 0, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|_, _| true), "a client can pass for another to services that trust Nats-Request-Info";
    "secnote-2026-08" "CVE-2026-33246, GHSA-55h8-8g96-x4hj" (2, 0, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|o, _| o.leafnodes.listen), "a leafnode can name any client in Nats-Request-Info";
    "secnote-2026-07" "CVE-2026-33217, GHSA-jxxm-27vp-c3m5" (2, 0, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|o, _| o.mqtt.listen), "permissions do not hold below $MQTT.";
    "secnote-2026-06" "CVE-2026-33215, GHSA-fcjp-h8cc-6879" (2, 0, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|o, _| o.mqtt.listen), "an MQTT client can take over the session of another";
    "secnote-2026-05" "CVE-2026-33216, GHSA-v722-jcv5-w7mc" (2, 0, 0), [(2, 11, 15), (2, 12, 6)],
        Server(|o, setup| o.mqtt.listen && monitored(setup)), "the monitoring port shows passwords of MQTT clients";
    "secnote-2026-04" "CVE-2026-29785, GHSA-52jh-2xxh-pwh6" (2, 0, 0), [(2, 11, 14), (2, 12, 5)],
        Server(|o, _| o.leafnodes.listen), "anybody who reaches the leafnode port can crash the server";
    "secnote-2026-03" "CVE-2026-27889, GHSA-pq2q-rcw4-3hr6" (2, 2, 0), [(2, 11, 14), (2, 12, 5)],
        Server(|o, _| o.websocket.listen), "anybody who reaches the websocket port can crash the server";
    "secnote-2026-02" "CVE-2026-27571, GHSA-qrvq-68c2-7grw" (2, 2, 0), [(2, 11, 12), (2, 12, 3)],
        Server(|o, _| o.websocket.listen), "anybody who reaches the websocket port can use up the server's memory";
    "secnote-2025-01" "CVE-2025-30215, GHSA-fhg8-qxh5-7q3w" (2, 2, 0), [(2, 10, 27), (2, 11, 1)],
        Server(|o, _| o.jetstream), "users of one account can change and delete streams of another";
    "secnote-2023-02" "CVE-2023-46129, GHSA-mr45-rx8q-wcm9" (2, 10, 0), [(2, 10, 4)],
        Server(|o, _| o.callout.as_ref().is_some_and(|callout| !callout.xkey.is_empty())),
        "requests of the authorization callout, passwords in them, are encrypted with a key of zeros";
    "secnote-2023-01" "CVE-2023-47090, GHSA-fr2g-9hjm-wr23" (2, 2, 0), [(2, 9, 23), (2, 10, 2)],
        Server(|o, _| {
            o.authorization_block && o.no_auth_user == super::rules::config::anonymous_into_global::HIDDEN
        }),
        "the users of authorization are not asked for: everybody is let into $G";
    "CVE-2022-42709" "CVE-2022-42709" (2, 0, 0), [(2, 9, 3)],
        Server(|o, _| o.operator_mode()), "an account that imports from itself in a circle crashes the server";
    "CVE-2022-42708" "CVE-2022-42708" (2, 2, 0), [(2, 9, 3)],
        Server(|o, _| o.jetstream), "a user that may make streams can crash the server";
    "CVE-2022-29946" "CVE-2022-29946" (2, 0, 0), [(2, 8, 2)],
        Rights(|p| denied(p).next().is_some()),
        "a queue subscription with a wildcard gets messages on denied subjects";
    "CVE-2022-28357" "CVE-2022-28357" (2, 2, 0), [(2, 8, 0)],
        Server(|_, setup| setup.directory().is_some()),
        "who may publish in the system account can write any file of the server's user";
    "CVE-2022-26652" "CVE-2022-26652" (2, 2, 0), [(2, 7, 4)],
        Server(|o, _| o.jetstream), "a user that may restore streams can write any file of the server's user";
    "CVE-2022-24450" "CVE-2022-24450" (2, 0, 0), [(2, 7, 2)],
        Server(|_, _| true), "every client can choose the account that it is in, the system account too";
    "CVE-2021-3127" "CVE-2021-3127" (2, 0, 0), [(2, 2, 0)],
        Server(|o, _| o.operator_mode()), "an activation token of one account works for every other";
    "CVE-2020-28466" "CVE-2020-28466" (2, 0, 0), [(2, 2, 0)],
        Server(|o, _| o.operator_mode()), "accounts that import from each other in a circle crash the server";
    "CVE-2020-26892" "CVE-2020-26892" (2, 0, 0), [(2, 1, 9)],
        Server(|o, _| o.operator_mode()), "expired and revoked credentials still work";
    "CVE-2020-26521" "CVE-2020-26521" (2, 0, 0), [(2, 1, 9)],
        Server(|o, _| o.operator_mode()), "a made-up user of an account crashes the server";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_before_and_behind_a_fix() {
        let of = |file: &str| ADVISORIES.iter().find(|advisory| advisory.file == file).expect("it is listed");
        let concerned =
            |file: &str, version: &str| of(file).concerns(Version::parse(version).expect("a version"));
        for (file, version, concerns) in [
            ("secnote-2026-23", "2.12.9", true),
            ("secnote-2026-23", "2.12.10", false),
            ("secnote-2026-23", "2.14.1", true),
            ("secnote-2026-23", "2.14.2", false),
            ("secnote-2026-23", "2.11.17", true),
            ("secnote-2026-23", "2.15.1", false),
            ("secnote-2026-19", "2.14.0", false),
            ("secnote-2025-01", "2.10.26", true),
            ("secnote-2025-01", "2.10.27", false),
            ("secnote-2025-01", "2.11.0", true),
            ("secnote-2023-02", "2.9.25", false),
            ("secnote-2023-02", "2.10.3", true),
            ("secnote-2023-01", "2.10.1", true),
            ("secnote-2023-01", "2.9.23", false),
            ("CVE-2022-24450", "2.7.1", true),
            ("CVE-2022-24450", "2.7.2", false),
        ] {
            assert_eq!(concerned(file, version), concerns, "{file} {version}");
        }
        for advisory in ADVISORIES {
            assert!(!advisory.concerns(Version::NEWEST), "{}", advisory.names);
            assert!(!advisory.what.ends_with('.') || advisory.what.ends_with("$MQTT."), "{}", advisory.what);
        }
    }
}
