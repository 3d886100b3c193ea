//! What would put it right? Plans, signatures, proofs, claim diffs.
