//! Which key has to sign this token? Those of the one above that may, and of them the one that is at hand.

use super::keys::Ring;
use crate::nkey::{PublicKey, go};
use crate::token::{Account, Body, Claims, Kind, User, UserPermissionLimits, UserScope};

/// What a key is to the one that it signs for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// Its identity.
    Identity,
    /// A signing key.
    SigningKey,
    /// A signing key that stands for a role.
    Scoped(String),
}

/// A key that may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The key.
    pub key: PublicKey,
    /// What it is to the one above.
    pub class: Class,
    /// The one above: kind and name.
    pub of: String,
}

impl Candidate {
    /// `signing key of operator "acme"`.
    pub fn class_words(&self) -> String {
        match &self.class {
            Class::Identity => format!("identity key of {}", self.of),
            Class::SigningKey => format!("signing key of {}", self.of),
            Class::Scoped(role) => format!("signing key of {}, role {role:?}", self.of),
        }
    }
}

/// Why no key can sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// The key that was asked for is none of those that may.
    #[error("{wanted} may not sign it")]
    NotOneOf {
        /// The key that was asked for.
        wanted: PublicKey,
        /// Those that may.
        fits: Vec<Candidate>,
    },
    /// None of those that may was given.
    #[error("none of the keys that may sign it was given")]
    Missing {
        /// Those that may.
        fits: Vec<Candidate>,
    },
    /// Several may, and nobody says which of them can be had elsewhere.
    #[error("several keys may sign it: say which one")]
    Several {
        /// Those that may.
        fits: Vec<Candidate>,
    },
    /// Under a strict operator who has no signing keys signs nothing.
    #[error("{of} lets its identity key sign nothing but its own token, and lists no signing key that may")]
    StrictWithoutKeys {
        /// The operator or account.
        of: String,
        /// Which of the two.
        kind: Kind,
    },
    /// Nothing that was given has the issuer above it.
    #[error("the {0} that it belongs to was not given")]
    NobodyAbove(&'static str),
    /// No key of the account gives what the old one gave.
    #[error("no key of {of} stands for the role that signed it")]
    NoSuchScope {
        /// The account.
        of: String,
    },
}

impl NoKey {
    /// The keys that may sign.
    pub fn fits(&self) -> &[Candidate] {
        match self {
            NoKey::NotOneOf { fits, .. } | NoKey::Missing { fits } | NoKey::Several { fits } => fits,
            _ => &[],
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            NoKey::Missing { .. } => "name others with --key, or let another program sign with --sign-with",
            NoKey::Several { .. } | NoKey::NotOneOf { .. } => {
                "`jwtfix reissue` takes --issuer KEY, which says who signs"
            }
            NoKey::StrictWithoutKeys { kind: Kind::Account, .. } => {
                "list one first: `jwtfix reissue ACCOUNT.jwt --signing-key add KEY`"
            }
            NoKey::StrictWithoutKeys { .. } => {
                "list one first: `jwtfix reissue OPERATOR.jwt --signing-key add KEY`"
            }
            NoKey::NobodyAbove("operator") => "give its token with --operator FILE or --store DIR",
            NoKey::NobodyAbove(_) => "give its token with --accounts DIR or --store DIR",
            NoKey::NoSuchScope { .. } => {
                "`jwtfix reissue` takes --issuer KEY, which may be a signing key with another role"
            }
        }
    }
}

/// `operator "acme"`.
pub(crate) fn called(claims: &Claims) -> String {
    format!("{} {:?}", claims.kind().word(), claims.data.name)
}

fn candidate(text: &str, class: Class, of: &str) -> Option<Candidate> {
    let key = go::from_public_key(text).ok()?.public();
    Some(Candidate { key, class, of: of.to_owned() })
}

