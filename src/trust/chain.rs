//! Who stands behind this token? Link by link, from the token up to an operator.

use std::sync::Arc;

use super::{Fleet, Trusted};
use crate::token::{Body, Claims, Kind};

/// How the key that signed a token relates to the one above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The identity key of the one above.
    Identity,
    /// A signing key of the one above.
    SigningKey,
    /// A signing key of the account above that stands for a role: the role says what the user may do.
    Scoped {
        /// The role's name.
        role: String,
    },
    /// Its own key, as an operator's should be.
    Itself,
    /// One of its own signing keys.
    OwnSigningKey,
    /// The identity key, where the operator has said that identity keys sign nothing but their own token.
    IdentityThoughStrict,
    /// The account that it names as its own is here and does not list the key: removed, or never added.
    NotListed,
    /// A signing key signed it, and it does not name the account that lists the key, so that a server finds none.
    Unnamed,
    /// It names one account as its own and is signed by the identity key of another.
    OtherAccount {
        /// Subject of the account whose key signed.
        signer: String,
    },
    /// An account that signed itself: no operator stands behind it.
    SelfSigned,
    /// No token that was given has this key.
    Unknown,
    /// The key is of a role that cannot sign this kind.
    WrongKind,
}

impl Signer {
    /// The one above does stand behind it.
    pub fn holds(&self) -> bool {
        matches!(
            self,
            Signer::Identity
                | Signer::SigningKey
                | Signer::Scoped { .. }
                | Signer::Itself
                | Signer::OwnSigningKey
        )
    }

    /// A word for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Signer::Identity => "identity-key",
            Signer::SigningKey => "signing-key",
            Signer::Scoped { .. } => "scoped-signing-key",
            Signer::Itself => "self-signed",
            Signer::OwnSigningKey => "own-signing-key",
            Signer::IdentityThoughStrict => "identity-key-though-strict",
            Signer::NotListed => "key-not-listed",
            Signer::Unnamed => "issuer-account-missing",
            Signer::OtherAccount { .. } => "other-account",
            Signer::SelfSigned => "account-self-signed",
            Signer::Unknown => "unknown-issuer",
            Signer::WrongKind => "wrong-kind-of-issuer",
        }
    }
}

/// The entry of a revocation list that voids a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The entry: the subject's key, or `*`.
    pub entry: String,
    /// Tokens signed until then are void. Unix seconds.
    pub until: i64,
}

/// One token of a chain and how it hangs on the next.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it claims.
    pub claims: Arc<Claims>,
    /// The file that it is from.
    pub source: Arc<str>,
    /// Its signature holds under its issuer's key.
    pub signature: bool,
    /// How its issuer relates to the next link.
    pub signer: Signer,
    /// The entry of the next link's list that voids it.
    pub revoked: Option<Revoked>,
    /// Its time has begun and is not over.
    pub timely: bool,
    /// Of an operator: whether a server that was given trusts it.
    pub trusted: Trusted,
}

impl Link {
    /// Nothing is wrong with this link.
    pub fn holds(&self) -> bool {
        self.signature
            && self.signer.holds()
            && self.revoked.is_none()
            && self.timely
            && !matches!(self.trusted, Trusted::NotAt(_))
    }
}

/// From a token up to an operator, as far as the fleet reaches.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The token itself first.
    pub links: Vec<Link>,
}

impl Chain {
    /// Every link holds, and the last is an operator.
    pub fn holds(&self) -> bool {
        self.links.iter().all(Link::holds)
            && self.links.last().is_some_and(|last| last.claims.kind() == Kind::Operator)
    }

    /// Its last link, where the issuer of that one was not given and nothing else is wrong.
    pub fn open_at(&self) -> Option<&Link> {
        let last = self.links.last().filter(|last| last.signer == Signer::Unknown)?;
        let fine = |link: &Link| {
            let issued = link.signer.holds() || std::ptr::eq(link, last);
            link.signature && issued && link.revoked.is_none() && link.timely
        };
        self.links.iter().all(fine).then_some(last)
    }

    /// The operator at its end.
    pub fn operator(&self) -> Option<&Link> {
        self.links.last().filter(|last| last.claims.kind() == Kind::Operator)
    }
}

/// The token above: its claims, whether its signature holds, its file.
type Above = (Arc<Claims>, bool, Arc<str>);

impl Fleet {
    /// The chain of a token, judged for the Unix second `now`. `holds` says whether its own signature does.
    pub fn chain(&self, claims: &Arc<Claims>, holds: bool, source: &Arc<str>, now: i64) -> Chain {
        let mut links = Vec::with_capacity(3);
        let mut next = Some((Arc::clone(claims), holds, Arc::clone(source)));
        // A user, its account, its operator: no chain is longer, whatever the tokens claim.
        while let Some((claims, signature, source)) = next.take()
            && links.len() < 3
        {
            let (signer, above) = self.above(&claims);
            let revoked = above.as_ref().and_then(|above| revocation(&above.0, &claims));
            let data = &claims.data;
            let timely = (data.exp <= 0 || now <= data.exp) && (data.nbf <= 0 || data.nbf <= now);
            let trusted =
                if claims.kind() == Kind::Operator { self.trusts(&data.sub) } else { Trusted::Unasked };
            links.push(Link { claims, source, signature, signer, revoked, timely, trusted });
            next = above;
        }
        Chain { links }
    }

