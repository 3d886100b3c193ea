//! Credentials files: what is in them, what deviates, and what each client makes of them.

#![no_main]

use jwtfix::file::creds;
use jwtfix::nkey::Seed;
use jwtfix::token;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let file = creds::parse(data);
    for deviation in &file.deviations {
        assert!(deviation.span.start <= deviation.span.end && deviation.span.end <= data.len(), "{deviation:?}");
    }
    creds::clients(data);
    let (Some(token), Some(seed)) = (&file.token, &file.seed) else { return };
    if token::parse(token.text().as_bytes()).is_err() || Seed::parse(seed.text().as_bytes()).is_err() {
        return;
    }
    // The canonical form of what was read is read by everyone, as the same.
    let canonical = creds::canonical(token.text(), seed.text());
    let again = creds::parse(canonical.as_bytes());
    assert_eq!(again.token.as_ref().map(|part| part.text()), Some(token.text()));
    assert!(again.seed.is_some_and(|part| part.text() == seed.text()), "another seed");
});
