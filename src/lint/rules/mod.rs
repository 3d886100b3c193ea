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
    connect: [
        account_letter_case,
        account_misspelled,
        account_not_in_config,
        account_not_in_resolver,
        credentials_not_of_system_account,
        credentials_of_another_account,
        credentials_of_system_account,
        server_runs_other_config,
        system_account_unresolved,
    ];
    resolver: [
        resolver_name_mismatch,
        resolver_name_case,
        resolver_file_empty,
    ];
    config: [
        config_refused,
        config_warned,
        config_undecided,
    ];
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
        token_expired,
        token_not_yet_valid,
        token_subject_role_wrong,
        token_type_twice,
        token_algorithm_mismatch,
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
        creds_seed_type,
        creds_not_user_jwt,
        creds_seed_sent_as_jwt,
        creds_whole_file_sent_as_jwt,
    ];
    chain: [
        account_issuer_untrusted,
        account_older_copy,
        account_self_signed,
        issuer_account_missing,
        issuer_account_wrong,
        signed_by_identity_key,
        signing_key_removed,
        token_older_copy,
        user_revoked,
    ];
    user: [
        permission_queue_in_publish,
        permission_response_takes_publish,
        permission_with_many_spaces,
        user_bearer,
        user_issuer_account_invalid,
        user_scoped_with_permissions,
        user_source_network_invalid,
        user_subscriptions_none,
        user_time_end_missing,
        user_time_end_unreadable,
        user_time_start_missing,
        user_time_start_unreadable,
        user_time_zone_unknown,
    ];
    account: [
        account_cluster_traffic_unknown,
        account_connections_none,
        account_exports_over_limit,
        account_imports_over_limit,
        account_jetstream_limits_flat_and_tiered,
        account_jetstream_tier_unnamed,
        account_scoped_key_invalid,
        account_self_signed_with_limits,
        account_signing_key_invalid,
        account_trace_destination_invalid,
        account_trace_destination_wildcard,
        account_trace_sampling_out_of_range,
        account_wildcard_export_forbidden,
        info_description_too_long,
        info_url_too_long,
        info_url_unreadable,
        mapping_cluster_weights_over_100,
        mapping_weight_over_100,
        mapping_weights_over_100,
        scope_limit_zero_lost,
    ];
    operator: [
        operator_account_server_url_unreadable,
        operator_account_server_url_without_scheme,
        operator_service_url_unreadable,
        operator_service_url_with_credentials,
        operator_service_url_with_path,
        operator_service_url_foreign_scheme,
        operator_signing_key_invalid,
        operator_system_account_invalid,
        operator_server_version_unreadable,
    ];
    subject: [
        subject_empty,
        subject_with_space,
        subject_dot_at_edge,
        subject_token_empty,
    ];
    callout: [
        callout_accounts_without_users,
        callout_user_invalid,
        callout_any_account_mixed,
        callout_account_invalid,
        callout_xkey_invalid,
        callout_request_user_missing,
        callout_request_user_invalid,
        callout_response_subject_invalid,
        callout_response_audience_invalid,
        callout_response_empty,
        callout_response_error_and_jwt,
        callout_response_issuer_account_invalid,
    ];
    export: [
        export_null,
        export_type_missing,
        export_service_response_type_unknown,
        export_stream_with_response_type,
        export_stream_with_trace,
        export_stream_with_latency,
        export_latency_sampling_out_of_range,
        export_latency_results_wildcard,
        export_threshold_negative,
        export_stream_with_threshold,
        export_token_position_without_wildcard,
        export_token_position_out_of_range,
        export_token_position_not_star,
        export_overlap,
    ];
    import: [
        activation_issuer_account_invalid,
        activation_type_missing,
        import_account_missing,
        import_duplicate,
        import_exporter_missing,
        import_exporter_refused,
        import_not_exported,
        import_null,
        import_overlap,
        import_rename_reference_out_of_range,
        import_rename_tail_differs,
        import_rename_wildcards_differ,
        import_service_with_trace,
        import_stream_shares,
        import_to_and_local_subject,
        import_to_deprecated,
        import_token_for_another_account,
        import_token_invalid,
        import_token_narrower_than_import,
        import_token_of_another_exporter,
        import_token_of_another_kind,
        import_type_missing,
        import_without_activation,
    ];
}