    /// How the issuer of a token relates to the one above, and that one.
    fn above(&self, claims: &Claims) -> (Signer, Option<Above>) {
        let issuer = claims.data.iss.as_str();
        match &claims.body {
            Body::Operator(operator) => {
                let signer = if claims.is_self_signed() {
                    Signer::Itself
                } else if operator.signing_keys.iter().any(|key| key == issuer) {
                    Signer::OwnSigningKey
                } else if issuer.starts_with('O') {
                    Signer::Unknown
                } else {
                    Signer::WrongKind
                };
                (signer, None)
            }
            Body::Account(_) => self.above_account(claims),
            Body::User(_) | Body::Activation(_) | Body::AuthorizationResponse(_) => self.above_user(claims),
            _ => (Signer::Unknown, None),
        }
    }

    fn above_account(&self, claims: &Claims) -> (Signer, Option<Above>) {
        let issuer = claims.data.iss.as_str();
        if issuer.starts_with('A') {
            let own = claims.is_self_signed()
                || claims.account().is_some_and(|account| account.signing_keys.contains_key(issuer));
            return (if own { Signer::SelfSigned } else { Signer::WrongKind }, None);
        }
        if !issuer.starts_with('O') {
            return (Signer::WrongKind, None);
        }
        let Some(operator) = self.operator_of(issuer) else { return (Signer::Unknown, None) };
        let signer = if operator.claims.data.sub != issuer {
            Signer::SigningKey
        } else if operator.claims.operator().is_some_and(|operator| operator.strict_signing_key_usage) {
            Signer::IdentityThoughStrict
        } else {
            Signer::Identity
        };
        (signer, Some(parts(operator)))
    }

    fn above_user(&self, claims: &Claims) -> (Signer, Option<Above>) {
        let issuer = claims.data.iss.as_str();
        if !(issuer.starts_with('A') || claims.kind() == Kind::Activation && issuer.starts_with('O')) {
            return (Signer::WrongKind, None);
        }
        // A server looks for the account that the token names, else for the issuer itself; an account that is found only by
        // its signing key is still worth drawing.
        let named = claims.issuer_account();
        let subject = if named.is_empty() { issuer } else { named };
        let Some(account) = self.account(subject).next() else {
            return match self.account_of(issuer) {
                Some(other) if !named.is_empty() => {
                    (Signer::OtherAccount { signer: other.claims.data.sub.clone() }, None)
                }
                Some(account) => (Signer::Unnamed, Some(parts(account))),
                None => (Signer::Unknown, None),
            };
        };
        let Some(body) = account.claims.account() else { return (Signer::Unknown, None) };
        let strict = || {
            self.operator_of(&account.claims.data.iss)
                .and_then(|operator| operator.claims.operator())
                .is_some_and(|operator| operator.strict_signing_key_usage)
        };
        let signer = if account.claims.data.sub == issuer {
            // nats-server adds the account's own key as a plain key, unless the operator is strict.
            if strict() { Signer::IdentityThoughStrict } else { Signer::Identity }
        } else {
            match body.signing_keys.get(issuer) {
                Some(Some(scope)) => Signer::Scoped { role: scope.role.clone() },
                Some(None) => Signer::SigningKey,
                None => match self.account_of(issuer) {
                    Some(other) => Signer::OtherAccount { signer: other.claims.data.sub.clone() },
                    None => Signer::NotListed,
                },
            }
        };
        (signer, Some(parts(account)))
    }
}

fn parts(member: &super::Member) -> (Arc<Claims>, bool, Arc<str>) {
    (Arc::clone(&member.claims), member.holds, Arc::clone(&member.source))
}

