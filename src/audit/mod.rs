//! And for a million of them? Streaming, parallel, in bounded memory; policy.
