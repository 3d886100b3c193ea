//! The only network: a running server's monitoring endpoints.