/// The entry of an account's list that voids a user: its own goes before `*`, as in nats-server's `checkUserRevoked`.
fn revocation(above: &Claims, claims: &Claims) -> Option<Revoked> {
    if claims.kind() != Kind::User {
        return None;
    }
    let list = &above.account()?.revocations;
    [claims.data.sub.as_str(), "*"].into_iter().find_map(|entry| {
        let until = *list.get(entry)?;
        (until >= claims.data.iat).then(|| Revoked { entry: entry.to_owned(), until })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::token::{Account, ClaimsData, Operator, User, UserScope};
    use crate::trust::Member;

    fn claims(body: Body, sub: &str, iss: &str) -> Arc<Claims> {
        let data = ClaimsData { sub: sub.into(), iss: iss.into(), iat: 100, ..ClaimsData::default() };
        Arc::new(Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body })
    }

    fn operator(strict: bool) -> Arc<Claims> {
        let body = Operator {
            signing_keys: vec!["OSIGN".into()],
            strict_signing_key_usage: strict,
            ..Operator::default()
        };
        claims(Body::Operator(body), "OP", "OP")
    }

    fn account(iss: &str, revocations: &[(&str, i64)]) -> Arc<Claims> {
        let scope = UserScope { key: "ASCOPE".into(), role: "reader".into(), ..UserScope::default() };
        let signing_keys =
            BTreeMap::from([("ASIGN".to_owned(), None), ("ASCOPE".to_owned(), Some(Box::new(scope)))]);
        let revocations = revocations.iter().map(|&(key, at)| (key.to_owned(), at)).collect();
        claims(
            Body::Account(Box::new(Account { signing_keys, revocations, ..Account::default() })),
            "ACC",
            iss,
        )
    }

    fn user(iss: &str, issuer_account: &str) -> Arc<Claims> {
        let user = User { issuer_account: issuer_account.into(), ..User::default() };
        claims(Body::User(Box::new(user)), "USR", iss)
    }

    fn fleet(members: &[&Arc<Claims>]) -> Fleet {
        let mut fleet = Fleet::default();
        for claims in members {
            fleet.add(Member { claims: Arc::clone(claims), holds: true, source: "x".into() });
        }
        fleet
    }

    fn signers(fleet: &Fleet, claims: &Arc<Claims>) -> Vec<Signer> {
        fleet.chain(claims, true, &"x".into(), 200).links.into_iter().map(|link| link.signer).collect()
    }

    #[test]
    fn every_way_of_signing_is_told_apart() {
        let lax = fleet(&[&operator(false), &account("OSIGN", &[])]);
        let strict = fleet(&[&operator(true), &account("OP", &[])]);
        let above = [Signer::SigningKey, Signer::Itself];
        for (token, signer) in [
            (user("ACC", ""), Signer::Identity),
            (user("ASIGN", "ACC"), Signer::SigningKey),
            (user("ASCOPE", "ACC"), Signer::Scoped { role: "reader".into() }),
            (user("AGONE", "ACC"), Signer::NotListed),
            (user("ASIGN", ""), Signer::Unnamed),
        ] {
            let expected: Vec<_> = std::iter::once(signer).chain(above.clone()).collect();
            assert_eq!(signers(&lax, &token), expected);
        }
        assert_eq!(signers(&lax, &user("AELSE", "")), [Signer::Unknown]);
        assert_eq!(signers(&lax, &user("ACC", "AELSE")), [Signer::OtherAccount { signer: "ACC".into() }]);
        assert_eq!(signers(&lax, &user("OP", "")), [Signer::WrongKind]);
        assert_eq!(signers(&lax, &account("ACC", &[])), [Signer::SelfSigned]);
        assert_eq!(signers(&lax, &account("OELSE", &[])), [Signer::Unknown]);
        assert_eq!(
            signers(&strict, &user("ACC", "")),
            [Signer::IdentityThoughStrict, Signer::IdentityThoughStrict, Signer::Itself]
        );
    }

    #[test]
    fn a_revocation_names_its_entry() {
        for (list, expected) in [
            (&[("USR", 100)][..], Some(("USR", 100))),
            (&[("USR", 99)], None),
            (&[("USR", 99), ("*", 150)], Some(("*", 150))),
            (&[("UOTHER", 150)], None),
        ] {
            let fleet = fleet(&[&operator(false), &account("OP", list)]);
            let chain = fleet.chain(&user("ACC", ""), true, &"x".into(), 200);
            let found =
                chain.links[0].revoked.as_ref().map(|revoked| (revoked.entry.as_str(), revoked.until));
            assert_eq!(found, expected);
            assert_eq!(chain.holds(), expected.is_none());
        }
    }

    #[test]
    fn an_operator_is_trusted_by_a_server_or_not() {
        let mut fleet = fleet(&[&operator(false), &account("OP", &[])]);
        let last = |fleet: &Fleet| {
            let chain = fleet.chain(&user("ACC", ""), true, &"x".into(), 200);
            (chain.holds(), chain.links[2].trusted.clone())
        };
        assert_eq!(last(&fleet), (true, Trusted::Unasked));
        fleet.add_server("a.conf:1".into(), vec!["OTHER".into()]);
        assert_eq!(last(&fleet), (false, Trusted::NotAt("a.conf:1".into())));
        fleet.add_server("b.conf:7".into(), vec!["OP".into()]);
        assert_eq!(last(&fleet), (true, Trusted::At("b.conf:7".into())));
    }

    #[test]
    fn the_best_copy_counts() {
        let mut fleet = Fleet::default();
        let old = account("OP", &[("USR", 500)]);
        let mut new = (*account("OP", &[])).clone();
        new.data.iat = 300;
        for (claims, holds) in [(Arc::clone(&old), true), (Arc::new(new.clone()), true), (old, false)] {
            fleet.add(Member { claims, holds, source: "x".into() });
        }
        assert_eq!(
            fleet.account("ACC").map(|m| (m.claims.data.iat, m.holds)).collect::<Vec<_>>(),
            [(300, true), (100, true), (100, false)]
        );
        assert_eq!(fleet.account_of("ASIGN").map(|m| m.claims.data.iat), Some(300));
    }
}
