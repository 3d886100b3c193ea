//! What is wrong on the way from a client to its account, and with the server on the way? Each condition behind a
//! refusal gets its rule, its place and what to do; the deciding was done below.

mod client;
mod guide;
mod running;
mod server;
mod side;

pub use client::client;
pub use guide::{Stored, guide};
pub use running::running;
pub use server::server;
pub use side::Side;

use super::Rule;

fn rule(code: &str) -> &'static Rule {
    super::rule(code).expect("a test asserts that every code named here has a rule")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_named_here_has_a_rule() {
        let mut named = 0;
        for source in [include_str!("client.rs"), include_str!("server.rs")] {
            for part in source.split(['(', ' ']).filter_map(|part| part.trim().strip_prefix('"')) {
                let Some((code, _)) = part.split_once('"') else { continue };
                let areas =
                    ["account-", "credentials-", "system-", "config-", "resolver-", "issuer-", "signed-"];
                if areas.iter().any(|area| code.starts_with(area)) && !code.contains(' ') {
                    assert!(super::super::rule(code).is_some(), "{code}");
                    named += 1;
                }
            }
        }
        assert!(named > 15, "{named}");
    }
}
