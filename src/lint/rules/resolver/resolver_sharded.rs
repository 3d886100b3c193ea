use crate::lint::view::{File, Layout, Out, Scene};
use crate::lint::{Check, Finding, Rule, Severity};

pub(crate) static RULE: Rule = Rule {
    code: "resolver-sharded",
    area: "resolver",
    severity: Severity::Warning,
    title: "a directory of accounts is sharded, which no server reads",
    explanation: "\
Some tools, nats-account-server first of them, keep an account in a directory that is named by the last two letters of
its key. The resolvers of nats-server read `<dir>/<key>.jwt` alone: pointed at such a directory they find nobody.

Copy the files into one directory: `find DIR -name '*.jwt' -exec cp -n {} FLAT/ ';'`.",
    citation: "nats-server dirstore.go: pathForKey (shard is false in every resolver)",
    versions: "all",
    check: Check::File(check),
};

fn check(file: &File<'_>, _: &Scene<'_>, out: &mut Out<'_>) {
    let Some(stem) = file.stem() else { return };
    let shard = file.directory.rsplit('/').next().unwrap_or_default();
    let sharded = shard.len() == 2 && stem.len() == 56 && stem.ends_with(shard);
    if file.layout == Layout::Resolver && sharded {
        out.tell(&RULE, || {
            let message = format!("this account stands in the shard {shard}, where no server looks for it");
            Finding::new(&RULE, message, file.place())
                .server("Account JWT lookup error: fetching jwt timed out")
                .help("copy the tokens into one directory, each as <key>.jwt")
        });
    }
}
