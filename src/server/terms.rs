//! What does a user JWT, or the scope of its signing key, grant?
//!
//! An absent list and an empty one are two things here, since a scoped user has to be all zero and an empty publish
//! list allows nothing.

use super::options::{Permissions, SubjectPermission};
use crate::token::UserPermissionLimits;

/// The members that are not Go's zero values: what a scoped user must not have (CON-45). The JSON names.
pub fn not_zero(terms: &UserPermissionLimits) -> Vec<&'static str> {
    [
        ("pub", terms.permissions.publish != SubjectPermission::default()),
        ("sub", terms.permissions.subscribe != SubjectPermission::default()),
        ("resp", terms.permissions.resp.is_some()),
        ("src", terms.src.is_some()),
        ("times", terms.times.is_some()),
        ("times_location", !terms.times_location.is_empty()),
        ("subs", terms.subs != 0),
        ("data", terms.data != 0),
        ("payload", terms.payload != 0),
        ("bearer_token", terms.bearer_token),
        ("proxy_required", terms.proxy_required),
        ("allowed_connection_types", terms.allowed_connection_types.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, set)| set.then_some(name))
    .collect()
}

/// `buildPermissionsFromJwt`: `None` when nothing is restricted.
pub fn of_jwt(claims: &crate::token::Permissions) -> Option<Permissions> {
    permissions(&claims.publish, &claims.subscribe, claims.resp.map(|r| (r.max, r.ttl)))
}

/// `buildPermissionsFromJwt`.
fn permissions(
    publish: &SubjectPermission,
    subscribe: &SubjectPermission,
    responses: Option<(i64, i64)>,
) -> Option<Permissions> {
    let some = |p: &SubjectPermission| {
        let filled = |l: &Option<Vec<String>>| l.as_ref().is_some_and(|l| !l.is_empty());
        (filled(&p.allow) || filled(&p.deny)).then(|| p.clone())
    };
    let mut permissions = Permissions { publish: some(publish), subscribe: some(subscribe), responses };
    if permissions == Permissions::default() {
        return None;
    }
    with_responses(&mut permissions);
    Some(permissions)
}

/// `validateResponsePermissions`: a right to reply takes the blanket right to publish away, and zeros become defaults.
pub fn with_responses(permissions: &mut Permissions) {
    let Some((max, expires)) = &mut permissions.responses else { return };
    permissions.publish.get_or_insert_default().allow.get_or_insert_default();
    if *max == 0 {
        *max = 1;
    }
    if *expires == 0 {
        *expires = 120_000_000_000;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Permissions as Claimed, ResponsePermission};

    #[test]
    fn replies_alone_take_publishing_away() {
        let claims = Claimed { resp: Some(ResponsePermission { max: 0, ttl: 0 }), ..Claimed::default() };
        let p = of_jwt(&claims).expect("restricted");
        assert_eq!(p.responses, Some((1, 120_000_000_000)));
        assert_eq!(p.publish, Some(SubjectPermission { allow: Some(vec![]), deny: None }));
        assert_eq!(of_jwt(&Claimed::default()), None);
        let empty = SubjectPermission { allow: Some(vec![]), deny: None };
        assert_eq!(of_jwt(&Claimed { publish: empty, ..Claimed::default() }), None);
    }

    #[test]
    fn an_empty_list_is_not_zero() {
        let all = UserPermissionLimits {
            permissions: Claimed {
                publish: SubjectPermission { allow: Some(vec![]), deny: None },
                subscribe: SubjectPermission { allow: None, deny: Some(vec![]) },
                resp: Some(ResponsePermission::default()),
            },
            src: Some(vec![]),
            times: Some(vec![]),
            times_location: "UTC".into(),
            subs: -1,
            data: -1,
            payload: -1,
            bearer_token: true,
            proxy_required: true,
            allowed_connection_types: Some(vec![]),
        };
        assert_eq!(not_zero(&all).len(), 12);
        assert!(not_zero(&UserPermissionLimits::default()).is_empty());
    }
}
