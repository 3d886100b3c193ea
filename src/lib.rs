//! jwtfix: the inspection and repair toolkit for the credentials of NATS in operator mode.
//!
//! The library knows no terminal, no clock and, but for [`disk`], no disk: the time, the bytes and the
//! server's version are arguments. Its floors stand one on the other; a module uses only floors below its own:
//! [`nkey`], [`token`], [`mod@file`], [`trust`], [`server`], [`lint`], [`repair`], [`audit`], [`render`].

pub mod audit;
pub mod cores;
pub mod disk;
pub mod file;
pub mod lint;
#[cfg(feature = "live")]
pub mod live;
pub mod nkey;
pub mod render;
pub mod repair;
pub mod server;
pub mod token;
pub mod trust;