/// An operator's own token: its identity, and, where one of them signed it before, its signing keys.
pub(crate) fn for_operator(operator: &Claims) -> Vec<Candidate> {
    let of = called(operator);
    let own = operator.operator().map(|body| body.signing_keys.as_slice()).unwrap_or_default();
    let now = own.iter().filter(|key| **key == operator.data.iss);
    let identity = candidate(&operator.data.sub, Class::Identity, &of);
    identity.into_iter().chain(now.filter_map(|key| candidate(key, Class::SigningKey, &of))).collect()
}

/// An account of this operator: its signing keys, and its identity unless it is strict (`OperatorClaims.DidSign`).
pub(crate) fn for_account(operator: &Claims) -> Result<Vec<Candidate>, NoKey> {
    let of = called(operator);
    let Some(body) = operator.operator() else { return Err(NoKey::NobodyAbove("operator")) };
    let keys = body.signing_keys.iter().filter_map(|key| candidate(key, Class::SigningKey, &of));
    let identity =
        candidate(&operator.data.sub, Class::Identity, &of).filter(|_| !body.strict_signing_key_usage);
    let all: Vec<Candidate> = keys.chain(identity).collect();
    if all.is_empty() { Err(NoKey::StrictWithoutKeys { of, kind: Kind::Operator }) } else { Ok(all) }
}

/// What a user is given, by the key that signed it.
#[derive(Clone, Debug, PartialEq)]
enum Grant<'a> {
    /// What its own token says.
    Own,
    /// What the role says.
    Role(&'a UserScope),
}

/// A user or activation of this account: keys that give it what the one that signed it gave. `before` is the account as it
/// was when the token was signed, `strict` whether its operator lets identity keys sign nothing.
pub(crate) fn for_user(
    token: &Claims,
    account: &Claims,
    before: &Claims,
    strict: bool,
) -> Result<Vec<Candidate>, NoKey> {
    let of = called(account);
    let (Some(now), Some(then)) = (account.account(), before.account()) else {
        return Err(NoKey::NobodyAbove("account"));
    };
    let grant = match then.signing_keys.get(&token.data.iss) {
        Some(Some(scope)) if token.kind() == Kind::User => Some(Grant::Role(scope)),
        Some(_) => Some(Grant::Own),
        None if token.data.iss == before.data.sub => Some(Grant::Own),
        // A key that is gone: a user without a permission of its own had a role, and nobody knows which.
        None => token.user().is_none_or(|user| !is_empty(user)).then_some(Grant::Own),
    };
    let keys = now.signing_keys.iter().filter(|(key, scope)| match (&grant, scope) {
        (Some(Grant::Own), None) => true,
        (Some(Grant::Role(role)), Some(scope)) => *key == &token.data.iss || same_role(role, scope),
        (None, Some(_)) => true,
        _ => false,
    });
    let class = |scope: &Option<Box<UserScope>>| match scope {
        Some(scope) => Class::Scoped(scope.role.clone()),
        None => Class::SigningKey,
    };
    let mut all: Vec<Candidate> = keys.filter_map(|(key, scope)| candidate(key, class(scope), &of)).collect();
    if grant == Some(Grant::Own) && !strict {
        all.extend(candidate(&account.data.sub, Class::Identity, &of));
    }
    match all.is_empty() {
        false => Ok(all),
        true if grant == Some(Grant::Own) => Err(NoKey::StrictWithoutKeys { of, kind: Kind::Account }),
        true => Err(NoKey::NoSuchScope { of }),
    }
}

fn same_role(a: &UserScope, b: &UserScope) -> bool {
    a.role == b.role && a.template == b.template
}

/// `HasEmptyPermissions`: what nats-server asks of a user with a role.
pub(crate) fn is_empty(user: &User) -> bool {
    user.permissions == UserPermissionLimits::default()
}

/// Whether the account lists this key, or is it.
pub(crate) fn lists(account: &Account, subject: &str, key: &str) -> bool {
    key == subject || account.signing_keys.contains_key(key)
}

