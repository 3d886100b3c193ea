//! Which rules look at this? Each list is folded once out of the list of all.

use std::sync::LazyLock;

use super::Check;
use super::view::{Credential, File, Out, Rights, Scene, Scoped, Secret, Setup, Whose};
use crate::token::{Account, Body, Operator, User};

/// The rules of one kind of check, as the functions that they are.
macro_rules! lists {
    ($($list:ident: $variant:ident($function:ty);)*) => {
        #[derive(Default)]
        struct Lists { $($list: Vec<$function>,)* }

        static LISTS: LazyLock<Lists> = LazyLock::new(|| {
            let mut lists = Lists::default();
            for rule in super::rules() {
                match rule.check {
                    Check::Gate => {}
                    $(Check::$variant(check) => lists.$list.push(check),)*
                }
            }
            lists
        });
    };
}

lists! {
    file: File(fn(&File<'_>, &Scene<'_>, &mut Out<'_>));
    token: Token(fn(&Credential<'_>, &mut Out<'_>));
    operator: Operator(fn(&Credential<'_>, &Operator, &mut Out<'_>));
    account: Account(fn(&Credential<'_>, &Account, &mut Out<'_>));
    scope: Scope(fn(&Scoped<'_>, &mut Out<'_>));
    user: User(fn(&Credential<'_>, &User, &mut Out<'_>));
    rights: Rights(fn(&Rights<'_>, &mut Out<'_>));
    secret: Secret(fn(&Secret<'_>, &mut Out<'_>));
    config: Config(fn(&Setup<'_>, &mut Out<'_>));
}

/// A seed or private key in a file.
pub fn secret(secret: &Secret<'_>, out: &mut Out<'_>) {
    LISTS.secret.iter().for_each(|check| check(secret, out));
}

/// A server's configuration.
pub fn config(setup: &Setup<'_>, out: &mut Out<'_>) {
    LISTS.config.iter().for_each(|check| check(setup, out));
}

/// A file by itself.
pub fn file(file: &File<'_>, scene: &Scene<'_>, out: &mut Out<'_>) {
    LISTS.file.iter().for_each(|check| check(file, scene, out));
}

/// A token by itself, with the permissions in it.
pub fn token(token: &Credential<'_>, out: &mut Out<'_>) {
    LISTS.token.iter().for_each(|check| check(token, out));
    match &token.claims.body {
        Body::Operator(operator) => LISTS.operator.iter().for_each(|check| check(token, operator, out)),
        Body::Account(account) => {
            LISTS.account.iter().for_each(|check| check(token, account, out));
            of_account(token, account, out);
        }
        Body::User(user) => {
            LISTS.user.iter().for_each(|check| check(token, user, out));
            let terms = &user.permissions;
            let permissions = &terms.permissions;
            let terms = Some(terms);
            rights(&Rights { token, whose: Whose::User, permissions, terms }, out);
        }
        _ => {}
    }
}

fn of_account(token: &Credential<'_>, account: &Account, out: &mut Out<'_>) {
    let permissions = &account.default_permissions;
    rights(&Rights { token, whose: Whose::Defaults, permissions, terms: None }, out);
    for scope in account.signing_keys.values().flatten() {
        let scoped = Scoped::of(token, account, scope);
        LISTS.scope.iter().for_each(|check| check(&scoped, out));
        let (whose, template) = (Whose::Scope(scope), &scope.template);
        rights(&Rights { token, whose, permissions: &template.permissions, terms: Some(template) }, out);
    }
}

fn rights(rights: &Rights<'_>, out: &mut Out<'_>) {
    LISTS.rights.iter().for_each(|check| check(rights, out));
}
