//! What does this JWT say? Decoding as Go decodes, encoding, the claim tree, typed claims, validation, NATS subjects.