/// Of the keys that may sign, the one that does: the one that was asked for, the one that signed before, the first whose
/// seed is here.
pub(crate) fn choose(
    fits: Vec<Candidate>,
    issuer: &str,
    wanted: Option<&PublicKey>,
    ring: &Ring,
) -> Result<Candidate, NoKey> {
    let at_hand = |key: &PublicKey| ring.holds(key) || ring.has_elsewhere();
    let of = |fit: &dyn Fn(&Candidate) -> bool| fits.iter().find(|candidate| fit(candidate)).cloned();
    if let Some(wanted) = wanted {
        return match of(&|candidate| candidate.key == *wanted) {
            Some(chosen) if at_hand(&chosen.key) => Ok(chosen),
            Some(chosen) => Err(NoKey::Missing { fits: vec![chosen] }),
            None => Err(NoKey::NotOneOf { wanted: *wanted, fits }),
        };
    }
    let before = go::from_public_key(issuer).ok().map(|key| key.public());
    let same = |candidate: &Candidate| Some(candidate.key) == before;
    if let Some(chosen) =
        of(&|candidate| same(candidate) && ring.holds(&candidate.key)).or_else(|| of(&|c| ring.holds(&c.key)))
    {
        return Ok(chosen);
    }
    if !ring.has_elsewhere() {
        return Err(NoKey::Missing { fits });
    }
    match of(&same) {
        Some(chosen) => Ok(chosen),
        None if fits.len() == 1 => Ok(fits[0].clone()),
        None => Err(NoKey::Several { fits }),
    }
}

