//! Any bytes: what they are and what is in them.

#![no_main]

use jwtfix::file::{Kind, layout, recognise};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let document = recognise(data);
    let mut before = 0;
    for part in &document.parts {
        assert!(before <= part.span.start && part.span.start <= part.span.end && part.span.end <= data.len(), "{part:?}");
        assert!(!part.text().is_empty());
        before = part.span.start;
    }
    for span in document.damage.iter().map(|damage| &damage.span).chain(document.inner.iter().map(|inner| &inner.span)) {
        assert!(span.start <= span.end && span.end <= data.len(), "{span:?}");
    }
    assert!(document.kind != Kind::Empty || document.is_barren());
    if let Ok(text) = std::str::from_utf8(data) {
        layout::place_of(std::path::Path::new(text));
    }
});
