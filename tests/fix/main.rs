//! What comes of `jwtfix fix`, run as people run it: plans, files, refusals, and the way back.

#![allow(unreachable_pub, clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod checked;
#[path = "../common/mod.rs"]
mod common;
mod config;
mod creds;
mod errors;
mod files;
mod imports;
mod kubernetes;
mod moved;
mod preload;
mod real;
#[allow(dead_code)]
#[path = "../reissue/server.rs"]
mod server;
mod signed;
#[allow(dead_code)]
#[path = "../reissue/store.rs"]
mod store;

use std::path::Path;

use common::{Ran, Run, jwtfix};
use signed::CREDS;
use store::Store;

/// `jwtfix fix` with these arguments and this journal.
fn fix(journal: &Path, args: &[&str]) -> Run {
    let journal = journal.to_str().expect("UTF-8");
    let mut all = vec!["fix", "--journal", journal];
    all.extend(args);
    jwtfix(all)
}

/// `jwtfix fix` of the store's user for the server of its `nats.conf`, with these arguments more.
fn for_server(store: &Store, more: &[&str]) -> Ran {
    let (creds, server, stores) = (store.arg(CREDS), store.arg("nats.conf"), store.arg("stores"));
    let args = [&[creds.as_str(), "--server", &server, "--store", &stores], more].concat();
    fix(&store.runs(), &args).run()
}

/// Puts right, proves that a second time there is nothing to do, takes it back, and puts it right again.
#[track_caller]
fn puts_right(root: &Path, journal: &Path, args: &[&str]) -> String {
    let before = store::files(root);
    let plan = fix(journal, args).run().exits(1);
    assert_eq!(store::files(root), before, "a plan changes nothing");
    assert!(plan.stdout.contains("--write does it"), "{}", plan.stdout);
    let mut write = args.to_vec();
    write.push("--write");
    fix(journal, &write).run().exits(0).says("and none new").says("takes it back");
    let after = store::files(root);
    fix(journal, &write).run().exits(0).says("nothing to put right");
    assert_eq!(store::files(root), after, "a second time nothing changes");
    jwtfix(["undo", "--journal", journal.to_str().expect("UTF-8")]).run().exits(0);
    assert_eq!(store::files(root), before, "undone to the byte");
    fix(journal, &write).run().exits(0);
    plan.stdout
}