/// Whether a token's body has a place for the account that its signing key signs for.
pub(crate) fn names_its_account(claims: &Claims) -> bool {
    matches!(claims.body, Body::User(_) | Body::Activation(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nkey::{Role, Seed};
    use crate::token::{ClaimsData, Operator};
    use std::collections::BTreeMap;

    fn claims(body: Body, sub: &PublicKey, iss: &PublicKey) -> Claims {
        let data = ClaimsData {
            sub: sub.to_string(),
            iss: iss.to_string(),
            name: "x".into(),
            ..ClaimsData::default()
        };
        Claims { data, claim_type: String::new(), tags: Vec::new(), version: 2, body }
    }

    fn key(role: Role, byte: u8) -> PublicKey {
        PublicKey::new(role, [byte; 32])
    }

    fn keys(fits: &[Candidate]) -> Vec<PublicKey> {
        fits.iter().map(|candidate| candidate.key).collect()
    }

    #[test]
    fn strict_operators_get_no_identity_signature() {
        let (identity, signing) = (key(Role::Operator, 1), key(Role::Operator, 2));
        let operator = |strict, keys: &[PublicKey]| {
            let body = Operator {
                signing_keys: keys.iter().map(PublicKey::to_string).collect(),
                strict_signing_key_usage: strict,
                ..Operator::default()
            };
            claims(Body::Operator(body), &identity, &identity)
        };
        assert_eq!(keys(&for_account(&operator(false, &[signing])).expect("keys")), [signing, identity]);
        assert_eq!(keys(&for_account(&operator(true, &[signing])).expect("keys")), [signing]);
        assert!(matches!(for_account(&operator(true, &[])), Err(NoKey::StrictWithoutKeys { .. })));
        assert_eq!(keys(&for_operator(&operator(true, &[signing]))), [identity]);
    }

    fn account(identity: &PublicKey, plain: &[PublicKey], scoped: &[(PublicKey, &str)]) -> Claims {
        let mut signing_keys: BTreeMap<String, Option<Box<UserScope>>> =
            plain.iter().map(|key| (key.to_string(), None)).collect();
        for (key, role) in scoped {
            let scope = UserScope { key: key.to_string(), role: (*role).into(), ..UserScope::default() };
            signing_keys.insert(key.to_string(), Some(Box::new(scope)));
        }
        claims(
            Body::Account(Box::new(Account { signing_keys, ..Account::default() })),
            identity,
            &key(Role::Operator, 1),
        )
    }

    #[test]
    fn a_user_keeps_what_its_signer_gave() {
        let [identity, plain, reader, writer, other_reader] =
            [1, 2, 3, 4, 5].map(|byte| key(Role::Account, byte));
        let own =
            User { permissions: UserPermissionLimits { subs: -1, ..Default::default() }, ..User::default() };
        let user = |body: &User, iss: &PublicKey| {
            claims(Body::User(Box::new(body.clone())), &key(Role::User, 1), iss)
        };
        let now = account(&identity, &[plain], &[(reader, "r"), (writer, "w"), (other_reader, "r")]);
        let fits = |token: &Claims, strict| for_user(token, &now, &now, strict).map(|fits| keys(&fits));
        assert_eq!(fits(&user(&own, &identity), false), Ok(vec![plain, identity]));
        assert_eq!(fits(&user(&own, &plain), true), Ok(vec![plain]));
        // Under the identity key a user with a role would be allowed everything.
        assert_eq!(fits(&user(&User::default(), &reader), false), Ok(vec![reader, other_reader]));
        // Signed by a key that is gone: what it gave is known of a user with permissions of its own alone.
        let gone = key(Role::Account, 9);
        assert_eq!(fits(&user(&own, &gone), false), Ok(vec![plain, identity]));
        assert_eq!(fits(&user(&User::default(), &gone), false), Ok(vec![reader, writer, other_reader]));
        // The key was replaced, and its role went to the new one.
        let new = key(Role::Account, 7);
        let after = account(&identity, &[plain], &[(new, "r")]);
        assert_eq!(
            for_user(&user(&User::default(), &reader), &after, &now, false).map(|fits| keys(&fits)),
            Ok(vec![new])
        );
        assert!(matches!(
            for_user(&user(&User::default(), &writer), &after, &now, false),
            Err(NoKey::NoSuchScope { .. })
        ));
    }

    #[test]
    fn the_key_at_hand_signs() {
        let seeds =
            [Seed::generate(Role::Operator), Seed::generate(Role::Operator), Seed::generate(Role::Operator)];
        let [a, b, c] = [0, 1, 2].map(|i: usize| seeds[i].public());
        let fits =
            || [a, b, c].map(|key| Candidate { key, class: Class::SigningKey, of: "x".into() }).to_vec();
        let mut ring = Ring::default();
        assert!(matches!(choose(fits(), "", None, &ring), Err(NoKey::Missing { .. })));
        let [_, second, third] = seeds;
        ring.insert(second, "f");
        ring.insert(third, "f");
        let chosen = |issuer: &str, wanted| choose(fits(), issuer, wanted, &ring).map(|chosen| chosen.key);
        assert_eq!(chosen("", None), Ok(b));
        assert_eq!(chosen(&c.to_string(), None), Ok(c));
        assert_eq!(chosen(&a.to_string(), None), Ok(b));
        assert_eq!(chosen(&b.to_string(), Some(&c)), Ok(c));
        let missing = choose(fits(), "", Some(&a), &ring).expect_err("its seed is not here");
        assert_eq!(keys(missing.fits()), [a]);
        let stranger = key(Role::Operator, 9);
        let refused = choose(fits(), "", Some(&stranger), &ring).expect_err("no candidate");
        assert_eq!(keys(refused.fits()), [a, b, c]);
        // Elsewhere any of them may be: the one that signed before, or the only one.
        let mut elsewhere = Ring::default();
        elsewhere.sign_elsewhere(Box::new(|_, _| Err("never asked".into())));
        let chosen = |fits, issuer: &str| choose(fits, issuer, None, &elsewhere).map(|chosen| chosen.key);
        assert_eq!(chosen(fits(), &c.to_string()), Ok(c));
        assert_eq!(chosen(fits()[..1].to_vec(), ""), Ok(a));
        assert!(matches!(chosen(fits(), ""), Err(NoKey::Several { .. })));
    }
}
