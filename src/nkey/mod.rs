//! Which key is this? Public keys, seeds, signing, verifying one and verifying many; the only place that touches a secret.
