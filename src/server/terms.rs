//! What does a user JWT, or the scope of its signing key, grant?
//!
//! The claims of `jwt.UserPermissionLimits` as the server holds them: an absent list and an empty one are two things
//! here, since a scoped user has to be all zero and an empty publish list allows nothing.

use super::options::{Permissions, SubjectPermission};

/// `jwt.UserPermissionLimits`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// `pub`.
    pub publish: SubjectPermission,
    /// `sub`.
    pub subscribe: SubjectPermission,
    /// `resp`: replies and nanoseconds.
    pub responses: Option<(i64, i64)>,
    /// `src`.
    pub src: Option<Vec<String>>,
    /// `times`: start and end.
    pub times: Option<Vec<(String, String)>>,
    /// `times_location`.
    pub times_location: String,
    /// `subs`.
    pub subs: i64,
    /// `data`.
    pub data: i64,
    /// `payload`.
    pub payload: i64,
    /// `bearer_token`.
    pub bearer_token: bool,
    /// `proxy_required`.
    pub proxy_required: bool,
    /// `allowed_connection_types`.
    pub connection_types: Option<Vec<String>>,
}

impl Terms {
    /// The members that are not Go's zero values: what a scoped user must not have (CON-45). The JSON names.
    pub fn not_zero(&self) -> Vec<&'static str> {
        [
            ("pub", self.publish != SubjectPermission::default()),
            ("sub", self.subscribe != SubjectPermission::default()),
            ("resp", self.responses.is_some()),
            ("src", self.src.is_some()),
            ("times", self.times.is_some()),
            ("times_location", !self.times_location.is_empty()),
            ("subs", self.subs != 0),
            ("data", self.data != 0),
            ("payload", self.payload != 0),
            ("bearer_token", self.bearer_token),
            ("proxy_required", self.proxy_required),
            ("allowed_connection_types", self.connection_types.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, set)| set.then_some(name))
        .collect()
    }

    /// `buildPermissionsFromJwt`: `None` when nothing is restricted.
    pub fn permissions(&self) -> Option<Permissions> {
        permissions(&self.publish, &self.subscribe, self.responses)
    }
}

/// `buildPermissionsFromJwt`.
pub fn permissions(
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

    #[test]
    fn replies_alone_take_publishing_away() {
        let terms = Terms { responses: Some((0, 0)), ..Terms::default() };
        let p = terms.permissions().expect("restricted");
        assert_eq!(p.responses, Some((1, 120_000_000_000)));
        assert_eq!(p.publish, Some(SubjectPermission { allow: Some(vec![]), deny: None }));
        assert_eq!(Terms::default().permissions(), None);
        let empty = SubjectPermission { allow: Some(vec![]), deny: None };
        assert_eq!(Terms { publish: empty, ..Terms::default() }.permissions(), None);
    }

    #[test]
    fn an_empty_list_is_not_zero() {
        let all = Terms {
            publish: SubjectPermission { allow: Some(vec![]), deny: None },
            subscribe: SubjectPermission { allow: None, deny: Some(vec![]) },
            responses: Some((0, 0)),
            src: Some(vec![]),
            times: Some(vec![]),
            times_location: "UTC".into(),
            subs: -1,
            data: -1,
            payload: -1,
            bearer_token: true,
            proxy_required: true,
            connection_types: Some(vec![]),
        };
        assert_eq!(all.not_zero().len(), 12);
        assert!(Terms::default().not_zero().is_empty());
    }
}
