//! Keys: the strict reading, Go's, and the answer to what a text is. They must not contradict each other.

#![no_main]

use jwtfix::nkey::{PublicKey, Reading, Role, Seed, go, identify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = go::decode(data);
    let lenient_seed = go::from_seed(data);
    if let Ok(seed) = Seed::parse(data) {
        assert_eq!(lenient_seed.expect("Go reads every canonical seed").public(), seed.public());
        assert_eq!(seed.expose().as_bytes(), data);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lenient = go::from_public_key(text);
    let _ = go::prefix(text);
    let _ = go::panics_before_0_4_16(text);
    for role in Role::ALL {
        go::is_public(role, text);
    }
    if let Ok(key) = PublicKey::parse(text) {
        assert_eq!(lenient.as_ref().map(go::GoKey::public), Ok(key));
        assert_eq!(key.to_string(), text);
    }
    if let Some(identity) = identify(text) {
        if identity.reading == Reading::Canonical {
            assert!(identity.faults.is_empty());
        }
        if lenient.is_ok() {
            assert!(identity.reading <= Reading::Lenient, "{identity:?}");
        }
        // What is said of a text never has a secret in it.
        let said = format!("{identity:?} {:?}", identity.faults);
        assert!(!data.windows(20).any(|part| {
            identity.kind.is_secret() && part.is_ascii() && said.contains(&String::from_utf8_lossy(part)[..])
        }));
    } else {
        assert!(lenient.is_err());
    }
});
