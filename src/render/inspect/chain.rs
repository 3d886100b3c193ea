//! How is a chain drawn? A line for each token, below it how it hangs on the next.

use crate::render::style::{Ink, Style, pad, width};
use crate::render::text;
use crate::token::Kind;
use crate::trust::{Chain, Link, Signer, Trusted};

/// The drawing, indented by two, ending in a line break. `own` are lines about the first link, before its signer.
pub(super) fn draw(chain: &Chain, own: &[(bool, String)], style: Style, now: i64) -> String {
    let names: Vec<String> = chain.links.iter().map(label).collect();
    let keys: Vec<String> = chain.links.iter().map(|link| style.key(&link.claims.data.sub)).collect();
    let kinds = chain.links.iter().map(|link| kind(link.claims.kind()).len()).max().unwrap_or(0).max(8);
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0).min(40);
    let mut out = String::new();
    for (index, (link, (name, key))) in chain.links.iter().zip(names.iter().zip(&keys)).enumerate() {
        let last = index + 1 == chain.links.len();
        out.push_str("  ");
        out.push_str(&pad(kind(link.claims.kind()), kinds));
        out.push_str("  ");
        out.push_str(&pad(&style.paint(Ink::Strong, name), widest));
        out.push_str("  ");
        out.push_str(key);
        if index > 0 {
            out.push_str("   ");
            style.push(&mut out, Ink::Dim, &text::escape(&link.source));
        }
        out.push('\n');
        let open = last && !link.signer.holds() && link.claims.kind() != Kind::Operator;
        let bar = if last && !open { " " } else { "│" };
        let mut say = |good: bool, words: &str| {
            out.push_str("    ");
            style.push(&mut out, Ink::Dim, bar);
            out.push_str("       ");
            if good {
                style.push(&mut out, Ink::Good, "✓");
            } else if words.contains(UNKNOWN) {
                // What was not given is no fault.
                style.push(&mut out, Ink::Warning, "?");
            } else {
                style.push(&mut out, Ink::Error, "✗");
            }
            out.push(' ');
            out.push_str(words);
            out.push('\n');
        };
        if index == 0 {
            own.iter().for_each(|(good, words)| say(*good, words));
        }
        verdicts(link, chain.links.get(index + 1), style, now, &mut say);
        if open {
            let missing = if link.claims.kind() == Kind::Account { "operator" } else { "account" };
            out.push_str("  ");
            style.push(&mut out, Ink::Dim, &format!("{}  not among the files given", pad(missing, kinds)));
            out.push('\n');
        }
    }
    out
}

/// Said of an issuer that no given token has.
const UNKNOWN: &str = ", which none of the files given has";

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::AuthorizationRequest => "request",
        Kind::AuthorizationResponse => "response",
        kind => kind.word(),
    }
}

fn label(link: &Link) -> String {
    let data = &link.claims.data;
    if data.name.is_empty() { "(no name)".to_owned() } else { text::clip(&text::escape(&data.name), 40) }
}

/// What holds of one link and what does not.
fn verdicts(link: &Link, above: Option<&Link>, style: Style, now: i64, say: &mut impl FnMut(bool, &str)) {
    let issuer = style.key(&link.claims.data.iss);
    let above_name =
        above.map(|above| text::clip(&text::escape(&above.claims.data.name), 40)).unwrap_or_default();
    if !link.signature {
        say(false, &format!("the signature does not hold under {issuer}"));
    }
    let words = match &link.signer {
        Signer::Identity => format!("signed by the identity key of {above_name}"),
        Signer::SigningKey => format!("signed by {issuer}, signing key of {above_name}"),
        Signer::Scoped { role } => {
            format!("signed by {issuer}, signing key of {above_name} (role {})", text::name(role))
        }
        Signer::Itself => "signed by itself".to_owned(),
        Signer::OwnSigningKey => format!("signed by {issuer}, its own signing key"),
        Signer::IdentityThoughStrict => format!(
            "signed by the identity key of {above_name}, but the operator wants signing keys alone to sign (strict_signing_key_usage)"
        ),
        Signer::NotListed => {
            format!("signed by {issuer}, which {above_name} does not list: removed, or never added")
        }
        Signer::Unnamed => {
            format!(
                "signed by {issuer}, signing key of {above_name}, but issuer_account does not name that account"
            )
        }
        Signer::OtherAccount { signer } => format!(
            "signed by {issuer}, a key of account {}, not of the account that issuer_account names",
            style.key(signer)
        ),
        Signer::SelfSigned => "signed by itself: no operator stands behind it".to_owned(),
        Signer::Unknown => format!("signed by {issuer}{UNKNOWN}"),
        Signer::WrongKind => {
            format!("signed by {issuer}, a key that cannot sign {}", an(kind(link.claims.kind())))
        }
    };
    // A signature that does not hold was not made by that key, and of a key that is not known there is nothing else to say.
    if link.signature || !(link.signer.holds() || link.signer == Signer::Unknown) {
        say(link.signer.holds(), &words);
    }
    if let Some(revoked) = &link.revoked {
        let entry = if revoked.entry == "*" { "the entry for every user" } else { "the entry for this user" };
        say(
            false,
            &format!(
                "revoked by {above_name}: {entry} voids what was signed until {}",
                text::time(revoked.until, now)
            ),
        );
    }
    match &link.trusted {
        Trusted::Unasked => {}
        Trusted::At(place) => say(true, &format!("trusted by {}", text::escape(place))),
        Trusted::NotAt(place) => {
            say(false, &format!("not among the operators that {} trusts", text::escape(place)));
        }
    }
    let data = &link.claims.data;
    if data.exp > 0 && now > data.exp {
        say(false, &format!("expired {}", text::relative(data.exp, now)));
    }
    if data.nbf > now {
        say(false, &format!("valid {}", text::relative(data.nbf, now)));
    }
}

fn an(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {word}")
}
