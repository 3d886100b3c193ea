//! The list of rules. A new rule is one file `<area>/<name>.rs` with a `pub(crate) static RULE: Rule` and one word here.

use super::Rule;

/// Declares the modules and the list in one go: `area: [name, …];`.
macro_rules! rules {
    ($($area:ident: [$($name:ident),* $(,)?];)*) => {
        $(pub(crate) mod $area { $(pub(crate) mod $name;)* })*

        /// Every rule with a file of its own, by area and name.
        pub(crate) static RULES: &[&Rule] = &[$($(&$area::$name::RULE,)*)*];
    };
}

// One word a line, so that two people can add rules at the same time.
rules! {
    token: [
        token_layout_v1,
        token_too_large,
        token_truncated,
        token_not_base64,
        token_header_invalid,
        token_payload_invalid,
        token_version_newer,
        token_version_missing,
        token_kind_gone,
        token_kind_unknown,
        token_draft_v2,
        issuer_not_a_key,
        signature_invalid,
        issuer_role_wrong,
        member_unknown,
        member_duplicate,
        member_case,
        token_line_ends,
        token_loose_bits,
        token_header_unusual,
        token_not_utf8,
        jti_mismatch,
        token_spelling_unusual,
        token_generic_v2,
    ];
    key: [
        key_truncated,
        key_not_canonical,
        key_invalid,
        secret_readable,
    ];
    creds: [
        creds_seed_mismatch,
        creds_form,
        creds_encoding,
        creds_bom,
        creds_crlf,
        creds_cr_only,
        creds_escaped,
        creds_one_line,
        creds_no_final_newline,
        creds_no_token,
        creds_no_seed,
        creds_order,
        creds_extra_block,
        creds_undecorated,
        creds_missing_begin,
        creds_missing_end,
        creds_label_nonstandard,
        creds_dashes_nonstandard,
        creds_stray_text,
        creds_indented,
        creds_trailing_blank,
        creds_blank_line,
        creds_wrapped,
        creds_banner,
    ];
    chain: [
        user_revoked,
        signed_by_identity_key,
        signing_key_removed,
        issuer_account_missing,
        issuer_account_wrong,
        account_self_signed,
    ];
}
