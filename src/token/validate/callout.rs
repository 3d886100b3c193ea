//! The rules of authorization callouts (authorization_claims.go).

use super::{NATS, Report, Role, at, is_public, issuer_account};
use crate::token::{AuthorizationRequest, AuthorizationResponse, ClaimsData};

pub(super) fn request(request: &AuthorizationRequest, report: &mut Report) {
    let key = &request.user_nkey;
    if key.is_empty() {
        report.error("authreq-user-nkey-missing", NATS.member("user_nkey"), "User nkey is required");
    } else if !is_public(Role::User, key) {
        report.error(
            "authreq-user-nkey-invalid",
            NATS.member("user_nkey"),
            format!("User nkey {} is not a valid user public key", report.quote(key)),
        );
    }
}

pub(super) fn response(data: &ClaimsData, response: &AuthorizationResponse, report: &mut Report) {
    if !is_public(Role::User, &data.sub) {
        report.error("authresp-subject", at("sub"), "Subject must be a user public key");
    }
    if !is_public(Role::Server, &data.aud) {
        report.error("authresp-audience", at("aud"), "Audience must be a server public key");
    }
    if response.error.is_empty() && response.jwt.is_empty() {
        report.error("authresp-empty", NATS, "Error or Jwt is required");
    }
    if !response.error.is_empty() && !response.jwt.is_empty() {
        report.error("authresp-both", NATS, "Only Error or Jwt can be set");
    }
    issuer_account(
        "authresp-issuer-account",
        &response.issuer_account,
        NATS.member("issuer_account"),
        "issuer_account is not an account public key",
        report,
    );
}
